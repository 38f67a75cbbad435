/** The drawer that plays fate: the bot's process, faults, speed, deployments, what the services were asked. */
import { panelApi } from "../api.js";
import { button, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { store } from "../store.js";
import { toastError } from "../toast.js";
import { azureSwitches } from "./azure_switches.js";
import { deploymentsPart } from "./deployments.js";
import { faultPresets } from "./faults.js";
import { databricksSwitches, mlSwitches } from "./other_switches.js";
import { requestTable } from "./requests.js";

const REFRESH_MS = 2000;
const SPEEDS = [0.25, 1, 4, 20, 100];

/** @param {() => Promise<any>} work @param {() => Promise<void>} after */
async function attempt(work, after) {
  try {
    await work();
  } catch (error) {
    toastError(error);
  }
  await after();
}

/** @param {{closed: () => void}} hooks */
export function panelView(hooks) {
  let timer = null;
  const bot = h("div", { class: "panel-bot" });
  const output = h("pre", {
    class: "panel-log",
    qa: "panel-log",
    tabindex: 0,
    "aria-label": "Last lines of the bot",
  });
  const faults = h("ul", { class: "fault-list", qa: "panel-faults" });
  const speed = h("div", { class: "segments", role: "group", "aria-label": "Speed of training" });
  const requests = requestTable();
  const act = (work) => attempt(work, refresh);
  const deployments = deploymentsPart(act);
  const set = (changes, service) => act(() => panelApi.service({ service, set: changes }));
  const switches = azureSwitches(set);
  const ml = mlSwitches(set);
  const databricks = databricksSwitches(set);

  const refresh = async () => {
    try {
      const state = await panelApi.state();
      store.bot = { ...store.bot, ...state.bot };
      store.emit("status");
      drawBot(bot, state.bot, (action) => act(() => panelApi.bot(action)));
      drawFaults(faults, state.faults ?? [], act);
      drawSpeed(speed, state.services ?? {}, act);
      drawOutput(output, state.bot.output);
      deployments.refresh(state);
      switches.refresh({ ...state.services?.blob, ...state.services?.azure });
      ml.refresh(state.services?.ml?.switches ?? {});
      databricks.refresh(state.services?.databricks?.switches ?? {});
      await requests.refresh();
    } catch (error) {
      fill(bot, h("p", { class: "field-error" }, error.message));
    }
  };
  const socket = (action) => () => void act(() => panelApi.socket(action));
  const close = button(icon("close"), {
    class: "icon-button",
    "aria-label": "Close the panel",
    qa: "panel-close",
    on: { click: () => hide() },
  });
  const node = h(
    "aside",
    { class: "panel", qa: "panel", "aria-label": "Sandbox", hidden: true },
    h(
      "header",
      { class: "head" },
      h("h2", { class: "head-title" }, icon("sliders"), "Sandbox"),
      h("span", { class: "spring" }),
      close,
    ),
    h(
      "div",
      { class: "panel-body" },
      part(
        "Bot",
        bot,
        h("details", { class: "panel-details" }, h("summary", {}, "Last lines of its output"), output),
      ),
      part(
        "Connection to Slack",
        h("p", { class: "hint" }, "The bot's WebSocket, cut without a word or told to reconnect."),
        h(
          "div",
          { class: "actions" },
          button("Drop the socket", { class: "button", qa: "socket-drop", on: { click: socket("drop") } }),
          button("Ask to reconnect", {
            class: "button",
            qa: "socket-refresh",
            on: { click: socket("refresh") },
          }),
        ),
      ),
      part(
        "Faults",
        faultPresets((fault) => act(() => panelApi.addFault(fault))),
        faults,
      ),
      part("Speed of training", speed),
      part("Deployments", deployments.node),
      part("Rights and failures in Azure", switches.node),
      part("Azure ML (Llama, Phi)", ml.node),
      part("Databricks", databricks.node),
      part("Latest requests", requests.node),
    ),
  );
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) hide();
  });
  const hide = () => {
    clearInterval(timer);
    node.hidden = true;
    hooks.closed();
  };
  return {
    node,
    hide,
    isOpen: () => !node.hidden,
    show() {
      node.hidden = false;
      void refresh();
      clearInterval(timer);
      timer = setInterval(() => void refresh(), REFRESH_MS);
      close.focus();
    },
  };
}

