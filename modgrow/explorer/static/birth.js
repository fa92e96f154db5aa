// How a new module is born, as `modgrow/model/growth.py` has it: per pathway a birth and what follows.
import { Random } from "./random.js";
import { PATHWAYS } from "./gradient.js";

// U(-bound, bound), so many of them.
function drawn(random, count, bound) {
  return Float32Array.from({ length: count }, () => (2 * random.uniform() - 1) * bound);
}

// The bias is one draw for each pathway into the unit, as if each were a linear map with a bias of its own.
function drawnBias(random, units, bound, isFirst) {
  const bounds = isFirst ? [1, bound] : [1, bound, bound];
  const parts = bounds.map((each) => drawn(random, units, each));
  return Float32Array.from({ length: units }, (_, i) => parts.reduce((sum, part) => sum + part[i], 0));
}

// Fresh values of one pathway: U(-s, s) with s = 1/sqrt(fan in), tau from U(1, 2).
function fresh(pathway, units, seed, n, isFirst) {
  const random = new Random(seed, "birth", n, pathway);
  const bound = 1 / Math.sqrt(units);
  if (pathway === "input") return { input: drawn(random, units, 1) };
  if (pathway === "tau") return { tau: drawn(random, units, 0.5).map((x) => 1.5 + x) };
  if (pathway === "bias") return { bias: drawnBias(random, units, bound, isFirst) };
  if (pathway === "feedforward") return { feedforward: isFirst ? null : drawn(random, units * units, bound) };
  if (pathway === "recurrent") return { recurrent: withoutDiagonal(drawn(random, units * units, bound), units) };
  return { readout: drawn(random, 2 * units, bound), readoutBias: drawn(random, 2, bound) };
}

function withoutDiagonal(matrix, units) {
  return matrix.map((value, k) => (k % (units + 1) === 0 ? 0 : value));
}

// Values of a pathway that the donor, the module upstream, has too.
function inherited(birth, drawnValues, donor) {
  const values = {};
  for (const [name, value] of Object.entries(drawnValues)) {
    if (birth === "copy") values[name] = donor[name].slice();
    else if (birth === "zero") values[name] = value.map(() => (name === "tau" ? 1 : 0));
    else values[name] = value;
  }
  return values;
}

// The module for N = n, and the pathways of it that train. `policy` says for each pathway "copy train",
// "random train", "copy freeze" or "zero freeze"; the first module that owns one draws and trains it.
export function born(donor, policy, units, seed, n) {
  let module = {};
  const trains = [];
  for (const pathway of Object.keys(PATHWAYS)) {
    const values = fresh(pathway, units, seed, n, !donor);
    const [birth, then] = policy[pathway].split(" ");
    const owned = values[Object.keys(values)[0]] !== null;
    const isFirst = !donor || !donor[PATHWAYS[pathway][0]];
    module = { ...module, ...(isFirst || !owned ? values : inherited(birth, values, donor)) };
    if (owned && (isFirst || then === "train")) trains.push(pathway);
  }
  return { module, trains };
}
