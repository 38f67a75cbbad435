/** The page's calls: the page API and the panel API (sandbox/README.md). */

/** What the sandbox tells the person by a notice of its own (`notice` on the live connection) besides answering. */
const NOTICED = new Set([
  "dispatch_failed",
  "operation_timeout",
  "invalid_command",
  "not_in_thread",
  "invalid_options",
  "invalid_view",
  "invalid_errors",
]);

/** What a call that did not succeed throws; `message` is meant for the person, unless they were told already. */
export class CallFailed extends Error {
  /** @param {string} message @param {number} status @param {any} body */
  constructor(message, status, body) {
    super(message);
    this.status = status;
    this.body = body;
    this.told = NOTICED.has(body?.error);
  }
}

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<any>} the JSON answer
 * @throws {CallFailed} no connection, a status of 400 and above, or `ok: false` without field errors
 */
async function call(path, init = {}) {
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new CallFailed("The sandbox does not answer.", 0, null);
  }
  return judge(response.status, await response.text());
}

/** @param {any} body @param {number} status */
function explain(body, status) {
  if (body?.message) return body.message;
  return body?.error ? `The sandbox refused this: ${body.error}` : `The sandbox answered with ${status}.`;
}

/** @param {number} status @param {string} text */
function judge(status, text) {
  let body = null;
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    body = null;
  }
  const refused = body && body.ok === false && !body.errors;
  if (status >= 400 || body === null || refused) {
    throw new CallFailed(explain(body, status), status, body);
  }
  return body;
}

const get = (path, query = {}) => call(`${path}?${new URLSearchParams(defined(query))}`);
const remove = (path) => call(path, { method: "DELETE" });
const post = (path, body) =>
  call(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(defined(body)),
  });

/** @param {Record<string, any>} values */
function defined(values) {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  );
}

/**
 * Uploads with progress, which fetch cannot tell.
 * @param {string} user @param {File} file @param {(share: number) => void} progress 0 to 1
 */
function upload(user, file, progress) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("user", user);
    form.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", "/page/api/file");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("error", () => reject(new CallFailed("The file could not be sent.", 0, null)));
    request.addEventListener("load", () => {
      try {
        resolve(judge(request.status, request.responseText).file);
      } catch (error) {
        reject(error);
      }
    });
    request.send(form);
  });
}

export const api = {
  bootstrap: (user) => get("/page/api/bootstrap", { user }),
  history: (user, channel, thread_ts) =>
    get("/page/api/history", { user, channel, thread_ts }).then((answer) => answer.messages),
  message: (body) => post("/page/api/message", body),
  command: (body) => post("/page/api/command", body),
  shortcut: (body) => post("/page/api/shortcut", body),
  action: (body) => post("/page/api/action", body),
  suggestions: (body) => post("/page/api/suggestions", body),
  submit: (body) => post("/page/api/submit", body),
  close: (body) => post("/page/api/close", body),
  home: (user) => post("/page/api/home", { user }),
  sample: (user, name) => post("/page/api/sample", { user, name }).then((answer) => answer.file),
  upload,
  download: (user, file) => `/page/api/download?${new URLSearchParams({ user, file })}`,
};

export const panelApi = {
  state: () => get("/panel/api/state"),
  bot: (action) => post("/panel/api/bot", { action }),
  addFault: (fault) => post("/panel/api/fault", fault),
  removeFault: (id) => remove(`/panel/api/fault/${encodeURIComponent(id)}`),
  clearFaults: () => remove("/panel/api/fault"),
  socket: (action) => post("/panel/api/socket", { action }),
  service: (body) => post("/panel/api/service", body),
  requests: (service) => get("/panel/api/requests", { service }),
  age: (body) => post("/panel/api/age", body),
  deployment: (body) => post("/panel/api/deployment", body),
};
