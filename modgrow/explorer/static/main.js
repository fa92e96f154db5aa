// The page: time, drawing, and growth in a worker.
import { App, sorted } from "./app.js";
import { ChainView, rowsIn } from "./chain_view.js";
import { drawChart } from "./chart.js";
import { readColours } from "./colours.js";
import { Controls, element, inWords } from "./controls.js";
import { Trainer } from "./gradient.js";
import { Curriculum, SETTINGS } from "./grow.js";
import { Growing } from "./growing.js";
import { cloned, countHeads, decoded, run } from "./network.js";
import { drawOverview } from "./overview.js";
import { direction } from "./perturb.js";
import { question } from "./tasks.js";
import { drawWeights } from "./weights_view.js";

const FILLED = 320; // steps before the first picture
const MOST_STEPS = 20; // of one picture
const NARROW = 720; // pixels: a telephone, where what is asked for less begins folded up

class Page {
  constructor(networks) {
    this.app = new App(sorted(networks));
    this.growing = null;
    this.live = null; // the chain that was grown here, as it is now
    this.isPlaying = false;
    this.due = 0; // steps that time has brought, and that were not yet made
    this.before = performance.now();
    this.toldAt = 0;
    this.colours = readColours();
    this.view = new ChainView(element("chain"));
    for (let step = 0; step < FILLED; step++) this.app.step();
    this.controls = new Controls(this);
    this.bindWindow();
    if (innerWidth < NARROW) for (const part of document.querySelectorAll("details.more")) part.open = false;
    this.play(!matchMedia("(prefers-reduced-motion: reduce)").matches);
    this.changed();
    requestAnimationFrame((now) => this.frame(now));
  }

