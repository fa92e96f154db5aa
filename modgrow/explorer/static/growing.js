// A chain that grows in a worker, seen from the page: what came out so far, and its learning curve.

export class Growing {
  // `source`: the text of the worker; `heard(growing, message)` after each message.
  constructor(source, settings, heard) {
    this.settings = settings;
    this.modules = [];
    this.curve = []; // [updates, accuracy on the batches, place of the module]; null between two N
    this.solved = []; // {n, updates, seconds}
    this.isRunning = true;
    this.url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.worker = new Worker(this.url);
    this.worker.onmessage = ({ data }) => {
      this.hear(data);
      heard(this, data);
    };
    this.worker.postMessage(settings);
  }

  hear(message) {
    if (message.kind === "end") return this.stop();
    this.last = message;
    const place = message.n - 2;
    if (message.kind === "update") {
      if (place > this.curve.at(-1)?.[2]) this.curve.push([message.updates, null, place]);
      this.curve.push([message.updates, message.accuracy, place]);
    }
    this.modules[place] = message.module;
    if (message.kind === "test" && message.nSolved === message.n) {
      this.solved.push({ n: message.n, updates: message.updates, seconds: message.seconds });
    }
  }

  stop() {
    this.isRunning = false;
    this.worker.terminate();
    URL.revokeObjectURL(this.url);
  }

  // The chain as it is now, for the page to run.
  get network() {
    const { units, slope, seed } = this.settings;
    const title = `grown here, ${units} units, seed ${seed}`;
    const equation = { slope, leak: "outside", delay: 1, task: "parity", nFirst: 2 };
    return { name: "live", title, family: "modular", units, ...equation, modules: [...this.modules] };
  }

  // What was solved last.
  solvedInWords() {
    const { n, updates, seconds } = this.solved.at(-1);
    return `N = ${n} solved after ${updates.toLocaleString("en")} updates, ${seconds.toFixed(1)} s.`;
  }

  // Whether the newest module is still in training.
  get isLearning() {
    return this.isRunning && this.solved.length < this.modules.length;
  }
}
