/** plain_text_input, number_input, email_text_input, url_text_input, rich_text_input. */
import { h, uid } from "../../dom.js";
import { changed } from "../../surface.js";
import { richPlain } from "../richtext.js";
import { plain } from "../text.js";

const SETTLE_MS = 300;
const KINDS = {
  number_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  plain_text_input: "text",
};

/** @param {any} element @param {import("../../surface.js").Context} ctx @param {import("../../surface.js").Place} place */
export function textInput(element, ctx, place) {
  const initial = { type: element.type, value: element.initial_value ?? null };
  const held = ctx.form.seed(place.block_id, element.action_id, initial).value;
  const counter = element.type === "plain_text_input" ? counterOf(element) : null;
  const describedBy = [place.describedBy, counter?.id].filter(Boolean).join(" ") || null;
  const input = h(element.multiline ? "textarea" : "input", {
    class: "field",
    type: element.multiline ? null : KINDS[element.type],
    inputmode: element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
    rows: element.multiline ? 4 : null,
    placeholder: plain(element.placeholder) || null,
    value: held ?? "",
    autofocus: element.focus_on_load === true,
    autocomplete: "off",
    spellcheck: element.multiline ? "true" : "false",
    qa: `action-${element.action_id}`,
    "aria-labelledby": place.labelledBy,
    "aria-label": place.labelledBy ? null : plain(element.placeholder) || "Text",
    "aria-describedby": describedBy,
  });
  const keep = () =>
    ctx.form.set(place.block_id, element.action_id, { type: element.type, value: input.value || null });
  const tell = () => changed(element, ctx, place, { value: input.value || null });
  input.addEventListener("input", () => {
    keep();
    counter?.show(input.value.length);
  });
  if (place.dispatch) dispatchOn(element, input, tell);
  counter?.show(input.value.length);
  const range = element.type === "number_input" && rangeHint(element);
  return h(
    "div",
    { class: "field-box" },
    input,
    counter?.node,
    range && h("span", { class: "field-note" }, range),
  );
}

/** `dispatch_action_config`: Enter unless the app wants every character. */
function dispatchOn(element, input, tell) {
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer = null;
  if (triggers.includes("on_enter_pressed")) {
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      void tell();
    });
  }
  if (triggers.includes("on_character_entered")) {
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => void tell(), SETTLE_MS);
    });
  }
}

/** How many characters are left or missing; said aloud only near the limit. */
function counterOf(element) {
  const { min_length: least, max_length: most } = element;
  if (!least && !most) return null;
  const id = uid("count");
  const node = h("span", { class: "field-note field-count", id, qa: "count" });
  const show = (length) => {
    const missing = least && length < least ? `${least - length} more to go` : "";
    node.textContent = missing || (most ? `${length} / ${most}` : "");
    node.classList.toggle("over", Boolean(most && length > most));
  };
  return { id, node, show };
}

function rangeHint(element) {
  const { min_value: least, max_value: most } = element;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  if (least !== undefined) return `${least} or more`;
  return most === undefined ? "" : `${most} or less`;
}

/** Typed as plain text and handed on as one rich text section. @param {any} element */
export function richTextInput(element, ctx, place) {
  const wrap = (text) => ({
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
  });
  const first = element.initial_value?.elements
    ? element.initial_value
    : wrap(element.initial_value?.text ?? "");
  const held = ctx.form.seed(place.block_id, element.action_id, {
    type: element.type,
    rich_text_value: first,
  });
  const input = h("textarea", {
    class: "field",
    rows: 4,
    value: richPlain(held.rich_text_value),
    placeholder: plain(element.placeholder) || null,
    qa: `action-${element.action_id}`,
    "aria-labelledby": place.labelledBy,
    "aria-label": place.labelledBy ? null : "Text",
    on: {
      input: () =>
        void changed(
          element,
          ctx,
          { ...place, input: true, dispatch: false },
          { rich_text_value: wrap(input.value) },
        ),
    },
  });
  return h("div", { class: "field-box" }, input);
}
