// One update of the newest module and its heads: backpropagation through time and a step of SGD with Nesterov's
// momentum, the gradient's norm clipped first. As `Descent` in `modgrow/learning/descent.py`.
//
// As there, a module is one matrix [W^R, W^FF, W^I, b] times the column of all that it reads. Sequences go
// through in strips of 32, each through all of time and back while it is in the cache. Doubles throughout:
// gradients vanish on their way back, and single ones that small are slow.
import { addOuter, multiply, STRIP } from "./strips.js";

// The tensors of each pathway.
export const PATHWAYS = {
  input: ["input"],
  recurrent: ["recurrent"],
  feedforward: ["feedforward"],
  bias: ["bias"],
  tau: ["tau"],
  readout: ["readout", "readoutBias"],
};

const even = (count) => count + (count % 2);

// A module in training. `trains` names its pathways that do; all others stay as they are, to the bit.
export class Trainer {
  constructor(module, trains, settings) {
    this.module = module;
    this.settings = settings; // learningRate, momentum, clipNorm, slope
    this.names = trains.flatMap((pathway) => PATHWAYS[pathway]).filter((name) => module[name]);
    this.velocities = {};
    for (const name of this.names) this.velocities[name] = new Float64Array(module[name].length);
    this.units = module.tau.length;
    this.upstream = module.feedforward ? module.feedforward.length / this.units : 0;
    this.rows = even(this.units);
    this.columns = even(this.units + this.upstream + 2);
    this.heads = module.readoutBias.length / 2;
    this.room = 0;
  }

  // One step on a batch: bits (time x sequence), initial (unit x sequence), upstream (state x unit x sequence)
  // or null, labels (head x sequence). Returns the loss in nats, the last head's accuracy, and whether the
  // gradient was clipped.
  learn(batch) {
    const told = this.gradients(batch);
    const clipped = this.clip();
    this.descend();
    return { loss: told.loss, accuracy: told.accuracy, clipped };
  }

  gradients(batch) {
    this.prepare(batch.steps);
    const told = { loss: 0, right: 0 };
    for (let first = 0; first < batch.sequences; first += STRIP) {
      const wide = Math.min(STRIP, batch.sequences - first);
      this.fill(batch, first, wide);
      this.forward(batch.steps);
      this.answer(batch, first, wide, told);
      this.backward(batch.steps);
    }
    this.collect();
    return { loss: told.loss / batch.sequences, accuracy: told.right / batch.sequences };
  }

  // The matrix of the module as it is now, room for `steps`, and no gradient yet.
  prepare(steps) {
    const { module, units, upstream, rows, columns } = this;
    this.matrix = new Float64Array(rows * columns);
    this.back = new Float64Array(rows * rows); // W^R from the other side
    this.rates = Float64Array.from(module.tau, (tau) => 1 / Math.max(tau, 1));
    for (let i = 0; i < units; i++) {
      const row = i * columns;
      for (let j = 0; j < units; j++) {
        const weight = i === j ? 0 : module.recurrent[i * units + j];
        this.matrix[row + j] = weight;
        this.back[j * rows + i] = weight;
      }
      for (let j = 0; j < upstream; j++) {
        this.matrix[row + units + j] = module.feedforward[i * upstream + j];
      }
      this.matrix[row + units + upstream] = module.input[i];
      this.matrix[row + units + upstream + 1] = module.bias[i];
    }
    this.found = new Float64Array(rows * columns);
    this.foundRates = new Float64Array(units);
    this.foundReadout = new Float64Array(module.readout.length);
    this.foundReadoutBias = new Float64Array(module.readoutBias.length);
    this.makeRoom(steps);
  }

  makeRoom(steps) {
    if (steps <= this.room) return;
    this.room = steps;
    const { rows, columns } = this;
    this.x = new Float64Array((steps + 1) * columns * STRIP);
    this.sides = new Float64Array(steps * rows * STRIP); // slope of f at each drive
    this.drive = new Float64Array(rows * STRIP);
    this.dState = new Float64Array(rows * STRIP);
    this.dDrive = new Float64Array(rows * STRIP);
  }

  // Initial states, what comes from upstream, bits and ones; nothing where the last strip has no sequence.
  fill(batch, first, wide) {
    const { x, units, upstream, columns } = this;
    const { bits, initial, sequences, steps } = batch;
    x.fill(0, 0, columns * STRIP);
    for (let i = 0; i < units; i++) {
      for (let s = 0; s < wide; s++) x[i * STRIP + s] = initial[i * sequences + first + s];
    }
    for (let t = 0; t < steps; t++) {
      const at = t * columns * STRIP;
      for (let i = 0; i < upstream; i++) {
        const from = (t * upstream + i) * sequences + first;
        const to = at + (units + i) * STRIP;
        for (let s = 0; s < wide; s++) x[to + s] = batch.upstream[from + s];
      }
      const bit = at + (units + upstream) * STRIP;
      for (let s = 0; s < wide; s++) x[bit + s] = bits[t * sequences + first + s];
      x.fill(1, bit + STRIP, bit + 2 * STRIP);
      x.fill(0, bit + 2 * STRIP, at + columns * STRIP);
    }
  }

