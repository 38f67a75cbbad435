/** A list of files being attached: chosen, dropped or taken from the samples, uploaded at once. */
import { api } from "./api.js";
import { button, fill, h } from "./dom.js";
import { size } from "./format.js";
import { icon } from "./icons.js";
import { menu } from "./menu.js";
import { fileTile } from "./render/files.js";
import { store } from "./store.js";

/**
 * @typedef {{id: string, name: string, size: number, mimetype?: string, filetype?: string}} Uploaded
 * @param {{initial?: Uploaded[], most: number, check: (name: string, bytes: number) => string|null,
 *     problem: (text: string) => void, changed: (files: Uploaded[]) => void}} options
 */
export function attachments(options) {
  /** @type {{name: string, size: number, share: number, file: Uploaded|null}[]} */
  let entries = (options.initial ?? []).map((file) => ({ name: file.name, size: file.size, share: 1, file }));
  const running = new Set();
  const list = h("ul", { class: "attached", "aria-label": "Attached files" });

  const ready = () => entries.map((entry) => entry.file).filter(Boolean);
  const draw = () => {
    fill(
      list,
      entries.map((entry) => chip(entry, () => drop(entry))),
    );
    list.hidden = !entries.length;
  };
  const show = () => {
    draw();
    options.changed(ready());
  };
  const drop = (entry) => {
    entries = entries.filter((other) => other !== entry);
    options.problem("");
    show();
  };

  /** @param {string} name @param {number} bytes @param {(progress: (share: number) => void) => Promise<Uploaded>} bring */
  const take = (name, bytes, bring) => {
    const refused =
      entries.length >= options.most
        ? `Up to ${options.most} files can be attached here.`
        : options.check(name, bytes);
    options.problem(refused ?? "");
    if (refused) return;
    const entry = { name, size: bytes, share: 0, file: null };
    entries = [...entries, entry];
    show();
    const work = bring((share) => {
      entry.share = share;
      list.children[entries.indexOf(entry)]?.style.setProperty("--share", `${Math.round(share * 100)}%`);
    })
      .then((file) => {
        entry.file = file;
        if (entries.includes(entry)) show();
      })
      .catch((error) => {
        drop(entry);
        options.problem(`${name}: ${error.message}`);
      })
      .finally(() => running.delete(work));
    running.add(work);
  };

  const add = (files) => {
    for (const file of files) take(file.name, file.size, (progress) => api.upload(store.me, file, progress));
  };
  draw();
  return {
    list,
    add,
    ready,
    /** Resolves when nothing is on its way any more. */
    settled: () => Promise.all(running),
    clear() {
      entries = [];
      options.problem("");
      show();
    },
    /** @param {HTMLElement} anchor @returns {HTMLElement} the button with its menu of samples */
    sampleButton(anchor) {
      const holder = h("span", { class: "anchor" }, anchor);
      menu(anchor, () =>
        sampleItems((sample) => take(sample.name, sample.bytes, () => api.sample(store.me, sample.name))),
      );
      return holder;
    },
    takeDrops: (zone) => takeDrops(zone, add),
  };
}

/** @param {(sample: {name: string, bytes: number}) => void} choose @returns {import("./menu.js").MenuItem[]} */
export function sampleItems(choose) {
  if (!store.samples.length) return [{ label: "No samples here" }];
  return store.samples.map((sample) => ({
    label: `${sample.name} · ${size(sample.bytes)}`,
    hint: sample.description,
    qa: `sample-${sample.name}`,
    choose: () => choose(sample),
  }));
}

/** @param {{name: string, size: number, share: number, file: Uploaded|null}} entry @param {() => void} remove */
function chip(entry, remove) {
  const state = entry.file ? size(entry.size) : `${size(entry.size)} · uploading…`;
  return h(
    "li",
    {
      class: entry.file ? "attached-file" : "attached-file uploading",
      qa: "attached-file",
      css: { "--share": `${entry.share * 100}%` },
    },
    fileTile(entry.name),
    h("span", { class: "attached-name" }, h("strong", {}, entry.name), h("span", { class: "muted" }, state)),
    button(icon("close"), {
      class: "icon-button",
      "aria-label": `Remove ${entry.name}`,
      on: { click: remove },
    }),
  );
}

/** @param {HTMLElement} zone @param {(files: File[]) => void} add */
function takeDrops(zone, add) {
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  zone.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.add("dropping");
  });
  zone.addEventListener("dragleave", (event) => {
    if (!zone.contains(event.relatedTarget)) zone.classList.remove("dropping");
  });
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("dropping");
    if (!carriesFiles(event)) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
}
