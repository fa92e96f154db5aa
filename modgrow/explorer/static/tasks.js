// What is right: the answer that head N should give after every bit, for the tasks of `modgrow/tasks`.

export class Labels {
  constructor(task) {
    this.task = task;
    this.bits = [];
    this.ones = [0]; // how many ones there were, modulo 2, before each step
  }

  push(bit) {
    this.bits.push(bit);
    this.ones.push(this.ones[this.ones.length - 1] ^ bit);
  }

  // Whether head n has seen its n bits.
  asked(n) {
    return this.bits.length >= n;
  }

  // The right answer of head n to the bits so far; for n bits or more.
  of(n) {
    const now = this.bits.length;
    if (this.task === "match") return this.bits[now - 1] === this.bits[now - n] ? 1 : 0;
    return this.ones[now] ^ this.ones[now - n];
  }
}

// The question of a task, in words.
export function question(task) {
  if (task === "match") return "is the newest bit the same as the one N − 1 steps before?";
  return "is the number of ones among the last N bits odd?";
}
