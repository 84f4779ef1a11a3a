// The grid of figures: arrow keys and Enter move between cells, a block copied from a sheet fills the cells from the
// one it is pasted into. Without script it is a table of fields that Tab walks through.
(() => {
  "use strict";

  const rowsOf = (table) => Array.from(table.tBodies[0].rows).map((row) => Array.from(row.querySelectorAll("[data-cell]")));
  const inputOf = (cell) => cell?.querySelector("input:not([disabled])") ?? null;

  function place(input) {
    const table = input.closest("[data-grid]");
    const cell = input.closest("[data-cell]");
    if (!table || !cell) return null;
    const rows = rowsOf(table);
    const row = rows.findIndex((cells) => cells.includes(cell));
    return { rows, row, column: rows[row].indexOf(cell) };
  }

  function focusInput(input) {
    if (!input) return false;
    input.focus();
    input.select();
    return true;
  }

  // Down or up to the next cell of the column that can be written.
  function vertical({ rows, row, column }, step) {
    for (let at = row + step; at >= 0 && at < rows.length; at += step) {
      if (focusInput(inputOf(rows[at][column]))) return true;
    }
    return false;
  }

  function horizontal({ rows, row, column }, step) {
    for (let at = column + step; at >= 0 && at < rows[row].length; at += step) {
      if (focusInput(inputOf(rows[row][at]))) return true;
    }
    return false;
  }

  // At the edge of a text the arrow leaves the cell; inside it moves the caret.
  function atEdge(input, step) {
    const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    return all || (input.selectionStart === input.selectionEnd && input.selectionStart === (step < 0 ? 0 : input.value.length));
  }

  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = place(input);
    if (!here) return;
    let moved = false;
    if (event.key === "Enter") {
      vertical(here, event.shiftKey ? -1 : 1);
      moved = true; // Enter never sends a half-filled grid
    } else if (event.key === "ArrowDown") moved = vertical(here, 1);
    else if (event.key === "ArrowUp") moved = vertical(here, -1);
    else if (event.key === "ArrowRight" && atEdge(input, 1)) moved = horizontal(here, 1);
    else if (event.key === "ArrowLeft" && atEdge(input, -1)) moved = horizontal(here, -1);
    if (moved) event.preventDefault();
  });

  // What a sheet puts on the clipboard: rows by line, cells by tab; a cell with line breaks stands in quotes.
  function parse(text) {
    const rows = [[""]];
    let quoted = false;
    for (let i = 0; i < text.length; i += 1) {
      const char = text[i];
      const row = rows[rows.length - 1];
      const last = row.length - 1;
      if (quoted) {
        if (char === '"' && text[i + 1] === '"') { row[last] += '"'; i += 1; }
        else if (char === '"') quoted = false;
        else row[last] += char === "\n" ? " " : char;
      } else if (char === '"' && row[last] === "") quoted = true;
      else if (char === "\t") row.push("");
      else if (char === "\n") rows.push([""]);
      else if (char !== "\r") row[last] += char;
    }
    if (rows.length > 1 && rows[rows.length - 1].join("") === "") rows.pop();
    return rows;
  }

  document.addEventListener("paste", (event) => {
    const input = event.target;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!(input instanceof HTMLInputElement) || !/[\t\n]/.test(text.replace(/\n$/, ""))) return;
    const here = place(input);
    if (!here) return;
    event.preventDefault();
    parse(text).forEach((values, down) => values.forEach((value, right) => {
      const target = inputOf(here.rows[here.row + down]?.[here.column + right]);
      if (!target) return;
      target.value = value.trim();
      target.dispatchEvent(new Event("input", { bubbles: true }));
    }));
    focusInput(input);
  });
})();
