// Sequences with the activity of the newest frozen module on them, as `Pool` in `modgrow/learning/activity.py`:
// what is frozen is never computed twice, so module 30 trains as fast as module 3.
import { multiply, STRIP } from "./strips.js";
import { answered, prepared } from "./network.js";
import { Random } from "./random.js";

// The states of a module on a batch: (state x unit x sequence), the initial ones first. May be written over
// `upstream`: row t is written once row t has been read.
export function states(module, batch, slope, out) {
  const { units, upstream, matrix, input, bias, rate } = prepared(module);
  const rows = units + (units % 2);
  const columns = units + upstream + 2;
  const weights = new Float64Array(rows * columns);
  for (let i = 0; i < units; i++) {
    weights.set(matrix.subarray(i * (units + upstream), (i + 1) * (units + upstream)), i * columns);
    weights[i * columns + units + upstream] = input[i];
    weights[i * columns + units + upstream + 1] = bias[i];
  }
  const { steps, sequences } = batch;
  const x = new Float64Array(columns * STRIP);
  const drive = new Float64Array(rows * STRIP);
  for (let first = 0; first < sequences; first += STRIP) {
    x.fill(0).fill(1, (columns - 1) * STRIP);
    const wide = Math.min(STRIP, sequences - first);
    copyRows(x, 0, batch.initial, 0, units, sequences, first, wide);
    for (let t = 0; t <= steps; t++) {
      if (t < steps && upstream) {
        copyRows(x, units, batch.upstream, t * upstream, upstream, sequences, first, wide);
      }
      giveRows(out, t * units, x, units, sequences, first, wide);
      if (t === steps) break;
      copyRows(x, units + upstream, batch.bits, t, 1, sequences, first, wide);
      multiply(weights, rows, columns, x, 0, drive, 0);
      for (let i = 0; i < units; i++) {
        const own = rate[i];
        for (let k = i * STRIP; k < (i + 1) * STRIP; k++) {
          x[k] = (1 - own) * x[k] + own * (drive[k] < 0 ? slope * drive[k] : drive[k]);
        }
      }
    }
  }
  return out;
}

function copyRows(x, to, from, row, rows, sequences, first, wide) {
  for (let i = 0; i < rows; i++) {
    const at = (row + i) * sequences + first;
    for (let s = 0; s < wide; s++) x[(to + i) * STRIP + s] = from[at + s];
  }
}

function giveRows(out, row, x, rows, sequences, first, wide) {
  for (let i = 0; i < rows; i++) {
    const at = (row + i) * sequences + first;
    for (let s = 0; s < wide; s++) out[at + s] = x[i * STRIP + s];
  }
}

// The parity of the last n bits before the end of each sequence.
export function finalLabels(bits, steps, sequences, n) {
  const labels = new Uint8Array(sequences);
  for (let t = steps - n; t < steps; t++) {
    for (let s = 0; s < sequences; s++) labels[s] ^= bits[t * sequences + s];
  }
  return labels;
}

// Initial states, 0.1 U(0, 1) for every unit and sequence.
export function initialStates(random, units, sequences) {
  return Float32Array.from({ length: units * sequences }, () => 0.1 * random.uniform());
}

// Shortest and longest sequence at N = n.
export function lengths(n) {
  return [n + 2, 4 * n];
}

// `count` batches, each as long as the longest that training to N = `nMax` can ask for.
export class Pool {
  constructor(purpose, seed, count, units, nMax, sequences) {
    Object.assign(this, { purpose, seed, units, sequences, depth: 0 });
    this.length = lengths(nMax)[1];
    this.bits = Array.from({ length: count }, (_, index) => this.drawBits(index));
    this.activity = null;
  }

  // One P(1) for all sequences of a batch, drawn from U(0, 1).
  drawBits(index) {
    const random = new Random(this.seed, this.purpose, "bits", index);
    const p = random.uniform();
    return Uint8Array.from({ length: this.length * this.sequences }, () => (random.uniform() < p ? 1 : 0));
  }

  // The first `steps` steps of one batch, with initial states drawn from `random`.
  batch(index, steps, random) {
    const upstream = this.activity ? this.activity[index] : null;
    const initial = initialStates(random, this.units, this.sequences);
    return { bits: this.bits[index], upstream, initial, steps, sequences: this.sequences };
  }

  // Push all sequences through a module that will not change again.
  extend(module, slope) {
    this.depth += 1;
    const size = (this.length + 1) * this.units * this.sequences;
    const below = this.activity ?? this.bits.map(() => new Float32Array(size));
    this.activity = this.activity ?? below.map(() => null);
    this.bits.forEach((_, index) => {
      const random = new Random(this.seed, this.purpose, "initial", this.depth, index);
      const batch = this.batch(index, this.length, random);
      this.activity[index] = states(module, batch, slope, below[index]);
    });
  }
}

// How many sequences of a batch the only head of a module answers right at step `t`, from states.
export function countRight(head, activity, t, units, batch, n) {
  const labels = finalLabels(batch.bits, t, batch.sequences, n);
  const state = new Float64Array(units);
  let right = 0;
  for (let s = 0; s < batch.sequences; s++) {
    for (let i = 0; i < units; i++) state[i] = activity[(t * units + i) * batch.sequences + s];
    if (answered(head, state) === labels[s]) right += 1;
  }
  return right;
}
