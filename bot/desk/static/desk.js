// The desk, live: the queue renews itself without losing the focus, messages arrive, a lost race is told.
// Without this, every button still works as a form.

const byId = (id) => document.getElementById(id);
const csrf = document.body.dataset.csrf;
const chatId = document.querySelector(".columns").dataset.chat ?? null;
const loadedAt = new WeakMap();

const notice = (text) => { byId("notice").textContent = text; };

async function post(path, body) {
  const response = await fetch(`/desk/api/conversations/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body ?? {}),
  });
  const data = await response.json().catch(() => ({}));
  return { status: response.status, ok: response.ok, data };
}

/** The element of a page or fragment, fetched anew; null where that did not work. */
async function fetched(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (response.status === 401 || response.redirected) location.assign("/desk/sign-in");
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Replace what is in `target`, and give the focus back to the same control, or to `home` if it went. */
function replaceKeepingFocus(target, nodes, home) {
  const inside = target.contains(document.activeElement);
  const { id } = document.activeElement;
  target.replaceChildren(...nodes);
  if (inside) (byId(id) ?? home).focus({ preventScroll: true });
}

const RENEW_MS = 15000;

let renewing = false;
let again = false;

async function renewQueue() {
  if (renewing) {
    again = true;
    return;
  }
  renewing = true;
  try {
    do {
      again = false;
      const page = await fetched("/desk/fragments/queue");
      replaceKeepingFocus(byId("queue"), page.body.childNodes, byId("waiting-title"));
      ringForNew();
    } while (again);
    if (byId("notice").textContent === byId("queue").dataset.lost) notice("");
  } catch {
    notice(byId("queue").dataset.lost);
  } finally {
    renewing = false;
  }
}

const RANKS = ["none", "concern", "urgent", "emergency"];
const known = new Map();
let sound = null;

/** How much somebody who waits needs to be heard: rises with the level, and once they have waited too long. */
const weight = (item) => {
  const [level, late] = item.dataset.waits.split(" ");
  return RANKS.indexOf(level) * 2 + (late ? 1 : 0);
};

/** A tone, and a notice without content where this page is out of sight: for whoever is new, worse or late. */
function ringForNew(quiet = false) {
  const waiting = [...document.querySelectorAll("[data-waits]")];
  const news = waiting.filter((item) => (known.get(item.id) ?? -1) < weight(item));
  known.clear();
  for (const item of waiting) known.set(item.id, weight(item));
  if (quiet || !news.length || !sound) return;
  const tone = sound.createOscillator();
  const level = sound.createGain();
  level.gain.value = 0.2;
  tone.connect(level).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.4);
  if (document.hidden && window.Notification?.permission === "granted") {
    const worst = RANKS[Math.max(...waiting.map((item) => RANKS.indexOf(item.dataset.waits.split(" ")[0])))];
    new Notification("Helpline desk", { body: `${waiting.length} waiting, ${worst}`, tag: "desk" });
  }
}

const SOUND = "sound";

/** Browsers allow sound and notices only after a press. It is remembered while the window is open, as pages change. */
function watchNotices() {
  const button = byId("notify");
  const show = () => { button.hidden = sound?.state === "running"; };
  const turnOn = () => {
    sound ??= new AudioContext();
    sound.onstatechange = show;
    sound.resume().then(show, show);
  };
  button.addEventListener("click", async () => {
    turnOn();
    sessionStorage.setItem(SOUND, "on");
    if (window.Notification) await Notification.requestPermission();
  });
  if (sessionStorage.getItem(SOUND)) {
    turnOn();
    for (const press of ["pointerdown", "keydown"]) addEventListener(press, turnOn, { once: true });
  }
  show();
}

/** Waiting times count up in plain figures, from what the server said when it was shown. */
function countUp() {
  for (const span of document.querySelectorAll(".waited")) {
    if (!loadedAt.has(span)) loadedAt.set(span, performance.now());
    const s = Number(span.dataset.waited) + Math.floor((performance.now() - loadedAt.get(span)) / 1000);
    const minutes = Math.floor(s / 60);
    span.textContent = s >= 3600 ? `${Math.floor(s / 3600)} h ${minutes % 60} min` : `${minutes} min ${s % 60} s`;
  }
}

async function claim(form) {
  const result = await post(`${form.dataset.claim}/claim`);
  if (result.ok) return location.assign(`/desk?c=${form.dataset.claim}`);
  const { error, staff } = result.data;
  notice(staff ? `${staff} was faster and has this chat.` : error?.text ?? "That did not work.");
  return renewQueue();
}

// The last message that arrived while this page was open, until somebody here has seen it.
let unread = null;

/** Only a hand at mouse or keys shows that somebody is there: a page that is merely open reads nothing. */
function noteRead() {
  if (!unread || document.hidden) return;
  const message = unread;
  unread = null;
  post(`${chatId}/read`, { message }).catch(() => { unread ??= message; });
}

function watchReading() {
  for (const sign of ["pointermove", "pointerdown", "keydown", "wheel"]) addEventListener(sign, noteRead, { passive: true });
}

const TYPING_EVERY_MS = 3000;

/** Tell the visitor that somebody types, where the settings allow it. */
function watchTyping(form, box) {
  if (!("typing" in form.dataset)) return;
  let told = -TYPING_EVERY_MS;
  box.addEventListener("input", () => {
    if (performance.now() - told < TYPING_EVERY_MS) return;
    told = performance.now();
    post(`${chatId}/typing`).catch(() => {});
  });
}

function append({ id, html }) {
  const log = byId("log");
  if (!log || !html || log.querySelector(`[data-id="${CSS.escape(String(id))}"]`)) return;
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  const follow = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const later = [...log.children].find((child) => Number(child.dataset.id) > Number(id));
  log.insertBefore(holder.content, later ?? null);
  if (follow) log.scrollTop = log.scrollHeight;
}

async function renewChat() {
  const page = await fetched(`/desk?c=${chatId}&renewed=1`);
  const bar = page.getElementById("bar");
  if (!bar) return location.assign("/desk");
  byId("bar").replaceWith(bar);
  // Someone else, or the visitor, has ended it: the box would lead nowhere.
  if (!page.getElementById("reply")) for (const part of document.querySelectorAll("#reply, .ends")) part.remove();
  for (const article of page.querySelectorAll("#log > article")) append({ id: article.dataset.id, html: article.outerHTML });
  return undefined;
}

function watchReply() {
  const form = byId("reply");
  if (!form) return;
  const box = byId("text");
  watchTyping(form, box);
  let sending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending || !box.value.trim()) return;
    sending = true;
    const text = box.value;
    const result = await post(`${chatId}/messages?render=html`, { text }).catch(() => ({ ok: false, data: {} }));
    sending = false;
    byId("reply-error").textContent = result.ok ? "" : result.data.error?.text ?? "That was not sent. It is still in the box.";
    if (!result.ok) return;
    if (box.value === text) box.value = "";
    (result.data.messages ?? [result.data]).forEach(append);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

function watchEvents() {
  const events = new EventSource("/desk/api/events");
  let lost = false;
  events.addEventListener("open", () => {
    if (lost) {
      renewQueue();
      if (chatId) renewChat();
    }
    lost = false;
  });
  events.addEventListener("error", () => {
    lost = true;
    if (events.readyState === EventSource.CLOSED) setTimeout(watchEvents, 5000);
  });
  events.addEventListener("queue", renewQueue);
  events.addEventListener("message", (event) => {
    const data = JSON.parse(event.data);
    if (data.conversation !== chatId) return;
    append(data);
    if (data.author === "visitor") unread = data.id;
  });
  events.addEventListener("state", (event) => {
    const { conversation } = event.data ? JSON.parse(event.data) : {};
    if (chatId && (!conversation || conversation === chatId)) renewChat();
  });
}

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.claim) return;
  event.preventDefault();
  claim(event.target).catch(() => notice("That did not work. Try again."));
});
ringForNew(true);
watchNotices();
watchReply();
watchReading();
watchEvents();
setInterval(countUp, 1000);
// What nobody has read grows by minutes without any event.
setInterval(renewQueue, RENEW_MS);
countUp();
const log = byId("log");
if (log) log.scrollTop = log.scrollHeight;
