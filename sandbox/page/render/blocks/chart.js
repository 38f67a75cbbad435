/** data_visualization: line, area, bar and pie charts as SVG. */
import { h, svg } from "../../dom.js";
import { number } from "../../format.js";
import { pie } from "./pie.js";
import { scale } from "./scale.js";

const WIDTH = 560;
const HEIGHT = 260;
const LONGEST_LABEL = 12;

export function chartBlock(block) {
  const { chart } = block;
  const names =
    chart.type === "pie"
      ? chart.segments.map((one) => `${one.label} (${number(one.value)})`)
      : chart.series.map((one) => one.name);
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, block.title),
    chart.type === "pie" ? pie(chart.segments, describe(block)) : axes(chart, describe(block)),
    h(
      "ul",
      { class: "legend" },
      names.map((name, index) => h("li", {}, h("i", { class: `swatch series-${index % 8}` }), name)),
    ),
  );
}

/** What a reader of the page hears instead of the picture. */
function describe(block) {
  const { chart } = block;
  if (chart.type === "pie")
    return `${block.title}. ${chart.segments.map((one) => `${one.label} ${number(one.value)}`).join(", ")}`;
  const lines = chart.series.map((one) => {
    const [first, last] = [one.data[0], one.data.at(-1)];
    return `${one.name} from ${number(first.value)} at ${first.label} to ${number(last.value)} at ${last.label}`;
  });
  return `${block.title}. ${chart.type} chart. ${lines.join("; ")}`;
}

/** @param {any} chart a line, area or bar chart @param {string} label */
function axes(chart, label) {
  const categories = chart.axis_config?.categories ?? chart.series[0].data.map((point) => point.label);
  const values = chart.series.flatMap((one) => one.data.map((point) => point.value));
  const ticks = scale(values, chart.type !== "line");
  const labels = ticks.map(number);
  const left = 22 + 6.5 * Math.max(...labels.map((text) => text.length));
  const box = { left, right: WIDTH - 12, top: 12, bottom: HEIGHT - (chart.axis_config?.x_label ? 46 : 30) };
  const [low, high] = [ticks[0], ticks.at(-1)];
  const y = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
  const band = (box.right - box.left) / categories.length;
  const x = (index) => box.left + band * (index + 0.5);
  const draw = { line: lines, area: areas, bar: bars }[chart.type] ?? lines;
  return svg(
    "svg",
    { class: "plot", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label },
    ticks.map((tick, index) => [
      svg("line", { class: "grid", x1: box.left, x2: box.right, y1: y(tick), y2: y(tick) }),
      svg("text", { class: "tick", x: box.left - 6, y: y(tick) + 4, "text-anchor": "end" }, labels[index]),
    ]),
    categoryLabels(categories, x, band, box.bottom + 16),
    chart.axis_config?.x_label &&
      svg(
        "text",
        { class: "axis", x: (box.left + box.right) / 2, y: HEIGHT - 6, "text-anchor": "middle" },
        chart.axis_config.x_label,
      ),
    chart.axis_config?.y_label &&
      svg(
        "text",
        {
          class: "axis",
          transform: `translate(11 ${(box.top + box.bottom) / 2}) rotate(-90)`,
          "text-anchor": "middle",
        },
        chart.axis_config.y_label,
      ),
    draw(chart.series, { x, y, band, base: y(Math.max(low, Math.min(0, high))) }),
  );
}

/** As many labels as fit without touching. */
function categoryLabels(categories, x, band, y) {
  const short = categories.map((text) =>
    text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text,
  );
  const widest = 7 * Math.max(...short.map((text) => text.length)) + 8;
  const step = Math.max(1, Math.ceil(widest / band));
  return short.map(
    (text, index) =>
      index % step === 0 && svg("text", { class: "tick", x: x(index), y, "text-anchor": "middle" }, text),
  );
}

function path(data, { x, y }) {
  return data
    .map((point, index) => `${index ? "L" : "M"}${x(index).toFixed(1)} ${y(point.value).toFixed(1)}`)
    .join("");
}

function lines(series, frame) {
  return series.map((one, index) => [
    svg("path", { class: `stroke series-${index % 8}`, d: path(one.data, frame) }),
    one.data.map((point, at) =>
      svg(
        "circle",
        { class: `point series-${index % 8}`, cx: frame.x(at), cy: frame.y(point.value), r: 3.5 },
        hover(one.name, point),
      ),
    ),
  ]);
}

function areas(series, frame) {
  return series.map((one, index) => {
    const top = path(one.data, frame);
    const end = `L${frame.x(one.data.length - 1).toFixed(1)} ${frame.base}L${frame.x(0).toFixed(1)} ${frame.base}Z`;
    return [
      svg("path", { class: `area series-${index % 8}`, d: top + end }),
      lines([one], frame).map((nodes) => recolor(nodes, index)),
    ];
  });
}

/** @param {any} nodes of one series drawn as the first @param {number} index */
function recolor(nodes, index) {
  for (const node of nodes.flat()) {
    node.classList.remove("series-0");
    node.classList.add(`series-${index % 8}`);
  }
  return nodes;
}

function bars(series, { x, y, band, base }) {
  const width = Math.min(48, (band * 0.72) / series.length);
  return series.map((one, index) =>
    one.data.map((point, at) => {
      const left = x(at) - (width * series.length) / 2 + index * width;
      const top = Math.min(y(point.value), base);
      const shape = {
        x: left + 1,
        y: top,
        width: width - 2,
        height: Math.max(1, Math.abs(y(point.value) - base)),
        rx: 2,
      };
      return svg("rect", { class: `bar series-${index % 8}`, ...shape }, hover(one.name, point));
    }),
  );
}

function hover(name, point) {
  return svg("title", {}, `${name}, ${point.label}: ${number(point.value)}`);
}
