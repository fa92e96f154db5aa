// A whole network at a glance: what all heads answered lately, and what all its units do now. Where heads are
// more than rows of pixels, a row is wrong if any of its heads is.
import { css, mixed, sharp } from "./colours.js";
import { ANSWER, ASKED, WRONG } from "./track.js";

const SHOWN = 150; // steps
const GAP = 8;
const SHARE = 0.24; // of the width, for the units

export function drawOverview(canvas, track, colours) {
  const { context, width, height } = sharp(canvas);
  const wide = Math.floor(width * (1 - SHARE)) - GAP;
  drawAnswers(context, track, colours, wide, height);
  const grid = track.network.modules.length === 1 ? oneModule(track, height) : manyModules(track);
  drawUnits(context, grid, colours, { x: wide + GAP, width: width - wide - GAP, height });
}

function drawAnswers(context, track, colours, width, height) {
  const rows = Math.min(track.heads, Math.floor(height));
  const image = new ImageData(SHOWN, rows);
  for (let age = 0; age < SHOWN; age++) {
    const marks = age < track.remembered ? track.column(age) : [];
    for (let row = 0; row < rows; row++) {
      const first = Math.floor((row * track.heads) / rows);
      const last = Math.floor(((row + 1) * track.heads) / rows);
      put(image, row * SHOWN + SHOWN - 1 - age, colourOf(worst(marks, first, last), colours));
    }
  }
  paint(context, image, 0, 0, width, height);
}

// The mark of the first of some heads, or that of one that is wrong.
function worst(marks, first, last) {
  for (let head = first; head < last; head++) if (marks[head] & WRONG) return marks[head];
  return marks[first] ?? 0;
}

function colourOf(mark, colours) {
  if (!(mark & ASKED)) return colours.unasked;
  if (mark & WRONG) return colours.wrong;
  return mark & ANSWER ? colours.one : colours.zero;
}

// The units of a chain: a row for each module.
function manyModules(track) {
  const states = track.runner.states;
  return { columns: Math.max(...states.map((state) => state.length)), rows: states.length, states, track };
}

// The units of one population, in rows that make about square fields.
function oneModule(track, height) {
  const [state] = track.runner.states;
  const columns = Math.max(Math.round(Math.sqrt((state.length * 70) / height)), 1);
  const rows = Math.ceil(state.length / columns);
  const states = Array.from({ length: rows }, (_, row) => state.slice(row * columns, (row + 1) * columns));
  return { columns, rows, states, track };
}

function drawUnits(context, grid, colours, { x, width, height }) {
  const shown = Math.min(grid.rows, Math.floor(height));
  const image = new ImageData(grid.columns, shown);
  const most = Math.max(...(grid.track.peak ?? [1]), 0.2);
  for (let row = 0; row < shown; row++) {
    const state = grid.states[Math.floor((row * grid.rows) / shown)];
    for (let column = 0; column < state.length; column++) {
      const peak = grid.rows === grid.track.peak?.length ? grid.track.peak[row] || most : most;
      put(image, row * grid.columns + column, mixed(colours.zero, colours.unit, state[column] / peak));
    }
  }
  paint(context, image, x, 0, width, height);
  context.strokeStyle = css(colours.line);
  context.strokeRect(x + 0.5, 0.5, width - 1, height - 1);
}

function put(image, at, [red, green, blue]) {
  image.data[4 * at] = red;
  image.data[4 * at + 1] = green;
  image.data[4 * at + 2] = blue;
  image.data[4 * at + 3] = 255;
}

const scratch = document.createElement("canvas");

// An image stretched to a size, its pixels as fields with sharp edges.
function paint(context, image, x, y, width, height) {
  scratch.width = image.width;
  scratch.height = image.height;
  scratch.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(scratch, x, y, width, height);
}
