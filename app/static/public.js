// The call on the front page: made by the browser itself, so that what is shown is what the endpoint answered.
// Without this script the form is posted, and the server makes the same call.
"use strict";

const TELLING = /^(content-(type|length)|date|allow|retry-after|x-request-id|idempotency-replayed|x-ratelimit-.*)$/;

function made(tag, name, text) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function shown(answer, text, took) {
  const head = made("div", "exchange-head");
  const status = made("span", `status tone-${answer.ok ? "good" : answer.status < 500 ? "notice" : "bad"}`);
  status.append(made("i", "dot"), made("strong", "", `${answer.status} ${answer.statusText}`.trim()));
  head.append(status, " ", made("span", "quiet number", `${took} ms there and back`));

  const figure = made("figure", "snippet");
  const body = made("pre");
  body.tabIndex = 0;
  body.setAttribute("aria-label", "Response body");
  body.append(made("code", "", indented(text)));
  figure.append(made("figcaption", "", "Body"), body);

  return [head, figure, heads("Response headers", answer, true), heads("Headers for browsers", answer, false)];
}

// What tells a client something, or the rest, which only browsers heed.
function heads(title, answer, telling) {
  const details = made("details", "heads");
  details.open = telling;
  const list = made("dl", "fields");
  for (const [name, value] of answer.headers) {
    if (TELLING.test(name) !== telling) continue;
    const line = made("div");
    const said = made("dd");
    said.append(made("code", "", value));
    line.append(made("dt", "", name), said);
    list.append(line);
  }
  details.append(made("summary", "", title), list);
  return details;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-call]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const place = document.getElementById("answer");
  button.disabled = true;
  const began = performance.now();
  try {
    const answer = await fetch(form.dataset.call, {
      method: "POST",
      credentials: "omit",
      headers: { [form.dataset.header]: form.dataset.key, "Content-Type": "application/json" },
      body: form.elements.body.value,
    });
    const text = await answer.text();
    place.replaceChildren(...shown(answer, text, Math.round(performance.now() - began)));
  } catch {
    place.replaceChildren(made("p", "", "The server could not be reached. Check the connection and send it again."));
  } finally {
    button.disabled = false;
  }
});
