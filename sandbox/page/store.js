/** What the page knows, and who wants to hear of changes. */

/**
 * @typedef {{id: string, name: string, real_name: string, title?: string, is_guest?: boolean,
 *     is_bot?: boolean, color?: string}} User
 * @typedef {{ts: string, user?: string, bot_id?: string, text?: string, blocks?: any[], attachments?: any[],
 *     files?: any[], thread_ts?: string, edited?: any, ephemeral?: boolean, reply_count?: number,
 *     latest_reply?: string, subtype?: string, username?: string}} Message
 * @typedef {{kind: "channel"|"home", channel: string|null}} Place
 */

class Store {
  constructor() {
    /** @type {Map<string, Set<(detail?: any) => void>>} */
    this.listeners = new Map();
    this.team = { id: "", name: "Sandbox workspace" };
    this.me = "";
    /** @type {Map<string, User>} */
    this.users = new Map();
    /** @type {Map<string, string>} */
    this.groups = new Map();
    this.channels = [];
    this.dms = [];
    this.commands = [];
    this.shortcuts = [];
    this.samples = [];
    this.app = { name: "Tunesmith", bot_user_id: "" };
    /** @type {Place} */
    this.place = { kind: "channel", channel: null };
    /** @type {{channel: string, ts: string}|null} */
    this.thread = null;
    /** @type {Map<string, Map<string, Message>>} messages by channel id, or "channel/parent ts" for a thread */
    this.messages = new Map();
    /** @type {Map<string, number>} */
    this.unread = new Map();
    this.home = null;
    this.bot = { state: "running", pid: null };
    this.connected = true;
  }

  /** @param {string} topic @param {(detail?: any) => void} listener */
  on(topic, listener) {
    if (!this.listeners.has(topic)) this.listeners.set(topic, new Set());
    this.listeners.get(topic).add(listener);
  }

  /** @param {string} topic @param {any} [detail] */
  emit(topic, detail) {
    for (const listener of this.listeners.get(topic) ?? []) listener(detail);
  }

  /** @param {any} answer of `GET /page/api/bootstrap` */
  boot(answer) {
    this.team = { ...this.team, ...answer.team };
    this.me = typeof answer.me === "string" ? answer.me : answer.me.id;
    this.users = new Map(answer.users.map((user) => [user.id, user]));
    this.groups = new Map((answer.groups ?? []).map((group) => [group.id, group.handle]));
    for (const key of ["channels", "dms", "commands", "shortcuts", "samples"]) this[key] = answer[key] ?? [];
    this.app = { ...this.app, ...answer.app };
    this.bot = { ...this.bot, ...answer.bot };
    this.messages.clear();
    this.unread.clear();
    this.home = null;
  }

  /** The direct message channel with the app. */
  get appChannel() {
    return this.dms.find((dm) => dm.user === this.app.bot_user_id)?.id ?? null;
  }

  /** Channels and direct messages, as one list of ids. */
  get channelIds() {
    return [...this.channels, ...this.dms].map((channel) => channel.id);
  }

  /** @param {string} id */
  userName(id) {
    const user = this.users.get(id);
    return user ? user.real_name || user.name : id;
  }

  /** @param {string} id */
  channelName(id) {
    const channel = this.channels.find((entry) => entry.id === id);
    if (channel) return channel.name;
    const dm = this.dms.find((entry) => entry.id === id);
    return dm ? this.userName(dm.user) : id;
  }

  /** @param {string} channel @param {string} [thread] ts of the parent */
  list(channel, thread) {
    const held = this.messages.get(listKey(channel, thread));
    return held ? [...held.values()].sort((a, b) => compareTs(a.ts, b.ts)) : [];
  }

  /**
   * The answer of a history call; what was pushed while it was on its way stays.
   * @param {string} channel @param {string|undefined} thread @param {Message[]} messages
   */
  replace(channel, thread, messages) {
    const newest = messages.at(-1)?.ts ?? "0";
    const pushed = this.list(channel, thread).filter((message) => compareTs(message.ts, newest) > 0);
    this.messages.set(
      listKey(channel, thread),
      new Map([...messages, ...pushed].map((message) => [message.ts, message])),
    );
    this.emit("messages", { channel, thread });
  }

  /**
   * A new or changed message, wherever it is shown.
   * @param {string} channel @param {Message} message
   * @returns {boolean} whether it was not known before
   */
  put(channel, message) {
    const parent = message.thread_ts && message.thread_ts !== message.ts ? message.thread_ts : null;
    const lists = parent ? [listKey(channel, parent)] : [listKey(channel), listKey(channel, message.ts)];
    if (message.subtype === "thread_broadcast") lists.push(listKey(channel));
    let known = false;
    for (const key of lists) {
      const held = this.messages.get(key);
      const shown = held?.get(message.ts);
      known ||= Boolean(shown);
      // A changed parent comes without its counts: keep what is shown.
      held?.set(message.ts, { ...pick(shown, "reply_count", "latest_reply", "ephemeral"), ...message });
    }
    if (parent && !known && !message.ephemeral) this.countReply(channel, parent, message);
    this.emit("messages", { channel, thread: parent ?? message.ts });
    return !known;
  }

  /** @param {string} channel @param {string} parent @param {Message} reply */
  countReply(channel, parent, reply) {
    for (const key of [listKey(channel), listKey(channel, parent)]) {
      const held = this.messages.get(key);
      const shown = held?.get(parent);
      if (!shown || compareTs(shown.latest_reply ?? "0", reply.ts) >= 0) continue;
      const reply_users = [...new Set([...(shown.reply_users ?? []), reply.user].filter(Boolean))];
      held.set(parent, {
        ...shown,
        reply_count: (shown.reply_count ?? 0) + 1,
        latest_reply: reply.ts,
        reply_users,
      });
    }
  }

  /** @param {string} channel @param {string} ts */
  drop(channel, ts) {
    for (const [key, held] of this.messages) {
      if (key === channel || key.startsWith(`${channel}/`)) held.delete(ts);
    }
    this.emit("messages", { channel });
  }
}

/** @param {string} channel @param {string} [thread] */
function listKey(channel, thread) {
  return thread ? `${channel}/${thread}` : channel;
}

/** Timestamps are texts of seconds and microseconds of equal length after the point. */
export function compareTs(a, b) {
  return Number.parseFloat(a) - Number.parseFloat(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** @param {Record<string, any>|undefined} object @param {...string} keys */
function pick(object, ...keys) {
  if (!object) return {};
  return Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]]));
}

export const store = new Store();
