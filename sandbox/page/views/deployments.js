/** What is deployed: who called it last, how long it has left, and days that pass for it. */
import { panelApi } from "../api.js";
import { button, fill, h } from "../dom.js";
import { toast } from "../toast.js";
import { entry, select } from "./fields.js";

const IDLE_DAYS = 13;
const SKUS = ["Standard", "GlobalStandard", "DeveloperTier"];
const NO_MODEL = "No job has made a model yet";
/** A deployment with fewer days left is shown as urgent. */
const URGENT_DAYS = 5;

/**
 * @param {(work: () => Promise<any>) => Promise<void>} act does something, tells what failed, and refreshes
 * @returns {{node: HTMLElement, refresh: (state: any) => void}}
 */
export function deploymentsPart(act) {
  const list = h("ul", { class: "fault-list", qa: "panel-deployments" });
  const passed = h("p", { class: "hint", qa: "age-result", role: "status", hidden: true });
  let busy = false;
  let drawn = "";
  const age = (body) =>
    act(async () => {
      busy = true;
      setBusy(true);
      try {
        tellPassed(passed, (await panelApi.age(body)).steps);
      } finally {
        busy = false;
        setBusy(false);
      }
    });
  const ageButton = (label, qa, body) =>
    button(label, { class: "button", qa, on: { click: () => void age(body) } });
  const ageing = h(
    "div",
    { class: "actions" },
    ageButton("Let a day pass", "age-day", { days: 1 }),
    ageButton(`Until idle for ${IDLE_DAYS} days`, "age-idle", { until_idle_days: IDLE_DAYS }),
  );
  const setBusy = (now) => {
    for (const control of node.querySelectorAll("[data-qa^=age-]")) {
      if (control.tagName === "BUTTON") control.disabled = now;
    }
    if (!now) return;
    passed.hidden = false;
    fill(passed, "Time passes, and the bot looks after each day…");
  };
  const form = deployForm((body) => act(() => deploy(body)));
  const node = h(
    "div",
    { class: "panel-deployments" },
    h(
      "p",
      { class: "hint" },
      "The service deletes what nobody called for more than 15 days; developer tier after 24 hours. Days pass only",
      " in the service's records: everybody's clock stays as it is.",
    ),
    list,
    ageing,
    passed,
    form.node,
  );
  return {
    node,
    refresh(state) {
      const rows = state.deployments ?? [];
      setDrawn(rows);
      form.refresh(state);
      if (!busy) setBusyQuietly(node, Boolean(state.ageing));
    },
  };

  function setDrawn(rows) {
    const shown = JSON.stringify(rows.map(described));
    if (shown === drawn) return;
    drawn = shown;
    const keep = list.contains(document.activeElement) ? document.activeElement.dataset.qa : null;
    fill(
      list,
      rows.length
        ? rows.map((row) => rowNode(row, act, age))
        : h("li", { class: "muted" }, "Nothing is deployed."),
    );
    if (keep) list.querySelector(`[data-qa="${CSS.escape(keep)}"]`)?.focus();
  }
}

/** Somebody else lets time pass, or a call of ours goes on after the panel was opened anew. */
function setBusyQuietly(node, now) {
  for (const control of node.querySelectorAll("button[data-qa^=age-]")) control.disabled = now;
}

function rowNode(row, act, age) {
  const key = `${row.resource}/${row.name}`;
  const target = { resource: row.resource, deployment: row.name };
  const one = (label, qa, work) =>
    button(label, { class: "button button-small", qa: `${qa}-${key}`, on: { click: () => void work() } });
  const words = described(row);
  return h(
    "li",
    { class: `deployment ${words.urgent ? "deployment-urgent" : ""}`, qa: "deployment", data: { name: key } },
    h(
      "div",
      { class: "deployment-head" },
      h("strong", {}, key),
      h("span", { class: "spring" }),
      h("span", { class: "deployment-left", qa: `deployment-left-${key}` }, words.left),
    ),
    h("span", { class: "muted", qa: `deployment-state-${key}` }, words.state),
    h("span", { class: "muted mono" }, row.model),
    h(
      "div",
      { class: "actions" },
      one("Call it", "deployment-call", () => act(() => call(target))),
      one("Age a day", "age-one", () => age({ days: 1, ...target })),
      one("Delete in the portal", "deployment-delete", () =>
        act(() => panelApi.deployment({ action: "delete", ...target })),
      ),
    ),
  );
}

