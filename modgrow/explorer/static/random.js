// Random numbers that follow from a seed and a purpose, as `modgrow/streams.py` has them: the same page, the
// same seed, the same network. (The numbers themselves are others than Python's.)

// A 32-bit hash of a text (FNV-1a, then mixed).
function hashed(text, start) {
  let hash = start;
  for (let k = 0; k < text.length; k++) {
    hash = Math.imul(hash ^ text.charCodeAt(k), 16777619);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return (hash ^ (hash >>> 16)) >>> 0;
}

// A generator (sfc32) for one purpose of one seed.
export class Random {
  constructor(seed, ...purpose) {
    const label = [seed, ...purpose].join("/");
    this.a = hashed(label, 2166136261);
    this.b = hashed(label, 374761393);
    this.c = hashed(label, 668265263);
    this.counter = 1;
    for (let k = 0; k < 15; k++) this.next();
  }

  // 32 random bits.
  next() {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  // U(0, 1).
  uniform() {
    return (this.next() + 0.5) / 4294967296;
  }

  // A whole number from `low` to `high`, both included.
  integer(low, high) {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  // Standard Gaussian (Box and Muller).
  normal() {
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}
