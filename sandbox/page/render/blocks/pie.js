/** Pie charts. */
import { svg } from "../../dom.js";
import { number } from "../../format.js";

const RADIUS = 100;
const HOLE = 56;

/** @param {{label: string, value: number}[]} segments @param {string} label */
export function pie(segments, label) {
  const total = segments.reduce((sum, one) => sum + one.value, 0);
  let turned = 0;
  const parts = segments.map((one, index) => {
    const share = one.value / total;
    const from = turned;
    turned += share;
    const name = `${one.label}: ${number(one.value)} (${Math.round(share * 100)} %)`;
    return svg(
      "path",
      { class: `slice series-${index % 8}`, d: ring(from, Math.min(turned, from + 0.99999)) },
      svg("title", {}, name),
    );
  });
  return svg(
    "svg",
    { class: "plot plot-pie", viewBox: "-110 -110 220 220", role: "img", "aria-label": label },
    parts,
  );
}

/** @param {number} from @param {number} to shares of the full turn */
function ring(from, to) {
  const at = (share, radius) => {
    const angle = 2 * Math.PI * share - Math.PI / 2;
    return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
  };
  const large = to - from > 0.5 ? 1 : 0;
  return [
    `M${at(from, RADIUS)}`,
    `A${RADIUS} ${RADIUS} 0 ${large} 1 ${at(to, RADIUS)}`,
    `L${at(to, HOLE)}`,
    `A${HOLE} ${HOLE} 0 ${large} 0 ${at(from, HOLE)}Z`,
  ].join("");
}
