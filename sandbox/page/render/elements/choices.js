/** checkboxes and radio_buttons. */
import { h, uid } from "../../dom.js";
import { changed } from "../../surface.js";
import { textLine } from "../text.js";

/** @param {any} element @param {import("../../surface.js").Context} ctx @param {import("../../surface.js").Place} place */
export function checkboxes(element, ctx, place) {
  const first = { type: element.type, selected_options: element.initial_options ?? [] };
  const start = new Set(
    ctx.form.seed(place.block_id, element.action_id, first).selected_options.map((option) => option.value),
  );
  return choices(
    element,
    place,
    "checkbox",
    (value) => start.has(value),
    async (boxes) => {
      const selected_options = element.options.filter((_, index) => boxes[index].checked);
      return changed(element, ctx, place, { selected_options });
    },
  );
}

/** @param {any} element */
export function radioButtons(element, ctx, place) {
  const first = { type: element.type, selected_option: element.initial_option ?? null };
  const start = ctx.form.seed(place.block_id, element.action_id, first).selected_option?.value;
  return choices(
    element,
    place,
    "radio",
    (value) => value === start,
    async (boxes) => {
      const selected_option = element.options.find((_, index) => boxes[index].checked) ?? null;
      return changed(element, ctx, place, { selected_option });
    },
  );
}

/** @param {(boxes: HTMLInputElement[]) => Promise<boolean>} tell false puts the boxes back as they were */
function choices(element, place, kind, isOn, tell) {
  const name = uid("choice");
  let before = element.options.map((option) => isOn(option.value));
  const inputs = element.options.map((option, index) =>
    h("input", {
      type: kind,
      name,
      value: option.value,
      checked: before[index],
      qa: `option-${option.value}`,
      on: {
        change: async () => {
          if (await tell(inputs)) before = inputs.map((input) => input.checked);
          else inputs.forEach((input, at) => (input.checked = before[at]));
        },
      },
    }),
  );
  const rows = element.options.map((option, index) =>
    h(
      "label",
      { class: "choice" },
      inputs[index],
      h(
        "span",
        { class: "choice-text" },
        textLine(option.text),
        option.description && textLine(option.description, "choice-hint"),
      ),
    ),
  );
  return h(
    "div",
    {
      class: "choices",
      role: kind === "radio" ? "radiogroup" : "group",
      qa: `action-${element.action_id}`,
      "aria-labelledby": place.labelledBy,
      "aria-describedby": place.describedBy,
    },
    rows,
  );
}
