/** A form of switches: what the services may be told to do otherwise than they would. */
import { h } from "../dom.js";
import { select } from "./fields.js";

/** @typedef {(set: Record<string, any>, service?: string) => Promise<void>} Set */
/** @typedef {{name: string, service?: string, label: string, choices: [string, string][],
 *   value: (choice: string) => any, choice: (value: any) => string}} Switch */

/** @type {[string, string][]} */
export const YES_NO = [
  ["yes", "Yes"],
  ["no", "No"],
];

/** A switch that is on or off. @param {Omit<Switch, "choices" | "value" | "choice">} one @returns {Switch} */
export const flag = (one) => ({
  ...one,
  choices: YES_NO,
  value: (choice) => choice === "yes",
  choice: (value) => (value ? "yes" : "no"),
});

/** A switch with words. @param {Omit<Switch, "value" | "choice">} one @returns {Switch} */
export const word = (one) => ({ ...one, value: (choice) => choice || null, choice: (value) => value ?? "" });

/**
 * @param {Switch[]} switches
 * @param {Set} set
 * @param {string} [prefix] before the names on the page, where two services have a switch of one name
 */
export function switchForm(switches, set, prefix = "") {
  const fields = switches.map((one) => {
    const field = select(one.label, one.choices, `switch-${prefix}${one.name}`);
    field.input.addEventListener(
      "change",
      () => void set({ [one.name]: one.value(field.input.value) }, one.service),
    );
    return { ...one, ...field };
  });
  return {
    node: h(
      "div",
      { class: "fault-form switches" },
      fields.map((field) => field.node),
    ),
    /** @param {Record<string, any>} values as the panel's state tells them */
    refresh(values) {
      for (const field of fields) {
        const known = field.name in values;
        field.input.disabled = !known;
        if (known && document.activeElement !== field.input)
          field.input.value = field.choice(values[field.name]);
      }
    },
  };
}
