// Switchyard's one script. Pages work without it; it adds copying, keys, notices, and the live feed's manners.
"use strict";

document.documentElement.classList.add("scripted");

const byId = (id) => document.getElementById(id);

// Copy buttons are useless without a script, so it is the script that shows them.
function wakeUp(root) {
  for (const button of root.querySelectorAll(".copy[hidden]")) button.hidden = false;
  // A relative time shows its exact one when its row's link has the focus; in no such row, Tab stops at it.
  for (const time of root.querySelectorAll("time[data-ago]:not([tabindex])")) {
    if (!time.closest("tr")?.querySelector(".row-link")) time.tabIndex = 0;
  }
}

function made(name, text, attributes = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

// A notice stays until it is closed, and leaves the focus where it is. Words of a server come in as text, never as markup.
function say(text, tone, requestId) {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close(); // what lies behind one is not heard
  const notice = made("div", "", { class: `notice tone-${tone}` });
  const words = made("div", text);
  if (requestId) {
    const copies = made("button", "Copy", { type: "button", class: "copies", "data-copy": requestId, "aria-label": `Copy request id ${requestId}` });
    words.append(made("br", ""), made("span", "Request id ", { class: "quiet" }), made("code", requestId), " ", copies);
  }
  const close = made("button", "Close", { type: "button" });
  close.addEventListener("click", () => notice.remove());
  notice.append(words, close);
  byId("alerts").replaceChildren(notice);
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    say("The browser did not allow copying. Select the text instead.", "notice");
    return;
  }
  button.classList.add("copied");
  byId("said").textContent = "Copied";
  setTimeout(() => { button.classList.remove("copied"); byId("said").textContent = ""; }, 1200);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

// ── Space pauses the feed; the other keys are in keys.js ──
const isBusy = (target) => target.closest("input, select, textarea, button, a, summary, [contenteditable], dialog") !== null;

document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !byId("pause") || isBusy(event.target) || document.documentElement.dataset.keys === "off") return;
  event.preventDefault();
  feed.pause(!feed.paused);
});

// ── what HTMX leaves to us ──
document.addEventListener("htmx:afterSwap", (event) => {
  const root = event.detail.target.isConnected ? event.detail.target : document.body;
  wakeUp(document.body);
  root.querySelector?.("#faults")?.focus();
});

document.addEventListener("htmx:responseError", (event) => {
  const request = event.detail.xhr;
  if (request.status === 401) return; // the answer sends the browser to the sign-in page
  const holder = document.createElement("template");
  holder.innerHTML = request.responseText; // inert: nothing in it runs or loads
  const [head, sentence] = ["h1", ".sentence"].map((part) => holder.content.querySelector(`.problem ${part}`)?.textContent.trim());
  say(head ? `${head}. ${sentence}` : `That did not work (${request.status}). Try again.`, "bad", request.getResponseHeader("X-Request-ID"));
});

document.addEventListener("htmx:sendError", () => {
  say("The server could not be reached. What you see may be old.", "notice");
});

// ── relative times go on telling the truth; the server's clock counts, not this machine's ──
const ahead = Date.now() - Date.parse(document.documentElement.dataset.now);

function tick() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const seconds = Math.floor((Date.now() - ahead - Date.parse(time.dateTime)) / 1000);
    if (!(seconds >= 1 && seconds < 86400)) continue; // the server has said "just now", or the date
    const [size, unit] = seconds < 60 ? [1, "s"] : seconds < 3600 ? [60, "min"] : [3600, "h"];
    time.textContent = `${Math.floor(seconds / size)} ${unit} ago`;
  }
}
setInterval(tick, 15000);

// A row is a link as a whole; the moment in it lies above that link, so that it can show the exact one.
document.addEventListener("click", (event) => {
  const time = event.target.closest(".lines td time");
  if (time) time.closest("tr").querySelector(".row-link")?.click();
});

// ── the live feed ──
// Rows arrive drawn by the server. A row that is there already changes in place; a new one goes on top only
// while the reader is at the top and not paused. Otherwise it waits behind the pill.
const feed = {
  paused: false,
  waiting: new Map(),
  most: 200,

  get rows() { return byId("feed-rows"); },

  isAtTop() { return window.scrollY < 40 && !byId("opened"); }, // nor do rows move over a lead that is opened in place

  take(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const row = holder.content.querySelector("tr");
    if (!row) return;
    const old = byId(row.id);
    if (this.paused || (!old && !this.isAtTop())) {
      this.waiting.delete(row.id);
      this.waiting.set(row.id, row);
      this.count();
      return;
    }
    this.put(row);
  },

  put(row) {
    const old = byId(row.id);
    if (old) old.replaceWith(row);
    else this.rows.prepend(row);
    while (this.rows.rows.length > this.most) this.rows.lastElementChild.remove();
    byId("feed-empty").hidden = true;
    this.rows.closest(".sheet").hidden = false;
  },

  show() {
    for (const row of this.waiting.values()) this.put(row);
    this.waiting.clear();
    this.count();
  },

  count() {
    byId("pill").hidden = this.waiting.size === 0;
    byId("pill-count").textContent = this.waiting.size;
  },

  pause(yes) {
    this.paused = yes;
    byId("pause").setAttribute("aria-pressed", String(yes));
    if (!yes) this.show();
    this.tell();
  },

  tell(words) {
    const state = byId("feed-state");
    if (!state) return;
    const polls = byId("feed").dataset.mode === "poll";
    state.lastChild.textContent = this.paused ? "Paused" : words || (polls ? "Looking every 4 seconds" : "Live");
    state.classList.toggle("tone-live", !this.paused);
    state.classList.toggle("tone-muted", this.paused);
  },
};

document.addEventListener("htmx:sseBeforeMessage", (event) => {
  event.preventDefault();
  feed.take(event.detail.data);
});

document.addEventListener("htmx:sseOpen", () => feed.tell());

document.addEventListener("htmx:sseError", (event) => {
  const source = event.detail.source;
  const place = byId("feed");
  if (!place || !source || source.readyState !== EventSource.CLOSED) return; // it comes back by itself
  htmx.ajax("GET", place.dataset.fallback, { target: "#feed", swap: "outerHTML" });
});

// A poll would move the rows under whoever reads further down, or has paused.
const isUnwanted = (place) => place.id === "feed" && place.dataset.mode === "poll" && (feed.paused || !feed.isAtTop());

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isUnwanted(event.detail.elt)) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (isUnwanted(event.target)) event.detail.shouldSwap = false; // since it was asked for
});

window.addEventListener("scroll", () => {
  if (feed.rows && !feed.paused && feed.waiting.size && feed.isAtTop()) feed.show();
}, { passive: true });

document.addEventListener("DOMContentLoaded", () => {
  wakeUp(document.body);
  byId("faults")?.focus();
  const pause = byId("pause");
  if (!pause) return;
  pause.hidden = false;
  byId("feed-state").hidden = false;
  pause.addEventListener("click", () => feed.pause(!feed.paused));
  byId("pill").addEventListener("click", () => {
    window.scrollTo({ top: 0 });
    feed.paused ? feed.pause(false) : feed.show();
  });
});
