/** data_table: a table with paging, sorting and a filter. */
import { button, fill, h } from "../../dom.js";
import { plural } from "../../format.js";
import { icon } from "../../icons.js";
import { cellNode } from "./table.js";

const PAGE_SIZE = 5;
const ORDER = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** What a cell is compared and found by. @param {any} cell */
function cellText(cell) {
  if (cell.type === "raw_number") return String(cell.value);
  const walk = (node) => (node.elements ? node.elements.map(walk).join(" ") : (node.text ?? ""));
  return walk(cell);
}

function compare(a, b) {
  if (a.type === "raw_number" && b.type === "raw_number") return a.value - b.value;
  return ORDER.compare(cellText(a), cellText(b));
}

export function dataTableBlock(block) {
  const [head, ...rows] = block.rows;
  const pageSize = block.page_size ?? PAGE_SIZE;
  const view = { page: 0, column: -1, down: false, query: "" };
  const thead = h("thead");
  const tbody = h("tbody");
  const foot = h("div", { class: "data-table-foot" });

  const selected = () => {
    const found = rows.filter((cells) =>
      cells.some((cell) => cellText(cell).toLowerCase().includes(view.query)),
    );
    if (view.column < 0) return found;
    const sorted = [...found].sort((a, b) => compare(a[view.column], b[view.column]));
    return view.down ? sorted.reverse() : sorted;
  };
  const sortBy = (column) => {
    if (view.column === column && view.down) view.column = -1;
    else {
      view.down = view.column === column;
      view.column = column;
    }
    view.page = 0;
    draw();
  };
  const heading = (cell, index) => {
    const on = view.column === index;
    const mark = on ? icon("down", { class: `icon-small${view.down ? "" : " flipped"}` }) : null;
    const isNumber = rows.length > 0 && rows.every((cells) => cells[index]?.type === "raw_number");
    return h(
      "th",
      {
        scope: "col",
        class: isNumber ? "align-right" : "align-left",
        "aria-sort": on ? (view.down ? "descending" : "ascending") : "none",
      },
      button([cellNode(cell), mark], { class: "sort-button", on: { click: () => sortBy(index) } }),
    );
  };
  const line = (cells) =>
    h(
      "tr",
      {},
      cells.map((cell, index) => {
        const isHead = index === block.row_header_column_index;
        return h(
          isHead ? "th" : "td",
          { scope: isHead ? "row" : null, class: cell.type === "raw_number" ? "align-right" : "align-left" },
          cellNode(cell),
        );
      }),
    );
  const draw = () => {
    const all = selected();
    const pages = Math.max(1, Math.ceil(all.length / pageSize));
    view.page = Math.min(view.page, pages - 1);
    const from = view.page * pageSize;
    fill(thead, h("tr", {}, head.map(heading)));
    fill(tbody, all.slice(from, from + pageSize).map(line));
    const turn = (step, name, className) =>
      button(icon("right", { class: className }), {
        class: "icon-button",
        "aria-label": name,
        disabled: view.page + step < 0 || view.page + step >= pages,
        on: { click: () => ((view.page += step), draw()) },
      });
    const range =
      all.length > pageSize
        ? `${from + 1}–${Math.min(from + pageSize, all.length)} of ${all.length}`
        : plural(all.length, "row");
    fill(
      foot,
      h("span", { class: "muted" }, range),
      pages > 1 && [turn(-1, "Previous page", "flipped-x"), turn(1, "Next page", "")],
    );
  };
  const find = h("input", {
    type: "search",
    class: "field field-small",
    placeholder: "Filter",
    "aria-label": `Filter ${block.caption}`,
    on: { input: () => ((view.query = find.value.trim().toLowerCase()), (view.page = 0), draw()) },
  });
  draw();
  return h(
    "div",
    { class: "data-table" },
    h("div", { class: "data-table-head" }, h("strong", {}, block.caption), rows.length > pageSize && find),
    h(
      "div",
      { class: "table-frame", tabindex: 0, role: "region", "aria-label": block.caption },
      h("table", { class: "table", "aria-label": block.caption }, thead, tbody),
    ),
    foot,
  );
}
