/** Menus behind a button: overflow elements, the hover menu of a message. */
import { h } from "./dom.js";
import { arrowKeys, popup } from "./overlay.js";

/**
 * @typedef {{label: import("./dom.js").Child, hint?: import("./dom.js").Child, qa?: string, danger?: boolean,
 *     href?: string|null, choose?: () => void}} MenuItem
 * @param {HTMLElement} anchor a button
 * @param {() => MenuItem[]} items asked for each time the menu opens
 * @param {HTMLElement} [frame]
 */
export function menu(anchor, items, frame) {
  anchor.setAttribute("aria-haspopup", "menu");
  const pop = popup(anchor, {
    class: "menu",
    frame,
    props: { role: "menu" },
    opened: (node) => node.replaceChildren(...items().map((item) => menuItem(item, () => pop.close()))),
  });
  arrowKeys(pop.node, () => [...pop.node.querySelectorAll("[role=menuitem]")]);
  return pop;
}

/** @param {MenuItem} item @param {() => void} close */
function menuItem(item, close) {
  const choose = () => {
    close();
    item.choose?.();
  };
  const props = {
    role: "menuitem",
    qa: item.qa,
    class: `menu-item${item.danger ? " danger" : ""}`,
    on: { click: choose },
  };
  const content = [
    h("span", { class: "menu-label" }, item.label),
    item.hint && h("span", { class: "menu-hint" }, item.hint),
  ];
  return item.href
    ? h("a", { ...props, href: item.href, target: "_blank", rel: "noopener noreferrer" }, content)
    : h("button", { type: "button", ...props }, content);
}
