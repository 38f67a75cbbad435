/** The page's own line icons, drawn on a 20 x 20 grid. */
import { svg } from "./dom.js";

const PATHS = {
  hash: ["M7.5 3 6 17", "M14 3l-1.5 14", "M3.5 7.5h13.5", "M3 12.5h13.5"],
  people: [
    "M7 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    "M1.8 16.5c.4-3 2.5-4.5 5.2-4.5s4.8 1.5 5.2 4.5",
    "M13 3.8a3 3 0 0 1 0 5.5",
    "M14.8 12.3c2 .5 3.2 1.9 3.5 4.2",
  ],
  clip: [
    "M15.5 9.5 9.6 15.4a3.6 3.6 0 0 1-5.1-5.1l6.3-6.3a2.4 2.4 0 0 1 3.4 3.4l-6.1 6.1a1.2 1.2 0 0 1-1.7-1.7l5.4-5.4",
  ],
  send: ["M3.5 10 17 3.5 13.5 17l-3.5-6z", "M10 11 17 3.5"],
  thread: ["M3 4.5h14v9H9l-4 3.5v-3.5H3z", "M6.5 8h7", "M6.5 10.5h4.5"],
  more: ["M4.5 10h.01", "M10 10h.01", "M15.5 10h.01"],
  close: ["M5 5l10 10", "M15 5 5 15"],
  menu: ["M3 5.5h14", "M3 10h14", "M3 14.5h14"],
  back: ["M12 4l-6 6 6 6"],
  home: ["M3 9.5 10 3.5l7 6", "M5 8.5V16.5h10V8.5", "M8.5 16.5v-4h3v4"],
  chat: ["M3 4.5h14v9.5H9l-4 3v-3H3z"],
  sliders: ["M3 6h8", "M15 6h2", "M13 4v4", "M3 14h2", "M9 14h8", "M7 12v4"],
  down: ["M5 7.5l5 5 5-5"],
  right: ["M7.5 5l5 5-5 5"],
  check: ["M4 10.5l4 4 8-9"],
  search: ["M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11z", "M13 13l4 4"],
  download: ["M10 3v9.5", "M6 9l4 4 4-4", "M3.5 16.5h13"],
  trash: ["M4 6h12", "M8 6V4h4v2", "M5.5 6l.8 11h7.4l.8-11"],
  play: ["M6 4l10 6-10 6z"],
  stop: ["M5 5h10v10H5z"],
  zap: ["M11 2.5 4.5 11.5h5L8.5 17.5 15.5 8.5h-5z"],
  retry: ["M16 10a6 6 0 1 1-1.8-4.3", "M16 3v4h-4"],
  plus: ["M10 4v12", "M4 10h12"],
  external: ["M8 4H4v12h12v-4", "M11.5 3.5h5v5", "M16 4l-7 7"],
  info: ["M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z", "M10 9v4.5", "M10 6.3h.01"],
  warning: ["M10 3 18 16.5H2z", "M10 8v4", "M10 14.3h.01"],
  error: ["M7 2.5h6l4.5 4.5v6L13 17.5H7L2.5 13V7z", "M10 6v5", "M10 13.8h.01"],
  eye: [
    "M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10z",
    "M10 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
  ],
  up: [
    "M6 9V17H3.5V9z",
    "M6 9.5 9.5 3c1.5 0 2 1 1.8 2.2L10.8 8h5c1 0 1.6.8 1.4 1.8l-1.2 6c-.2.7-.7 1.2-1.5 1.2H6",
  ],
  image: ["M3 4h14v12H3z", "M3 13.5l4-4 4 4 2.5-2.5 3.5 3.5", "M12.8 7.5h.01"],
  video: ["M3 5h10v10H3z", "M13 9l4-2.5v7L13 11z"],
  bot: ["M4.5 7.5h11v8h-11z", "M10 7.5V4", "M7.5 11h.01", "M12.5 11h.01", "M2.5 10v3", "M17.5 10v3"],
  dot: ["M10 10h.01"],
  fork: ["M7 3v5a3 3 0 0 0 6 0V3", "M10 11v6"],
};

/**
 * @param {keyof typeof PATHS} name
 * @param {{class?: string, label?: string}} [options] without a label the icon is hidden from assistive technology
 */
export function icon(name, options = {}) {
  const paths = (PATHS[name] ?? PATHS.dot).map((d) => svg("path", { d }));
  const meaning = options.label ? { role: "img", "aria-label": options.label } : { "aria-hidden": "true" };
  return svg(
    "svg",
    { class: `icon icon-${name} ${options.class ?? ""}`.trim(), viewBox: "0 0 20 20", ...meaning },
    paths,
  );
}
