// The live feed's own manners: a filter that works at once, and a lead that opens under its row.
"use strict";

(() => {
  document.getElementById("live-filters").addEventListener("change", (event) => event.currentTarget.requestSubmit());

  function close(back) {
    const opened = document.getElementById("opened");
    if (!opened) return;
    const link = opened.previousElementSibling?.querySelector(".row-link");
    link?.removeAttribute("aria-expanded");
    opened.remove();
    if (back) link?.focus();
    window.dispatchEvent(new Event("scroll")); // what waited behind the pill may come
  }

  function open(row, link) {
    const opened = document.createElement("tr");
    opened.id = "opened";
    const cell = opened.insertCell();
    cell.colSpan = row.cells.length;
    cell.textContent = "Opening…";
    row.after(opened);
    link.setAttribute("aria-expanded", "true");
    htmx.ajax("GET", link.getAttribute("href"), { target: cell, swap: "innerHTML" }).then(() => {
      const page = document.createElement("p");
      const there = document.createElement("a");
      there.href = link.href;
      there.textContent = "Open the lead's page";
      page.append(there);
      cell.append(page);
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#feed-rows .row-link");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const row = link.closest("tr");
    const was = row.nextElementSibling?.id === "opened";
    close(false);
    if (!was) open(row, link);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.getElementById("opened")) close(true);
  });
})();
