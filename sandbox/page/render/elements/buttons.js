/** button, workflow_button, icon_button, feedback_buttons, overflow. */
import { button, h, safeHref } from "../../dom.js";
import { icon } from "../../icons.js";
import { menu } from "../../menu.js";
import { plain } from "../text.js";

/** While the sandbox has not answered, the button says so and takes no second click. */
async function busy(node, work) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    node.removeAttribute("aria-busy");
  }
}

/** @param {any} element @param {import("../../surface.js").Context} ctx @param {import("../../surface.js").Place} place */
export function buttonElement(element, ctx, place) {
  const look = element.style ? ` button-${element.style}` : "";
  const props = {
    class: `button${look}`,
    qa: `action-${element.action_id}`,
    "aria-label": element.accessibility_label,
  };
  const value = { text: element.text, value: element.value, style: element.style };
  const click = (event) => busy(event.currentTarget, () => ctx.act(element, place, value));
  const href = element.url ? safeHref(element.url) : null;
  if (!href) return button(plain(element.text), { ...props, on: { click } });
  return h(
    "a",
    { ...props, href, target: "_blank", rel: "noopener noreferrer", role: "button", on: { click } },
    plain(element.text),
    icon("external", { class: "icon-small" }),
  );
}

/** Workflows do not exist in the sandbox; the button is shown and says so. */
export function workflowButton(element) {
  const label = [icon("zap", { class: "icon-small" }), plain(element.text)];
  return button(label, { class: "button", disabled: true, title: "Workflows do not run in the sandbox" });
}

/** @param {any} element */
export function iconButton(element, ctx, place) {
  const label = plain(element.text);
  const click = (event) => busy(event.currentTarget, () => ctx.act(element, place, { value: element.value }));
  return button(icon(element.icon === "trash" ? "trash" : "dot"), {
    class: "icon-button",
    title: label,
    "aria-label": element.accessibility_label ?? label,
    qa: `action-${element.action_id}`,
    on: { click },
  });
}

/** @param {any} element */
export function feedbackButtons(element, ctx, place) {
  const one = (choice, className) =>
    button(icon("up", { class: className }), {
      class: "icon-button",
      title: plain(choice.text),
      "aria-label": choice.accessibility_label ?? plain(choice.text),
      "aria-pressed": "false",
      qa: `action-${element.action_id}-${choice.value}`,
      on: {
        click: (event) => {
          for (const other of event.currentTarget.parentNode.children)
            other.setAttribute("aria-pressed", "false");
          event.currentTarget.setAttribute("aria-pressed", "true");
          return ctx.act(element, place, { value: choice.value, text: choice.text });
        },
      },
    });
  return h(
    "span",
    { class: "feedback", role: "group", "aria-label": "Feedback" },
    one(element.positive_button, ""),
    one(element.negative_button, "flipped"),
  );
}

/** @param {any} element */
export function overflowElement(element, ctx, place) {
  const anchor = button(icon("more"), {
    class: "button button-icon",
    "aria-label": "More actions",
    qa: `action-${element.action_id}`,
  });
  const holder = h("span", { class: "anchor" }, anchor);
  menu(anchor, () =>
    element.options.map((option) => ({
      label: plain(option.text),
      hint: option.description && plain(option.description),
      href: option.url ? safeHref(option.url) : null,
      qa: `option-${option.value}`,
      choose: () => void ctx.act(element, place, { selected_option: option }),
    })),
  );
  return holder;
}
