// The chat on the screen: messages once each and in order, status, errors by the box.

const NEAR_END_PX = 48;
const TYPING_MS = 1000;

const byId = (id) => document.getElementById(id);

/** The chat is on the screen: not left or deleted while something was still on its way. */
const isOpen = () => byId("chat") !== null;

// Since the visitor last sent something and until they scroll, the page follows what arrives, from `anchor` on.
const place = { following: false, anchor: null, y: 0 };

/** How far the end of the log lies below the sight that the box leaves free. */
const hidden = () => byId("log").lastElementChild.getBoundingClientRect().bottom - innerHeight + byId("dock").offsetHeight;

const showMore = () => { byId("newest").hidden = hidden() < NEAR_END_PX; };

/** Scroll to the end of the log, but keep the beginning of `first` in sight. */
function settle(first) {
  const bar = document.querySelector(".exit-bar")?.offsetHeight ?? 0;
  const room = first.getBoundingClientRect().top - bar - 8;
  scrollBy({ top: Math.min(Math.max(hidden() + 16, 0), room), behavior: "instant" });
  place.y = scrollY;
}

/** From now on the page follows the answers to what was just sent. */
export function expect() {
  Object.assign(place, { following: true, anchor: null, y: scrollY });
}

/** One message as a node: the server's own markup, or its plain text where there is none. */
export function node(message) {
  const holder = document.createElement("template");
  holder.innerHTML = (message.html ?? "").trim() || `<article class="message message--${message.author} message--plain" data-author="${message.author}"></article>`;
  const article = holder.content.firstElementChild;
  article.dataset.id = message.id;
  if (!message.html) article.textContent = message.text;
  return article;
}

/**
 * Put messages into the log. Each is shown once, by id, in order of id; `live` ones may speak up.
 * Ids below zero were said but not stored: they stand at the end, in place of earlier ones.
 */
export function show(messages, live = true) {
  if (!isOpen()) return;
  const log = byId("log");
  const atEnd = !log.lastElementChild || hidden() < NEAR_END_PX;
  let first = null;
  for (const message of messages) {
    const stored = message.id > 0;
    const same = log.querySelector(`[data-id="${message.id}"]`);
    if (same && stored) continue;
    same?.remove();
    const article = node(message);
    const safety = live && message.author === "safety";
    if (safety) article.setAttribute("role", "alert");
    const later = [...log.children].find((child) => Number(child.dataset.id) > message.id);
    log.insertBefore(article, (stored && later) || null);
    first ??= article;
    // The first word on safety stays in sight, whatever follows it.
    if (!place.anchor || (safety && place.anchor.dataset.author !== "safety")) place.anchor = article;
  }
  if (!first) return;
  byId("typing").textContent = "";
  if (place.following) settle(place.anchor);
  else if (atEnd) settle(first);
  showMore();
}

/** Who is in charge, and the place in the queue. */
export function showState({ in_charge_words: words, queue_position: position }) {
  if (!isOpen()) return;
  const { queue } = byId("chat").dataset;
  const text = `${words ?? ""} ${position ? queue.replace("{n}", position) : ""}`.trim();
  const line = byId("status-charge");
  if (line.textContent.trim() !== text) line.textContent = text;
}

/** A line about the connection or the message under way; empty to clear it. */
export function showLine(text) {
  if (isOpen()) byId("status-line").textContent = text;
}

/** An error by the box; empty to clear it. The text in the box stays. */
export function showError(text) {
  if (!isOpen()) return;
  byId("error").textContent = text;
  byId("text").setAttribute("aria-invalid", String(Boolean(text)));
}

/** Say for a moment that someone writes. */
export function showTyping() {
  if (!isOpen()) return;
  const line = byId("typing");
  line.textContent = byId("chat").dataset.typing;
  setTimeout(() => line.replaceChildren(), TYPING_MS);
}

/** Put the chat in place of the start screen. */
export function openChat() {
  byId("main").replaceChildren(byId("chat-template").content.cloneNode(true));
  document.documentElement.classList.add("live");
  byId("newest").addEventListener("click", () => {
    settle(byId("log").lastElementChild);
    byId("text").focus({ preventScroll: true });
  });
  addEventListener("scroll", () => {
    if (Math.abs(scrollY - place.y) > 2) place.following = false;
    if (byId("log")?.lastElementChild) showMore();
  }, { passive: true });
}

/** Put the page that shows nothing in place of the chat; `why` is "over", "deleted" or "kept". */
export function openGone(template, why) {
  document.documentElement.classList.remove("live");
  byId("main").replaceChildren(template.content.cloneNode(true));
  document.querySelector(`[data-gone="${why}"]`).hidden = false;
  const heading = document.querySelector("#main h1");
  heading.tabIndex = -1;
  heading.focus();
}
