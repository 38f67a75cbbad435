/** The right pane: one thread and its reply box. */
import { api } from "../api.js";
import { composer } from "../composer.js";
import { button, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { messageList } from "../render/list.js";
import { store } from "../store.js";
import { toastError } from "../toast.js";

/** @param {{closed: () => void}} hooks */
export function threadView(hooks) {
  const close = button(icon("close"), {
    class: "icon-button",
    "aria-label": "Close thread",
    qa: "thread-close",
    on: { click: () => hide() },
  });
  const where = h("span", { class: "muted" });
  const scroller = h("div", {
    class: "messages thread-messages",
    role: "log",
    "aria-label": "Thread",
    tabindex: 0,
  });
  const list = messageList(scroller, { channel: () => store.thread?.channel ?? "", inThread: true });
  const write = composer({
    place: () => ({ channel: store.thread?.channel ?? "", thread_ts: store.thread?.ts }),
    label: () => "Reply…",
    qa: "thread-composer",
  });
  const head = h(
    "header",
    { class: "head" },
    h("h2", { class: "head-title" }, "Thread"),
    where,
    h("span", { class: "spring" }),
    close,
  );
  const node = h(
    "aside",
    { class: "thread", qa: "thread", "aria-label": "Thread", hidden: true },
    head,
    scroller,
    write.node,
  );
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) hide();
  });

  const draw = () => {
    if (!store.thread) return;
    const messages = store.list(store.thread.channel, store.thread.ts);
    const parent = store.list(store.thread.channel).find((one) => one.ts === store.thread.ts);
    const whole = parent && messages[0]?.ts !== parent.ts ? [parent, ...messages] : messages;
    list.draw(whole);
  };
  const load = async () => {
    const { channel, ts } = store.thread;
    try {
      store.replace(channel, ts, await api.history(store.me, channel, ts));
    } catch (error) {
      toastError(error);
    }
  };
  const hide = () => {
    if (!store.thread) return;
    store.thread = null;
    node.hidden = true;
    hooks.closed();
  };
  store.on("messages", ({ channel }) => {
    if (store.thread?.channel === channel) draw();
  });
  return {
    node,
    hide,
    load: () => (store.thread ? load() : Promise.resolve()),
    /** @param {{channel: string, ts: string}} thread */
    async show(thread) {
      store.thread = thread;
      node.hidden = false;
      fill(
        where,
        store.channels.some((one) => one.id === thread.channel)
          ? `#${store.channelName(thread.channel)}`
          : store.channelName(thread.channel),
      );
      list.reset();
      write.show();
      draw();
      await load();
      list.toEnd();
      write.focus();
    },
  };
}
