// The chain drawn as what it is: bits come in, every module reads the newest one (W^I), itself (W^R) and the
// module above (W^FF); its head answers, and the answers run off to the left as time goes by.
import { css, mixed, sharp } from "./colours.js";
import { ANSWER, ASKED, WRONG } from "./track.js";

const ROW = 34;
const TOP = 54; // of the first module; above it stand the bits
const LAMP = 34;
const FONT = "system-ui, sans-serif";

// How many modules are seen at once.
export function rowsIn(canvas) {
  return Math.max(Math.floor((canvas.clientHeight - TOP) / ROW), 1);
}

// Where things stand, from left to right.
function layout(width, units) {
  const isNarrow = width < 600;
  const room = isNarrow ? width * 0.28 : Math.min(width * 0.42, 330);
  const cell = Math.min(Math.max(Math.floor(room / units), 5), 17);
  const box = units * cell + 8;
  const label = isNarrow ? 38 : 46;
  const bus = isNarrow ? 48 : 70; // for the loop of W^R and the line of W^I
  const step = isNarrow ? 5 : 8;
  const columns = Math.max(Math.floor((width - label - LAMP - box - bus) / step), 4);
  const right = label + columns * step;
  return { isNarrow, cell, box, step, columns, raster: label, lamp: right + LAMP / 2, boxAt: right + LAMP };
}

export class ChainView {
  constructor(canvas) {
    this.canvas = canvas;
  }

  // `shown`: the track, the labels' bits, first row, selected head, colours, cuts, held, trained (how many
  // modules were trained), newest (place of one that is in training, or -1).
  draw(shown) {
    const { context, width } = sharp(this.canvas);
    const { track, colours } = shown;
    const units = Math.max(...track.effective.slice(shown.first, shown.first + 40).map((module) => module.units));
    const place = layout(width, units);
    this.context = context;
    this.place = place;
    this.colours = colours;
    this.drawBits(shown.bits, width);
    this.nameParts(width, units);
    const last = Math.min(shown.first + rowsIn(this.canvas), track.network.modules.length);
    for (let m = shown.first; m < last; m++) this.drawModule(shown, m, TOP + (m - shown.first) * ROW, width);
  }

  drawBits(bits, width) {
    const { context, place, colours } = this;
    this.text("bits", 0, 20, colours.faint);
    for (let age = 0; age < Math.min(place.columns, bits.length); age++) {
      const bit = bits[bits.length - 1 - age];
      const x = place.raster + (place.columns - 1 - age) * place.step;
      context.fillStyle = css(bit ? colours.ink : colours.zero);
      context.fillRect(x, 12, place.step - 1, 16);
    }
    const newest = bits.length ? bits[bits.length - 1] : 0;
    const bus = width - 10;
    context.strokeStyle = css(newest ? colours.ink : colours.line);
    context.lineWidth = newest ? 2.5 : 1.5;
    this.line([place.raster + place.columns * place.step + 3, 20], [bus, 20], [bus, this.canvas.clientHeight]);
    this.pill(place.lamp, 20, String(newest), newest ? colours.ink : colours.zero, newest ? colours.paper : colours.ink);
  }

  // What is what, above the first row.
  nameParts(width, units) {
    const { place, colours } = this;
    if (!place.isNarrow) this.text("what each head answered, now at the right", place.raster, TOP - 10, colours.faint, 11);
    this.text(`${units} units`, place.boxAt + 4, TOP - 10, colours.faint, 11);
    this.text("Wᴿ", place.boxAt + place.box + 3, TOP - 9, colours.faint, 12);
    this.text("Wᴵ", width - 26, TOP - 9, colours.faint, 12);
  }

  drawModule(shown, m, y, width) {
    const { place, colours, context } = this;
    const { track } = shown;
    const middle = y + ROW / 2;
    const cut = shown.cuts.get(m) ?? {};
    if (m === shown.selected) {
      context.fillStyle = css(colours.chain, 0.1);
      context.fillRect(0, y, width, ROW);
    }
    const isFresh = m === shown.newest;
    const n = track.network.nFirst + m;
    this.text(place.isNarrow ? `N=${n}` : `N = ${n}`, 0, middle, m === shown.selected ? colours.ink : colours.faint);
    this.drawAnswers(track, m, y);
    this.drawUnits(track, m, middle, { dashed: m >= shown.trained, fresh: isFresh, held: shown.held.has(m) });
    if (m > 0 && m > shown.first) this.drawFeedforward(shown, m, y, cut.feedforward);
    this.drawRecurrent(middle, cut.recurrent);
    this.drawInput(middle, width, cut.input, shown.bits[shown.bits.length - 1]);
  }

  // The answers of a head, the newest on the right, and the lamp of the newest.
  drawAnswers(track, head, y) {
    const { context, place, colours } = this;
    for (let age = 0; age < Math.min(place.columns, track.remembered); age++) {
      const mark = track.column(age)[head] ?? 0;
      context.fillStyle = css(this.colourOf(mark));
      context.fillRect(place.raster + (place.columns - 1 - age) * place.step, y + 6, place.step - 1, ROW - 12);
    }
    const mark = track.column(0)[head] ?? 0;
    context.strokeStyle = css(colours.line);
    context.lineWidth = 1.5;
    this.line([place.lamp, y + ROW / 2], [place.boxAt, y + ROW / 2]);
    const ink = mark & WRONG ? colours.paper : colours.ink;
    this.pill(place.lamp, y + ROW / 2, mark & ASKED ? String(mark & ANSWER) : "", this.colourOf(mark), ink);
  }

