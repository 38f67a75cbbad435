/** card, carousel, container, alert. */
import { button, fill, h, uid } from "../../dom.js";
import { icon } from "../../icons.js";
import { elementNode } from "../elements/index.js";
import { textBlock, textLine } from "../text.js";
import { smallImage } from "./basic.js";
import { blockNode } from "./index.js";

const ALERT_ICONS = { info: "info", warning: "warning", error: "error", success: "check", default: "info" };

export function cardBlock(block, ctx) {
  const mark = block.icon
    ? smallImage(block.icon, "card-icon")
    : block.slack_icon && icon(block.slack_icon.name === "bot" ? "bot" : "dot");
  return h(
    "article",
    { class: "card" },
    block.hero_image && h("div", { class: "card-hero" }, smallImage(block.hero_image, "card-hero-image")),
    h(
      "div",
      { class: "card-head" },
      mark && h("span", { class: "card-mark" }, mark),
      h(
        "div",
        {},
        block.title && h("div", { class: "card-title" }, textLine(block.title)),
        block.subtitle && h("div", { class: "card-subtitle muted" }, textLine(block.subtitle)),
      ),
    ),
    block.body && textBlock(block.body, "card-body"),
    block.subtext && h("div", { class: "card-subtext muted" }, textLine(block.subtext)),
    block.actions?.length &&
      h(
        "div",
        { class: "actions" },
        block.actions.map((element) => elementNode(element, ctx, { block_id: block.block_id })),
      ),
  );
}

export function carouselBlock(block, ctx) {
  const cards = (block.elements ?? block.cards ?? []).map((card, index) =>
    blockNode(card, ctx, `${block.block_id}-${index}`),
  );
  const strip = h(
    "div",
    { class: "carousel-strip", tabindex: 0, role: "group", "aria-label": "Cards" },
    cards,
  );
  const move = (step) => () => strip.scrollBy({ left: step * strip.clientWidth * 0.8, behavior: "smooth" });
  const back = button(icon("right", { class: "flipped-x" }), {
    class: "icon-button",
    "aria-label": "Previous cards",
    on: { click: move(-1) },
  });
  const on = button(icon("right"), {
    class: "icon-button",
    "aria-label": "Next cards",
    on: { click: move(1) },
  });
  return h(
    "div",
    { class: "carousel" },
    strip,
    cards.length > 1 && h("div", { class: "carousel-turn" }, back, on),
  );
}

export function containerBlock(block, ctx) {
  const id = uid("container");
  let open = !(block.is_collapsible && block.default_collapsed);
  const body = h(
    "div",
    { class: "container-body", id },
    (block.child_blocks ?? []).map((child, index) => blockNode(child, ctx, `${block.block_id}-${index}`)),
  );
  const titles = h(
    "div",
    { class: "container-titles" },
    h("div", { class: "container-title" }, textLine(block.title)),
    block.subtitle && h("div", { class: "muted" }, textLine(block.subtitle)),
  );
  const arrow = h("span", {});
  const show = () => {
    body.hidden = !open;
    fill(arrow, icon(open ? "down" : "right", { class: "icon-small" }));
    head.setAttribute("aria-expanded", String(open));
  };
  const mark = block.icon && smallImage(block.icon, "card-icon");
  const head = block.is_collapsible
    ? button([arrow, mark, titles], {
        class: "container-head",
        "aria-controls": id,
        on: { click: () => ((open = !open), show()) },
      })
    : h("div", { class: "container-head" }, mark, titles);
  if (block.is_collapsible) show();
  const classes = [
    "container",
    block.has_header_divider !== false && "ruled",
    `width-${block.width ?? "standard"}`,
  ];
  return h("section", { class: classes.filter(Boolean).join(" ") }, head, body);
}

export function alertBlock(block) {
  const level = block.level ?? "default";
  return h(
    "div",
    { class: `alert alert-${level}`, role: level === "error" || level === "warning" ? "alert" : "note" },
    icon(ALERT_ICONS[level] ?? "info"),
    textBlock(block.text),
  );
}
