/** table: cells of raw text, numbers or rich text. */
import { h } from "../../dom.js";
import { number } from "../../format.js";
import { richText } from "../richtext.js";

/** @param {any} cell */
export function cellNode(cell) {
  if (cell.type === "rich_text") return richText(cell);
  if (cell.type === "raw_number") return cell.text ?? number(cell.value);
  return cell.text ?? "";
}

export function tableBlock(block) {
  const settings = block.column_settings ?? [];
  const row = (tag) => (cells) =>
    h(
      "tr",
      {},
      cells.map((cell, index) => {
        const { align, is_wrapped: wrapped } = settings[index] ?? {};
        const scope = tag === "th" ? "col" : null;
        return h(
          tag,
          { class: `align-${align ?? "left"}${wrapped ? " wrapped" : ""}`, scope },
          cellNode(cell),
        );
      }),
    );
  const [head, ...rows] = block.rows;
  return h(
    "div",
    { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Table" },
    h("table", { class: "table" }, h("thead", {}, row("th")(head)), h("tbody", {}, rows.map(row("td")))),
  );
}
