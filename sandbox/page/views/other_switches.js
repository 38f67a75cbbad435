/** What Azure ML and Databricks may be told to do otherwise. */
import { flag, switchForm, word } from "./switches.js";

const FAILURE = ["UserError", "The training was ended by the sandbox's panel."];

const ML = [
  word({
    name: "role",
    label: "The bot's role",
    choices: [
      ["owner", "Owner"],
      ["developer", "Azure AI Developer"],
      ["scientist", "Data Scientist"],
      ["reader", "Reader"],
      ["none", "No role"],
    ],
  }),
  word({
    name: "subscriptions",
    label: "Marketplace subscriptions",
    choices: [
      ["Subscribed", "Subscribed"],
      ["Suspended", "Suspended"],
      ["Unsubscribed", "Unsubscribed"],
    ],
  }),
  flag({ name: "marketplace_rights", label: "May subscribe to offers" }),
  flag({ name: "network_registered", label: "Microsoft.Network registered" }),
  flag({ name: "workspace_reads", label: "Workspace reads its storage" }),
  flag({ name: "vault_rights", label: "Uses the Key Vault" }),
  flag({ name: "other_tenant", label: "Subscriptions of another tenant" }),
  {
    name: "fail_job",
    label: "The next training",
    choices: [
      ["none", "Succeeds"],
      ["fails", "Fails"],
    ],
    value: (choice) => (choice === "fails" ? FAILURE : null),
    choice: (value) => (value ? "fails" : "none"),
  },
].map((one) => ({ ...one, service: "ml" }));

const DATABRICKS = [
  word({
    name: "training",
    label: "Fine-tuning",
    choices: [
      ["offered", "Offered"],
      ["removed_404", "Removed (404)"],
      ["removed_403", "Removed (403)"],
    ],
  }),
  word({
    name: "fail_next",
    label: "The next training",
    choices: [
      ["", "Succeeds"],
      ["loss_spike", "Fails: loss spike"],
      ["timeout", "Fails: timeout"],
      ["registration", "Fails: registration"],
    ],
  }),
  word({
    name: "system_tables",
    label: "System tables",
    choices: [
      ["granted", "Readable"],
      ["denied", "Not granted"],
      ["absent", "Not enabled"],
    ],
  }),
  word({
    name: "cold_start",
    label: "Calls to a sleeping endpoint",
    choices: [
      ["slow", "Wait"],
      ["refuse", "Are refused (503)"],
    ],
  }),
].map((one) => ({ ...one, service: "databricks" }));

/** @param {import("./switches.js").Set} set */
export const mlSwitches = (set) => switchForm(ML, set, "ml-");

/** @param {import("./switches.js").Set} set */
export const databricksSwitches = (set) => switchForm(DATABRICKS, set, "databricks-");
