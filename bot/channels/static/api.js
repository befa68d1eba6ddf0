// The visitor API: one chat, its token in memory only. Nothing is stored on the device.

const ANSWER_MS = 10000;
// The server sends a sign of life every 15 s; without one the connection is dead, whatever the device thinks.
const SILENCE_MS = 45000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];

/** A request that did not work: `status` 0 when nothing came back; `body` as the API gave it. */
export class ApiError extends Error {
  constructor(status, body, slow = false) {
    super(`request failed: ${status}`);
    Object.assign(this, { status, body, slow });
  }
}

/** A random id; works on pages without TLS as well, where randomUUID is missing. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

async function request(method, path, body, token) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const init = { method, headers, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(ANSWER_MS) };
  if (body) init.body = JSON.stringify(body);
  let response;
  let data = null;
  try {
    response = await fetch(`/api/conversations${path}`, init);
    if (response.status !== 204) data = await response.json();
  } catch (error) {
    if (error.name === "SyntaxError") throw new ApiError(response.status, null);
    throw new ApiError(0, null, error.name === "TimeoutError");
  }
  if (!response.ok) throw new ApiError(response.status, data);
  return data ?? { kept: response.headers.has("X-Kept-For-Staff") };
}

/** Begin a chat. Resolves to {id, token, messages}. */
export const begin = () => request("POST", "?render=html", {});

/** Into a chat by its return code. Resolves as `begin` does. */
export const comeBack = (code) => request("POST", "/return?render=html", { code });

/** Say something: `said` is {text} or {choice}, with client_id. */
export const say = (chat, said) => request("POST", `/${chat.id}/messages?render=html`, said, chat.token);

/** All that was said, and who is in charge. */
export const look = (chat) => request("GET", `/${chat.id}/messages?render=html`, null, chat.token);

/** Delete the chat. Resolves to {kept}: whether staff keep it until they close it. */
export const erase = (chat) => request("DELETE", `/${chat.id}`, null, chat.token);

/** What `sendBeacon` tells the server when the page is left. */
export const leaveBeacon = (chat) => ({ url: `/api/conversations/${chat.id}/leave`, body: JSON.stringify({ token: chat.token }) });

/** Parse server-sent events from a byte stream, calling `on(event, data, id)`. */
async function readEvents(stream, on) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const silence = setTimeout(() => reader.cancel(), SILENCE_MS);
    const { value, done } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    const blocks = (buffer + value).split(/\r\n\r\n|\n\n|\r\r/);
    buffer = blocks.pop();
    for (const block of blocks) {
      const event = { event: "message", data: [], id: null };
      for (const line of block.split(/\r\n|\n|\r/)) {
        const [, field, text] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
        if (field === "data") event.data.push(text);
        else if (field === "event" || field === "id") event[field] = text;
      }
      if (event.data.length) on(event.event, JSON.parse(event.data.join("\n")), event.id);
    }
  }
}

/** Follow a chat until `signal` aborts or the chat is gone; reconnects where it left off. */
export async function follow(chat, { onEvent, onConnection, onGone, signal }) {
  let last = null;
  for (let failures = 0; !signal.aborted;) {
    const headers = { Accept: "text/event-stream", Authorization: `Bearer ${chat.token}` };
    if (last !== null) headers["Last-Event-ID"] = last;
    try {
      const response = await fetch(`/api/conversations/${chat.id}/events?render=html`,
        { headers, cache: "no-store", credentials: "omit", signal });
      if (response.status === 404) return onGone();
      if (!response.ok) throw new ApiError(response.status, null);
      onConnection(true);
      failures = 0;
      await readEvents(response.body, (event, data, id) => {
        if (id !== null) last = id;
        onEvent(event, data);
      });
    } catch {
      if (signal.aborted) return undefined;
    }
    // A stream that ends and comes back at once is not worth a word.
    if (failures) onConnection(false);
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    failures += 1;
    await new Promise((done) => { setTimeout(done, wait); });
  }
  return undefined;
}
