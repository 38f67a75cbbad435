/** task_card and plan: what an app is working on. */
import { h, link } from "../../dom.js";
import { icon } from "../../icons.js";
import { richText } from "../richtext.js";

const STATES = { pending: "Waiting", in_progress: "Working", complete: "Done", error: "Failed" };

function stateIcon(status) {
  const label = STATES[status] ?? status;
  if (status === "complete") return icon("check", { class: "task-icon task-complete", label });
  if (status === "error") return icon("error", { class: "task-icon task-error", label });
  return h("span", { class: `task-icon task-${status}`, role: "img", "aria-label": label });
}

export function taskCardBlock(block) {
  return h(
    "div",
    { class: "task" },
    stateIcon(block.status ?? "pending"),
    h(
      "div",
      { class: "task-body" },
      h("div", { class: "task-title" }, block.title),
      block.details && h("div", { class: "muted" }, richText(block.details)),
      block.output && h("div", { class: "task-output" }, richText(block.output)),
      block.sources?.length &&
        h(
          "div",
          { class: "task-sources" },
          block.sources.map((source) => link(source.url, source.text, { class: "chip" })),
        ),
    ),
  );
}

export function planBlock(block) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete").length;
  return h(
    "section",
    { class: "plan" },
    h(
      "div",
      { class: "plan-title" },
      h("strong", {}, block.title),
      h("span", { class: "muted" }, ` ${done} of ${tasks.length}`),
    ),
    h("div", { class: "plan-tasks" }, tasks.map(taskCardBlock)),
  );
}
