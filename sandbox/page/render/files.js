/** Files in messages: pictures inline with a lightbox, everything else as a card. */
import { api } from "../api.js";
import { button, h } from "../dom.js";
import { size } from "../format.js";
import { icon } from "../icons.js";
import { store } from "../store.js";
import { lightbox } from "../views/lightbox.js";

const PICTURES = new Set(["png", "jpg", "jpeg", "gif", "webp", "svg"]);
const KINDS = {
  jsonl: "JSON Lines",
  json: "JSON",
  csv: "CSV",
  txt: "Plain text",
  text: "Plain text",
  pdf: "PDF",
  zip: "Zip archive",
};

/** @param {string} name */
function extensionOf(name) {
  return name.includes(".") ? name.split(".").pop().toLowerCase() : "";
}

/** @param {any} file */
function isPicture(file) {
  return file.mimetype?.startsWith("image/") || PICTURES.has(file.filetype || extensionOf(file.name ?? ""));
}

/** A small square that names the kind of a file. @param {string} name */
export function fileTile(name) {
  const extension = extensionOf(name).slice(0, 5);
  return h("span", { class: `tile tile-${extension || "file"}`, "aria-hidden": "true" }, extension || "file");
}

/** @param {any[]} files of a message */
export function fileList(files) {
  return h("div", { class: "files" }, files.map(fileNode));
}

/** @param {any} file */
function fileNode(file) {
  if (file.mode === "tombstone")
    return h("div", { class: "file-gone" }, icon("trash"), "This file was deleted.");
  if (file.file_access === "check_file_info")
    return h("div", { class: "file-gone" }, icon("info"), "A file from another workspace.");
  return isPicture(file) ? picture(file) : card(file);
}

/** @param {string} id */
export function fileUrl(id) {
  return api.download(store.me, id);
}

function picture(file) {
  const title = file.title || file.name;
  return h(
    "figure",
    { class: "picture", qa: "picture" },
    h("figcaption", {}, title, " ", h("span", { class: "muted" }, size(file.size))),
    pictureButton(fileUrl(file.id), file.alt_txt || title, title),
  );
}

/** A picture that opens large. @param {string} src @param {string} alt @param {string} [title] */
export function pictureButton(src, alt, title = alt) {
  const image = h("img", { src, alt, loading: "lazy" });
  const open = button(image, {
    class: "picture-button",
    "aria-label": `Open ${title}`,
    on: { click: () => lightbox(src, alt, title) },
  });
  image.addEventListener("error", () => open.replaceWith(missingPicture(alt)));
  return open;
}

/** What stands where a picture cannot be shown. @param {string} alt @param {string|null} [url] */
export function missingPicture(alt, url = null) {
  return h(
    "div",
    { class: "picture-missing", role: "img", "aria-label": alt },
    icon("image"),
    h("span", {}, alt),
    url && h("span", { class: "muted" }, `not loaded: ${new URL(url, location.href).host}`),
  );
}

function card(file) {
  const extension = extensionOf(file.name ?? "");
  const kind =
    KINDS[extension] ?? KINDS[file.filetype] ?? (extension || file.filetype || "File").toUpperCase();
  return h(
    "a",
    {
      class: "file-card",
      qa: "file-card",
      href: fileUrl(file.id),
      download: file.name,
      title: `Download ${file.name}`,
    },
    fileTile(file.name ?? ""),
    h(
      "span",
      { class: "file-card-text" },
      h("strong", {}, file.title || file.name),
      h("span", { class: "muted" }, `${kind} · ${size(file.size)}`),
    ),
    icon("download"),
  );
}
