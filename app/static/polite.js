// Pages that look again by themselves, politely: not while nobody looks, and never under somebody's hands.
"use strict";

const isInUse = (part) => part.contains(document.activeElement) || part.querySelector("details[open]") !== null;

document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (part.matches("[data-polite]") && (document.hidden || isInUse(part))) event.preventDefault();
});

// It may have come under somebody's hands while its answer was on the way.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.matches("[data-polite]") && isInUse(event.target)) event.detail.shouldSwap = false;
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-polite]")) htmx.trigger(part, "wake");
});
