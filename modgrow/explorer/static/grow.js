// The curriculum: train the newest N, test, and grow when all is solved, as `modgrow/learning/curriculum.py`.
//
// The paper's settings but for two: a test comes after every 100 updates instead of 500, so that a solved N is
// seen sooner, and there are fewer sequences in the pool and in the test, so that a telephone can hold them.
import { born } from "./birth.js";
import { Trainer } from "./gradient.js";
import { prepared } from "./network.js";
import { countRight, finalLabels, lengths, Pool, states } from "./pool.js";
import { Random } from "./random.js";

export const SETTINGS = {
  units: 10,
  seed: 1,
  nMax: 12,
  learningRate: 0.2,
  momentum: 0.1,
  clipNorm: 2.0,
  slope: 0.01,
  batchSize: 256,
  updatesPerTest: 100,
  testBatches: 24,
  threshold: 0.98,
  nFirst: 2,
  mostNumbers: 15e6, // in the pools: 60 MB
  mostUpdates: 30000,
  policy: {
    input: "copy train",
    recurrent: "copy train",
    feedforward: "copy train",
    bias: "copy train",
    tau: "copy train",
    readout: "random train",
  },
};

// How many training batches fit into memory, beside those of the test.
function poolBatches({ mostNumbers, nMax, batchSize, units, testBatches }) {
  const each = (4 * nMax + 1) * batchSize * units;
  return Math.min(100, Math.max(12, Math.floor(mostNumbers / each) - testBatches));
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// A chain and its way through the curriculum.
export class Curriculum {
  constructor(given) {
    const settings = { ...SETTINGS, ...given };
    const { seed, units, nMax, batchSize } = settings;
    this.settings = settings;
    this.pool = new Pool("training", seed, poolBatches(settings), units, nMax, batchSize);
    this.test = new Pool("test", seed, settings.testBatches, units, nMax, batchSize);
    this.random = new Random(seed, "updates");
    this.frozen = []; // of each older head: the share of right answers by test batch and step
    this.modules = [];
    this.updates = 0;
    this.nSolved = settings.nFirst - 1;
    this.grow();
  }

  // N of the newest head.
  get n() {
    return this.settings.nFirst + this.modules.length - 1;
  }

  get newest() {
    return this.modules[this.modules.length - 1];
  }

  get finished() {
    return this.nSolved >= this.settings.nMax || this.updates >= this.settings.mostUpdates;
  }

  grow() {
    const { policy, units, seed } = this.settings;
    const { module, trains } = born(this.newest, policy, units, seed, this.n + 1);
    this.modules.push(module);
    this.trains = trains;
    this.trainer = new Trainer(module, trains, this.settings);
  }

  // Where another module comes, the newest will not change again.
  freeze() {
    const { slope } = this.settings;
    this.pool.extend(this.newest, slope);
    this.test.extend(this.newest, slope);
    this.frozen.push(this.test.bits.map((_, index) => this.sharesRight(index)));
  }

  sharesRight(index) {
    const { units, batchSize } = this.settings;
    const [head] = prepared(this.newest).heads;
    const batch = { bits: this.test.bits[index], sequences: batchSize };
    const shares = new Float64Array(this.test.length + 1);
    for (let t = this.n; t <= this.test.length; t++) {
      shares[t] = countRight(head, this.test.activity[index], t, units, batch, this.n) / batchSize;
    }
    return shares;
  }

  // One update on the newest N.
  update() {
    const steps = this.random.integer(...lengths(this.n));
    const batch = this.pool.batch(this.random.integer(0, this.pool.bits.length - 1), steps, this.random);
    batch.labels = finalLabels(batch.bits, steps, batch.sequences, this.n);
    this.updates += 1;
    return this.trainer.learn(batch);
  }

  // Accuracy of every head on held-out sequences, the newest last.
  accuracies() {
    const random = new Random(this.settings.seed, "test", this.updates);
    const steps = this.test.bits.map(() => random.integer(...lengths(this.n)));
    const older = this.frozen.map((shares) => mean(shares.map((own, index) => own[steps[index]])));
    return [...older, mean(steps.map((length, index) => this.ofNewest(index, length, random)))];
  }

  ofNewest(index, steps, random) {
    const { slope, units, batchSize } = this.settings;
    const batch = this.test.batch(index, steps, random);
    const out = new Float32Array((steps + 1) * units * batchSize);
    const activity = states(this.newest, batch, slope, out);
    const [head] = prepared(this.newest).heads;
    return countRight(head, activity, steps, units, batch, this.n) / batchSize;
  }

  // Train until the next test, and see whether N is solved. `seen` hears of every update.
  untilTest(seen = () => {}) {
    if (this.nSolved === this.n) {
      this.freeze();
      this.grow();
    }
    for (let k = 0; k < this.settings.updatesPerTest; k++) seen(this.update());
    const accuracies = this.accuracies();
    const { threshold } = this.settings;
    const newest = accuracies[accuracies.length - 1];
    const older = accuracies.length > 1 ? mean(accuracies.slice(0, -1)) : 1;
    if (newest > threshold && older > threshold) this.nSolved = this.n;
    return { n: this.n, updates: this.updates, nSolved: this.nSolved, accuracy: newest, older };
  }
}
