// The worker that grows a chain while the page goes on: settings in, modules and accuracies out.
import { Curriculum } from "./grow.js";

const SAY_EVERY = 20; // updates

// Grow until the largest N that was asked for; the page ends it sooner by ending the worker.
function growAndTell({ data: settings }) {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const curriculum = new Curriculum(settings);
  let right = [];
  const seen = (step) => {
    right.push(step.accuracy);
    if (right.length < SAY_EVERY) return;
    const accuracy = right.reduce((sum, value) => sum + value, 0) / right.length;
    const { n, updates, newest } = curriculum;
    self.postMessage({ kind: "update", n, updates, accuracy, module: newest, seconds: seconds() });
    right = [];
  };
  while (!curriculum.finished) {
    const told = curriculum.untilTest(seen);
    right = [];
    self.postMessage({ kind: "test", ...told, module: curriculum.newest, seconds: seconds() });
  }
  self.postMessage({ kind: "end", nSolved: curriculum.nSolved, seconds: seconds() });
}

self.onmessage = growAndTell;
