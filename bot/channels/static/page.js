// The visitor page with JavaScript: starts the chat in place, sends, follows the stream, deletes, leaves.
// If the start fails, the form is sent as a plain form: the page works without any of this.

import { ApiError, begin, comeBack, erase, follow, leaveBeacon, look, newId, say } from "./api.js";
import { expect, node, openChat, openGone, show, showError, showLine, showState, showTyping } from "./chat.js";
import { watchExit } from "./exit.js";

const byId = (id) => document.getElementById(id);

let chat = null;
let stream = null;
let goneTemplate = null;

function gone(why) {
  if (!chat) return;
  chat = null;
  stream?.abort();
  openGone(goneTemplate, why);
}

function explain(error) {
  if (!(error instanceof ApiError)) throw error;
  if (!chat || !byId("chat")) return undefined;
  if (error.status === 404) return gone("over");
  const words = byId("chat").dataset;
  const { error: told, messages } = error.body ?? {};
  showError(told?.text ?? (error.slow ? words.slow : words.failed));
  return show(messages ?? []);
}

/**
 * Wire the box and the choices. One request at a time: what is sent meanwhile goes out after it. The same words sent
 * again are the same message.
 */
function watchSending() {
  const box = byId("text");
  let last = { key: null, id: null };
  let busy = false;
  let next = null;
  const send = async (said) => {
    if (!chat) return;
    const key = JSON.stringify(said);
    if (busy) {
      if (last.key !== key) next = said;
      return;
    }
    busy = true;
    if (last.key !== key) last = { key, id: newId() };
    showError("");
    showLine(byId("chat").dataset.sending);
    expect();
    try {
      const turn = await say(chat, { ...said, client_id: last.id });
      last = { key: null, id: null };
      // What was typed while the answer was on its way stays.
      if (box.value === said.text) box.value = "";
      show(turn.messages);
      showState(turn);
    } catch (error) {
      explain(error);
    } finally {
      busy = false;
      if (chat) showLine("");
    }
    const waiting = next;
    next = null;
    // What failed stands in the box with its error: nothing may overtake it.
    if (waiting && !last.key) send(waiting);
  };
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    box.focus();
    send({ text: box.value });
  });
  byId("choose").addEventListener("submit", (event) => {
    event.preventDefault();
    send({ choice: event.submitter?.value ?? "person" });
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    byId("composer").requestSubmit();
  });
}

/** "Delete this chat": asks once more, in place. */
function watchDelete() {
  const [ask, confirm] = [byId("delete-ask"), byId("delete-confirm")];
  const asked = (open) => (event) => {
    event.preventDefault();
    confirm.hidden = !open;
    ask.hidden = open;
    (open ? byId("delete-yes") : ask).focus();
  };
  ask.addEventListener("click", asked(true));
  byId("delete-no").addEventListener("click", asked(false));
  byId("delete").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const { kept } = await erase(chat);
      gone(kept ? "kept" : "deleted");
    } catch (error) {
      if (error.status === 404) gone("over");
      else showError(byId("chat").dataset.deleteFailed);
    }
  });
}

/** What was said while nobody listened. What fails here shows in the stream as well. */
async function catchUp() {
  const said = await look(chat).catch(() => null);
  if (!chat || !said) return;
  show(said.messages);
  showState(said);
}

function watchStream() {
  stream = new AbortController();
  follow(chat, {
    signal: stream.signal,
    onGone: () => gone("over"),
    onConnection: async (up) => {
      if (chat) showLine(up ? "" : byId("chat").dataset.reconnecting);
      if (chat && up) await catchUp();
    },
    onEvent: (event, data) => {
      if (!chat) return;
      if (event === "message") show([data]);
      else if (event === "state") showState(data);
      else if (event === "typing") showTyping();
    },
  });
}

function enter(begun) {
  chat = { id: begun.id, token: begun.token };
  goneTemplate = byId("gone-template");
  openChat();
  show(begun.messages, false);
  showState(begun);
  watchSending();
  watchDelete();
  watchStream();
  byId("text").focus({ preventScroll: true });
}

/** "I have a return code": what is wrong with it is said beside the field; it stays there. */
function watchReturn() {
  const form = byId("return");
  const field = byId("code");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    byId("return-error").textContent = "";
    try {
      enter(await comeBack(field.value));
    } catch (error) {
      const { error: told, messages } = error.body ?? {};
      if (!told) {
        form.submit();
        return;
      }
      byId("return-error").textContent = told.text;
      byId("return-said").replaceChildren(...(messages ?? []).map(node));
      field.setAttribute("aria-invalid", "true");
      field.focus();
    }
  });
}

async function start(form) {
  try {
    enter(await begin());
  } catch {
    chat = null;
    if (!form.isConnected) document.body.append(form);
    form.submit();
  }
}

function main() {
  const exit = byId("exit");
  const ticketBeacon = () => exit.dataset.leave && { url: exit.dataset.leave, body: "{}" };
  watchExit(() => (chat ? leaveBeacon(chat) : ticketBeacon()), () => chat && leaveBeacon(chat));
  document.documentElement.classList.add("js");
  const form = byId("start");
  if (!form) return;
  watchReturn();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelector("button").disabled = true;
    start(form);
  }, { once: true });
}

main();
