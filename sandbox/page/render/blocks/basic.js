/** section, header, context, divider, actions, image. */
import { h } from "../../dom.js";
import { elementNode } from "../elements/index.js";
import { fileUrl, missingPicture, pictureButton } from "../files.js";
import { plain, textBlock, textLine } from "../text.js";

export function sectionBlock(block, ctx) {
  const body = h(
    "div",
    { class: "section-body" },
    block.text && textBlock(block.text),
    block.fields &&
      h(
        "div",
        { class: "fields" },
        block.fields.map((field) => textBlock(field, "field-cell")),
      ),
  );
  if (!block.accessory) return body;
  const wide = block.accessory.type === "image" || ["button", "overflow"].includes(block.accessory.type);
  return h(
    "div",
    { class: wide ? "section" : "section section-menu" },
    body,
    h("div", { class: "accessory" }, accessory(block.accessory, ctx, block)),
  );
}

function accessory(element, ctx, block) {
  if (element.type === "image") return smallImage(element, "accessory-image");
  return elementNode(element, ctx, { block_id: block.block_id });
}

export function headerBlock(block) {
  return h("h3", { class: "header-text" }, plain(block.text));
}

export function dividerBlock() {
  return h("hr", {});
}

export function contextBlock(block) {
  const parts = block.elements.map((element) =>
    element.type === "image" ? smallImage(element, "context-image") : textLine(element, "context-text"),
  );
  return h("div", { class: "context" }, parts);
}

export function actionsBlock(block, ctx) {
  const nodes = block.elements.map((element) => elementNode(element, ctx, { block_id: block.block_id }));
  return h("div", { class: "actions" }, nodes);
}

export function imageBlock(block) {
  const title = block.title && plain(block.title).trim();
  return h(
    "figure",
    { class: "picture" },
    title && h("figcaption", {}, title),
    pictureOf(block, (src) => pictureButton(src, block.alt_text, title || block.alt_text)),
  );
}

/** @param {any} element @param {string} className */
export function smallImage(element, className) {
  return pictureOf(element, (src) => {
    const image = h("img", { src, alt: element.alt_text, title: element.alt_text, class: className });
    image.addEventListener("error", () => image.replaceWith(missingPicture(element.alt_text)));
    return image;
  });
}

/**
 * A picture of the sandbox itself is shown; the page loads nothing from elsewhere, so an outside address is named.
 * @param {any} image with `slack_file` or `image_url`
 * @param {(src: string) => HTMLElement} show
 */
function pictureOf(image, show) {
  const id = image.slack_file?.id ?? /F[A-Z0-9]{7,}/.exec(image.slack_file?.url ?? "")?.[0];
  if (id) return show(fileUrl(id));
  const url = new URL(image.image_url ?? "", location.href);
  return url.origin === location.origin ? show(url.href) : missingPicture(image.alt_text, url.href);
}
