/** Where one writes: text, files, slash commands, mentions. */
import { api } from "./api.js";
import { attachments } from "./attach.js";
import { button, h } from "./dom.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { run } from "./render/tools.js";
import { store } from "./store.js";
import { suggestions } from "./suggest.js";

const TALLEST_PX = 220;

/** What was typed and not sent, by place. */
const drafts = new Map();

/**
 * @param {{place: () => {channel: string, thread_ts?: string}, label: () => string, qa: string}} options
 */
export function composer(options) {
  const { qa } = options;
  const problem = h("p", { class: "composer-problem", role: "alert", qa: `${qa}-problem`, hidden: true });
  const say = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
  };
  const input = h("textarea", { class: "composer-input", rows: 1, qa, "aria-autocomplete": "list" });
  const files = attachments({ most: 10, check: () => null, problem: say, changed: () => sendable() });
  const picker = h("input", {
    type: "file",
    multiple: true,
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "Files from this computer",
    qa: `${qa}-file`,
    on: {
      change: () => {
        files.add([...picker.files]);
        picker.value = "";
        input.focus();
      },
    },
  });
  const send = button(icon("send"), {
    class: "icon-button send",
    "aria-label": "Send",
    title: "Send",
    qa: `${qa}-send`,
    on: { click: () => void submit() },
  });
  const clip = button(icon("clip"), {
    class: "icon-button",
    "aria-label": "Attach a file of yours",
    title: "Attach a file of yours",
    on: { click: () => picker.click() },
  });
  const samples = files.sampleButton(
    button([icon("plus"), "Samples"], {
      class: "tool-button",
      title: "Attach a sample file",
      qa: `${qa}-samples`,
    }),
  );
  const frame = h(
    "div",
    { class: "composer-frame" },
    files.list,
    input,
    h(
      "div",
      { class: "composer-bar" },
      clip,
      picker,
      samples,
      shortcutMenu(options, qa),
      h("span", { class: "spring" }),
      send,
    ),
  );
  const node = h("div", { class: "composer" }, frame, problem);
  const suggest = suggestions(input, frame);
  files.takeDrops(frame);

  const key = () => `${store.me}/${options.place().channel}/${options.place().thread_ts ?? ""}`;
  const sendable = () => {
    send.disabled = !input.value.trim() && !files.ready().length;
  };
  const grow = () => {
    input.style.setProperty("height", "auto");
    input.style.setProperty("height", `${Math.min(input.scrollHeight, TALLEST_PX)}px`);
    sendable();
  };
  const submit = async () => {
    await files.settled();
    const text = input.value.trim();
    const attached = files.ready();
    if (!text && !attached.length) return;
    try {
      say("");
      if (text.startsWith("/") && !attached.length) await command(text, options.place());
      else await post(text, attached, options.place());
      input.value = "";
      drafts.delete(key());
      files.clear();
    } catch (error) {
      if (!error.told) say(error.message);
    }
    grow();
  };
  input.addEventListener("input", () => {
    drafts.set(key(), input.value);
    say("");
    grow();
  });
  input.addEventListener("keydown", (event) => {
    if (suggest.key(event) || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void submit();
  });
  input.addEventListener(
    "paste",
    (event) => event.clipboardData?.files.length && files.add([...event.clipboardData.files]),
  );
  return {
    node,
    /** The place has changed: its draft, its name. */
    show() {
      input.value = drafts.get(key()) ?? "";
      input.setAttribute("placeholder", options.label());
      input.setAttribute("aria-label", options.label());
      files.clear();
      suggest.close();
      grow();
    },
    /** On a touch screen the focus would raise the keyboard over what one wants to read. */
    focus: () => matchMedia("(hover: none)").matches || input.focus(),
  };
}

/** @param {string} text @param {any[]} files @param {{channel: string, thread_ts?: string}} place */
async function post(text, files, place) {
  await api.message({ user: store.me, ...place, text, files: files.map((file) => file.id) });
}

/** @param {string} text @param {{channel: string, thread_ts?: string}} place */
async function command(text, place) {
  const name = text.split(/\s/, 1)[0];
  // The words of Slack's own client, which refuses both before anything is sent.
  if (place.thread_ts) throw new Error(`${name} is not supported in threads. Sorry!`);
  if (!store.commands.some((one) => one.command === name)) throw new Error(`${name} is not a valid command.`);
  await api.command({ user: store.me, channel: place.channel, text });
}

/** The app's global shortcuts. */
function shortcutMenu(options, qa) {
  const anchor = button(icon("zap"), {
    class: "icon-button",
    "aria-label": "Shortcuts",
    title: "Shortcuts",
    qa: `${qa}-shortcuts`,
  });
  const holder = h("span", { class: "anchor" }, anchor);
  menu(anchor, () => {
    const all = store.shortcuts.filter((one) => one.type === "global");
    if (!all.length) return [{ label: "The app has no global shortcut" }];
    return all.map((one) => ({
      label: one.name,
      hint: one.description ?? store.app.name,
      qa: `shortcut-${one.callback_id}`,
      choose: () => void run(one.callback_id),
    }));
  });
  return holder;
}