/** @param {string} title @param {...import("../dom.js").Child} content */
function part(title, ...content) {
  return h("section", { class: "panel-part" }, h("h3", {}, title), content);
}

function drawBot(node, bot, act) {
  const down = bot.state === "stopped";
  const foreign = bot.managed === false;
  const one = (label, action, mark, off) =>
    button([icon(mark), label], {
      class: "button",
      qa: `bot-${action}`,
      disabled: off || foreign,
      on: { click: () => void act(action) },
    });
  const keep = node.contains(document.activeElement) ? document.activeElement.dataset.qa : null;
  fill(
    node,
    h(
      "p",
      { class: "panel-state", qa: "panel-bot-state" },
      h("span", { class: `bot-dot bot-${bot.state}` }),
      h("strong", {}, bot.state),
      h("span", { class: "muted" }, [
        bot.pid && ` · process ${bot.pid}`,
        bot.restarts ? ` · restarted ${bot.restarts}×` : "",
      ]),
    ),
    h(
      "div",
      { class: "actions" },
      one("Start", "start", "play", !down),
      one("Stop", "stop", "stop", down),
      one("Kill", "kill", "zap", down),
      one("Restart", "restart", "retry", down),
    ),
    foreign &&
      h(
        "p",
        { class: "hint" },
        "This bot was not started by the sandbox, so it is not the sandbox's to stop.",
      ),
  );
  if (keep) node.querySelector(`[data-qa="${keep}"]`)?.focus();
}

function drawFaults(node, faults, act) {
  const rows = faults.map((fault) =>
    h(
      "li",
      { class: "fault", qa: "fault" },
      h(
        "span",
        { class: "fault-text" },
        h("strong", {}, describe(fault)),
        h("span", { class: "muted" }, target(fault)),
      ),
      button(icon("close"), {
        class: "icon-button",
        "aria-label": "Remove this fault",
        qa: `fault-remove-${fault.id}`,
        on: { click: () => void act(() => panelApi.removeFault(fault.id)) },
      }),
    ),
  );
  const clear = button("Remove all", {
    class: "button button-small",
    qa: "faults-clear",
    on: { click: () => void act(() => panelApi.clearFaults()) },
  });
  fill(
    node,
    rows.length
      ? [rows, rows.length > 1 && h("li", {}, clear)]
      : h("li", { class: "muted" }, "No fault is active."),
  );
}

function describe(fault) {
  const after = fault.retry_after ? `, Retry-After as ${fault.retry_after.form}` : "";
  const words = {
    slow: `Slow by ${fault.seconds} s`,
    lost_answer: "Answer lost",
    cut: "Connection cut",
    hold: "Held",
  };
  return fault.kind === "status" ? `${fault.status}${after}` : (words[fault.kind] ?? fault.kind);
}

function target(fault) {
  const match = [fault.service, fault.match?.method, fault.match?.path].filter(Boolean).join(" ");
  if (fault.waiting) return `${match} · ${fault.waiting} held now`;
  return `${match} · ${fault.times ? `${fault.times} more` : "until removed"}`;
}

function drawSpeed(node, services, act) {
  const now = services.speed ?? 1;
  fill(
    node,
    SPEEDS.map((speed) =>
      button(`${speed}×`, {
        class: "segment",
        "aria-pressed": String(Number(now) === speed),
        qa: `speed-${speed}`,
        on: { click: () => void act(() => panelApi.service({ speed })) },
      }),
    ),
  );
}

function drawOutput(node, lines) {
  const text = lines.join("\n");
  if (node.textContent === text) return;
  const atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
  node.textContent = text || "Nothing yet.";
  if (atEnd) node.scrollTop = node.scrollHeight;
}
