// A receiver's check of our signature header, t=<unix seconds>,v1=<hex>: HMAC-SHA256 over "<t>.<raw body>".
// Reads {secret, body (base64), header} on stdin; prints true or false.
import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE_SECONDS = 300;

function isGenuine(secret, rawBody, header) {
  const parts = new Map((header ?? "").split(",").map((pair) => pair.split("=", 2)));
  const [moment, signature] = [parts.get("t"), parts.get("v1")];
  if (!moment || !signature) return false;
  if (Math.abs(Date.now() / 1000 - Number(moment)) > TOLERANCE_SECONDS) return false;
  const expected = createHmac("sha256", secret).update(`${moment}.`).update(rawBody).digest("hex");
  return expected.length === signature.length && timingSafeEqual(Buffer.from(expected), Buffer.from(signature));
}

let text = "";
for await (const chunk of process.stdin) text += chunk;
const { secret, body, header } = JSON.parse(text);
console.log(isGenuine(secret, Buffer.from(body, "base64"), header));
