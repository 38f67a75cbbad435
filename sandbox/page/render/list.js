/** A list of messages that changes only where a message changed, so open menus and half-chosen inputs stay. */
import { h } from "../dom.js";
import { dayLabel, plural, tsToDate } from "../format.js";
import { continues, messageNode } from "./message.js";

/** Closer to the end than this, one is reading the newest and wants to see what comes. */
const NEAR_END_PX = 120;

/**
 * @param {HTMLElement} scroller
 * @param {{channel: () => string, inThread: boolean}} options
 */
export function messageList(scroller, options) {
  /** @type {Map<string, {node: Node, signature: string}>} */
  let drawn = new Map();

  /** @param {import("../store.js").Message[]} messages */
  const draw = (messages) => {
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
    const next = new Map();
    const nodes = [];
    const add = (key, signature, make) => {
      const held = drawn.get(key);
      const entry = held && held.signature === signature ? held : { node: make(), signature };
      next.set(key, entry);
      nodes.push(entry.node);
    };
    let before = null;
    messages.forEach((message, index) => {
      const day = dayLabel(tsToDate(message.ts));
      const newDay = !before || dayLabel(tsToDate(before.ts)) !== day;
      if (newDay && !options.inThread) add(`day ${day}`, day, () => dayDivider(day));
      const ruled = options.inThread && index === 1;
      if (ruled) add("replies", String(messages.length), () => replyDivider(messages.length - 1));
      const compact = !newDay && !ruled && continues(message, before);
      const where = { channel: options.channel(), inThread: options.inThread, compact };
      add(message.ts, `${compact}${JSON.stringify(message)}`, () => messageNode(message, where));
      before = message;
    });
    sync(scroller, nodes);
    drawn = next;
    if (atEnd) toEnd(scroller);
  };
  return {
    draw,
    /** Another channel: nothing of the old one stays. */
    reset() {
      drawn = new Map();
      scroller.replaceChildren();
    },
    toEnd: () => toEnd(scroller),
  };
}

/** @param {HTMLElement} scroller */
function toEnd(scroller) {
  scroller.scrollTop = scroller.scrollHeight;
  // Pictures take their room only when they have come.
  for (const image of scroller.querySelectorAll("img")) {
    if (!image.complete)
      image.addEventListener("load", () => (scroller.scrollTop = scroller.scrollHeight), { once: true });
  }
}

/** Puts `nodes` in order with the fewest moves, so that focus and scroll positions survive. */
function sync(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (parent.childNodes[index] !== node) parent.insertBefore(node, parent.childNodes[index] ?? null);
  });
}

/** @param {string} label */
function dayDivider(label) {
  return h("div", { class: "day", role: "separator", "aria-label": label }, h("span", {}, label));
}

/** @param {number} count */
function replyDivider(count) {
  return h(
    "div",
    { class: "day day-replies", role: "separator" },
    h("span", {}, plural(count, "reply", "replies")),
  );
}
