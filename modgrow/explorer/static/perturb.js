// Noise on weights and time constants, equation 5 of the paper, as `modgrow/experiments/disturbance.py` has it:
// W + epsilon xi/||xi|| ||W||, Frobenius norms over the whole matrix of a module; tau only ever grows.
import { Random } from "./random.js";

export const NOISY = ["recurrent", "feedforward", "tau"];

function norm(values) {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

// Every entry of W^R but its diagonal, which takes no part.
function offDiagonal(values, name, units) {
  if (name !== "recurrent") return values;
  return values.map((value, k) => (k % (units + 1) === 0 ? 0 : value));
}

// xi/||xi|| ||W||: what an epsilon of one adds to a tensor of a module.
export function direction(module, name, xi) {
  const units = module.tau.length;
  const isTau = name === "tau";
  const value = Float64Array.from(module[name], (x) => (isTau ? Math.max(x, 1) : x));
  const drawn = Float64Array.from(xi, (x) => (isTau ? Math.abs(x) : x));
  const scale = norm(offDiagonal(value, name, units)) / norm(drawn);
  return offDiagonal(drawn, name, units).map((x) => x * scale);
}

// The same draw of noise for every module of a network, at whatever strength it is asked for.
export class Noise {
  constructor(seed) {
    this.seed = seed;
    this.known = new WeakMap(); // module -> "place/tensor" -> direction
  }

  direction(module, m, name) {
    if (!this.known.has(module)) this.known.set(module, new Map());
    const own = this.known.get(module);
    const key = `${m}/${name}`;
    if (!own.has(key)) {
      const random = new Random(this.seed, "noise", m, name);
      own.set(key, direction(module, name, Float64Array.from(module[name], () => random.normal())));
    }
    return own.get(key);
  }

  // The module at place m with noise of these strengths on it; itself where all are zero.
  onto(module, m, epsilons) {
    const noisy = { ...module };
    for (const name of NOISY) {
      if (!epsilons[name] || !module[name]) continue;
      const added = this.direction(module, m, name);
      const start = name === "tau" ? (x) => Math.max(x, 1) : (x) => x;
      noisy[name] = Float64Array.from(module[name], (x, k) => start(x) + epsilons[name] * added[k]);
    }
    return noisy;
  }
}