/** What a row says, rounded, so that it is drawn anew only when something that is seen changes. */
function described(row) {
  const state = row.state === "Succeeded" && !row.ready ? "Succeeded, not ready yet" : row.state;
  const last = row.last_call ? `last call ${days(row.idle_days)} ago` : "never called";
  return {
    key: `${row.resource}/${row.name}`,
    model: row.model,
    state: [state, `${row.sku} ${row.capacity}K TPM`, `${days(row.age_days)} old`, last].join(" · "),
    left: row.days_left === null ? "stays" : `${days(row.days_left)} left`,
    urgent: row.days_left !== null && row.days_left < URGENT_DAYS,
  };
}

function days(count) {
  if (count >= 2) return `${Math.floor(count)} days`;
  const hours = count * 24;
  if (hours >= 1) return hours < 2 ? "1 hour" : `${Math.floor(hours)} hours`;
  return "less than an hour";
}

async function call(target) {
  const said = await panelApi.deployment({ action: "call", ...target });
  if (said.answer === null) toast(`${target.deployment}: ${said.message}`, "error");
  else toast(`${target.deployment} answered: “${said.answer}”`, "success");
}

async function deploy(body) {
  const said = await panelApi.deployment({ action: "deploy", ...body });
  if (said.message) toast(said.message, "error");
}

function tellPassed(node, steps) {
  const gone = steps.flatMap((step) => step.deleted);
  const unseen = steps.filter((step) => !step.looked).length;
  const text = [
    steps.length
      ? `${steps.length} ${steps.length === 1 ? "step" : "steps"} passed.`
      : "Nothing passed: it is so already.",
    gone.length ? ` The service deleted ${gone.join(", ")}.` : "",
    unseen && steps.length ? ` The bot did not look after ${unseen} of them.` : "",
  ];
  node.hidden = false;
  fill(node, text.join(""));
}

/** "Somebody deploys in the portal". */
function deployForm(send) {
  const model = select("Model", [["", NO_MODEL]], "deploy-model");
  const name = entry("Name", { type: "text", value: "from-portal", spellcheck: "false" }, "deploy-name");
  const sku = select(
    "SKU",
    SKUS.map((word) => [word, word]),
    "deploy-sku",
  );
  const capacity = entry("Capacity (1K TPM)", { type: "number", min: 1, value: "10" }, "deploy-capacity");
  const add = button("Deploy in the portal", { class: "button", qa: "deploy-add", disabled: true });
  add.addEventListener("click", () => {
    const [resource, ...rest] = model.input.value.split("/");
    void send({
      resource,
      model: rest.join("/"),
      deployment: name.input.value.trim(),
      sku: sku.input.value,
      capacity: Number(capacity.input.value) || 1,
    });
  });
  const node = h(
    "details",
    { class: "panel-details", qa: "deploy-form" },
    h("summary", {}, "Deploy something without the bot"),
    h("div", { class: "fault-form" }, model.node, name.node, sku.node, capacity.node, add),
  );
  let drawn = "";
  return {
    node,
    refresh(state) {
      const models = (state.models ?? []).map((one) => `${one.resource}/${one.model}`);
      if (models.join("\n") === drawn) return;
      drawn = models.join("\n");
      const chosen = model.input.value;
      fill(
        model.input,
        models.length
          ? models.map((one) => h("option", { value: one }, one))
          : h("option", { value: "" }, NO_MODEL),
      );
      if (models.includes(chosen)) model.input.value = chosen;
      add.disabled = !models.length;
    },
  };
}
