/** Times, sizes and counts as people read them. Times are shown in the zone of the browser, as Slack does. */

const DAY_MS = 86_400_000;

/** @param {string} ts a Slack timestamp, seconds with microseconds as text */
export function tsToDate(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

/** @param {Date} date */
export function clock(date) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(date);
}

/** @param {Date} date */
export function fullTime(date) {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" }).format(date);
}

/** Whole calendar days from `now` to `date`: 0 today, -1 yesterday, 1 tomorrow. */
export function dayDistance(date, now = new Date()) {
  const midnight = (value) => new Date(value.getFullYear(), value.getMonth(), value.getDate()).getTime();
  return Math.round((midnight(date) - midnight(now)) / DAY_MS);
}

const PRETTY = new Map([
  [0, "today"],
  [-1, "yesterday"],
  [1, "tomorrow"],
]);

/** @param {Date} date @param {Date} [now] */
export function dayLabel(date, now = new Date()) {
  const word = PRETTY.get(dayDistance(date, now));
  if (word) return word[0].toUpperCase() + word.slice(1);
  return new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric" }).format(date);
}

const dateOf = (options) => (date) => new Intl.DateTimeFormat("en-US", options).format(date);
const pretty = (plain) => (date) => PRETTY.get(dayDistance(date)) ?? plain(date);
const LONG = dateOf({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const MIDDLE = dateOf({ month: "long", day: "numeric", year: "numeric" });
const SHORT = dateOf({ month: "short", day: "numeric", year: "numeric" });

/** The tokens of `<!date^…>` (contracts/slack.md, messaging/formatting-message-text). */
const DATE_TOKENS = {
  date_num: (date) => [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(two).join("-"),
  date_slash: dateOf({ month: "2-digit", day: "2-digit", year: "numeric" }),
  date: MIDDLE,
  date_short: SHORT,
  date_long: LONG,
  date_pretty: pretty(MIDDLE),
  date_short_pretty: pretty(SHORT),
  date_long_pretty: pretty(LONG),
  day_divider_pretty: (date) => dayLabel(date),
  time: clock,
  time_secs: (date) => new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }).format(date),
  ago,
};

/**
 * @param {number} seconds since the epoch
 * @param {string} format with `{tokens}`
 * @returns {string|null} null for a format without a known token, so that the caller shows the fallback
 */
export function dateToken(seconds, format) {
  const date = new Date(seconds * 1000);
  if (!Number.isFinite(date.getTime())) return null;
  let known = false;
  const text = format.replace(/\{(\w+)\}/g, (whole, name) => {
    const make = DATE_TOKENS[name];
    if (!make) return whole;
    known = true;
    return make(date);
  });
  if (!known) return null;
  return /^\{\w+_pretty\}/.test(format) ? text[0].toUpperCase() + text.slice(1) : text;
}

/** @param {Date} date @param {Date} [now] */
export function ago(date, now = new Date()) {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  }
  return seconds > 0 ? "in a moment" : "just now";
}

/** @param {number} bytes */
export function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${units[unit]}`;
}

/** @param {number} count @param {string} one @param {string} [many] */
export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** A number for the axis of a chart or a cell: short, but never rounded to something else than it is. */
export function number(value) {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.abs(value) < 1 ? 4 : Math.abs(value) < 100 ? 2 : 0;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

function two(value) {
  return String(value).padStart(2, "0");
}
