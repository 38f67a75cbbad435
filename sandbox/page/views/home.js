/** The app's Home tab. */
import { api } from "../api.js";
import { fill, h } from "../dom.js";
import { Form } from "../form.js";
import { store } from "../store.js";
import { surface } from "../surface.js";
import { toastError } from "../toast.js";
import { viewBlocks } from "./view_blocks.js";

export function homeView() {
  const node = h("section", { class: "home", qa: "home", "aria-label": "Home", hidden: true, tabindex: 0 });
  let form = new Form();
  let blocks = viewBlocks(form);
  let viewId = "";

  const draw = () => {
    const view = store.home;
    if (!view) {
      fill(
        node,
        h(
          "div",
          { class: "empty-note" },
          h("strong", {}, "Nothing here yet"),
          h("p", { class: "muted" }, `${store.app.name} has not published its Home tab.`),
        ),
      );
      return;
    }
    if (view.id !== viewId || !node.contains(blocks.node)) {
      form = new Form();
      blocks = viewBlocks(form);
      fill(node, h("div", { class: "home-body" }, blocks.node));
    }
    viewId = view.id;
    blocks.draw(view.blocks, surface({ type: "home", view_id: view.id }, form));
  };
  store.on("home", () => !node.hidden && draw());
  store.on("place", () => store.place.kind !== "home" && fill(node));
  return {
    node,
    /** Tells the app that its Home tab was opened, and shows what it had published. */
    async open() {
      draw();
      try {
        const answer = await api.home(store.me);
        if (answer.view) {
          store.home = answer.view;
          draw();
        }
      } catch (error) {
        toastError(error);
      }
    },
  };
}
