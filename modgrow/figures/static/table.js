// A table that can be sorted by any column and searched. Without this script it is a plain table.
"use strict";

const table = document.querySelector("table");
const body = table.tBodies[0];
const rows = [...body.rows].filter((row) => row.cells.length === table.tHead.rows[0].cells.length); // not "none"
const heads = [...table.tHead.rows[0].cells];
const field = document.querySelector("input");
const said = document.querySelector("output");
const NUMBER = /^[-+]?(inf|\d+(\.\d+)?(e[-+]?\d+)?)(?=$| \()/i; // alone, or before its interval in brackets
const NOTHING = /^(nan\b.*)?$/i;
const words = new Intl.Collator("en", { numeric: true });

const text = (row, column) => row.cells[column].textContent.trim();

function numberIn(written) {
  const found = written.match(NUMBER);
  return found ? Number(found[0].replace(/inf/i, "Infinity")) : NaN;
}

// How the cells of a column compare: as numbers if all that are not empty are.
function comparison(column) {
  const filled = rows.map((row) => text(row, column)).filter((cell) => !NOTHING.test(cell));
  if (filled.some((cell) => Number.isNaN(numberIn(cell)))) return words.compare;
  return (one, other) => Math.sign(numberIn(one) - numberIn(other)) || 0;
}

// Empty cells come last in either direction; rows that are alike keep their order.
function sort(column, direction) {
  const compare = comparison(column);
  const key = new Map(rows.map((row) => [row, text(row, column)]));
  const empty = (row) => NOTHING.test(key.get(row));
  const sorted = [...rows].sort(
    (a, b) => empty(a) - empty(b) || (empty(a) ? 0 : direction * compare(key.get(a), key.get(b))),
  );
  body.append(...sorted);
}

function press(column) {
  const up = heads[column].getAttribute("aria-sort") !== "ascending";
  for (const head of heads) head.removeAttribute("aria-sort");
  heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
  sort(column, up ? 1 : -1);
}

// Rows with all the words that are typed, wherever in them and in whatever case.
function search() {
  const asked = field.value.toLowerCase().split(/\s+/);
  let found = 0;
  for (const row of rows) {
    const own = [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase();
    row.hidden = !asked.every((word) => own.includes(word));
    found += row.hidden ? 0 : 1;
  }
  said.textContent = field.value.trim() ? `${found} of ${rows.length} rows` : "";
}

heads.forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.title = head.title;
  head.replaceChildren(button);
  button.addEventListener("click", () => press(column));
});
field.addEventListener("input", search);
document.querySelector("search").hidden = false;
if (location.protocol === "data:") document.querySelector("nav").hidden = true; // inside the report: no neighbours
