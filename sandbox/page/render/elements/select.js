/** All select menus, single and multiple: a button that opens a searchable list. */
import { button, fill, h, uid } from "../../dom.js";
import { icon } from "../../icons.js";
import { popup } from "../../overlay.js";
import { changed } from "../../surface.js";
import { toastError } from "../../toast.js";
import { plain } from "../text.js";
import { sourceOf } from "./options.js";

const SETTLE_MS = 250;

/** @param {any} element @param {import("../../surface.js").Context} ctx @param {import("../../surface.js").Place} place */
export function selectMenu(element, ctx, place) {
  const source = sourceOf(element, (query) => ctx.suggest(element, place, query));
  const first = { type: element.type, ...source.value(source.initial) };
  /** @type {import("./options.js").Choice[]} */
  let chosen = source.fromValue(ctx.form.seed(place.block_id, element.action_id, first));
  const most = source.multi ? (element.max_selected_items ?? Infinity) : 1;
  const placeholder = plain(element.placeholder) || (source.multi ? "Select" : "Select one");
  const label = h("span", { class: "select-label", id: uid("chosen") });
  const clear = button(icon("close"), {
    class: "icon-button select-clear",
    "aria-label": "Clear selection",
    on: { click: () => void commit([]) },
  });
  const anchor = button([label, icon("down", { class: "icon-small" })], {
    class: "select",
    "aria-haspopup": "listbox",
    qa: `action-${element.action_id}`,
    "aria-labelledby": place.labelledBy ? `${place.labelledBy} ${label.id}` : null,
    "aria-describedby": place.describedBy,
  });
  const frame = h("span", { class: "select-frame" }, anchor, place.input && !source.multi ? clear : null);
  const holder = h("span", { class: "anchor select-holder" }, frame);

  const show = () => {
    anchor.classList.toggle("empty", !chosen.length);
    clear.hidden = !chosen.length;
    if (!chosen.length) fill(label, placeholder);
    else if (source.multi)
      fill(
        label,
        chosen.map((choice) => h("span", { class: "chip" }, choice.label)),
      );
    else fill(label, chosen[0].label);
  };
  /** @param {import("./options.js").Choice[]} next */
  const commit = async (next) => {
    const before = chosen;
    chosen = next;
    show();
    if (!(await changed(element, ctx, place, source.value(chosen)))) {
      chosen = before;
      show();
    }
  };
  show();
  listPopup({ element, source, anchor, frame, most, current: () => chosen, commit, place });
  return holder;
}

/** The list: opened, searched, moved through with the arrow keys, and asked for more as one types. */
function listPopup({ element, source, anchor, frame, most, current, commit, place }) {
  const id = uid("list");
  let picked = [];
  let shown = [];
  let active = -1;
  let turn = 0;
  let timer = null;
  const input = h("input", {
    class: "field select-search",
    type: "text",
    role: "combobox",
    autofocus: true,
    autocomplete: "off",
    spellcheck: "false",
    "aria-expanded": "true",
    "aria-controls": id,
    "aria-autocomplete": "list",
    "aria-label": place.labelledBy ? null : plain(element.placeholder) || "Search",
    "aria-labelledby": place.labelledBy,
    placeholder: source.minQuery > 1 ? `Type ${source.minQuery} characters or more` : "Search",
    qa: "select-search",
  });
  const list = h("div", {
    class: "select-list",
    role: "listbox",
    id,
    "aria-multiselectable": source.multi || null,
  });
  const status = h("div", { class: "select-status", role: "status" });

  const isPicked = (choice) => picked.some((one) => one.key === choice.key);
  const choose = (choice) => {
    if (!source.multi) {
      pop.close();
      if (current()[0]?.key !== choice.key) void commit([choice]);
      return;
    }
    if (isPicked(choice)) picked = picked.filter((one) => one.key !== choice.key);
    else if (picked.length < most) picked = [...picked, choice];
    else status.textContent = `At most ${most}.`;
    mark();
  };
  const mark = () => {
    [...list.querySelectorAll("[role=option]")].forEach((node, index) => {
      node.classList.toggle("active", index === active);
      node.setAttribute("aria-selected", String(isPicked(shown[index])));
      if (index === active) node.scrollIntoView({ block: "nearest" });
    });
    const now = list.querySelector(".active");
    if (now) input.setAttribute("aria-activedescendant", now.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const draw = (groups) => {
    shown = groups.flatMap((group) => group.choices);
    fill(
      list,
      groups.map((group) => groupNode(group, choose)),
    );
    active = shown.length ? Math.max(0, shown.findIndex(isPicked)) : -1;
    status.textContent = shown.length ? "" : "No results";
    mark();
    pop.place();
  };
  const search = async () => {
    const mine = (turn += 1);
    const query = input.value;
    if (query.length < source.minQuery) {
      draw([]);
      status.textContent = `Type ${source.minQuery} characters or more`;
      return;
    }
    status.textContent = "Searching…";
    try {
      const groups = await source.search(query);
      if (mine === turn) draw(groups);
    } catch (error) {
      if (mine !== turn) return;
      draw([]);
      status.textContent = "No results: the app did not answer.";
      toastError(error);
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, element.type.includes("external") ? SETTLE_MS : 0);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) active = (active + step + shown.length) % shown.length;
    else if (event.key === "Enter" && active >= 0) choose(shown[active]);
    else if (event.key === "Tab") pop.close();
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    mark();
  });
  const pop = popup(anchor, {
    class: "select-popup",
    frame,
    matchWidth: true,
    opened: () => {
      picked = current();
      input.value = "";
      void search();
    },
    closed: () => {
      const same =
        picked.length === current().length &&
        picked.every((one) => current().some((other) => other.key === one.key));
      if (source.multi && !same) void commit(picked);
    },
  });
  pop.node.append(input, list, status);
}

/** @param {import("./options.js").Group} group @param {(choice: any) => void} choose */
function groupNode(group, choose) {
  const label = group.label && uid("group");
  const option = (choice) =>
    h(
      "div",
      {
        class: "option",
        role: "option",
        id: uid("option"),
        qa: `option-${choice.key}`,
        // The search field keeps the focus while the list is clicked.
        on: { click: () => choose(choice), pointerdown: (event) => event.preventDefault() },
      },
      h(
        "span",
        { class: "option-text" },
        choice.label,
        choice.hint && h("span", { class: "option-hint" }, choice.hint),
      ),
      icon("check", { class: "icon-small option-check" }),
    );
  if (!group.label) return group.choices.map(option);
  return h(
    "div",
    { role: "group", "aria-labelledby": label },
    h("div", { class: "option-group", id: label }, group.label),
    group.choices.map(option),
  );
}
