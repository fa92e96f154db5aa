// The controls of the page: what each does to the app, and what stands beside it.
import { LARGEST_N } from "./app.js";
import { countWeights } from "./network.js";
import { NOISY } from "./perturb.js";

export const element = (id) => document.getElementById(id);

// A slider's place, 0 to 100, as a strength: 0, then geometric from 0.01 to 3.
function strength(place) {
  return place > 0 ? 0.01 * 300 ** ((place - 1) / 99) : 0;
}

// A slider's place, 0 to 100, as the largest N of the clones: that of the chain itself, then geometric.
function cloneN(place, own) {
  if (place >= 100) return LARGEST_N;
  return Math.round(own * (LARGEST_N / own) ** (place / 100));
}

// Say a slider's value beside it, and to who hears the page.
function say(id, words) {
  element(`${id}-value`).textContent = words;
  element(id).setAttribute("aria-valuetext", words);
}

function on(id, event, act) {
  element(id).addEventListener(event, act);
}

export class Controls {
  // `page`: what `main.js` lends to it: app, isPlaying, play(), changed(), grow(), stopGrowing(), told().
  constructor(page) {
    this.page = page;
    this.app = page.app;
    this.bindRun();
    this.bindNetworks();
    this.bindNoise();
    this.bindModule();
    this.bindGrowth();
    this.listNetworks();
    this.renew();
  }

  bindRun() {
    const { app, page } = this;
    on("play", "click", () => page.play(!page.isPlaying));
    on("step", "click", () => this.stepOnce());
    on("zero", "click", () => this.stepOnce("0"));
    on("one", "click", () => this.stepOnce("1"));
    on("plant", "click", () => app.plant());
    on("plants", "change", ({ target }) => {
      app.plants = target.checked;
      this.renew();
    });
    on("feed", "click", () => this.feed());
    on("speed", "input", () => this.renew());
    on("density", "input", ({ target }) => {
      app.density = Number(target.value);
      this.renew();
    });
    on("first", "input", () => this.renew());
  }

  // One step, of a bit that is given or of the next one; who takes single steps wants no others between.
  stepOnce(bit = "") {
    this.page.play(false);
    if (bit) this.app.queue.unshift(Number(bit));
    this.app.step();
    this.page.changed();
  }

  feed() {
    const text = element("bits").value;
    const count = text.replace(/[^01]/g, "").length;
    const others = text.replace(/[01\s]/g, "").length;
    this.app.feed(text);
    const left = others ? ` Letters passed over: ${others}.` : "";
    this.page.told(count ? `Bits of your own that are next: ${count}.${left}` : "Type some 0 and 1 first.");
    this.page.changed();
  }

  bindNetworks() {
    const choose = () => {
      const chains = this.page.chains();
      const chain = chains[element("chain-choice").selectedIndex];
      const flat = this.app.flats[element("flat-choice").selectedIndex];
      this.app.show(chain, flat);
      element("clones").value = 0;
      this.renew();
    };
    on("chain-choice", "change", () => {
      const chain = this.page.chains()[element("chain-choice").selectedIndex];
      element("flat-choice").selectedIndex = this.app.flats.indexOf(this.app.partner(chain));
      choose();
    });
    on("flat-choice", "change", choose);
    on("clones", "input", ({ target }) => {
      const n = cloneN(Number(target.value), this.ownN());
      this.app.clone(Number(target.value) ? n : 0);
      this.renew();
    });
  }

  ownN() {
    return this.app.chain.nFirst + this.app.chain.modules.length - 1;
  }

  bindNoise() {
    for (const name of NOISY) {
      on(`noise-${name}`, "input", ({ target }) => {
        this.app.epsilons[name] = strength(Number(target.value));
        this.app.disturb();
        this.renew();
      });
    }
    on("redraw", "click", () => {
      this.app.noiseSeed += 1;
      this.app.disturb();
      this.page.changed();
    });
  }

