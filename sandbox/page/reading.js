/** What each person has read, kept in this browser, and the counts that follow from it. */
import { api } from "./api.js";
import { compareTs, store } from "./store.js";

const key = (channel) => `read/${store.me}/${channel}`;

function lastRead(channel) {
  try {
    return localStorage.getItem(key(channel)) ?? "0";
  } catch {
    return "0";
  }
}

/** Everything shown in the channel counts as read from now on. @param {string} channel */
export function markRead(channel) {
  const newest = store.list(channel).at(-1)?.ts;
  if (newest && compareTs(newest, lastRead(channel)) > 0) {
    try {
      localStorage.setItem(key(channel), newest);
    } catch {
      // Storage may be switched off; then counts start anew with each visit.
    }
  }
  if (store.unread.get(channel)) {
    store.unread.set(channel, 0);
    store.emit("unread");
  }
}

/** Counts what came while this person was not looking. */
export async function countUnread() {
  const me = store.me;
  await Promise.all(
    store.channelIds.map(async (channel) => {
      const messages = await api.history(me, channel).catch(() => []);
      if (me !== store.me || channel === store.place.channel) return;
      const since = lastRead(channel);
      const fresh = messages.filter((message) => message.user !== me && compareTs(message.ts, since) > 0);
      store.unread.set(channel, fresh.length);
    }),
  );
  store.emit("unread");
}

/** @param {string} channel */
export function oneMoreUnread(channel) {
  store.unread.set(channel, (store.unread.get(channel) ?? 0) + 1);
  store.emit("unread");
}
