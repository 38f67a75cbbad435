/** The `confirm` object of an element: asked here, before anything is sent. */
import { button, h, uid } from "../dom.js";
import { dialog } from "../overlay.js";
import { plain, textBlock } from "../render/text.js";

/**
 * @param {any} confirm a confirmation dialog object
 * @returns {Promise<boolean>}
 */
export function confirmDialog(confirm) {
  return new Promise((resolve) => {
    const title = uid("confirm");
    const finish = (answer) => {
      box.close();
      resolve(answer);
    };
    const box = dialog(
      { class: "dialog dialog-small", qa: "confirm", "aria-labelledby": title },
      { dismiss: () => finish(false) },
    );
    const look = confirm.style === "danger" ? "button-danger" : "button-primary";
    box.node.append(
      h("h2", { class: "dialog-title", id: title }, plain(confirm.title)),
      h("div", { class: "dialog-body" }, textBlock(confirm.text)),
      h(
        "div",
        { class: "dialog-foot" },
        button(plain(confirm.deny), {
          class: "button",
          qa: "confirm-deny",
          on: { click: () => finish(false) },
        }),
        button(plain(confirm.confirm), {
          class: `button ${look}`,
          qa: "confirm-yes",
          on: { click: () => finish(true) },
        }),
      ),
    );
    box.open();
    box.node.querySelector("[data-qa=confirm-yes]").focus();
  });
}
