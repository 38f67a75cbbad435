/** Standard Markdown as the `markdown` block takes it: the parts that occur in messages. */
import { h, link } from "../dom.js";
import { emoji } from "../emoji.js";
import { emojiNode } from "./inline.js";

const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TASK = /^\[([ xX])\]\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** @param {string} source @returns {HTMLElement} */
export function markdown(source) {
  return h("div", { class: "text markdown" }, blocks(source.replace(/\r\n?/g, "\n").split("\n")));
}

/** @param {string[]} rows @returns {Node[]} */
function blocks(rows) {
  const nodes = [];
  let at = 0;
  while (at < rows.length) {
    const [node, used] = next(rows, at);
    if (node) nodes.push(node);
    at += used;
  }
  return nodes;
}

/** @returns {[Node|null, number]} a block and the rows it took */
function next(rows, at) {
  const row = rows[at];
  if (!row.trim()) return [null, 1];
  const heading = HEADING.exec(row);
  if (heading)
    return [
      h("p", { class: `md-h md-h${heading[1].length}`, role: "heading", "aria-level": 4 }, spans(heading[2])),
      1,
    ];
  if (RULE.test(row)) return [h("hr", {}), 1];
  if (/^\s*(```|~~~)/.test(row)) return fence(rows, at);
  if (/^\s*>/.test(row)) {
    const count = countWhile(rows, at, (line) => /^\s*>/.test(line));
    return [
      h("blockquote", {}, blocks(rows.slice(at, at + count).map((line) => line.replace(/^\s*> ?/, "")))),
      count,
    ];
  }
  if (row.includes("|") && TABLE_RULE.test(rows[at + 1] ?? "") && rows[at + 1].includes("-"))
    return table(rows, at);
  if (ITEM.test(row)) {
    const count = countWhile(rows, at, (line) => ITEM.test(line) || /^\s+\S/.test(line));
    return [list(rows.slice(at, at + count)), count];
  }
  const count = Math.max(
    1,
    countWhile(rows, at, (line) => line.trim() && !startsBlock(line)),
  );
  return [h("p", {}, spans(rows.slice(at, at + count).join("\n"))), count];
}

const startsBlock = (line) =>
  HEADING.test(line) || RULE.test(line) || ITEM.test(line) || /^\s*(```|~~~|>)/.test(line);

function countWhile(rows, at, test) {
  let count = 0;
  while (at + count < rows.length && test(rows[at + count])) count += 1;
  return count;
}

function fence(rows, at) {
  const mark = /(```|~~~)/.exec(rows[at])[1];
  const end = rows.findIndex((line, index) => index > at && line.trim().startsWith(mark));
  const last = end < 0 ? rows.length : end;
  return [h("pre", {}, h("code", {}, rows.slice(at + 1, last).join("\n"))), last - at + 1];
}

/** @param {string[]} rows items of one or more levels */
function list(rows) {
  const base = ITEM.exec(rows[0])[1].length;
  const ordered = /\d/.test(ITEM.exec(rows[0])[2]);
  const items = [];
  for (const row of rows) {
    const match = ITEM.exec(row);
    if (match && match[1].length <= base) items.push({ text: match[3], inner: [] });
    else items.at(-1).inner.push(row);
  }
  return h(
    ordered ? "ol" : "ul",
    { start: ordered ? Number.parseInt(ITEM.exec(rows[0])[2], 10) : null },
    items.map(listItem),
  );
}

function listItem({ text, inner }) {
  const task = TASK.exec(text);
  const box =
    task && h("input", { type: "checkbox", disabled: true, checked: task[1] !== " ", "aria-label": "task" });
  const nested =
    inner.length && ITEM.test(inner[0]) ? list(inner) : inner.map((row) => spans(` ${row.trim()}`));
  return h("li", { class: task ? "md-task" : null }, box, spans(task ? task[2] : text), nested);
}

function table(rows, at) {
  const cells = (row) =>
    row
      .trim()
      .replace(/^\||\|$/g, "")
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replace(/\\\|/g, "|"));
  const align = cells(rows[at + 1]).map((cell) =>
    /^:.*:$/.test(cell) ? "center" : cell.endsWith(":") ? "right" : "left",
  );
  const count = 2 + countWhile(rows, at + 2, (line) => line.includes("|") && line.trim());
  const line = (tag) => (row) =>
    h(
      "tr",
      {},
      cells(row).map((cell, index) => h(tag, { class: `align-${align[index] ?? "left"}` }, spans(cell))),
    );
  const body = rows.slice(at + 2, at + count);
  return [
    h(
      "div",
      { class: "table-frame", tabindex: 0, role: "region", "aria-label": "table" },
      h(
        "table",
        { class: "table" },
        h("thead", {}, line("th")(rows[at])),
        h("tbody", {}, body.map(line("td"))),
      ),
    ),
    count,
  ];
}

const SPAN = new RegExp(
  [
    "\\\\([\\\\`*_{}\\[\\]()#+\\-.!~|<>])", // 1 escaped character
    "(`+)([\\s\\S]+?)\\2(?!`)", // 2, 3 code
    '!?\\[((?:[^\\[\\]]|\\[[^\\]]*\\])*)\\]\\(\\s*<?([^\\s)>]+)>?(?:\\s+"[^"]*")?\\s*\\)', // 4, 5 link
    "(\\*\\*|__)(?=\\S)([\\s\\S]+?)(?<=\\S)\\6", // 6, 7 strong
    "~~(?=\\S)([\\s\\S]+?)(?<=\\S)~~", // 8 struck
    "(?<![\\p{L}\\p{N}])([*_])(?=\\S)([\\s\\S]+?)(?<=\\S)\\9(?![\\p{L}\\p{N}])", // 9, 10 emphasis
    "<?(https?:\\/\\/[^\\s<>)]*[^\\s<>).,;:!?])>?", // 11 address
    ":([a-z0-9_+-]+):", // 12 emoji
  ].join("|"),
  "u",
);

/** @param {string} text @returns {Node[]} */
function spans(text) {
  const nodes = [];
  let rest = text;
  while (rest) {
    const match = SPAN.exec(rest);
    if (!match) break;
    nodes.push(...plainNodes(rest.slice(0, match.index)), span(match));
    rest = rest.slice(match.index + match[0].length);
  }
  return [...nodes, ...plainNodes(rest)];
}

function span(match) {
  const [whole, escaped, , code, label, url, , strong, struck, , weak, address, name] = match;
  if (escaped) return document.createTextNode(escaped);
  if (code !== undefined) return h("code", {}, code.replace(/^ (.*) $/, "$1"));
  if (url !== undefined) return link(url, spans(label || url));
  if (strong) return h("strong", {}, spans(strong));
  if (struck) return h("s", {}, spans(struck));
  if (weak) return h("em", {}, spans(weak));
  if (address) return link(address, address);
  const symbol = emoji(name);
  return symbol ? emojiNode(name, symbol) : document.createTextNode(whole);
}

function plainNodes(text) {
  return text
    .split("\n")
    .flatMap((line, index) =>
      index ? [h("br"), document.createTextNode(line)] : [document.createTextNode(line)],
    );
}
