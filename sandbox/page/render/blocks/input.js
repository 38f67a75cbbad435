/** input: a label, an element, a hint, and the place of its error. */
import { h, uid } from "../../dom.js";
import { icon } from "../../icons.js";
import { elementNode } from "../elements/index.js";
import { plain } from "../text.js";

export function inputBlock(block, ctx) {
  const labelledBy = uid("label");
  const hintId = uid("hint");
  const errorId = uid("error");
  const place = {
    block_id: block.block_id,
    input: true,
    dispatch: block.dispatch_action === true,
    required: block.optional !== true,
    labelledBy,
    describedBy: block.hint ? `${hintId} ${errorId}` : errorId,
  };
  const element = elementNode(block.element, ctx, place);
  const target = element.matches("input, textarea")
    ? element
    : element.querySelector("input, textarea, button");
  const focus = () => target?.focus();
  return h(
    "div",
    { class: "input" },
    h(
      "div",
      { class: "input-label", id: labelledBy, on: { click: focus } },
      plain(block.label),
      block.optional && h("span", { class: "muted" }, " (optional)"),
    ),
    element,
    h("p", {
      class: "field-error",
      id: errorId,
      role: "alert",
      qa: `error-${block.block_id}`,
      hidden: true,
      data: { error: "" },
    }),
    block.hint && h("p", { class: "hint", id: hintId }, plain(block.hint)),
  );
}

/**
 * Shows or clears the error of one input.
 * @param {HTMLElement} root of the surface @param {string} blockId @param {string} text empty to clear
 * @returns {boolean} whether there is such an input
 */
export function showFieldError(root, blockId, text) {
  const block = root.querySelector(`[data-block-id="${CSS.escape(blockId)}"]`);
  const line = block?.querySelector("[data-error]");
  if (!line) return false;
  line.replaceChildren(
    ...(text ? [icon("warning", { class: "icon-small" }), document.createTextNode(text)] : []),
  );
  line.hidden = !text;
  block.classList.toggle("has-error", Boolean(text));
  for (const field of block.querySelectorAll("input, textarea, .select")) {
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  return true;
}
