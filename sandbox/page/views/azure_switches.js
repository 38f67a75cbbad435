/** What the bot may do in Azure and read from storage, and how deployments end. */
import { YES_NO, switchForm } from "./switches.js";

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

/** @param {import("./switches.js").Set} set */
export const azureSwitches = (set) => switchForm(SWITCHES, set);
