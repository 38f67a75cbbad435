/** datepicker, timepicker, datetimepicker: the browser's own pickers, which everyone's keyboard and reader know. */
import { h } from "../../dom.js";
import { changed } from "../../surface.js";
import { plain } from "../text.js";

/** @param {any} element @param {import("../../surface.js").Context} ctx @param {import("../../surface.js").Place} place */
export function datePicker(element, ctx, place) {
  return picker(element, ctx, place, "date", "selected_date", element.initial_date ?? null, same, same);
}

/** @param {any} element */
export function timePicker(element, ctx, place) {
  return picker(element, ctx, place, "time", "selected_time", element.initial_time ?? null, same, same);
}

/** @param {any} element The value is in seconds since the epoch; the field shows the browser's zone. */
export function dateTimePicker(element, ctx, place) {
  const initial = element.initial_date_time ?? null;
  return picker(element, ctx, place, "datetime-local", "selected_date_time", initial, toLocal, toSeconds);
}

const same = (value) => value;

/** @param {number} seconds */
function toLocal(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {string} text */
function toSeconds(text) {
  return Math.floor(new Date(text).getTime() / 1000);
}

function picker(element, ctx, place, type, key, initial, show, read) {
  const held = ctx.form.seed(place.block_id, element.action_id, { type: element.type, [key]: initial })[key];
  const input = h("input", {
    type,
    class: "field field-date",
    value: held === null ? "" : show(held),
    title: plain(element.placeholder) || null,
    qa: `action-${element.action_id}`,
    "aria-label": place.labelledBy ? null : plain(element.placeholder) || "Date or time",
    "aria-labelledby": place.labelledBy,
    "aria-describedby": place.describedBy,
    on: {
      change: async () => {
        const value = input.value ? read(input.value) : null;
        if (!(await changed(element, ctx, place, { [key]: value })))
          input.value = held === null ? "" : show(held);
      },
    },
  });
  if (!element.timezone) return input;
  return h("span", { class: "with-unit" }, input, h("span", { class: "unit" }, element.timezone));
}
