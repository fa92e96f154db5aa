// The state of the page: the stream of bits, the networks on it, and what is done to them.
import { cloned } from "./network.js";
import { Noise, NOISY } from "./perturb.js";
import { Random } from "./random.js";
import { Labels } from "./tasks.js";
import { Track } from "./track.js";

export const LARGEST_N = 1000;
const PLANT_EVERY = 30; // steps

// Chains of the page, flat networks, and the chain built by hand, from what is written in it.
export function sorted(networks) {
  const exact = networks.find((network) => network.name === "exact_modular");
  const exactFlat = networks.find((network) => network.name === "exact_flat");
  const trained = networks.filter((network) => network !== exact && network !== exactFlat);
  const chains = trained.filter((network) => network.family === "modular");
  const flats = trained.filter((network) => network.family === "flat");
  return { chains: chains.length ? chains : [exact], flats: flats.length ? flats : [exactFlat], exact };
}

export class App {
  constructor({ chains, flats, exact }) {
    Object.assign(this, { chains, flats, exact });
    this.random = new Random(0, "bits");
    this.density = 0.5;
    this.queue = []; // bits that were typed
    this.playsOnlyQueue = false;
    this.plants = true;
    this.epsilons = Object.fromEntries(NOISY.map((name) => [name, 0]));
    this.noiseSeed = 0;
    this.cuts = new Map(); // place of a module -> pathways cut off
    this.held = new Set();
    this.selected = 4; // place of a module, from 0
    this.untilN = 0; // clones stand up to this N; 0: none
    this.show(chains[0], this.partner(chains[0]));
  }

  // The flat network whose weights come nearest to those of a chain at N = 30, as the paper pairs them.
  partner(chain) {
    const weights = ({ family, units }) =>
      family === "flat" ? units * (units - 1) + 58 * units : 29 * units * (units - 1) + 28 * units ** 2 + 58 * units;
    const distance = (flat) => Math.abs(Math.log(weights(flat) / weights(chain)));
    const alike = this.flats.filter((flat) => flat.task === chain.task);
    return (alike.length ? alike : this.flats).reduce((a, b) => (distance(b) < distance(a) ? b : a));
  }

  // Another chain, beside a flat network and the exact one, from a silent start.
  show(chain, flat) {
    this.chain = chain;
    this.flat = flat;
    this.untilN = 0;
    this.cuts.clear();
    this.held.clear();
    this.selected = Math.min(this.selected, chain.modules.length - 1);
    this.restart();
  }

  restart() {
    this.labels = new Labels(this.chain.task);
    this.tracks = {
      chain: new Track(this.longChain()),
      flat: new Track(this.flat),
      exact: new Track(cloned(this.exact, this.longestN())),
    };
    this.disturb();
  }

  // The largest N of the chain as it stands.
  longestN() {
    return Math.max(this.chain.nFirst + this.chain.modules.length - 1, this.untilN);
  }

  longChain() {
    return cloned(this.chain, this.longestN());
  }

  // Let clones of the last module stand up to N = n; all that runs goes on.
  clone(n) {
    this.untilN = n;
    this.tracks.chain.take(this.longChain());
    this.tracks.exact.take(cloned(this.exact, this.longestN()));
    this.forgetMissing();
    this.disturb();
  }

  // What was done to modules that are no more.
  forgetMissing() {
    const count = this.tracks.chain.network.modules.length;
    this.selected = Math.min(this.selected, count - 1);
    for (const m of [...this.cuts.keys(), ...this.held]) {
      if (m < count) continue;
      this.cuts.delete(m);
      this.held.delete(m);
    }
  }

  // Other weights of the chain, or one more module: what is being trained.
  renew(chain) {
    this.chain = chain;
    this.tracks.chain.take(this.longChain());
    this.tracks.exact.take(cloned(this.exact, this.longestN()));
    this.disturb();
  }

  // Noise on all networks alike; cuts and a standing state on the chain and, alike, on the exact one.
  disturb() {
    const isNoisy = NOISY.some((name) => this.epsilons[name] > 0);
    for (const [name, track] of Object.entries(this.tracks)) {
      const noise = new Noise(`${this.noiseSeed}/${name}`);
      const onto = isNoisy ? (module, m) => noise.onto(module, m, this.epsilons) : null;
      const isChain = name !== "flat";
      track.disturb(onto, isChain ? this.cuts : new Map(), isChain ? this.held : new Set());
    }
    this.watch();
  }

  select(m) {
    this.selected = m;
    this.watch();
  }

  watch() {
    const head = this.selected;
    const n = this.chain.nFirst + head;
    for (const track of Object.values(this.tracks)) {
      const own = n - track.network.nFirst;
      track.watch(own >= 0 && own < track.heads ? own : null);
    }
  }

  // Cut a pathway of the selected module, or join it again.
  cut(pathway, isCut) {
    const own = { ...this.cuts.get(this.selected), [pathway]: isCut };
    if (Object.values(own).some(Boolean)) this.cuts.set(this.selected, own);
    else this.cuts.delete(this.selected);
    this.disturb();
  }

  // Let the state of the selected module stand still, or move again.
  hold(isHeld) {
    if (isHeld) this.held.add(this.selected);
    else this.held.delete(this.selected);
    this.disturb();
  }

  // Everything as it was trained.
  mend() {
    for (const name of NOISY) this.epsilons[name] = 0;
    this.cuts.clear();
    this.held.clear();
    this.disturb();
  }

  // Plant a wrong answer of the selected module with the next bit, in all three networks.
  plant() {
    this.planted = true;
  }

  // Bits as text: they come next, one a step. Letters that are no bits are passed over.
  feed(text) {
    for (const letter of text) if (letter === "0" || letter === "1") this.queue.push(Number(letter));
  }

  // One step of all networks.
  step() {
    const bit = this.queue.length ? this.queue.shift() : Number(this.random.uniform() < this.density);
    this.labels.push(bit);
    const isDue = this.plants && this.labels.bits.length % PLANT_EVERY === 0;
    const plants = this.planted || isDue;
    this.planted = false;
    for (const track of Object.values(this.tracks)) {
      track.step(bit, this.labels, plants ? track.watched : null);
    }
  }
}
