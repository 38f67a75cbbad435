/** Where one is, kept in the address: person, place and thread survive a reload, and two tabs can be two people. */
import { PEOPLE } from "./people.js";

/** @returns {{user: string, place: string|null, thread: string|null}} */
export function readRoute() {
  const values = new URLSearchParams(location.hash.slice(1));
  const known = PEOPLE.map(([id]) => id);
  const user = values.get("user");
  return {
    user: known.includes(user) ? user : known[0],
    place: values.get("at"),
    thread: values.get("thread"),
  };
}

/** @param {{user: string, place: string|null, thread: string|null}} route */
export function writeRoute({ user, place, thread }) {
  const values = new URLSearchParams({
    user,
    ...(place ? { at: place } : {}),
    ...(thread ? { thread } : {}),
  });
  if (location.hash.slice(1) !== values.toString()) history.replaceState(null, "", `#${values}`);
}
