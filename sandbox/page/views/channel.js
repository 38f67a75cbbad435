/** The middle: the head of a place, its messages or the Home tab, the composer. */
import { composer } from "../composer.js";
import { button, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { appAvatar, avatar } from "../people.js";
import { messageList } from "../render/list.js";
import { store } from "../store.js";

/**
 * @param {{openRail: () => void, tab: (kind: "home"|"channel") => void, homeNode: HTMLElement, banner: HTMLElement}} parts
 */
export function channelView(parts) {
  const head = h("header", { class: "head" });
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "App" });
  const scroller = h("div", {
    class: "messages",
    qa: "messages",
    role: "log",
    "aria-label": "Messages",
    tabindex: 0,
  });
  const list = messageList(scroller, { channel: () => store.place.channel, inThread: false });
  const write = composer({
    place: () => ({ channel: store.place.channel }),
    label: () => `Message ${placeName()}`,
    qa: "composer",
  });
  const node = h(
    "main",
    { class: "main", id: "main", tabindex: -1 },
    head,
    tabs,
    parts.banner,
    scroller,
    parts.homeNode,
    write.node,
  );

  const draw = () => {
    if (store.place.kind === "home" || !store.place.channel) return;
    const messages = store.list(store.place.channel);
    list.draw(messages);
    scroller.classList.toggle("empty", !messages.length);
    if (!messages.length) fill(scroller, emptyNote());
  };
  store.on("messages", ({ channel }) => {
    if (channel === store.place.channel) draw();
  });
  return {
    node,
    /** Shows the current place from its beginning. */
    show() {
      const isApp = store.place.kind === "home" || store.place.channel === store.appChannel;
      const isHome = store.place.kind === "home";
      fill(
        head,
        button(icon("menu"), {
          class: "icon-button rail-open",
          "aria-label": "Open the list",
          "aria-controls": "rail",
          on: { click: parts.openRail },
        }),
        title(),
      );
      tabs.hidden = !isApp;
      fill(
        tabs,
        tab("Home", isHome, "tab-home", () => parts.tab("home")),
        tab("Messages", !isHome, "tab-messages", () => parts.tab("channel")),
      );
      scroller.hidden = isHome;
      parts.homeNode.hidden = !isHome;
      write.node.hidden = isHome;
      document.title = `${placeName()} · ${store.team.name}`;
      list.reset();
      if (!isHome) write.show();
      draw();
      list.toEnd();
    },
    focus: () => write.focus(),
  };
}

function placeName() {
  if (store.place.kind === "home" || store.place.channel === store.appChannel) return store.app.name;
  const isDm = store.dms.some((dm) => dm.id === store.place.channel);
  return `${isDm ? "" : "#"}${store.channelName(store.place.channel)}`;
}

function title() {
  if (store.place.kind === "home" || store.place.channel === store.appChannel) {
    return h(
      "h1",
      { class: "head-title" },
      appAvatar("avatar-small"),
      store.app.name,
      h("span", { class: "badge" }, "App"),
    );
  }
  const dm = store.dms.find((one) => one.id === store.place.channel);
  const channel = store.channels.find((one) => one.id === store.place.channel);
  return [
    h(
      "h1",
      { class: "head-title" },
      dm ? avatar(dm.user, "avatar-small") : icon("hash"),
      store.channelName(store.place.channel),
    ),
    channel?.topic && h("span", { class: "head-topic" }, channel.topic),
  ];
}

function tab(label, selected, qa, open) {
  return button(label, {
    class: "tab",
    role: "tab",
    qa,
    "aria-selected": String(selected),
    on: { click: open },
  });
}

function emptyNote() {
  const isApp = store.place.channel === store.appChannel;
  const hint = isApp
    ? "Drop a JSONL file here, or type / to see its commands."
    : "Nothing was said here yet. Type / to see the commands.";
  return h(
    "div",
    { class: "empty-note" },
    h("strong", {}, `This is the beginning of ${placeName()}`),
    h("p", { class: "muted" }, hint),
  );
}
