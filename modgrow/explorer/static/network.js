// A network and its recurrence: equations 1, 3 and 4 of the paper, as `modgrow/model/dynamics.py` has them.
//
// drive = W^R r' + W^FF u' + W^I S + b      (the diagonal of W^R takes no part; u' is the module upstream)
// r     = (1 - 1/tau) r' + 1/tau f(drive)   (f: leaky ReLU; `leak: inside` puts all of it into f)
//
// Matrices are flat, row by row, (to, from). A module reads the one upstream `delay` steps late (1 or 0).

export const TENSORS = ["input", "recurrent", "feedforward", "bias", "tau", "readout", "readoutBias"];

// 32-bit floats from their base64 text.
export function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

// A network as `modgrow/explorer/embed.py` writes it, with its weights as arrays.
export function decoded(written) {
  const modules = written.modules.map((module) => {
    const tensors = TENSORS.map((name) => [name, module[name] ? floats(module[name]) : null]);
    return Object.fromEntries(tensors);
  });
  return { ...written, modules };
}

// How many heads a module has.
export function headsOf(module) {
  return module.readoutBias.length / 2;
}

// How many heads a network has.
export function countHeads(network) {
  return network.modules.reduce((count, module) => count + headsOf(module), 0);
}

// Weights as the paper counts them: off-diagonal W^R, W^FF, readouts.
export function countWeights(network) {
  let count = 0;
  for (const module of network.modules) {
    const units = module.tau.length;
    const below = module.feedforward ? module.feedforward.length : 0;
    count += units * (units - 1) + below + module.readout.length;
  }
  return count;
}

// The same chain, its last module standing again and again until it answers for N = n. Never trained for that.
export function cloned(network, n) {
  const modules = network.modules.slice(0, n - network.nFirst + 1);
  const last = network.modules[network.modules.length - 1];
  while (modules.length < n - network.nFirst + 1) modules.push(last);
  return { ...network, modules };
}

// What runs: the weights in the form that a step reads, without the pathways that are cut.
export function prepared(module, cut = {}) {
  const units = module.tau.length;
  const upstream = module.feedforward ? module.feedforward.length / units : 0;
  const columns = units + upstream;
  const matrix = new Float64Array(units * columns);
  for (let i = 0; i < units; i++) {
    for (let j = 0; j < units; j++) {
      if (j !== i && !cut.recurrent) matrix[i * columns + j] = module.recurrent[i * units + j];
    }
    for (let j = 0; j < upstream; j++) {
      if (!cut.feedforward) matrix[i * columns + units + j] = module.feedforward[i * upstream + j];
    }
  }
  const input = Float64Array.from(module.input, (weight) => (cut.input ? 0 : weight));
  const rate = Float64Array.from(module.tau, (tau) => 1 / Math.max(tau, 1));
  return { units, upstream, matrix, input, bias: module.bias, rate, heads: headings(module) };
}

// Each head as one row: how far logit 1 is above logit 0 is direction . state + offset.
function headings(module) {
  const units = module.tau.length;
  const found = [];
  for (let head = 0; head < headsOf(module); head++) {
    const at = 2 * head * units;
    const direction = new Float64Array(units);
    for (let i = 0; i < units; i++) direction[i] = module.readout[at + units + i] - module.readout[at + i];
    found.push({ direction, offset: module.readoutBias[2 * head + 1] - module.readoutBias[2 * head] });
  }
  return found;
}

// One step of one module: fills `out` from its state, what it reads of the one upstream, and the bit.
export function advance(module, state, read, bit, equation, out) {
  const { units, upstream, matrix, input, bias, rate } = module;
  const columns = units + upstream;
  for (let i = 0; i < units; i++) {
    const row = i * columns;
    let drive = input[i] * bit + bias[i];
    for (let j = 0; j < units; j++) drive += matrix[row + j] * state[j];
    for (let j = 0; j < upstream; j++) drive += matrix[row + units + j] * read[j];
    out[i] = leaked(state[i], drive, rate[i], equation);
  }
}

function leaked(state, drive, rate, { slope, leak }) {
  if (leak === "inside") {
    const mixed = (1 - rate) * state + rate * drive;
    return mixed < 0 ? slope * mixed : mixed;
  }
  return (1 - rate) * state + rate * (drive < 0 ? slope * drive : drive);
}

// What a head answers to a state, 0 or 1.
export function answered(head, state) {
  let margin = head.offset;
  for (let i = 0; i < state.length; i++) margin += head.direction[i] * state[i];
  return margin > 0 ? 1 : 0;
}

// A network that runs: the state of every module, from a silent start.
export class Runner {
  constructor(network) {
    this.equation = { slope: network.slope, leak: network.leak, delay: network.delay };
    this.modules = [];
    this.states = [];
    this.next = [];
    this.held = new Set(); // places of modules whose state stands still
    this.replace(network.modules.map((module) => prepared(module)));
  }

  // Run with other modules from now on; those that were there keep their state.
  replace(modules) {
    this.modules = modules;
    for (let m = 0; m < modules.length; m++) {
      if (this.states[m]?.length === modules[m].units) continue;
      this.states[m] = new Float64Array(modules[m].units);
      this.next[m] = new Float64Array(modules[m].units);
    }
    this.states.length = modules.length;
    this.next.length = modules.length;
  }

  // Take in one bit.
  step(bit) {
    const upstream = this.equation.delay === 0 ? this.next : this.states;
    for (let m = 0; m < this.modules.length; m++) {
      if (this.held.has(m)) this.next[m].set(this.states[m]);
      else advance(this.modules[m], this.states[m], upstream[m - 1], bit, this.equation, this.next[m]);
    }
    [this.states, this.next] = [this.next, this.states];
  }

  // What every head answers now, 0 or 1.
  answers() {
    const found = [];
    this.modules.forEach((module, m) => {
      for (const head of module.heads) found.push(answered(head, this.states[m]));
    });
    return found;
  }
}

// What a network does on bits (as text): the state of every module and the answer of every head, step by step.
export function run(network, bits) {
  const runner = new Runner(network);
  const activity = [];
  const answers = [];
  for (const bit of bits) {
    runner.step(Number(bit));
    activity.push(runner.states.map((state) => Array.from(state)));
    answers.push(runner.answers());
  }
  return { activity, answers };
}
