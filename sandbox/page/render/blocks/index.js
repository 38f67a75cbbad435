/** Every block by its type. */
import { h } from "../../dom.js";
import { richText } from "../richtext.js";
import { markdown } from "../markdown.js";
import { contextActions } from "./actions.js";
import { alertBlock, cardBlock, carouselBlock, containerBlock } from "./cards.js";
import { chartBlock } from "./chart.js";
import { actionsBlock, contextBlock, dividerBlock, headerBlock, imageBlock, sectionBlock } from "./basic.js";
import { dataTableBlock } from "./data_table.js";
import { inputBlock } from "./input.js";
import { fileBlock, videoBlock } from "./media.js";
import { tableBlock } from "./table.js";
import { planBlock, taskCardBlock } from "./tasks.js";

const BLOCKS = {
  actions: actionsBlock,
  alert: alertBlock,
  card: cardBlock,
  carousel: carouselBlock,
  container: containerBlock,
  context: contextBlock,
  context_actions: contextActions,
  data_table: dataTableBlock,
  data_visualization: chartBlock,
  divider: dividerBlock,
  file: fileBlock,
  header: headerBlock,
  image: imageBlock,
  input: inputBlock,
  markdown: (block) => markdown(block.text),
  plan: planBlock,
  rich_text: (block) => richText(block),
  section: sectionBlock,
  table: tableBlock,
  task_card: taskCardBlock,
  video: videoBlock,
};

/**
 * @param {any[]} blocks
 * @param {import("../../surface.js").Context} ctx
 * @param {string} [prefix] for the ids of blocks that came without one
 * @returns {HTMLElement}
 */
export function blockList(blocks, ctx, prefix = "block") {
  return h(
    "div",
    { class: "blocks" },
    blocks.map((block, index) => blockNode(block, ctx, `${prefix}-${index}`)),
  );
}

/** @param {any} block @param {import("../../surface.js").Context} ctx @param {string} fallbackId */
export function blockNode(block, ctx, fallbackId) {
  const id = block.block_id ?? fallbackId;
  const make = BLOCKS[block.type];
  const content = make
    ? make({ ...block, block_id: id }, ctx)
    : h("p", { class: "unknown" }, `Unknown block: ${block.type}`);
  return h("div", { class: `block block-${block.type}`, data: { blockId: id }, qa: `block-${id}` }, content);
}
