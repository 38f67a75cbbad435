/** Where the options of a select menu come from, and the shape its value has in `state` and in an action. */
import { store } from "../../store.js";
import { plain } from "../text.js";

/** The least number of characters before an external menu is asked (Slack's default). */
const MIN_QUERY = 3;

/**
 * @typedef {{key: string, label: string, hint?: string, option?: any}} Choice
 * @typedef {{label: string|null, choices: Choice[]}} Group
 * @typedef {{multi: boolean, minQuery: number, search: (query: string) => Promise<Group[]>|Group[],
 *     initial: Choice[], value: (choices: Choice[]) => any, fromValue: (value: any) => Choice[]}} Source
 */

/** @param {any} option @returns {Choice} */
const asChoice = (option) => ({
  key: option.value,
  label: plain(option.text),
  hint: option.description && plain(option.description),
  option,
});

const contains = (query) => (choice) =>
  `${choice.label} ${choice.hint ?? ""}`.toLowerCase().includes(query.trim().toLowerCase());

/** @param {any} answer `options` or `option_groups` @returns {Group[]} */
function groupsOf(answer) {
  if (answer.option_groups) {
    return answer.option_groups.map((group) => ({
      label: plain(group.label),
      choices: group.options.map(asChoice),
    }));
  }
  return [{ label: null, choices: (answer.options ?? []).map(asChoice) }];
}

/** @param {Group[]} groups @param {string} query */
function filtered(groups, query) {
  return groups
    .map((group) => ({ ...group, choices: group.choices.filter(contains(query)) }))
    .filter((group) => group.choices.length);
}

/**
 * @param {any} element one of the ten kinds of select menu
 * @param {(query: string) => Promise<any>} suggest asks the bot (external menus)
 * @returns {Source}
 */
export function sourceOf(element, suggest) {
  const multi = element.type.startsWith("multi_");
  const kind = element.type.replace(/^multi_/, "");
  if (kind === "static_select") {
    const groups = groupsOf(element);
    return options(element, multi, 0, (query) => filtered(groups, query));
  }
  if (kind === "external_select") {
    const least = element.min_query_length ?? MIN_QUERY;
    return options(element, multi, least, async (query) => groupsOf(await suggest(query)));
  }
  return entities(element, multi, kind);
}

function options(element, multi, minQuery, search) {
  const initial = (multi ? element.initial_options : [element.initial_option])?.filter(Boolean) ?? [];
  return {
    multi,
    minQuery,
    search,
    initial: initial.map(asChoice),
    value: (choices) =>
      multi
        ? { selected_options: choices.map((choice) => choice.option) }
        : { selected_option: choices[0]?.option ?? null },
    fromValue: (value) =>
      (multi ? value.selected_options : [value.selected_option].filter(Boolean)).map(asChoice),
  };
}

const userChoice = (id) => ({ key: id, label: store.userName(id), hint: store.users.get(id)?.title });
const channelChoice = (id) => ({
  key: id,
  label: `${store.channels.some((one) => one.id === id) ? "#" : ""}${store.channelName(id)}`,
});

/** Menus of people, channels and conversations: the values are ids. */
function entities(element, multi, kind) {
  const noun = { users_select: "user", channels_select: "channel", conversations_select: "conversation" }[
    kind
  ];
  const asEntity = noun === "user" ? userChoice : channelChoice;
  const key = `selected_${noun}${multi ? "s" : ""}`;
  const initial = (multi ? element[`initial_${noun}s`] : [element[`initial_${noun}`]])?.filter(Boolean) ?? [];
  const ids = () => entityIds(noun, element.filter);
  return {
    multi,
    minQuery: 0,
    search: (query) => filtered([{ label: null, choices: ids().map(asEntity) }], query),
    initial: initial.map(asEntity),
    value: (choices) => ({ [key]: multi ? choices.map((choice) => choice.key) : (choices[0]?.key ?? null) }),
    fromValue: (value) => (multi ? value[key] : [value[key]].filter(Boolean)).map(asEntity),
  };
}

/** @param {string} noun @param {{include?: string[], exclude_bot_users?: boolean}} [filter] of a conversations menu */
function entityIds(noun, filter = {}) {
  if (noun === "user") return [...store.users.keys()];
  const channels = store.channels.map((channel) => channel.id);
  if (noun === "channel") return channels;
  const bots = (dm) => !(filter.exclude_bot_users && store.users.get(dm.user)?.is_bot);
  const dms = store.dms.filter(bots).map((dm) => dm.id);
  const wanted = filter.include ?? ["public", "private", "im", "mpim"];
  return [
    ...(wanted.includes("public") || wanted.includes("private") ? channels : []),
    ...(wanted.includes("im") ? dms : []),
  ];
}