  forward(steps) {
    const { x, rows, columns, units, drive, sides, rates } = this;
    const slope = this.settings.slope;
    for (let t = 0; t < steps; t++) {
      const at = t * columns * STRIP;
      const after = at + columns * STRIP;
      multiply(this.matrix, rows, columns, x, at, drive, 0);
      for (let i = 0; i < units; i++) {
        const keep = 1 - rates[i];
        const side = (t * rows + i) * STRIP;
        for (let s = 0, k = i * STRIP; s < STRIP; s++, k++) {
          const bend = drive[k] < 0 ? slope : 1;
          sides[side + s] = bend;
          x[after + k] = keep * x[at + k] + rates[i] * bend * drive[k];
        }
      }
    }
  }

  // The heads on the last state: loss, the gradient of their own weights, and that of the state.
  answer(batch, first, wide, told) {
    const { x, units, heads, dState } = this;
    const at = batch.steps * this.columns * STRIP;
    dState.fill(0);
    for (let head = 0; head < heads; head++) {
      const from = 2 * head * units;
      for (let s = 0; s < wide; s++) {
        const label = batch.labels[head * batch.sequences + first + s];
        const p = this.probability(from, head, at + s);
        told.loss -= Math.log(label ? p : 1 - p);
        if (head === heads - 1 && (p > 0.5) === (label === 1)) told.right += 1;
        const error = (p - label) / batch.sequences;
        this.foundReadoutBias[2 * head] -= error;
        this.foundReadoutBias[2 * head + 1] += error;
        for (let i = 0; i < units; i++) {
          const state = x[at + i * STRIP + s];
          this.foundReadout[from + i] -= error * state;
          this.foundReadout[from + units + i] += error * state;
          const { readout } = this.module;
          dState[i * STRIP + s] += error * (readout[from + units + i] - readout[from + i]);
        }
      }
    }
  }

  // Of a 1, by the softmax of a head's two logits.
  probability(from, head, at) {
    const { readout, readoutBias } = this.module;
    let margin = readoutBias[2 * head + 1] - readoutBias[2 * head];
    for (let i = 0; i < this.units; i++) {
      margin += (readout[from + this.units + i] - readout[from + i]) * this.x[at + i * STRIP];
    }
    return 1 / (1 + Math.exp(-margin));
  }

  backward(steps) {
    const { x, rows, columns, units, rates, sides, dState, dDrive, drive, foundRates } = this;
    for (let t = steps - 1; t >= 0; t--) {
      const at = t * columns * STRIP;
      const after = at + columns * STRIP;
      for (let i = 0; i < units; i++) {
        const side = (t * rows + i) * STRIP;
        let sum = 0;
        for (let s = 0, k = i * STRIP; s < STRIP; s++, k++) {
          const g = dState[k];
          sum += g * (x[after + k] - x[at + k]);
          dDrive[k] = rates[i] * sides[side + s] * g;
          dState[k] = (1 - rates[i]) * g;
        }
        foundRates[i] += sum / rates[i]; // the state moved by rate (f(drive) - state)
      }
      addOuter(this.found, dDrive, 0, rows, x, at, columns);
      multiply(this.back, rows, rows, dDrive, 0, drive, 0);
      for (let k = 0; k < units * STRIP; k++) dState[k] += drive[k];
    }
  }

  // The gradient by tensor.
  collect() {
    const { module, units, upstream, columns, found } = this;
    const of = (rows, from, width) =>
      Float64Array.from({ length: rows * width }, (_, k) => found[Math.floor(k / width) * columns + from + (k % width)]);
    this.gradient = {
      recurrent: of(units, 0, units).map((value, k) => (k % (units + 1) === 0 ? 0 : value)),
      feedforward: of(units, units, upstream),
      input: of(units, units + upstream, 1),
      bias: of(units, units + upstream + 1, 1),
      tau: this.foundRates.map((value, i) => (module.tau[i] < 1 ? 0 : -value * this.rates[i] ** 2)),
      readout: this.foundReadout,
      readoutBias: this.foundReadoutBias,
    };
  }

  // Shorten the gradient of all that trains; whether it had to be.
  clip() {
    let squares = 0;
    for (const name of this.names) for (const value of this.gradient[name]) squares += value * value;
    const norm = Math.sqrt(squares);
    if (norm <= this.settings.clipNorm) return false;
    const scale = this.settings.clipNorm / (norm + 1e-6);
    for (const name of this.names) this.gradient[name] = this.gradient[name].map((value) => value * scale);
    return true;
  }

  descend() {
    const { learningRate, momentum } = this.settings;
    for (const name of this.names) {
      const value = this.module[name];
      const velocity = this.velocities[name];
      const gradient = this.gradient[name];
      for (let k = 0; k < value.length; k++) {
        velocity[k] = momentum * velocity[k] + gradient[k];
        value[k] -= learningRate * (gradient[k] + momentum * velocity[k]);
      }
    }
  }
}
