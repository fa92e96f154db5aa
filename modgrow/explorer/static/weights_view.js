// The weights of one module as matrices: what each unit (a row) reads from the bit, from itself, from above.
import { css, mixed, sharp } from "./colours.js";

const TITLES = 16;
const GAP = 12;

// `module` with what is done to it; rows are units, columns what they read.
export function drawWeights(canvas, module, colours) {
  const { context, width, height } = sharp(canvas);
  const { units, upstream } = module;
  const cell = Math.max(Math.min((width - 3 * GAP) / (units + upstream + 2), (height - TITLES) / units), 2);
  const most = Math.max(...module.matrix.map(Math.abs), ...module.input.map(Math.abs), 1e-9);
  let x = 0;
  const draw = (title, columns, weight) => {
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = css(colours.faint);
    context.fillText(title, x, 11);
    for (let i = 0; i < units; i++) {
      for (let j = 0; j < columns; j++) {
        const value = weight(i, j) / most;
        const end = value < 0 ? colours.flat : colours.chain;
        context.fillStyle = css(mixed(colours.zero, end, Math.sqrt(Math.abs(value))));
        context.fillRect(x + j * cell, TITLES + i * cell, cell - 0.5, cell - 0.5);
      }
    }
    x += Math.max(columns * cell, 22) + GAP;
  };
  const row = units + upstream;
  draw("Wᴵ", 1, (i) => module.input[i]);
  draw("Wᴿ", units, (i, j) => module.matrix[i * row + j]);
  if (upstream) draw("Wᶠᶠ", upstream, (i, j) => module.matrix[i * row + units + j]);
}
