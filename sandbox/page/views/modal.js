/** Modals: a stack of up to three, of which the topmost is seen. */
import { api } from "../api.js";
import { button, fill, h, uid } from "../dom.js";
import { Form } from "../form.js";
import { icon } from "../icons.js";
import { dialog, focusables } from "../overlay.js";
import { appAvatar } from "../people.js";
import { showFieldError } from "../render/blocks/input.js";
import { plain } from "../render/text.js";
import { store } from "../store.js";
import { surface } from "../surface.js";
import { toastError } from "../toast.js";
import { viewBlocks } from "./view_blocks.js";

export function modals() {
  /** @type {ReturnType<typeof modal>[]} topmost last */
  let stack = [];

  const drop = (from) => {
    for (const one of stack.slice(from).reverse()) one.close();
    stack = stack.slice(0, from);
  };
  /** The cross closes the whole stack, the button below only the topmost view. */
  const closeRoot = () => leave(stack[0].id);
  const leave = async (viewId) => {
    try {
      await api.close({ user: store.me, view_id: viewId });
    } catch (error) {
      toastError(error);
    }
    const at = stack.findIndex((one) => one.id === viewId);
    if (at >= 0) drop(at);
  };
  const find = (view) => stack.findIndex((one) => one.id === view.id);
  return {
    /** A page that reconnects is told again what is open: what the person typed stays. */
    open(view) {
      if (stack[0]?.id === view.id) {
        drop(1);
        stack[0].update(view);
        return;
      }
      drop(0);
      stack = [modal(view, 0, { leave, closeRoot })];
    },
    push(view) {
      const at = find(view);
      if (at >= 0) stack[at].update(view);
      else stack = [...stack, modal(view, stack.length, { leave, closeRoot })];
    },
    update(view) {
      stack[find(view)]?.update(view);
    },
    close(view) {
      const at = find(view);
      if (at >= 0) drop(at);
    },
    closeAll: () => drop(0),
  };
}

/**
 * @param {any} first @param {number} depth 0 for the root of the stack
 * @param {{leave: (id: string) => Promise<void>, closeRoot: () => Promise<void>}} hooks
 */
function modal(first, depth, hooks) {
  const titleId = uid("modal-title");
  const form = new Form();
  let view = first;
  let sending = false;
  const box = dialog(
    { class: "dialog modal", qa: "modal", "aria-labelledby": titleId },
    { dismiss: () => void leave() },
  );
  const head = h("header", { class: "modal-head" });
  const blocks = viewBlocks(form);
  const body = h("div", { class: "modal-body", tabindex: -1 }, blocks.node);
  const general = h("p", { class: "modal-problem", role: "alert", qa: "modal-problem", hidden: true });
  const foot = h("footer", { class: "dialog-foot" });

  const leave = () => hooks.leave(view.id);
  const draw = () => {
    const closeIcon = depth
      ? button(icon("back"), {
          class: "icon-button",
          "aria-label": "Back",
          qa: "modal-back",
          on: { click: () => void leave() },
        })
      : appAvatar("avatar-small");
    fill(
      head,
      closeIcon,
      h("h2", { class: "dialog-title", id: titleId }, plain(view.title)),
      button(icon("close"), {
        class: "icon-button",
        "aria-label": "Close",
        qa: "modal-x",
        on: { click: () => void hooks.closeRoot() },
      }),
    );
    blocks.draw(view.blocks, surface({ type: "view", view_id: view.id }, form));
    fill(
      foot,
      button(plain(view.close) || (view.submit ? "Cancel" : "Close"), {
        class: "button",
        qa: "modal-close",
        on: { click: () => void leave() },
      }),
      view.submit &&
        button(plain(view.submit), {
          class: "button button-primary",
          qa: "modal-submit",
          on: { click: () => void submit() },
        }),
    );
  };
  const complain = (errors) => {
    const lost = Object.entries(errors).filter(([blockId, text]) => !showFieldError(body, blockId, text));
    general.textContent = lost.map(([, text]) => text).join(" ");
    general.hidden = !lost.length;
    const field = body.querySelector(".has-error");
    field?.scrollIntoView({ block: "center" });
    if (field) focusables(field)[0]?.focus();
  };
  const clear = () => {
    for (const block of body.querySelectorAll(".has-error")) showFieldError(body, block.dataset.blockId, "");
    general.hidden = true;
  };
  // A modal is read from its top, also when the first thing to press is far below.
  const focusFirst = () =>
    (focusables(body)[0] ?? foot.querySelector("button:last-child"))?.focus({ preventScroll: true });
  const submit = async () => {
    if (sending) return;
    sending = true;
    const busy = foot.querySelector("[data-qa=modal-submit]");
    busy?.setAttribute("aria-busy", "true");
    clear();
    try {
      await form.settled();
      const answer = await api.submit({ user: store.me, view_id: view.id, state: form.state() });
      if (answer.errors) complain(answer.errors);
    } catch (error) {
      general.textContent = error.told
        ? "The app could not take this. What you entered is still here."
        : error.message;
      general.hidden = false;
    } finally {
      sending = false;
      busy?.removeAttribute("aria-busy");
    }
  };
  // What is being put right no longer needs its error.
  body.addEventListener("input", (event) => {
    const block = event.target.closest("[data-block-id].has-error");
    if (block) showFieldError(body, block.dataset.blockId, "");
  });
  body.addEventListener("keydown", (event) => {
    const inField = event.target.matches("input.field:not(.select-search)") && event.key === "Enter";
    if (!inField || event.defaultPrevented || event.isComposing || !view.submit) return;
    event.preventDefault();
    void submit();
  });
  draw();
  box.node.append(head, body, general, foot);
  box.open();
  if (!body.querySelector(".field[autofocus]:not(.select-search)")) focusFirst();
  return {
    get id() {
      return view.id;
    },
    /** A new version of the same view. */
    update(next) {
      view = { ...view, ...next };
      clear();
      draw();
      if (!box.node.contains(document.activeElement) || document.activeElement === box.node) focusFirst();
    },
    close: box.close,
  };
}
