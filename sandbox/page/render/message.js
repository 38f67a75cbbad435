/** One message. */
import { button, h } from "../dom.js";
import { ago, clock, fullTime, plural, tsToDate } from "../format.js";
import { icon } from "../icons.js";
import { avatar } from "../people.js";
import { store } from "../store.js";
import { surface } from "../surface.js";
import { blockList } from "./blocks/index.js";
import { fileList } from "./files.js";
import { mrkdwn } from "./mrkdwn.js";
import { messageTools } from "./tools.js";

/** Messages of one author this close together stand under one name. */
const GROUP_SECONDS = 300;

/** @param {import("../store.js").Message} message */
export function authorOf(message) {
  if (message.user === "USLACKBOT" && message.subtype === "tombstone")
    return { name: "Deleted", isApp: false };
  if (message.bot_id) return { name: message.username ?? store.app.name, isApp: true };
  return { name: message.user ? store.userName(message.user) : "Somebody", isApp: false };
}

/** Whether `message` goes on under the name of the one before it. */
export function continues(message, before) {
  if (!before || Boolean(message.ephemeral) !== Boolean(before.ephemeral) || message.subtype === "tombstone")
    return false;
  if (before.subtype === "tombstone") return false;
  const same =
    (message.bot_id ?? message.user) === (before.bot_id ?? before.user) &&
    message.username === before.username;
  return same && Number(message.ts) - Number(before.ts) < GROUP_SECONDS;
}

/**
 * @param {import("../store.js").Message} message
 * @param {{channel: string, inThread: boolean, compact: boolean}} where
 */
export function messageNode(message, where) {
  const author = authorOf(message);
  const date = tsToDate(message.ts);
  const time = h(
    "time",
    { class: "message-time", datetime: date.toISOString(), title: fullTime(date) },
    clock(date),
  );
  const gone = message.subtype === "tombstone";
  const classes = [
    "message",
    where.compact && "compact",
    message.ephemeral && "ephemeral",
    gone && "deleted",
  ];
  return h(
    "article",
    {
      class: classes.filter(Boolean).join(" "),
      qa: "message",
      data: { ts: message.ts },
      "aria-label": `${author.name}, ${clock(date)}`,
    },
    h(
      "div",
      { class: "message-side" },
      where.compact
        ? time
        : gone
          ? h("span", { class: "avatar avatar-gone" }, icon("trash"))
          : avatar(message.bot_id ? undefined : message.user),
    ),
    h(
      "div",
      { class: "message-main" },
      message.ephemeral &&
        h("div", { class: "only-you" }, icon("eye", { class: "icon-small" }), "Only visible to you"),
      !where.compact &&
        h(
          "header",
          { class: "message-head" },
          h("strong", { class: "author" }, author.name),
          author.isApp && h("span", { class: "badge" }, "App"),
          time,
          message.blocks?.length ? editedNote(message) : null,
        ),
      message.subtype === "thread_broadcast" &&
        where.inThread === false &&
        h("div", { class: "muted small" }, "replied to a thread"),
      gone ? h("p", { class: "muted" }, "This message was deleted.") : content(message, where),
      !where.inThread && message.reply_count ? repliesLink(message, where) : null,
    ),
    !gone && messageTools(message, where),
  );
}

/** @param {import("../store.js").Message} message */
function content(message, where) {
  const ctx = surface({
    type: "message",
    channel: where.channel,
    message_ts: message.ts,
    ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
  });
  const body = message.blocks?.length
    ? blockList(message.blocks, ctx)
    : message.text && h("div", { class: "text", qa: "message-text" }, mrkdwn(message.text));
  const noteHere = body && message.edited && (where.compact || !message.blocks?.length);
  if (noteHere) lastParagraph(body).append(" ", editedNote(message));
  return [
    body,
    (message.attachments ?? []).map((one, index) => attachmentNode(one, ctx, index)),
    message.files?.length && fileList(message.files),
  ];
}

/** @param {import("../store.js").Message} message */
function editedNote(message) {
  return message.edited ? h("span", { class: "edited", qa: "edited" }, "(edited)") : null;
}

/** The note "(edited)" stands behind the last words, as far as there are any. @param {HTMLElement} body */
function lastParagraph(body) {
  const last = [...body.querySelectorAll("p")].at(-1);
  return last && body.lastElementChild?.contains(last) ? last : body;
}

/** Secondary content with a coloured bar. */
function attachmentNode(attachment, ctx, index) {
  const css = attachment.color
    ? { "--bar": attachment.color.startsWith("#") ? attachment.color : `#${attachment.color}` }
    : {};
  const text = attachment.text ?? (attachment.blocks ? "" : attachment.fallback);
  return h(
    "div",
    { class: "attachment", css },
    attachment.pretext && h("div", { class: "text" }, mrkdwn(attachment.pretext)),
    attachment.title && h("strong", {}, attachment.title),
    text && h("div", { class: "text" }, mrkdwn(text)),
    attachment.blocks && blockList(attachment.blocks, ctx, `attachment-${index}`),
  );
}

function repliesLink(message, where) {
  const people = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(id, "avatar-small"));
  const latest = message.latest_reply && ago(tsToDate(message.latest_reply));
  return button(
    [
      people,
      h("span", { class: "replies-count" }, plural(message.reply_count, "reply", "replies")),
      latest && h("span", { class: "muted" }, `Last reply ${latest}`),
    ],
    {
      class: "replies",
      qa: "replies",
      on: { click: () => store.emit("open-thread", { channel: where.channel, ts: message.ts }) },
    },
  );
}
