/** Pushes from the sandbox over one WebSocket that comes back by itself. */
import { store } from "./store.js";

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 5000;

/**
 * Follows one person's pushes until `stop()`.
 * @param {string} user
 * @param {{push: (event: any) => void, reconnected: () => void}} hooks
 */
export function follow(user, hooks) {
  let socket = null;
  let stopped = false;
  let wait = FIRST_WAIT_MS;
  let lost = false;

  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/page/api/live?${new URLSearchParams({ user })}`);
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      setConnected(true);
      if (lost) hooks.reconnected();
      lost = false;
    });
    socket.addEventListener("message", (event) => hooks.push(JSON.parse(event.data)));
    socket.addEventListener("close", () => {
      if (stopped) return;
      lost = true;
      setConnected(false);
      setTimeout(() => !stopped && connect(), wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  connect();
  return {
    stop() {
      stopped = true;
      socket?.close();
    },
  };
}

/** @param {boolean} connected */
function setConnected(connected) {
  if (store.connected === connected) return;
  store.connected = connected;
  store.emit("status");
}
