/** Labelled fields of the panel. */
import { h, uid } from "../dom.js";

/** @param {string} label @param {HTMLElement} field with an id */
export function labelled(label, field) {
  return h("label", { class: "stacked", for: field.id }, h("span", {}, label), field);
}

/** @param {string} label @param {[string, string][]} options value and text @param {string} qa */
export function select(label, options, qa) {
  const input = h(
    "select",
    { class: "field", qa, id: uid("select") },
    options.map(([value, text]) => h("option", { value }, text)),
  );
  return { input, node: labelled(label, input) };
}

/** @param {string} label @param {Record<string, any>} props @param {string} qa */
export function entry(label, props, qa) {
  const input = h("input", { class: "field", qa, id: uid("entry"), ...props });
  return { input, node: labelled(label, input) };
}
