// The palette and the keys. Nothing here fires while somebody types, nor when they switched single keys off.
"use strict";

(() => {
  const root = document.documentElement;
  const palette = document.getElementById("palette");
  const find = document.getElementById("palette-find");
  const list = document.getElementById("palette-list");
  const keys = document.getElementById("keys");
  const isTyping = (target) => target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])") !== null;
  const options = () => [...list.querySelectorAll("a[role=option]")];

  // ── the palette: one box, one list; the browser gives the focus back when it closes ──
  let isWaiting = false; // for the answer to what was typed last
  let opensFirst = false; // Enter came before that answer
  let asked = ""; // what the answer that comes next was asked for

  function openPalette() {
    if (palette.open) return;
    keys.close();
    palette.showModal();
    find.select();
    ask();
  }

  function ask() {
    isWaiting = true;
    htmx.trigger(find.form, "refresh");
  }

  function choose(option) {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) find.setAttribute("aria-activedescendant", option.id);
    else find.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = options();
    const here = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    choose(all[(here + by + all.length) % all.length]);
  }

  function open() {
    const chosen = list.querySelector("[aria-selected=true]");
    if (isWaiting) opensFirst = true;
    else chosen?.click();
  }

  find?.form.addEventListener("htmx:beforeRequest", () => { asked = find.value; });
  find?.addEventListener("input", () => { isWaiting = true; opensFirst = false; });
  find?.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) step(moves[event.key]);
    else if (event.key === "Enter") open();
    else return;
    event.preventDefault();
  });
  list?.addEventListener("htmx:afterSwap", () => {
    const all = options();
    choose(all[0]);
    isWaiting = asked !== find.value; // an answer to fewer letters opens nothing
    if (isWaiting) return;
    document.getElementById("palette-said").textContent = all.length ? `${all.length} found` : "Nothing found";
    if (opensFirst) open();
    opensFirst = false;
  });
  for (const dialog of [palette, keys]) {
    dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
  for (const button of document.querySelectorAll("[data-opens=palette]")) {
    button.hidden = false;
    button.addEventListener("click", openPalette);
  }

  async function showKeys() {
    await htmx.ajax("GET", keys.dataset.from, { target: "#keys-list", swap: "innerHTML" });
    if (!keys.open) keys.showModal();
  }

  // ── rows: j and k go down and up, o opens, x ticks, and a letter that stands on something presses it ──
  const rows = () => [...document.querySelectorAll(".lines .row-link")];
  const rowOf = (place) => place.closest(".lines tbody tr");

  function walk(by) {
    const links = rows();
    const row = rowOf(document.activeElement);
    const here = row ? links.findIndex((link) => row.contains(link)) : -1;
    const next = here < 0 ? 0 : here + by;
    links[Math.min(Math.max(next, 0), links.length - 1)]?.focus();
    return links.length > 0;
  }

  function inRow(selector) {
    const found = rowOf(document.activeElement)?.querySelector(selector);
    found?.click();
    return Boolean(found);
  }

  function press(letter) {
    const inside = rowOf(document.activeElement) || (rows().length ? null : document);
    const found = inside?.querySelector(`[data-key="${CSS.escape(letter)}"]`);
    if (!found) return false;
    if (found.tagName !== "SUMMARY") {
      found.click();
      return true;
    }
    found.parentElement.open = true;
    found.parentElement.querySelector("form button").focus();
    return true;
  }

  // ── g, then a letter, goes to a page ──
  let wentG = -Infinity;

  function go(letter) {
    const soon = performance.now() - wentG < 1500;
    wentG = -Infinity;
    const place = soon && document.querySelector(`.places [data-go="${CSS.escape(letter)}"]`);
    if (place) place.click();
    return Boolean(place);
  }

  const SINGLE = {
    g: () => { wentG = performance.now(); return true; },
    "/": () => { document.getElementById("find")?.focus(); return true; },
    "?": () => { showKeys(); return true; },
    j: () => walk(1) || press("j"),
    k: () => walk(-1) || press("k"),
    o: () => inRow(".row-link"),
    x: () => inRow("input[type=checkbox]"),
  };

  function single(event) {
    if (root.dataset.keys === "off" || isTyping(event.target) || document.querySelector("dialog[open]")) return false;
    if (event.key.length !== 1) return false;
    return go(event.key) || (SINGLE[event.key] || (() => press(event.key)))();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && !event.shiftKey && event.key.toLowerCase() === "k" && palette) openPalette();
    else if (isCommand || !single(event)) return;
    event.preventDefault();
  });

  // The rail may be longer than the window: the page that is open must be seen in it. The rail alone moves, never the page.
  const places = document.querySelector(".places"), here = places?.querySelector("[aria-current]");
  if (here) places.scrollTop += Math.max(0, here.getBoundingClientRect().bottom - places.getBoundingClientRect().bottom);
  for (const folded of document.querySelectorAll("details.all")) {
    document.addEventListener("click", (event) => { if (!folded.contains(event.target)) folded.open = false; });
    folded.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !folded.open) return;
      folded.open = false;
      folded.querySelector("summary").focus();
    });
  }
})();
