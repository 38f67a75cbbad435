/** context_actions: small buttons below a message. */
import { h } from "../../dom.js";
import { elementNode } from "../elements/index.js";

export function contextActions(block, ctx) {
  const nodes = block.elements.map((element) => elementNode(element, ctx, { block_id: block.block_id }));
  return h("div", { class: "actions context-actions" }, nodes);
}
