/** The blocks of a view through its versions: what did not change keeps its node, its focus and its open menu. */
import { h } from "../dom.js";
import { blockNode } from "../render/blocks/index.js";

/** @param {import("../form.js").Form} form */
export function viewBlocks(form) {
  const node = h("div", { class: "blocks" });
  /** @type {Map<string, {signature: string, node: HTMLElement}>} */
  let drawn = new Map();
  return {
    node,
    /** @param {any[]} blocks @param {import("../surface.js").Context} ctx */
    draw(blocks, ctx) {
      const focus = focusOf(node);
      const next = new Map();
      form.begin();
      const nodes = blocks.map((block, index) => {
        const id = block.block_id ?? `block-${index}`;
        const signature = JSON.stringify(block);
        const held = drawn.get(id);
        const kept = held?.signature === signature;
        if (kept) form.keep(id);
        const entry = kept ? held : { signature, node: blockNode(block, ctx, id) };
        next.set(id, entry);
        return entry.node;
      });
      form.end();
      const wanted = new Set(nodes);
      for (const child of [...node.childNodes]) if (!wanted.has(child)) child.remove();
      nodes.forEach(
        (child, index) =>
          node.childNodes[index] !== child && node.insertBefore(child, node.childNodes[index] ?? null),
      );
      drawn = next;
      focus();
    },
  };
}

/** Remembers the focused field; the result gives the focus back to the field of the same name. */
function focusOf(root) {
  const field = /** @type {HTMLInputElement|null} */ (document.activeElement);
  const qa = root.contains(field) ? field.closest("[data-qa]")?.dataset.qa : null;
  const at = field && "selectionStart" in field ? field.selectionStart : null;
  return () => {
    if (!qa || (field.isConnected && document.activeElement === field)) return;
    const again = root.querySelector(`[data-qa="${CSS.escape(qa)}"]`);
    again?.focus();
    if (again && at !== null && again.setSelectionRange && /text|search|url|^$/.test(again.type ?? ""))
      again.setSelectionRange(at, at);
  };
}
