/** One picture, as large as the window allows. */
import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { dialog } from "../overlay.js";

/** @param {string} src @param {string} alt @param {string} title */
export function lightbox(src, alt, title) {
  const box = dialog(
    { class: "lightbox", qa: "lightbox", "aria-label": title },
    { dismiss: () => box.close() },
  );
  box.node.append(
    h(
      "header",
      { class: "lightbox-head" },
      h("strong", {}, title),
      h(
        "a",
        { class: "icon-button", href: src, download: title, "aria-label": "Download" },
        icon("download"),
      ),
      button(icon("close"), {
        class: "icon-button",
        "aria-label": "Close",
        qa: "lightbox-close",
        on: { click: () => box.close() },
      }),
    ),
    h("img", { src, alt }),
  );
  box.node.addEventListener("click", (event) => event.target === box.node && box.close());
  box.open();
}