  colourOf(mark) {
    if (!(mark & ASKED)) return this.colours.unasked;
    if (mark & WRONG) return this.colours.wrong;
    return mark & ANSWER ? this.colours.one : this.colours.zero;
  }

  // A module: a box with its units, each as dark as it is active.
  drawUnits(track, m, middle, { dashed, fresh, held }) {
    const { context, place, colours } = this;
    const state = track.runner.states[m];
    const most = Math.max(track.peak?.[m] ?? 0, 0.2);
    const tall = Math.min(place.cell + 7, ROW - 8);
    context.strokeStyle = css(fresh ? colours.exact : held ? colours.wrong : colours.faint);
    context.lineWidth = fresh || held ? 2.5 : 1.2;
    context.setLineDash(dashed ? [3, 3] : []);
    context.beginPath();
    context.roundRect(place.boxAt, middle - tall / 2, state.length * place.cell + 8, tall, 6);
    context.fillStyle = css(colours.paper);
    context.fill();
    context.stroke();
    context.setLineDash([]);
    for (let i = 0; i < state.length; i++) {
      context.beginPath();
      context.arc(place.boxAt + 4 + (i + 0.5) * place.cell, middle, place.cell * 0.4, 0, 2 * Math.PI);
      context.fillStyle = css(mixed(colours.zero, colours.unit, state[i] / most));
      context.fill();
    }
  }

  // W^FF from the module above; orange where that one was wrong a step ago, which is what arrives now.
  drawFeedforward(shown, m, y, isCut) {
    const { context, place, colours } = this;
    const message = shown.track.column(1)[m - 1] ?? 0;
    const x = place.boxAt + place.box / 2;
    const half = Math.min(place.cell + 7, ROW - 8) / 2;
    context.strokeStyle = css(message & WRONG ? colours.wrong : colours.faint);
    context.lineWidth = message & WRONG ? 3 : 1.5;
    if (isCut) return this.cross(x, y);
    this.line([x, y - ROW / 2 + half], [x, y + ROW / 2 - half]);
    this.tip(x, y + ROW / 2 - half, 0, 1);
    if (m === shown.first + 1) this.text("Wᶠᶠ", x + 8, y, colours.faint, 12);
  }

  drawRecurrent(middle, isCut) {
    const { context, place, colours } = this;
    const x = place.boxAt + place.box;
    if (isCut) return this.cross(x + 9, middle - 7);
    context.strokeStyle = css(colours.faint);
    context.lineWidth = 1.2;
    context.beginPath();
    context.arc(x + 4, middle - 5, 6, -Math.PI * 0.9, Math.PI * 0.6);
    context.stroke();
    this.tip(x + 2, middle + 1, -1, 0.1);
  }

  drawInput(middle, width, isCut, bit) {
    const { context, place, colours } = this;
    const from = width - 10;
    const to = place.boxAt + place.box;
    if (isCut) return this.cross((from + to) / 2 + 8, middle + 6);
    context.strokeStyle = css(bit ? colours.ink : colours.line);
    context.lineWidth = bit ? 2 : 1.2;
    this.line([from, middle + 6], [to + 2, middle + 6]);
    this.tip(to + 1, middle + 6, -1, 0);
  }

  line(start, ...rest) {
    const { context } = this;
    context.beginPath();
    context.moveTo(...start);
    for (const point of rest) context.lineTo(...point);
    context.stroke();
  }

  // The point of an arrow at (x, y), flying along (dx, dy).
  tip(x, y, dx, dy) {
    const size = 4;
    this.line([x - size * (dx + dy), y - size * (dy + dx)], [x, y], [x - size * (dx - dy), y - size * (dy - dx)]);
  }

  cross(x, y) {
    const { context, colours } = this;
    context.strokeStyle = css(colours.wrong);
    context.lineWidth = 2;
    this.line([x - 5, y - 5], [x + 5, y + 5]);
    this.line([x - 5, y + 5], [x + 5, y - 5]);
  }

  pill(x, y, letter, fill, ink) {
    const { context, colours } = this;
    context.beginPath();
    context.arc(x, y, 10, 0, 2 * Math.PI);
    context.fillStyle = css(fill);
    context.fill();
    context.strokeStyle = css(colours.faint);
    context.lineWidth = 1;
    context.stroke();
    this.text(letter, x, y + 0.5, ink, 12, "center");
  }

  text(words, x, y, colour, size = 12, align = "left") {
    const { context } = this;
    context.font = `${size}px ${FONT}`;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillStyle = css(colour);
    context.fillText(words, x, y);
  }

  // The row at a height of the canvas, from the first that is seen; negative above.
  rowAt(y) {
    return Math.floor((y - TOP) / ROW);
  }
}
