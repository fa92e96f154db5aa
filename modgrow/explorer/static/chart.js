// Lines over a number: accuracy of every head, accuracy in training.
import { css, sharp } from "./colours.js";

const LEFT = 48;
const RIGHT = 24;
const TOP = 10;
const BOTTOM = 38;
const FONT = "12px system-ui, sans-serif";

// A step that parts a range into a few round pieces.
function roundStep(range, pieces) {
  const power = 10 ** Math.floor(Math.log10(range / pieces));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => range / step <= pieces);
}

// `chart`: lines [{points: [[x, y]], colour, dash, width}], from and to of x, lowest y, words below and marks
// [{x, words}], upright lines with words.
export function drawChart(canvas, chart, colours) {
  const { context, width, height } = sharp(canvas);
  const toX = (x) => LEFT + ((x - chart.from) / (chart.to - chart.from || 1)) * (width - LEFT - RIGHT);
  const toY = (y) => TOP + ((1 - y) / (1 - chart.lowest)) * (height - TOP - BOTTOM);
  context.font = FONT;
  drawAxes(context, chart, colours, toX, toY, width, height);
  drawMarks(context, chart.marks ?? [], colours, toX, height);
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, width - LEFT - RIGHT + 1, height);
  context.clip();
  for (const line of chart.lines) drawLine(context, line, toX, toY);
  context.restore();
}

function drawAxes(context, chart, colours, toX, toY, width, height) {
  context.strokeStyle = css(colours.line);
  context.fillStyle = css(colours.faint);
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let y = Math.ceil(chart.lowest * 10) / 10; y < 1.05; y += 0.1 * Math.ceil((1 - chart.lowest) * 3)) {
    context.beginPath();
    context.moveTo(LEFT, toY(y));
    context.lineTo(width - RIGHT, toY(y));
    context.stroke();
    context.fillText(`${Math.round(100 * y)} %`, LEFT - 5, toY(y));
  }
  context.textAlign = "center";
  const step = Math.max(roundStep(chart.to - chart.from || 1, width < 500 ? 5 : 10), 1);
  for (let x = Math.ceil(chart.from / step) * step; x <= chart.to; x += step) {
    context.fillText(x.toLocaleString("en"), toX(x), height - BOTTOM + 12);
  }
  context.textAlign = "right";
  context.fillText(chart.words, width - RIGHT, height - 7);
}

// Upright lines; of words that would run into each other the later ones go unsaid.
function drawMarks(context, marks, colours, toX, height) {
  let free = 0;
  context.strokeStyle = css(colours.line);
  context.fillStyle = css(colours.faint);
  context.textAlign = "left";
  for (const { x, words } of marks) {
    context.beginPath();
    context.moveTo(toX(x), TOP);
    context.lineTo(toX(x), height - BOTTOM);
    context.stroke();
    if (toX(x) < free) continue;
    context.fillText(words, toX(x) + 3, height - BOTTOM - 8);
    free = toX(x) + context.measureText(words).width + 6;
  }
}

function drawLine(context, { points, colour, dash = [], width = 2 }, toX, toY) {
  context.strokeStyle = css(colour);
  context.lineWidth = width;
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.beginPath();
  let isDrawing = false;
  for (const [x, y] of points) {
    if (y === null) isDrawing = false;
    else if (isDrawing) context.lineTo(toX(x), toY(y));
    else context.moveTo(toX(x), toY(y));
    isDrawing = y !== null;
  }
  context.stroke();
  context.setLineDash([]);
}
