"use strict";
// Tables with the class `tools` are sorted by their titles and filtered by a line above them; marks show what they are.

function keyOf(row, column) {
  const cell = row.cells[column];
  return "key" in cell.dataset ? Number(cell.dataset.key) : cell.textContent;
}

function compare(a, b) {
  if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
  return typeof a === "number" ? -1 : 1; // numbers before what has none
}

function sortBy(table, column, title) {
  const ascending = title.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  title.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows].map((row) => [keyOf(row, column), row]);
  rows.sort((a, b) => (ascending ? compare(a[0], b[0]) : compare(b[0], a[0])));
  table.tBodies[0].append(...rows.map((pair) => pair[1]));
}

function addSorting(table) {
  [...table.tHead.rows[0].cells].forEach((title, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title.textContent;
    button.addEventListener("click", () => sortBy(table, column, title));
    title.replaceChildren(button);
  });
}

function addFilter(table) {
  const box = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const shown = document.createElement("span");
  const rows = [...table.tBodies[0].rows].map((row) => {
    // Apart, so that a word never matches the end of one cell and the beginning of the next.
    const text = [...row.cells].map((cell) => cell.textContent).join(" ");
    return [text.toLowerCase(), row];
  });
  box.className = "filter";
  input.type = "search";
  label.append("Filter ", input);
  shown.setAttribute("role", "status");
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [text, row] of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) count += 1;
    }
    shown.textContent = `${count} of ${rows.length} rows`;
  };
  input.addEventListener("input", apply);
  apply();
  box.append(label, shown);
  table.parentElement.before(box);
}

function showTips(tip) {
  document.addEventListener("pointerover", (event) => {
    const label = event.target.dataset ? event.target.dataset.label : undefined;
    tip.hidden = !label;
    if (!label) return;
    tip.textContent = label;
    const box = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 12, innerWidth - box.width - 8);
    const top = event.clientY + 16 + box.height > innerHeight ? event.clientY - box.height - 8 : event.clientY + 16;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${top}px`;
  });
}

for (const table of document.querySelectorAll("table.tools")) {
  addSorting(table);
  addFilter(table);
}
showTips(document.getElementById("tip"));
