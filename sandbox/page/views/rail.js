/** The left side: workspace, who one is, channels, the app, the panel. */
import { button, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { arrowKeys } from "../overlay.js";
import { appAvatar, avatar, PEOPLE } from "../people.js";
import { store } from "../store.js";

/**
 * @param {{person: (id: string) => void, channel: (id: string) => void, app: () => void, panel: () => void,
 *     close: () => void}} go
 */
export function rail(go) {
  const people = h("div", { class: "people", role: "radiogroup", "aria-label": "You are" });
  const places = h("nav", { class: "places", "aria-label": "Channels and apps" });
  const node = h(
    "aside",
    { class: "rail", id: "rail", "aria-label": "Workspace" },
    h(
      "header",
      { class: "rail-head" },
      h("span", { class: "workspace-mark" }, icon("fork")),
      h("strong", { class: "workspace-name" }, store.team.name),
      button(icon("close"), {
        class: "icon-button rail-close",
        "aria-label": "Close the list",
        on: { click: go.close },
      }),
    ),
    h("div", { class: "rail-scroll" }, h("h2", { class: "rail-title" }, "You are"), people, places),
    h(
      "footer",
      { class: "rail-foot" },
      button([icon("sliders"), h("span", {}, "Sandbox"), botDot()], {
        class: "rail-row",
        qa: "panel-open",
        on: { click: go.panel },
      }),
    ),
  );
  const drawPeople = () =>
    fill(
      people,
      PEOPLE.filter(([id]) => store.users.has(id)).map(([id, role]) => person(id, role, go.person)),
    );
  const drawPlaces = () =>
    fill(
      places,
      section(
        "Channels",
        store.channels.map((one) => channelRow(one, go.channel)),
      ),
      otherDms(go),
      section("Apps", [appRow(go)]),
    );
  const draw = () => {
    drawPeople();
    drawPlaces();
  };
  arrowKeys(people, () => [...people.children]);
  store.on("unread", drawPlaces);
  store.on("place", drawPlaces);
  draw();
  return { node, draw };
}

/** @param {string} id @param {string} role @param {(id: string) => void} choose */
function person(id, role, choose) {
  const on = id === store.me;
  return h(
    "button",
    {
      type: "button",
      class: "person",
      role: "radio",
      "aria-checked": String(on),
      tabindex: on ? 0 : -1,
      qa: `person-${id}`,
      title: store.users.get(id)?.title,
      on: { click: () => choose(id) },
    },
    avatar(id, "avatar-small"),
    h("span", { class: "person-name" }, store.userName(id)),
    h("span", { class: "person-role" }, role),
  );
}

/** @param {string} title @param {HTMLElement[]} rows */
function section(title, rows) {
  return rows.length
    ? [
        h("h2", { class: "rail-title" }, title),
        h(
          "ul",
          { class: "rows" },
          rows.map((row) => h("li", {}, row)),
        ),
      ]
    : null;
}

/** @param {{id: string, qa: string, mark: Node, name: string, current: boolean, open: () => void}} options */
function row({ id, qa, mark, name, current, open }) {
  const unread = current ? 0 : (store.unread.get(id) ?? 0);
  return button(
    [
      mark,
      h("span", { class: "row-name" }, name),
      unread
        ? h(
            "span",
            { class: "count", qa: `unread-${id}` },
            unread > 99 ? "99+" : unread,
            h("span", { class: "visually-hidden" }, " unread"),
          )
        : null,
    ],
    {
      class: `rail-row${unread ? " unread" : ""}`,
      qa,
      "aria-current": current ? "page" : null,
      on: { click: open },
    },
  );
}

function channelRow(channel, open) {
  const current = store.place.channel === channel.id;
  return row({
    id: channel.id,
    qa: `channel-${channel.id}`,
    mark: icon("hash"),
    name: channel.name,
    current,
    open: () => open(channel.id),
  });
}

/** Direct messages with people; the one with the app stands under Apps. */
function otherDms(go) {
  const dms = store.dms.filter((dm) => dm.user !== store.app.bot_user_id);
  const rows = dms.map((dm) =>
    row({
      id: dm.id,
      qa: `channel-${dm.id}`,
      mark: avatar(dm.user, "avatar-small"),
      name: store.userName(dm.user),
      current: store.place.channel === dm.id,
      open: () => go.channel(dm.id),
    }),
  );
  return section("Direct messages", rows);
}

function appRow(go) {
  const current = store.place.kind === "home" || store.place.channel === store.appChannel;
  return row({
    id: store.appChannel ?? "app",
    qa: "app",
    mark: appAvatar("avatar-small"),
    name: store.app.name,
    current,
    open: go.app,
  });
}

/** Whether the bot runs, as a small light. */
function botDot() {
  const dot = h("span", { class: "bot-dot", qa: "bot-state" });
  const show = () => {
    const { state } = store.bot;
    dot.className = `bot-dot bot-${state}`;
    dot.title = `${store.app.name}: ${state}`;
    dot.textContent = state === "running" ? "" : state;
  };
  store.on("status", show);
  show();
  return dot;
}
