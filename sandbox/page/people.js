/** Who one can be on this page (fixed ids of sandbox/README.md), and how people look. */
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./store.js";

/** The switch: id and role, in this order. */
export const PEOPLE = [
  ["U0REQUEST1", "Requester"],
  ["U0APPROVE1", "Approver"],
  ["U0APPROVE2", "Approver"],
  ["U0GUEST001", "Guest"],
];

/** @param {string} name */
function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return (words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 2)).toUpperCase();
}

/** @param {string|undefined} userId @param {string} [className] */
export function avatar(userId, className = "") {
  const user = userId && store.users.get(userId);
  if (!user || user.is_bot || userId === store.app.bot_user_id) return appAvatar(className);
  const css = user.color ? { "--person": `#${user.color.replace(/^#/, "")}` } : {};
  return h(
    "span",
    { class: `avatar ${className}`, css, "aria-hidden": "true" },
    initials(user.real_name || user.name),
  );
}

/** @param {string} [className] */
export function appAvatar(className = "") {
  return h("span", { class: `avatar avatar-app ${className}`, "aria-hidden": "true" }, icon("fork"));
}
