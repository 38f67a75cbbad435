/** Puts the page together: the person, the places, the pushes. */
import { api } from "./api.js";
import { fill, h } from "./dom.js";
import { follow } from "./live.js";
import { countUnread, markRead, oneMoreUnread } from "./reading.js";
import { readRoute, writeRoute } from "./route.js";
import { store } from "./store.js";
import { toast, toastError } from "./toast.js";
import { banner } from "./views/banner.js";
import { channelView } from "./views/channel.js";
import { homeView } from "./views/home.js";
import { modals } from "./views/modal.js";
import { panelView } from "./views/panel.js";
import { rail } from "./views/rail.js";
import { threadView } from "./views/thread.js";

const HOME = "home";

async function start() {
  const app = document.getElementById("app");
  const route = readRoute();
  try {
    store.boot(await api.bootstrap(route.user));
  } catch (error) {
    fill(app, h("p", { class: "starting", role: "alert" }, error.message));
    setTimeout(() => void start(), 2000);
    return;
  }
  const page = build(app);
  await page.enter(route.place, route.thread);
}

/** @param {HTMLElement} app */
function build(app) {
  const views = modals();
  const home = homeView();
  const panel = panelView({ closed: () => app.classList.remove("with-panel") });
  const thread = threadView({ closed: () => remember() });
  const side = rail({
    person: (id) => void become(id),
    channel: (id) => void open(id),
    app: () => void open(store.appChannel),
    panel: () => (panel.isOpen() ? panel.hide() : showPanel()),
    close: () => app.classList.remove("with-rail"),
  });
  const middle = channelView({
    openRail: () => app.classList.add("with-rail"),
    tab: (kind) => void open(kind === HOME ? HOME : store.appChannel),
    homeNode: home.node,
    banner: banner(),
  });
  const veil = h("div", { class: "veil", on: { click: () => app.classList.remove("with-rail") } });
  fill(app, side.node, veil, middle.node, thread.node, panel.node);
  let live = null;

  const showPanel = () => {
    app.classList.remove("with-rail");
    app.classList.add("with-panel");
    panel.show();
  };
  const remember = () =>
    writeRoute({
      user: store.me,
      place: store.place.kind === HOME ? HOME : store.place.channel,
      thread: store.thread && `${store.thread.channel}/${store.thread.ts}`,
    });
  const loadChannel = async () => {
    const { channel } = store.place;
    if (!channel) return;
    const messages = await api.history(store.me, channel);
    store.replace(channel, undefined, messages);
    if (store.place.channel === channel) markRead(channel);
  };

  /** @param {string|null} place a channel id or "home" */
  async function open(place) {
    app.classList.remove("with-rail");
    const known = place === HOME || store.channelIds.includes(place);
    const target = known ? place : (store.channels[0]?.id ?? store.appChannel);
    store.place = target === HOME ? { kind: "home", channel: null } : { kind: "channel", channel: target };
    if (store.thread && store.thread.channel !== store.place.channel) thread.hide();
    store.emit("place");
    middle.show();
    remember();
    try {
      if (target === HOME) await home.open();
      else {
        await loadChannel();
        middle.show();
        middle.focus();
      }
    } catch (error) {
      toastError(error);
    }
  }

  /** @param {string} user */
  async function become(user) {
    if (user === store.me) return;
    try {
      const answer = await api.bootstrap(user);
      views.closeAll();
      thread.hide();
      const at = store.place;
      store.boot(answer);
      side.draw();
      await enter(at.kind === HOME ? HOME : at.channel, null);
    } catch (error) {
      toastError(error);
    }
  }

  /** Called for a person whose bootstrap has just arrived. */
  async function enter(place, threadRoute) {
    live?.stop();
    live = follow(store.me, { push, reconnected: () => void catchUp() });
    store.emit("status");
    await open(place);
    const [channel, ts] = threadRoute?.split("/") ?? [];
    if (ts && channel === store.place.channel) await showThread({ channel, ts });
    await countUnread();
  }

  async function showThread(target) {
    if (store.place.channel !== target.channel) await open(target.channel);
    await thread.show(target);
    remember();
  }

  /** What was missed while the connection was gone. */
  async function catchUp() {
    try {
      await Promise.all([loadChannel(), thread.load()]);
      await countUnread();
    } catch (error) {
      toastError(error);
    }
  }

  const arrived = ({ channel, message }) => {
    const fresh = store.put(channel, message);
    const isReply = message.thread_ts && message.thread_ts !== message.ts;
    if (channel === store.place.channel && document.visibilityState === "visible") markRead(channel);
    else if (fresh && !isReply && message.user !== store.me) oneMoreUnread(channel);
  };
  const pushes = {
    message: arrived,
    ephemeral: (event) => arrived({ ...event, message: { ...event.message, ephemeral: true } }),
    message_changed: ({ channel, message }) => void store.put(channel, message),
    message_deleted: (event) => store.drop(event.channel, event.ts ?? event.deleted_ts ?? event.message?.ts),
    view_opened: ({ view }) => views.open(view),
    view_pushed: ({ view }) => views.push(view),
    view_updated: ({ view }) => views.update(view),
    view_closed: ({ view }) => views.close(view),
    home_updated: ({ view }) => {
      store.home = view;
      store.emit("home");
    },
    notice: ({ text }) => toast(text, "error"),
    bot: ({ type, ...bot }) => {
      store.bot = { ...store.bot, ...bot };
      store.emit("status");
    },
  };
  function push(event) {
    pushes[event.type]?.(event);
  }

  store.on("open-channel", (id) => void open(id));
  store.on("open-thread", (target) => void showThread(target));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && store.place.channel) markRead(store.place.channel);
  });
  return { enter };
}

await start();
