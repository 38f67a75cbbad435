/** What the services were asked last. */
import { panelApi } from "../api.js";
import { fill, h } from "../dom.js";
import { clock } from "../format.js";

const SHOWN = 30;
const SERVICES = [
  ["azure", "Azure"],
  ["ml", "Azure ML"],
  ["databricks", "Databricks"],
  ["slack", "Slack"],
];

export function requestTable() {
  const service = h(
    "select",
    {
      class: "field field-small",
      "aria-label": "Service",
      qa: "requests-service",
      on: { change: () => void refresh() },
    },
    SERVICES.map(([value, text]) => h("option", { value }, text)),
  );
  const count = h("span", { class: "muted" });
  const rows = h("tbody");
  const refresh = async () => {
    const answer = await panelApi.requests(service.value);
    const all = answer.requests;
    fill(count, `${answer.total.toLocaleString("en")} in all`);
    fill(rows, all.slice(-SHOWN).reverse().map(row));
    frame.hidden = !all.length;
  };
  const table = h("table", { class: "table requests", "aria-label": "Latest requests" }, rows);
  const frame = h(
    "div",
    { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Latest requests" },
    table,
  );
  const node = h("div", { class: "panel-requests" }, h("div", { class: "actions" }, service, count), frame);
  return { node, refresh };
}

function row(request) {
  const date = new Date(typeof request.at === "number" ? request.at * 1000 : request.at);
  const bad = Number(request.status) >= 400 || !request.status;
  return h(
    "tr",
    {},
    h("td", { class: "muted" }, Number.isNaN(date.getTime()) ? "" : clock(date)),
    h("td", {}, h("span", { class: `status ${bad ? "status-bad" : ""}` }, request.status || "cut")),
    h("td", { class: "mono" }, `${request.method} ${request.path}`),
  );
}
