/** What the bot may do in Azure and read from storage, and how deployments end. */
import { h } from "../dom.js";
import { select } from "./fields.js";

const YES_NO = [
  ["yes", "Yes"],
  ["no", "No"],
];
const FAILURES = {
  none: null,
  internal: ["InternalServerError", "An unexpected error occurred while the deployment was created."],
  timeout: ["DeploymentTimeout", "The deployment did not finish in time."],
};

/** Each: the switch (of which service, Azure OpenAI if none is named), what it is called, its choices, and between
 * choice and value. */
const SWITCHES = [
  {
    name: "arm_rights",
    label: "The bot's role",
    choices: [
      ["owner", "May deploy"],
      ["reader", "Reader"],
      ["none", "No role"],
    ],
    value: (choice) => choice,
    choice: (value) => value,
  },
  {
    name: "metric_rights",
    label: "Reads metrics",
    choices: YES_NO,
    value: (choice) => choice === "yes",
    choice: (value) => (value ? "yes" : "no"),
  },
  {
    name: "unreadable_sources",
    label: "Reads other subscriptions",
    choices: YES_NO,
    value: (choice) => choice === "no",
    choice: (value) => (value ? "no" : "yes"),
  },
  {
    name: "readable",
    service: "blob",
    label: "Reads blobs",
    choices: YES_NO,
    value: (choice) => choice === "yes",
    choice: (value) => (value ? "yes" : "no"),
  },
  {
    name: "open",
    service: "blob",
    label: "Storage's network",
    choices: [
      ["yes", "Open"],
      ["no", "Closed"],
    ],
    value: (choice) => choice === "yes",
    choice: (value) => (value ? "yes" : "no"),
  },
  {
    name: "fail_deployment",
    label: "New deployments",
    choices: [
      ["none", "Succeed"],
      ["internal", "Fail: internal error"],
      ["timeout", "Fail: timeout"],
    ],
    value: (choice) => FAILURES[choice],
    choice: (value) =>
      Object.keys(FAILURES).find((key) => FAILURES[key]?.[0] === value?.[0]) ?? "none",
  },
];

/** @param {(set: Record<string, any>, service?: string) => Promise<void>} set */
export function azureSwitches(set) {
  const fields = SWITCHES.map((one) => {
    const field = select(one.label, one.choices, `switch-${one.name}`);
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
