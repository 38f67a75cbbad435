/** Slack's mrkdwn: fences, quotes and lists around inline marks. */
import { h } from "../dom.js";
import { inline, unescape } from "./inline.js";

const QUOTE = /^(?:&gt;|>) ?/;
const REST_QUOTE = /^(?:&gt;|>){3} ?/;
const ITEM = /^(\s*)([•◦▪‣-]|\d{1,3}[.)]) +(.*)$/;

/**
 * @param {string} text escaped mrkdwn
 * @returns {Node[]} block nodes
 */
export function mrkdwn(text) {
  const nodes = [];
  const parts = text.split("```");
  parts.forEach((part, index) => {
    const fenced = index % 2 === 1 && index < parts.length - 1;
    // A last fence without its end is text, as in Slack.
    const open = index % 2 === 1 && !fenced;
    if (fenced) nodes.push(h("pre", {}, h("code", {}, unescape(part.replace(/^\n|\n$/g, "")))));
    else if (part.trim() || open)
      nodes.push(...lines(open ? `\`\`\`${part}` : trimFenceBreaks(part, index, parts.length)));
  });
  return nodes;
}

/** The line breaks right at a fence belong to the fence. */
function trimFenceBreaks(part, index, count) {
  let text = part;
  if (index > 0) text = text.replace(/^\n/, "");
  if (index < count - 1) text = text.replace(/\n$/, "");
  return text;
}

/** @param {string} text without fences */
function lines(text) {
  const nodes = [];
  const rows = text.split("\n");
  let at = 0;
  while (at < rows.length) {
    if (REST_QUOTE.test(rows[at])) {
      const rest = [rows[at].replace(REST_QUOTE, ""), ...rows.slice(at + 1)];
      nodes.push(h("blockquote", {}, lines(rest.join("\n"))));
      break;
    }
    const kind = kindOf(rows[at]);
    const from = at;
    while (at < rows.length && kindOf(rows[at]) === kind && !(at > from && REST_QUOTE.test(rows[at])))
      at += 1;
    nodes.push(...make(kind, rows.slice(from, at)));
  }
  return nodes;
}

/** @param {string} row @returns {"quote"|"list"|"text"} */
function kindOf(row) {
  if (QUOTE.test(row)) return "quote";
  return ITEM.test(row) ? "list" : "text";
}

/** @param {"quote"|"list"|"text"} kind @param {string[]} rows */
function make(kind, rows) {
  if (kind === "quote") {
    return [h("blockquote", {}, lines(rows.map((row) => row.replace(QUOTE, "")).join("\n")))];
  }
  if (kind === "list") return [h("ul", { class: "plain-list" }, rows.map(item))];
  // Empty lines stand for space between paragraphs.
  return paragraphs(rows).map((paragraph) => h("p", {}, inline(paragraph)));
}

/** @param {string[]} rows */
function paragraphs(rows) {
  return rows
    .join("\n")
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim())
    .map((text) => text.replace(/^\n|\n$/g, ""));
}

/** @param {string} row The bullet or number stays what the writer typed. */
function item(row) {
  const [, indent, mark, text] = ITEM.exec(row);
  const depth = Math.min(4, Math.floor(indent.replace(/\t/g, "    ").length / 2));
  return h(
    "li",
    { class: depth ? `depth-${depth}` : null },
    h("span", { class: "list-mark", "aria-hidden": "true" }, mark === "-" ? "–" : mark),
    h("span", { class: "list-text" }, inline(text)),
  );
}
