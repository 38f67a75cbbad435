/** The list above the composer: commands behind `/`, people behind `@`, channels behind `#`. */
import { fill, h, uid } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { store } from "./store.js";

const MOST = 8;

/** The name that stands for a person behind `@`. @param {import("./store.js").User} user */
const handle = (user) => user.real_name || user.name;

/**
 * @typedef {{insert: string|null, mark: import("./dom.js").Child, title: string, hint?: string, qa: string}} Entry
 * @param {HTMLTextAreaElement} input
 * @param {HTMLElement} frame the list stands on its upper edge
 */
export function suggestions(input, frame) {
  const id = uid("suggest");
  const list = h("div", {
    class: "suggest",
    role: "listbox",
    id,
    qa: "suggest",
    "aria-label": "Suggestions",
    hidden: true,
  });
  frame.prepend(list);
  input.setAttribute("aria-controls", id);
  /** @type {Entry[]} */
  let entries = [];
  let from = 0;
  let active = 0;

  const close = () => {
    list.hidden = true;
    entries = [];
    input.removeAttribute("aria-activedescendant");
  };
  const mark = () => {
    [...list.children].forEach((node, index) => {
      node.classList.toggle("active", index === active);
      node.setAttribute("aria-selected", String(index === active));
    });
    const now = list.children[active];
    if (now && entries[active].insert !== null) input.setAttribute("aria-activedescendant", now.id);
  };
  const choose = (entry) => {
    if (entry.insert === null) return;
    const end = input.selectionStart ?? input.value.length;
    input.setRangeText(entry.insert, from, end, "end");
    close();
    input.dispatchEvent(new Event("input"));
    input.focus();
  };
  const update = () => {
    const end = input.selectionStart ?? input.value.length;
    const before = input.value.slice(0, end);
    const found = commands(before) ?? names(before);
    if (!found || !found.entries.length) return close();
    entries = found.entries;
    from = found.from;
    active = 0;
    fill(
      list,
      entries.map((entry) => row(entry, () => choose(entry))),
    );
    list.hidden = false;
    mark();
  };
  input.addEventListener("input", update);
  input.addEventListener("blur", close);
  return {
    close,
    /** @param {KeyboardEvent} event @returns {boolean} whether the list took the key */
    key(event) {
      if (list.hidden || event.isComposing) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const entry = entries[active];
      const takes =
        (event.key === "Enter" || event.key === "Tab") && entry.insert !== null && !isComplete(input, entry);
      if (step) active = (active + step + entries.length) % entries.length;
      else if (event.key === "Escape") close();
      else if (takes) choose(entry);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      if (step) mark();
      return true;
    },
  };
}

/** Enter on a name that is typed out sends; it does not choose what is already there. */
function isComplete(input, entry) {
  return entry.insert.startsWith("/") && input.value.trim() === entry.insert.trim();
}

/** @param {string} before @returns {{from: number, entries: Entry[]}|null} */
function commands(before) {
  const match = /^\/(\S*)(\s[\s\S]*)?$/.exec(before);
  if (!match) return null;
  const typed = `/${match[1]}`.toLowerCase();
  const behind = match[2] !== undefined;
  const found = store.commands.filter((one) =>
    behind ? one.command === typed : one.command.startsWith(typed),
  );
  return {
    from: 0,
    entries: found.slice(0, MOST).map((one) => ({
      insert: behind ? null : `${one.command} `,
      mark: icon("zap"),
      title: `${one.command} ${one.usage_hint ?? ""}`.trim(),
      hint: one.description,
      qa: `suggest-${one.command.slice(1)}`,
    })),
  };
}

/** @param {string} before @returns {{from: number, entries: Entry[]}|null} */
function names(before) {
  const match = /(?:^|[\s(])([@#])([^@#\n]{0,30})$/.exec(before);
  if (!match) return null;
  const [, sign, typed] = match;
  const query = typed.toLowerCase();
  const entries = sign === "@" ? people(query) : channels(query);
  return { from: before.length - typed.length - 1, entries: entries.slice(0, MOST) };
}

/** Whether the name, or one of its later words, begins with what was typed. */
const wordStarts = (name, query) => ` ${name.toLowerCase()}`.includes(` ${query}`);

function people(query) {
  const users = [...store.users.values()]
    .filter((user) => [handle(user), user.name].some((name) => wordStarts(name, query)))
    .map((user) => ({
      insert: `@${handle(user)} `,
      mark: avatar(user.id, "avatar-small"),
      title: handle(user),
      hint: user.title,
      qa: `suggest-${user.id}`,
    }));
  const groups = [...store.groups]
    .filter(([, name]) => name.startsWith(query))
    .map(([id, name]) => ({
      insert: `@${name} `,
      mark: icon("people"),
      title: `@${name}`,
      hint: "User group",
      qa: `suggest-${id}`,
    }));
  return [...users, ...groups];
}

function channels(query) {
  return store.channels
    .filter((channel) => channel.name.includes(query))
    .map((channel) => ({
      insert: `#${channel.name} `,
      mark: icon("hash"),
      title: channel.name,
      qa: `suggest-${channel.id}`,
    }));
}

/** @param {Entry} entry @param {() => void} choose */
function row(entry, choose) {
  return h(
    "div",
    {
      class: "suggest-row",
      role: "option",
      id: uid("row"),
      qa: entry.qa,
      on: { click: choose, pointerdown: (event) => event.preventDefault() },
    },
    entry.mark,
    h("span", { class: "suggest-title" }, entry.title),
    entry.hint && h("span", { class: "suggest-hint" }, entry.hint),
  );
}
