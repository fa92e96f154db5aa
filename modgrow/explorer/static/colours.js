// The page's colours, as its style sheet has them for light and for dark, in a form that a canvas takes.

const NAMES = ["ink", "faint", "line", "paper", "zero", "one", "wrong", "unasked", "unit", "chain", "flat", "exact"];

// Every colour by name as [red, green, blue], read anew where the theme changes.
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, parsed(style.getPropertyValue(`--${name}`).trim())]));
}

function parsed(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

export function css([red, green, blue], alpha = 1) {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

// From `a` to `b` as `share` goes from 0 to 1.
export function mixed(a, b, share) {
  const part = Math.min(Math.max(share, 0), 1);
  return a.map((value, k) => Math.round(value + (b[k] - value) * part));
}

// A canvas made as sharp as the screen; its context, with lengths in CSS pixels, and its size in them.
export function sharp(canvas) {
  const scale = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}
