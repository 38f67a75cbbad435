/** file and video blocks: shown as links, the page plays nothing from elsewhere. */
import { h, link, safeHref } from "../../dom.js";
import { icon } from "../../icons.js";
import { plain } from "../text.js";

export function fileBlock(block) {
  return h("div", { class: "file-gone" }, icon("clip"), `Remote file ${block.external_id}`);
}

export function videoBlock(block) {
  const title = plain(block.title);
  const by = [block.author_name, block.provider_name].filter(Boolean).join(" · ");
  const address = block.title_url ?? block.video_url;
  return h(
    "div",
    { class: "video" },
    h("span", { class: "video-mark" }, icon("video")),
    h(
      "div",
      { class: "video-text" },
      h("strong", {}, safeHref(address) ? link(address, title) : title),
      by && h("span", { class: "muted" }, by),
      block.description && h("span", {}, plain(block.description)),
      h("span", { class: "visually-hidden" }, block.alt_text),
    ),
  );
}
