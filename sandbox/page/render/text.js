/** Text objects: plain_text, mrkdwn and the raw cells of tables. */
import { h } from "../dom.js";
import { withEmoji } from "../emoji.js";
import { inline, unescape } from "./inline.js";
import { mrkdwn } from "./mrkdwn.js";

/** @typedef {{type: "plain_text"|"mrkdwn"|"raw_text", text: string, emoji?: boolean}} TextObject */

/** The characters of a text object. @param {TextObject|string|undefined} object */
export function plain(object) {
  if (!object) return "";
  if (typeof object === "string") return object;
  if (object.type === "raw_text") return object.text;
  const text = unescape(object.text);
  return object.emoji === false ? text : withEmoji(text);
}

/** As blocks of text. @param {TextObject} object @param {string} [className] */
export function textBlock(object, className = "") {
  if (object.type === "mrkdwn") return h("div", { class: `text ${className}`.trim() }, mrkdwn(object.text));
  return h("div", { class: `text text-plain ${className}`.trim() }, plain(object));
}

/** On one line. @param {TextObject|string|undefined} object @param {string} [className] */
export function textLine(object, className = "") {
  const isMrkdwn = typeof object === "object" && object?.type === "mrkdwn";
  return h("span", { class: `line ${className}`.trim() }, isMrkdwn ? inline(object.text) : plain(object));
}
