/**
 * Building DOM nodes. Text always becomes a text node, so what people and services wrote is never markup;
 * styles are set through the CSSOM, so a strict content security policy holds.
 */

/** Properties that must be set on the object because the attribute only gives the first value. */
const AS_PROPERTY = new Set(["value", "checked", "selected", "disabled", "indeterminate", "hidden", "open"]);

/** @typedef {Node|string|number|null|undefined|false|Child[]} Child */

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; besides: `class`, `qa` (data-qa), `on` (listeners),
 *     `data` (dataset), `css` (custom properties and styles). null, undefined and false leave an attribute out.
 * @param {...Child} children
 * @returns {HTMLElement & Record<string, any>}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  assign(node, props);
  append(node, children);
  return node;
}

/**
 * @param {string} tag
 * @param {Record<string, any>} [props]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  assign(node, props);
  append(node, children);
  return node;
}

/** @param {Element} node @param {Record<string, any>} props */
function assign(node, props) {
  for (const [key, value] of Object.entries(props)) {
    if (value === null || value === undefined) continue;
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (key === "data") {
      Object.assign(node.dataset, value);
    } else if (key === "css") {
      for (const [name, style] of Object.entries(value)) node.style.setProperty(name, style);
    } else if (key === "qa") {
      node.setAttribute("data-qa", value);
    } else if (AS_PROPERTY.has(key)) {
      node[key] = value;
    } else if (value !== false) {
      node.setAttribute(key, value === true ? "" : String(value));
    }
  }
}

/** @param {Node} node @param {Child[]} children */
export function append(node, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(node, child);
    else if (child instanceof Node) node.appendChild(child);
    else if (child !== null && child !== undefined && child !== false) {
      node.appendChild(document.createTextNode(String(child)));
    }
  }
}

/** @param {Node} node @param {...Child} children */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** An address that may become a link: anything but web and mail addresses (`javascript:`) is null. */
export function safeHref(url) {
  try {
    const parsed = new URL(String(url), location.href);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** @param {string} url @param {Child} label @param {Record<string, any>} [props] */
export function link(url, label, props = {}) {
  const href = safeHref(url);
  if (!href) return h("span", { class: "link-refused", title: "Not a web address" }, label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...props }, label);
}

let counter = 0;
/** A document-unique id to tie labels and fields together. */
export function uid(prefix = "n") {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** @param {string} type @param {Child} label @param {Record<string, any>} [props] */
export function button(label, props = {}) {
  return h("button", { type: "button", ...props }, label);
}