  bindWindow() {
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = readColours();
      this.changed();
    });
    addEventListener("resize", () => this.controls.renew());
    element("chain").addEventListener("click", ({ offsetY }) => {
      const row = this.view.rowAt(offsetY);
      if (row >= 0) this.controls.select(row + this.first());
    });
  }

  // What the chain can be chosen from: those in the page, and the one that was grown.
  chains() {
    return this.live ? [...this.app.chains, this.live] : this.app.chains;
  }

  chosen() {
    return this.app.chain.name === "live" ? this.live : this.app.chain;
  }

  rows() {
    return rowsIn(element("chain"));
  }

  first() {
    return Number(element("first").value);
  }

  play(isPlaying) {
    this.isPlaying = isPlaying;
    element("play").textContent = isPlaying ? "Pause" : "Play";
    this.before = performance.now();
    this.due = 0;
  }

  // Something is to be drawn anew.
  changed() {
    this.isStale = true;
  }

  told(words) {
    element("events").textContent = words;
  }

  frame(now) {
    if (this.isPlaying) {
      this.due += ((now - this.before) / 1000) * Number(element("speed").value);
      const steps = Math.min(Math.floor(this.due), MOST_STEPS);
      this.due = this.due > MOST_STEPS ? 0 : this.due - steps;
      for (let step = 0; step < steps; step++) this.app.step();
      if (steps) this.changed();
    }
    this.before = now;
    if (this.isStale) this.draw(now);
    requestAnimationFrame((next) => this.frame(next));
  }

  draw(now) {
    this.isStale = false;
    const { app, colours, growing } = this;
    const isLive = app.chain.name === "live";
    const newest = isLive && growing.isLearning ? app.chain.modules.length - 1 : -1;
    this.view.draw({
      track: app.tracks.chain,
      bits: app.labels.bits,
      first: this.first(),
      selected: app.selected,
      trained: app.chain.modules.length,
      cuts: app.cuts,
      held: app.held,
      newest,
      colours,
    });
    for (const [name, track] of Object.entries(app.tracks)) {
      drawOverview(element(`${name}-all`), track, colours);
    }
    drawWeights(element("weights"), app.tracks.chain.effective[app.selected], colours);
    if (now - this.toldAt > 500 || !this.isPlaying) this.tell(now);
  }

  // What is read rather than seen, twice a second: numbers, and what pictures show in words.
  tell(now) {
    this.toldAt = now;
    const { app, colours } = this;
    element("question").textContent = question(app.chain.task);
    element("chain-name").textContent = app.chain.title;
    const bits = app.labels.bits;
    const next = app.queue.length ? `, then ${app.queue.length} bits of your own` : "";
    element("state").textContent = `step ${bits.length.toLocaleString("en")}${next}`;
    const lines = [];
    for (const [name, track] of Object.entries(app.tracks)) {
      const words = inWords(track);
      element(`${name}-told`).textContent = words;
      element(`${name}-all`).setAttribute("aria-label", `All heads and units: ${words}`);
      const points = track.sharesRight().map((share, head) => [track.network.nFirst + head, share]);
      const dash = name === "exact" ? [6, 4] : [];
      lines.unshift({ points, colour: colours[name], dash });
    }
    element("chain").setAttribute("aria-label", `The chain of modules: ${inWords(app.tracks.chain)}`);
    element("shares").setAttribute("aria-label", `Right answers by N: ${this.sharesInWords()}`);
    const flatN = app.flat.nFirst + app.tracks.flat.heads - 1;
    const chart = { lines, from: 2, to: Math.max(app.longestN(), flatN, 3), lowest: 0.4, words: "N" };
    drawChart(element("shares"), chart, colours);
  }

  sharesInWords() {
    return Object.values(this.app.tracks).map(inWords).join("; ");
  }

  // Grow a chain from nothing in a worker, and show it as it grows. No errors are planted meanwhile: those
  // that are seen are its own.
  grow(settings) {
    this.growing?.stop();
    const source = element("worker").textContent.replaceAll("<\\/", "</");
    const told = (growing, message) => this.heard(growing, message);
    this.growing = new Growing(source, { ...settings, slope: SETTINGS.slope }, told);
    this.isFirst = true;
    this.app.plants = false;
    element("growth").hidden = false;
    element("grow-stop").disabled = false;
    this.told("A chain begins with one module and N = 2.");
  }

  stopGrowing() {
    this.growing.stop();
    element("grow-stop").disabled = true;
    this.told("Growth was stopped. The chain goes on running as it is.");
    this.changed();
  }

  heard(growing, message) {
    if (growing !== this.growing) return;
    if (message.kind === "end") this.endOfGrowth(message);
    else this.showGrowth(growing.network);
    if (message.kind === "test" && message.nSolved === message.n) this.told(growing.solvedInWords());
    this.drawCurve();
    this.changed();
  }

  endOfGrowth({ nSolved, seconds }) {
    element("grow-stop").disabled = true;
    const range = nSolved > 1 ? `N = 2 to ${nSolved} solved` : "Nothing was solved";
    this.told(`${range} in ${seconds.toFixed(1)} s. The chain goes on running here; plant an error, or clone its last module.`);
  }

  // The page runs the chain with the weights of this moment, and follows it to its newest module.
  showGrowth(network) {
    const { app, controls } = this;
    const wasShown = !this.isFirst && app.chain.name === "live";
    const follows = this.isFirst || (wasShown && app.selected === app.chain.modules.length - 1);
    const isNew = this.isFirst || network.modules.length !== this.live.modules.length;
    this.live = network;
    if (this.isFirst) app.show(network, app.partner(network));
    else if (wasShown) app.renew(network);
    if (this.isFirst) element("clones").value = 0;
    if (isNew && follows) this.follow();
    if (this.isFirst) controls.listNetworks();
    else if (isNew) controls.renew();
    this.isFirst = false;
  }

  // Select the newest module, and show it.
  follow() {
    const count = this.app.chain.modules.length;
    this.app.select(count - 1);
    element("first").max = Math.max(count - this.rows(), 0);
    element("first").value = element("first").max;
  }

  drawCurve() {
    const { growing, colours } = this;
    const { n, updates, accuracy, seconds } = growing.last;
    const at = `N = ${n}, ${(100 * accuracy).toFixed(0)} % right, ${updates.toLocaleString("en")} updates, ${seconds.toFixed(1)} s`;
    element("growth-state").textContent = at;
    element("curve").setAttribute("aria-label", `Accuracy in training: ${at}`);
    const marks = growing.solved.map((one) => ({ x: one.updates, words: String(one.n) }));
    const lines = [{ points: growing.curve, colour: colours.exact, width: 1.5 }];
    const chart = { lines, marks, from: 0, to: Math.max(updates, 200), lowest: 0.4, words: "updates; a line where an N is solved" };
    drawChart(element("curve"), chart, colours);
  }
}

const networks = JSON.parse(element("networks").textContent.replaceAll("<\\/", "</")).map(decoded);
const page = new Page(networks);

// For the console, and for the tests: window.modgrow.run(modgrow.networks[0], "0110").
window.modgrow = { networks, page, run, cloned, countHeads, direction, Trainer, Curriculum };
