/** What interactive blocks need of the surface they stand on: its form, and the way to the bot. */
import { api } from "./api.js";
import { Form } from "./form.js";
import { store } from "./store.js";
import { toastError } from "./toast.js";
import { confirmDialog } from "./views/confirm.js";

/**
 * @typedef {{type: "message", channel: string, message_ts: string, thread_ts?: string}
 *     | {type: "view", view_id: string} | {type: "home", view_id: string}} Container
 * @typedef {{container: Container, form: Form,
 *     act: (element: any, place: Place, value: any) => Promise<boolean>,
 *     suggest: (element: any, place: Place, value: string) => Promise<any>}} Context
 * @typedef {{block_id: string, input?: boolean, dispatch?: boolean, labelledBy?: string,
 *     describedBy?: string, required?: boolean}} Place
 */

/**
 * @param {Container} container
 * @param {Form} [form]
 * @returns {Context}
 */
export function surface(container, form = new Form()) {
  return {
    container,
    form,
    act: (element, place, value) => act(container, form, element, place, value),
    suggest: (element, place, value) => suggest(container, element, place, value),
  };
}

/** @returns {Promise<boolean>} false when the person thought better of it or the sandbox refused */
async function act(container, form, element, place, value) {
  if (element.confirm && !(await confirmDialog(element.confirm))) return false;
  const action = { type: element.type, action_id: element.action_id, block_id: place.block_id, ...value };
  try {
    await api.action({ user: store.me, container, action, state: form.state() });
    return true;
  } catch (error) {
    toastError(error);
    return false;
  }
}

async function suggest(container, element, place, value) {
  const { view_id, channel, message_ts } = /** @type {any} */ (container);
  const body = {
    user: store.me,
    view_id,
    channel,
    message_ts,
    action_id: element.action_id,
    block_id: place.block_id,
    value,
  };
  return api.suggestions(body);
}

/**
 * A new value of an input: kept in the form, and told to the bot where Slack would tell it.
 * @param {any} element @param {Context} ctx @param {Place} place @param {any} value without type
 * @returns {Promise<boolean>} false when the value was not accepted by the person (confirm) or the sandbox
 */
export async function changed(element, ctx, place, value) {
  const before = ctx.form.values.get(place.block_id)?.get(element.action_id);
  ctx.form.set(place.block_id, element.action_id, { type: element.type, ...value });
  if (place.input && !place.dispatch) return true;
  const accepted = await ctx.act(element, place, value);
  if (!accepted && before) ctx.form.set(place.block_id, element.action_id, before);
  return accepted;
}
