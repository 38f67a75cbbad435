/** The bar that appears over a message: reply, and the app's message shortcuts. */
import { api } from "../api.js";
import { button, h } from "../dom.js";
import { icon } from "../icons.js";
import { menu } from "../menu.js";
import { store } from "../store.js";
import { toast, toastError } from "../toast.js";

/**
 * @param {import("../store.js").Message} message
 * @param {{channel: string, inThread: boolean}} where
 */
export function messageTools(message, where) {
  if (message.ephemeral) return null;
  const openThread = () =>
    store.emit("open-thread", { channel: where.channel, ts: message.thread_ts ?? message.ts });
  const more = button(icon("more"), {
    class: "icon-button",
    "aria-label": "More actions",
    title: "More actions",
    qa: "message-more",
  });
  const tools = h(
    "div",
    { class: "message-tools", role: "toolbar", "aria-label": "Message" },
    !where.inThread &&
      button(icon("thread"), {
        class: "icon-button",
        "aria-label": "Reply in thread",
        title: "Reply in thread",
        qa: "reply-in-thread",
        on: { click: openThread },
      }),
    more,
  );
  menu(more, () => [...shortcutItems(message, where), copyItem(message)]);
  return tools;
}

function shortcutItems(message, where) {
  return store.shortcuts
    .filter((shortcut) => shortcut.type === "message")
    .map((shortcut) => ({
      label: shortcut.name,
      hint: store.app.name,
      qa: `shortcut-${shortcut.callback_id}`,
      choose: () => void run(shortcut.callback_id, where.channel, message.ts),
    }));
}

function copyItem(message) {
  return {
    label: "Copy timestamp",
    hint: message.ts,
    choose: () =>
      void navigator.clipboard
        ?.writeText(message.ts)
        .catch(() => toast("The clipboard is not available.", "error")),
  };
}

/** @param {string} callback_id @param {string} [channel] @param {string} [message_ts] */
export async function run(callback_id, channel, message_ts) {
  try {
    await api.shortcut({ user: store.me, callback_id, channel, message_ts });
  } catch (error) {
    toastError(error);
  }
}
