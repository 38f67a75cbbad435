/** The faults that one can inject with one click. */
import { button, h, uid } from "../dom.js";
import { labelled, select } from "./fields.js";

const RETRY_SECONDS = 5;
const SLOW_SECONDS = 8;
const JOB_CREATION = { method: "POST", path: "re:fine_tuning/jobs$" };

/** Each: what it is called, and the fault without service, place and count. */
const PRESETS = {
  "429-seconds": [
    "429, Retry-After in seconds",
    { kind: "status", status: 429, retry_after: { form: "seconds", value: RETRY_SECONDS } },
  ],
  "429-date": [
    "429, Retry-After as an HTTP date",
    { kind: "status", status: 429, retry_after: { form: "date", value: RETRY_SECONDS } },
  ],
  "429-ms": [
    "429, retry-after-ms",
    { kind: "status", status: 429, retry_after: { form: "ms", value: RETRY_SECONDS * 1000 } },
  ],
  "status-500": ["500", { kind: "status", status: 500 }],
  "status-503": ["503", { kind: "status", status: 503 }],
  slow: [`Slow by ${SLOW_SECONDS} s`, { kind: "slow", seconds: SLOW_SECONDS }],
  "lost-job": ["Lost answer when a job is created", { kind: "lost_answer", match: JOB_CREATION }],
  cut: ["Connection cut", { kind: "cut" }],
};

/** @param {(fault: any) => Promise<void>} add */
export function faultPresets(add) {
  const kind = select(
    "What",
    Object.entries(PRESETS).map(([key, [label]]) => [key, label]),
    "fault-kind",
  );
  const service = select(
    "Service",
    [
      ["azure", "Azure"],
      ["ml", "Azure ML"],
      ["databricks", "Databricks"],
      ["slack", "Slack"],
    ],
    "fault-service",
  );
  const times = h("input", {
    type: "number",
    class: "field",
    min: 0,
    value: "1",
    qa: "fault-times",
    id: uid("times"),
  });
  const path = h("input", {
    type: "text",
    class: "field",
    placeholder: "any, a part, or re:…",
    qa: "fault-path",
    id: uid("path"),
    spellcheck: "false",
  });
  const fault = () => {
    const preset = PRESETS[kind.input.value][1];
    const match = preset.match ?? (path.value.trim() ? { path: path.value.trim() } : {});
    return {
      service: preset.match ? "azure" : service.input.value,
      times: Number(times.value) || 0,
      ...preset,
      match,
    };
  };
  kind.input.addEventListener("change", () => {
    const fixed = Boolean(PRESETS[kind.input.value][1].match);
    for (const field of [path, service.input]) field.disabled = fixed;
  });
  return h(
    "div",
    { class: "fault-form" },
    kind.node,
    service.node,
    labelled("Path", path),
    labelled("How often (0 = until removed)", times),
    button("Inject", {
      class: "button button-primary",
      qa: "fault-add",
      on: { click: () => void add(fault()) },
    }),
  );
}
