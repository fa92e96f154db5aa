// One network on the stream of bits: what it is now, and what its heads answered lately.
import { Runner, answered, countHeads, headsOf, prepared } from "./network.js";

export const ANSWER = 1; // a head's mark at one step: what it answered,
export const ASKED = 2; // whether it has seen its N bits, and been there long enough,
export const WRONG = 4; // whether it is wrong
export const REMEMBERED = 600; // steps
const WINDOW = 300; // steps over which answers are counted
const SETTLES = 5; // steps that a module takes to forget its silent start, once it is told what is right

export class Track {
  constructor(network) {
    this.columns = []; // marks of all heads, a column for each step; a ring
    this.steps = 0;
    this.watched = null; // the head whose states of either answer are kept
    this.kept = [null, null];
    this.readyAt = []; // of each head, the step from which it can know: silence ends a module a step
    this.peak = []; // of each module, the activity that is drawn as the darkest
    this.take(network);
    this.runner = new Runner(network);
  }

  // Run another network from now on, or the same with other weights.
  take(network) {
    this.network = network;
    this.heads = countHeads(network);
    const before = this.readyAt.length;
    for (let head = before; head < this.heads; head++) {
      this.readyAt.push(this.steps ? this.steps + head - before + SETTLES : 0);
    }
    this.readyAt.length = this.heads;
    this.ready = new Map();
    this.effective = network.modules.map((module) => {
      if (!this.ready.has(module)) this.ready.set(module, prepared(module));
      return this.ready.get(module);
    });
    this.runner?.replace(this.effective);
  }

  // Disturb it: `onto(module, m)` gives the module at place m as it shall be, `cuts` the pathways cut off.
  disturb(onto, cuts, held) {
    this.effective = this.network.modules.map((module, m) => {
      const noisy = onto ? onto(module, m) : module;
      const isItself = noisy === module && !cuts.has(m);
      return isItself ? this.ready.get(module) : prepared(noisy, cuts.get(m));
    });
    this.runner.replace(this.effective);
    this.runner.held = held;
  }

  // The module that has a head, and the head's place in it.
  placeOf(head) {
    let left = head;
    for (let m = 0; m < this.network.modules.length; m++) {
      const own = headsOf(this.network.modules[m]);
      if (left < own) return { m, head: left };
      left -= own;
    }
    return null;
  }

  // Take in a bit that `labels` has seen already. `planted`: a head that shall be made to err, or null.
  step(bit, labels, planted = null) {
    this.runner.step(bit);
    if (planted !== null) this.plant(planted, labels);
    const answers = this.runner.answers();
    const marks = new Uint8Array(answers.length);
    answers.forEach((answer, head) => {
      const n = this.network.nFirst + head;
      const isAsked = labels.asked(n) && this.steps >= this.readyAt[head];
      if (isAsked) marks[head] = ASKED | answer | (answer === labels.of(n) ? 0 : WRONG);
    });
    this.columns[this.steps % REMEMBERED] = marks;
    this.steps += 1;
    this.keepStates(answers);
    this.runner.states.forEach((state, m) => {
      this.peak[m] = Math.max(0.995 * (this.peak[m] ?? 0), ...state);
    });
  }

  // Put the module of a head into a state that it was in when the answer was the other one.
  plant(head, labels) {
    const n = this.network.nFirst + head;
    const place = this.placeOf(head);
    if (!place || !labels.asked(n)) return;
    const state = this.kept[1 - labels.of(n)];
    if (state && this.watched === head) this.runner.states[place.m].set(state);
  }

  watch(head) {
    if (this.watched !== head) this.kept = [null, null];
    this.watched = head;
  }

  keepStates(answers) {
    if (this.watched === null || this.watched >= answers.length) return;
    const { m, head } = this.placeOf(this.watched);
    const state = this.runner.states[m];
    const now = answered(this.effective[m].heads[head], state);
    if (this.kept[now]?.length !== state.length) this.kept[now] = state.slice();
    this.kept[now].set(state);
  }

  // The marks of all heads `age` steps ago; none where there are none.
  column(age) {
    return this.columns[(this.steps - 1 - age) % REMEMBERED] ?? [];
  }

  get remembered() {
    return Math.min(this.steps, REMEMBERED);
  }

  // By head, the share of right answers lately; null where there are none.
  sharesRight() {
    const asked = new Uint32Array(this.heads);
    const wrong = new Uint32Array(this.heads);
    for (let age = 0; age < Math.min(WINDOW, this.steps); age++) {
      const marks = this.column(age);
      for (let head = 0; head < marks.length && head < this.heads; head++) {
        asked[head] += (marks[head] & ASKED) / ASKED;
        wrong[head] += (marks[head] & WRONG) / WRONG;
      }
    }
    return Array.from(asked, (count, head) => (count ? 1 - wrong[head] / count : null));
  }
}
