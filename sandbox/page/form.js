/** The values of the inputs of one surface, in the shape of Slack's `state.values`. */

/**
 * Values outlive a new rendering of the same view: Slack keeps what was typed as long as block_id and action_id
 * stay the same (contracts/slack.md 3.3), whatever `initial_…` the new version brings.
 */
export class Form {
  constructor() {
    /** @type {Map<string, Map<string, any>>} */
    this.values = new Map();
    /** @type {Set<string>} */
    this.seen = new Set();
    /** @type {Map<string, () => Promise<any>>} uploads by block */
    this.waits = new Map();
  }

  /** Called before the blocks are rendered (again). */
  begin() {
    this.seen = new Set();
  }

  /** Called afterwards: values of inputs that are gone go too. */
  end() {
    for (const [block, actions] of this.values) {
      for (const action of [...actions.keys()])
        if (!this.seen.has(inputKey(block, action))) actions.delete(action);
      if (!actions.size) {
        this.values.delete(block);
        this.waits.delete(block);
      }
    }
  }

  /** A block that stays on the page as it is. @param {string} block */
  keep(block) {
    for (const action of this.values.get(block)?.keys() ?? []) this.seen.add(inputKey(block, action));
  }

  /** The value to show first: what the person had, or else `initial`. */
  seed(block, action, initial) {
    this.seen.add(inputKey(block, action));
    const held = this.values.get(block)?.get(action);
    if (held && held.type === initial.type) return held;
    this.set(block, action, initial);
    return initial;
  }

  set(block, action, value) {
    if (!this.values.has(block)) this.values.set(block, new Map());
    this.values.get(block).set(action, value);
  }

  /** Something that must be over before the form is sent: an upload. */
  waitFor(block, wait) {
    this.waits.set(block, wait);
  }

  /** Resolves when the form can be sent. */
  settled() {
    return Promise.all([...this.waits.values()].map((wait) => wait()));
  }

  /** @returns {Record<string, Record<string, any>>} */
  state() {
    return Object.fromEntries(
      [...this.values].map(([block, actions]) => [block, Object.fromEntries(actions)]),
    );
  }
}

function inputKey(block, action) {
  return `${block}\n${action}`;
}
