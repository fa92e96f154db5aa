// A chain that grows in a worker, seen from the page: what came out so far, and its learning curve.

export class Growing {
  // `source`: the text of the worker; `heard(growing, message)` after each message.
  constructor(source, settings, heard) {
    this.settings = settings;
    this.modules = [];
    this.curve = []; // [updates, accuracy], null between one N and the next
    this.solved = []; // {n, updates, seconds}
    this.tests = 0;
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
    this.last = message;
    if (message.kind === "end") return this.stop();
    const place = message.n - 2;
    if (place > this.curve.at?.(-1)?.[2]) this.curve.push([message.updates, null, place]);
    this.curve.push([message.updates, message.accuracy, place]);
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

  // Whether the newest module is still in training.
  get isLearning() {
    return this.isRunning && this.solved.length < this.modules.length;
  }
}
