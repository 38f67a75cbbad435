/** Dialogs and pop-ups: focus stays inside, Escape closes the topmost, focus returns to where it was. */
import { h } from "./dom.js";
import { rescueToasts } from "./toast.js";

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

/** @param {HTMLElement} root */
export function focusables(root) {
  return [...root.querySelectorAll(FOCUSABLE)].filter(
    (node) => node.offsetParent !== null || node === document.activeElement,
  );
}

/**
 * @param {Record<string, any>} props of the dialog element
 * @param {{dismiss: () => void}} hooks `dismiss` is called for Escape; it decides whether to call `close`
 * @returns {{node: HTMLDialogElement, open: () => void, close: () => void}}
 */
export function dialog(props, hooks) {
  const returnTo = /** @type {HTMLElement|null} */ (document.activeElement);
  const node = /** @type {HTMLDialogElement} */ (h("dialog", props));
  node.addEventListener("cancel", (event) => {
    if (event.target !== node) return;
    event.preventDefault();
    hooks.dismiss();
  });
  node.addEventListener("keydown", (event) => event.key === "Tab" && wrapFocus(node, event));
  return {
    node,
    open() {
      document.body.append(node);
      node.showModal();
    },
    close() {
      rescueToasts(node);
      node.close();
      node.remove();
      if (returnTo?.isConnected) returnTo.focus();
    },
  };
}

/** Tab on the last element goes to the first: the browser's own controls are not part of the dialog. */
function wrapFocus(node, event) {
  const all = focusables(node);
  if (!all.length) return;
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0]).focus();
}

/**
 * A pop-up tied to a button: a click opens and closes it, a click elsewhere and Escape close it.
 * @param {HTMLElement & {popoverTargetElement?: Element}} anchor a button in the document or about to be
 * @param {{class?: string, opened: (pop: HTMLElement) => void, closed?: () => void, frame?: HTMLElement,
 *     matchWidth?: boolean, props?: Record<string, any>}} options `frame` is what the pop-up lines up with
 */
export function popup(anchor, options) {
  const pop = h("div", { class: `popup ${options.class ?? ""}`, popover: "auto", ...options.props });
  const frame = options.frame ?? anchor;
  const place = () => placeAt(pop, frame, options.matchWidth);
  const leave = (event) => !pop.contains(event.target) && place();
  anchor.popoverTargetElement = pop;
  pop.addEventListener("beforetoggle", (event) => {
    if (event.newState === "open") options.opened(pop);
  });
  pop.addEventListener("toggle", (event) => {
    const open = event.newState === "open";
    anchor.setAttribute("aria-expanded", String(open));
    const listen = open ? window.addEventListener : window.removeEventListener;
    listen.call(window, "scroll", leave, true);
    listen.call(window, "resize", place);
    if (open) {
      place();
      (pop.querySelector("[autofocus]") ?? focusables(pop)[0])?.focus();
    } else options.closed?.();
  });
  anchor.setAttribute("aria-expanded", "false");
  // The pop-up lives beside its anchor, so that it is part of an open dialog and not inert.
  frame.after(pop);
  return { node: pop, close: () => pop.matches(":popover-open") && pop.hidePopover(), place };
}

/** @param {HTMLElement} pop @param {HTMLElement} frame @param {boolean} [matchWidth] */
export function placeAt(pop, frame, matchWidth = false) {
  const box = frame.getBoundingClientRect();
  const gap = 4;
  const edge = 8;
  if (matchWidth) pop.style.setProperty("min-width", `${Math.min(box.width, innerWidth - 2 * edge)}px`);
  const below = innerHeight - box.bottom - gap - edge;
  const above = box.top - gap - edge;
  pop.style.setProperty("max-height", `${Math.max(below, above, 120)}px`);
  const height = pop.offsetHeight;
  const top = height <= below || below >= above ? box.bottom + gap : Math.max(edge, box.top - gap - height);
  const left = Math.min(Math.max(edge, box.left), innerWidth - pop.offsetWidth - edge);
  pop.style.setProperty("top", `${top}px`);
  pop.style.setProperty("left", `${Math.max(edge, left)}px`);
}

/**
 * Arrow keys, Home and End move the focus among `items()`.
 * @param {HTMLElement} root @param {() => HTMLElement[]} items
 */
export function arrowKeys(root, items) {
  root.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!all.length || (!step && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    const to = step ? (at + step + all.length) % all.length : event.key === "Home" ? 0 : all.length - 1;
    all[to].focus();
  });
}
