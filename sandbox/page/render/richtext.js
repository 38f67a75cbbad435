/** `rich_text` blocks: nothing in them is parsed, every piece says what it is. */
import { h, link } from "../dom.js";
import { emoji } from "../emoji.js";
import { dateToken } from "../format.js";
import { channelMention, emojiNode, groupMention, userMention } from "./inline.js";

const STYLES = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
  ["underline", "u"],
];

/** @param {any} block a block or cell of type rich_text */
export function richText(block) {
  return h("div", { class: "text rich-text" }, groupLists(block.elements ?? []));
}

/** Neighbouring lists of different indent are one list to the reader, so they stand close together. */
function groupLists(elements) {
  return elements.map((element, index) => {
    const node = part(element);
    if (element.type === "rich_text_list" && elements[index - 1]?.type === "rich_text_list") {
      node.classList.add("list-continued");
    }
    return node;
  });
}

/** @param {any} element of the first level */
function part(element) {
  const bordered = element.border ? " bordered" : "";
  switch (element.type) {
    case "rich_text_list":
      return list(element, bordered);
    case "rich_text_preformatted":
      return h("pre", { class: bordered.trim() || null }, h("code", {}, run(element.elements)));
    case "rich_text_quote":
      return h("blockquote", { class: bordered.trim() || null }, h("p", {}, run(element.elements)));
    default:
      return h("p", {}, run(element.elements ?? [element]));
  }
}

function list(element, bordered) {
  const ordered = element.style === "ordered";
  const depth = Math.min(6, element.indent ?? 0);
  return h(
    ordered ? "ol" : "ul",
    {
      class: `rich-list depth-${depth}${bordered}`,
      start: ordered && element.offset ? element.offset + 1 : null,
    },
    element.elements.map((section) => h("li", {}, run(section.elements))),
  );
}

/** @param {any[]} elements @returns {Node[]} */
export function run(elements) {
  return elements.flatMap((element) => styled(element, leaf(element)));
}

/** @param {any} element @returns {Node} */
function leaf(element) {
  switch (element.type) {
    case "text":
      return textNode(element.text);
    case "link":
      return link(element.url, element.text || element.url);
    case "user":
      return userMention(element.user_id);
    case "channel":
      return channelMention(element.channel_id);
    case "usergroup":
      return groupMention(element.usergroup_id);
    case "broadcast":
      return h("span", { class: "mention mention-all" }, `@${element.range}`);
    case "emoji":
      return emojiLeaf(element);
    case "date":
      return textNode(dateToken(element.timestamp, element.format) ?? element.fallback ?? "");
    case "color":
      return h(
        "span",
        { class: "color-chip" },
        h("i", { css: { background: element.value } }),
        element.value,
      );
    default:
      return textNode(element.text ?? "");
  }
}

function emojiLeaf(element) {
  const symbol = emoji(element.name);
  return symbol ? emojiNode(element.name, symbol) : textNode(`:${element.name}:`);
}

function textNode(text) {
  return h("span", { class: "run" }, text);
}

function styled(element, node) {
  let wrapped = node;
  for (const [name, tag] of STYLES) {
    if (element.style?.[name]) wrapped = h(tag, {}, wrapped);
  }
  return [wrapped];
}

/** The bare characters, for previews and the value of a rich text field. @param {any} block */
export function richPlain(block) {
  const walk = (element) =>
    element.elements
      ? element.elements.map(walk).join(element.type === "rich_text_list" ? "\n" : "")
      : (element.text ?? "");
  return (block?.elements ?? []).map(walk).join("\n");
}