  bindModule() {
    const { app } = this;
    on("module", "change", ({ target }) => this.select(Number(target.value) - app.chain.nFirst));
    for (const pathway of ["recurrent", "feedforward", "input"]) {
      on(`cut-${pathway}`, "change", ({ target }) => {
        app.cut(pathway, target.checked);
        this.page.changed();
      });
    }
    on("hold", "change", ({ target }) => {
      app.hold(target.checked);
      this.page.changed();
    });
    on("mend", "click", () => {
      app.mend();
      for (const name of NOISY) element(`noise-${name}`).value = 0;
      this.renew();
    });
  }

  // Another module, by its place; the nearest that is there.
  select(m) {
    const last = this.app.tracks.chain.network.modules.length - 1;
    this.app.select(Math.min(Math.max(Number.isFinite(m) ? Math.round(m) : 0, 0), last));
    this.renew();
  }

  bindGrowth() {
    for (const id of ["grow-units", "grow-rate"]) on(id, "input", () => this.renew());
    on("grow", "click", () => this.page.grow(this.growth()));
    on("grow-now", "click", () => this.page.grow(this.growth()));
    on("grow-stop", "click", () => this.page.stopGrowing());
  }

  // What the growth controls ask for.
  growth() {
    const value = (id) => element(`grow-${id}`).value;
    const policy = { recurrent: value("recurrent"), feedforward: value("feedforward"), readout: "random train" };
    for (const pathway of ["input", "bias", "tau"]) policy[pathway] = value("rest");
    return {
      policy,
      units: Number(value("units")),
      learningRate: Number(value("rate")),
      nMax: Number(value("n")),
      seed: Number(value("seed")) || 0,
    };
  }

  // The networks to choose from, as they are now.
  listNetworks() {
    const options = (networks) =>
      networks.map(({ title }) => Object.assign(document.createElement("option"), { textContent: title }));
    element("chain-choice").replaceChildren(...options(this.page.chains()));
    element("flat-choice").replaceChildren(...options(this.app.flats));
    this.renew();
  }

  // Everything beside the controls, as it is now.
  renew() {
    const { app } = this;
    element("plants").checked = app.plants;
    element("planting").hidden = !app.plants;
    say("speed", element("speed").value);
    say("density", app.density.toFixed(2));
    say("grow-units", element("grow-units").value);
    say("grow-rate", element("grow-rate").value);
    for (const name of NOISY) {
      const epsilon = app.epsilons[name];
      say(`noise-${name}`, epsilon ? epsilon.toPrecision(2) : "0");
    }
    say("clones", app.longestN().toLocaleString("en"));
    element("chain-choice").selectedIndex = this.page.chains().indexOf(this.page.chosen());
    element("flat-choice").selectedIndex = app.flats.indexOf(app.flat);
    this.renewModule();
    this.renewRows();
    this.page.changed();
  }

  renewModule() {
    const { app } = this;
    const cut = app.cuts.get(app.selected) ?? {};
    element("module").min = app.chain.nFirst;
    element("module").max = app.longestN();
    element("module").value = app.chain.nFirst + app.selected;
    for (const pathway of ["recurrent", "feedforward", "input"]) {
      element(`cut-${pathway}`).checked = Boolean(cut[pathway]);
    }
    element("cut-feedforward").disabled = app.selected === 0;
    element("hold").checked = app.held.has(app.selected);
  }

  renewRows() {
    const { app } = this;
    const last = Math.max(app.tracks.chain.network.modules.length - this.page.rows(), 0);
    element("first").max = last;
    element("first").disabled = last === 0;
    say("first", String(app.chain.nFirst + Number(element("first").value)));
  }
}

// Of a network, in words: how many weights, and how many answers were right lately.
export function inWords(track) {
  const weights = countWeights(track.network).toLocaleString("en");
  const shares = track.sharesRight().filter((share) => share !== null);
  if (!shares.length) return `${weights} weights`;
  const right = (100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length;
  const last = track.network.nFirst + track.heads - 1;
  const { title, nFirst } = track.network;
  return `${title}: ${weights} weights, N = ${nFirst} to ${last.toLocaleString("en")}, ${right.toFixed(1)} % right`;
}
