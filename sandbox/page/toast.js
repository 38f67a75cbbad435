/** Short notices at the edge of the page. */
import { button, h } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN_MS = 9000;
const SYMBOLS = { error: "warning", info: "info", success: "check" };

/** The topmost open dialog would cover the notices and make them inert: they move into it. */
function region() {
  let node = document.querySelector(".toasts");
  if (!node) {
    node = h("div", {
      class: "toasts",
      qa: "toasts",
      popover: "manual",
      role: "region",
      "aria-label": "Notices",
    });
  }
  const home = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (node.parentNode !== home) home.append(node);
  // Shown anew, it lies above everything that was opened since.
  if (node.matches(":popover-open")) node.hidePopover();
  node.showPopover();
  return node;
}

/**
 * @param {string} text
 * @param {"error"|"info"|"success"} [kind]
 */
export function toast(text, kind = "info") {
  const shown = [...document.querySelectorAll(".toast-text")].some((node) => node.textContent === text);
  if (shown) return;
  const dismiss = () => {
    clearTimeout(timer);
    node.remove();
  };
  const node = h(
    "div",
    { class: `toast toast-${kind}`, qa: "toast", role: kind === "error" ? "alert" : "status" },
    icon(SYMBOLS[kind]),
    h("span", { class: "toast-text" }, text),
    button(icon("close", { label: "Dismiss" }), { class: "icon-button", on: { click: dismiss } }),
  );
  const timer = setTimeout(dismiss, SHOWN_MS);
  region().append(node);
}

/** Shows why a call failed, unless the sandbox has told the person itself. @param {any} error */
export function toastError(error) {
  if (!error.told) toast(error.message, "error");
}

/** A dialog about to be removed must not take the notices with it. @param {HTMLElement} dialog */
export function rescueToasts(dialog) {
  const node = dialog.querySelector(".toasts");
  if (!node) return;
  document.body.append(node);
  if (node.childElementCount) node.showPopover();
}
