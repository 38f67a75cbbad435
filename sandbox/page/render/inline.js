/** Inline mrkdwn: emphasis, code, links, mentions, dates and emoji, as DOM nodes. */
import { h, link } from "../dom.js";
import { emoji } from "../emoji.js";
import { dateToken, fullTime } from "../format.js";
import { store } from "../store.js";

const EMPHASIS = { "*": "strong", _: "em", "~": "s" };
const URL_PATTERN = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]}'"*_~]/;
const EMOJI_PATTERN = /^:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/;
const WORD = /[\p{L}\p{N}]/u;

/** The three entities that Slack texts are escaped with. @param {string} text */
export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/**
 * @param {string} text one or more lines of escaped mrkdwn
 * @returns {Node[]}
 */
export function inline(text) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(...withBreaks(unescape(plain)));
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const found = atom(text, at) ?? emphasis(text, at);
    if (found) {
      flush();
      nodes.push(...found.nodes);
      at += found.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

/** Code, `<…>`, emoji and bare addresses: what emphasis never looks into. */
function atom(text, at) {
  const char = text[at];
  if (char === "`") {
    const end = text.indexOf("`", at + 1);
    const body = text.slice(at + 1, end);
    if (end < 0 || !body.trim() || body.includes("\n")) return null;
    return { nodes: [h("code", {}, unescape(body))], length: end + 1 - at };
  }
  if (char === "<") {
    const match = /^<([^<>\n]+)>/.exec(text.slice(at));
    return match && { nodes: [token(match[1])], length: match[0].length };
  }
  if (char === ":") {
    const match = EMOJI_PATTERN.exec(text.slice(at));
    const symbol = match && emoji(match[1]);
    return symbol ? { nodes: [emojiNode(match[1], symbol)], length: match[0].length } : null;
  }
  if (char === "h" && !WORD.test(text[at - 1] ?? " ")) {
    const match = URL_PATTERN.exec(text.slice(at));
    return match && { nodes: [link(unescape(match[0]), unescape(match[0]))], length: match[0].length };
  }
  return null;
}

/** @param {string} name @param {string} symbol */
export function emojiNode(name, symbol) {
  return h(
    "span",
    { class: "emoji", role: "img", "aria-label": name.replace(/_/g, " "), title: `:${name}:` },
    symbol,
  );
}

/** `*bold*`, `_italic_`, `~struck~`: the marks touch the words they enclose and stand apart from others. */
function emphasis(text, at) {
  const mark = text[at];
  const tag = EMPHASIS[mark];
  if (!tag || WORD.test(text[at - 1] ?? " ") || !/\S/.test(text[at + 1] ?? " ") || text[at + 1] === mark)
    return null;
  let end = at + 1;
  while (end < text.length && text[end] !== "\n") {
    const skip = atom(text, end);
    if (skip) {
      end += skip.length;
      continue;
    }
    const closes = text[end] === mark && /\S/.test(text[end - 1]) && !WORD.test(text[end + 1] ?? " ");
    if (closes && end > at + 1) {
      return { nodes: [h(tag, {}, inline(text.slice(at + 1, end)))], length: end + 1 - at };
    }
    end += 1;
  }
  return null;
}

/** @param {string} body the inside of `<…>` */
function token(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  if (target.startsWith("@")) return userMention(target.slice(1), label);
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) return dateNode(target, label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (target.startsWith("!"))
    return h("span", { class: "mention mention-all" }, `@${label || target.slice(1)}`);
  const url = unescape(target);
  return link(url, label ? inline(bar < 0 ? "" : body.slice(bar + 1)) : url.replace(/^mailto:/, ""));
}

/** @param {string} id @param {string} [label] */
export function userMention(id, label = "") {
  const mine = id === store.me;
  const name = store.users.has(id) ? store.userName(id) : label.replace(/^@/, "") || id;
  return h("span", { class: mine ? "mention mention-me" : "mention", title: id }, `@${name}`);
}

/** @param {string} id @param {string} [label] */
export function channelMention(id, label = "") {
  const known = store.channels.some((channel) => channel.id === id);
  const name = `#${known ? store.channelName(id) : label || id}`;
  if (!known) return h("span", { class: "mention" }, name);
  const open = () => store.emit("open-channel", id);
  return h("button", { type: "button", class: "mention mention-channel", on: { click: open } }, name);
}

/** @param {string} id @param {string} [label] */
export function groupMention(id, label = "") {
  const handle = store.groups.get(id) ?? (label.replace(/^@/, "") || id);
  return h("span", { class: "mention", title: id }, `@${handle}`);
}

/** @param {string} target `!date^ts^format[^link]` @param {string} fallback */
function dateNode(target, fallback) {
  const [, seconds, format, url] = target.split("^");
  const text = dateToken(Number(seconds), unescape(format ?? ""));
  if (text === null) return document.createTextNode(fallback || body(target));
  const date = new Date(Number(seconds) * 1000);
  const node = h("time", { datetime: date.toISOString(), title: fullTime(date) }, text);
  return url ? link(unescape(url), node) : node;
}

function body(target) {
  return target.slice(1);
}

/** @param {string} text */
function withBreaks(text) {
  return text
    .split("\n")
    .flatMap((line, index) => (index ? [h("br"), line] : [line]))
    .map(asNode);
}

function asNode(value) {
  return typeof value === "string" ? document.createTextNode(value) : value;
}
