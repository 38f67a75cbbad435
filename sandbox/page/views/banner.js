/** The line above the messages that says when the bot or the sandbox does not answer. */
import { panelApi } from "../api.js";
import { button, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { store } from "../store.js";
import { toastError } from "../toast.js";

export function banner() {
  const node = h("div", { class: "banner", role: "status", qa: "banner", hidden: true });
  const start = async () => {
    try {
      await panelApi.bot("start");
    } catch (error) {
      toastError(error);
    }
  };
  const show = () => {
    const { state } = store.bot;
    const down = state === "stopped";
    node.hidden = store.connected && state === "running";
    node.classList.toggle("banner-error", !store.connected || down);
    if (!store.connected)
      fill(node, icon("warning"), h("span", {}, "The sandbox does not answer. Trying again…"));
    else if (down) {
      fill(
        node,
        icon("warning"),
        h("span", {}, `${store.app.name} is offline. What you post stays; commands and clicks will fail.`),
        store.bot.managed === false
          ? null
          : button("Start it", {
              class: "button button-small",
              qa: "banner-start",
              on: { click: () => void start() },
            }),
      );
    } else
      fill(
        node,
        h("span", { class: "spinner", "aria-hidden": "true" }),
        h("span", {}, `${store.app.name} is starting…`),
      );
  };
  store.on("status", show);
  show();
  return node;
}
