/** file_input: chosen, dropped or taken from the samples; uploaded at once, named in the state by id. */
import { button, h, uid } from "../../dom.js";
import { attachments } from "../../attach.js";
import { size } from "../../format.js";
import { icon } from "../../icons.js";

/** Slack's limit for files given through a modal (contracts/slack.md 1.3). */
const FILE_INPUT_BYTES = 10 * 1024 * 1024;
const FILE_INPUT_WORDS = "10 MB";
const MOST_FILES = 10;

/** @param {any} element @param {import("../../surface.js").Context} ctx @param {import("../../surface.js").Place} place */
export function fileInput(element, ctx, place) {
  const most = element.max_files ?? MOST_FILES;
  const first = { type: element.type, files: [] };
  const held = ctx.form.seed(place.block_id, element.action_id, first).files;
  const problem = h("p", { class: "field-error", role: "alert", hidden: true });
  const say = (text) => {
    problem.textContent = text;
    problem.hidden = !text;
  };
  const files = attachments({
    initial: held,
    most,
    check: (name, bytes) => refusal(element, name, bytes),
    problem: say,
    changed: (list) => {
      ctx.form.set(place.block_id, element.action_id, { type: element.type, files: list });
      zone.classList.toggle("full", list.length >= most);
    },
  });
  const id = uid("drop");
  const picker = h("input", {
    type: "file",
    class: "visually-hidden",
    id,
    multiple: most > 1,
    accept: element.filetypes?.map((type) => `.${type}`).join(",") || null,
    qa: `action-${element.action_id}`,
    "aria-labelledby": place.labelledBy,
    "aria-describedby": place.describedBy,
    on: {
      change: () => {
        files.add([...picker.files]);
        picker.value = "";
      },
    },
  });
  const zone = h(
    "div",
    { class: "drop-zone", qa: "drop-zone" },
    picker,
    h(
      "label",
      { for: id, class: "drop-label" },
      icon("clip"),
      h("span", {}, "Choose ", most === 1 ? "a file" : "files", " or drop here"),
    ),
    h("span", { class: "field-note" }, notes(element, most)),
    files.sampleButton(button("Use a sample", { class: "button button-small", qa: "file-input-samples" })),
  );
  files.takeDrops(zone);
  ctx.form.waitFor(place.block_id, files.settled);
  return h("div", { class: "file-input" }, zone, files.list, problem);
}

function notes(element, most) {
  const kinds = element.filetypes?.length ? `${element.filetypes.join(", ")} · ` : "";
  return `${kinds}${most === 1 ? "one file" : `up to ${most} files`} · ${FILE_INPUT_WORDS} at most`;
}

/** Why a file cannot be taken, as Slack's own client would say before anything is sent; null if it can. */
function refusal(element, name, bytes) {
  const extension = name.includes(".") ? name.split(".").pop().toLowerCase() : "";
  const kinds = element.filetypes ?? [];
  if (kinds.length && !kinds.includes(extension))
    return `${name}: only ${kinds.join(", ")} can be chosen here.`;
  if (bytes > FILE_INPUT_BYTES)
    return `${name} has ${size(bytes)}; files in a form may have ${FILE_INPUT_WORDS} at most.`;
  return null;
}
