// "Exit this page": blank the screen first, tell the server, then replace the page. Works as a plain link without this.

const SHIFT_PRESSES = 3;
const SHIFT_PAUSE_MS = 5000;

let leaving = false;

/** Blank the screen, send `beacon` ({url, body}, or nothing), and go to the exit link's address. */
function leave(link, beacon) {
  if (leaving) return;
  leaving = true;
  document.documentElement.classList.add("left");
  document.getElementById("main").replaceChildren();
  try {
    if (beacon) navigator.sendBeacon(beacon.url, new Blob([beacon.body], { type: "application/json" }));
  } finally {
    location.replace(link.href);
  }
}

/** Count presses of Shift alone; Shift held for a capital letter does not count. */
function onShift(link, go) {
  const status = document.getElementById("exit-status");
  let presses = 0;
  let alone = false;
  let timer;
  const reset = (text) => {
    clearTimeout(timer);
    presses = 0;
    status.textContent = text;
  };
  document.addEventListener("keydown", (event) => {
    alone = event.key === "Shift";
    if (!alone && presses) reset("");
  }, true);
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    presses += 1;
    if (presses >= SHIFT_PRESSES) return go();
    status.textContent = presses === 1 ? link.dataset.twiceMore : link.dataset.onceMore;
    clearTimeout(timer);
    timer = setTimeout(() => reset(link.dataset.expired), SHIFT_PAUSE_MS);
  }, true);
}

/** Wire the exit control. `onExit()` gives what to tell the server, `onClose()` the same for a page that is closed. */
export function watchExit(onExit, onClose) {
  const link = document.getElementById("exit");
  if (!link) return;
  const go = () => leave(link, onExit());
  link.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    // A second Escape would otherwise make the browser cancel the way out.
    event.preventDefault();
    event.stopImmediatePropagation();
    go();
  }, true);
  onShift(link, go);
  // Closed, or left by another way: the server forgets the page's right to the chat. Back shows nothing of it.
  addEventListener("pagehide", () => {
    const last = leaving ? null : onClose();
    if (last) navigator.sendBeacon(last.url, new Blob([last.body], { type: "application/json" }));
    document.documentElement.classList.add("left");
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
