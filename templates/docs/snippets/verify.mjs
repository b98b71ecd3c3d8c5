import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE = {{ tolerance }}; // seconds: what is older is a replay

const isFresh = (moment) => /^\d{1,12}$/.test(moment) && Math.abs(Date.now() / 1000 - Number(moment)) <= TOLERANCE;

function isSame(expected, given) {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

// {{ signature_header }}: t=<unix seconds>,v1=<hex>. rawBody: the bytes as they came (a Buffer), before any parsing.
export function verifySignature(secret, header, rawBody) {
  const parts = Object.fromEntries((header ?? "").split(",").map((part) => part.trim().split("=", 2)));
  if (!parts.v1 || !isFresh(parts.t ?? "")) return false;
  const expected = createHmac("sha256", secret).update(`${parts.t}.`).update(rawBody).digest("hex");
  return isSame(expected, parts.v1);
}

// Standard Webhooks: headers webhook-id, webhook-timestamp and webhook-signature.
export function verifyStandard(secret, id, timestamp, signatures, rawBody) {
  if (!id || !isFresh(timestamp ?? "")) return false;
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(rawBody).digest("base64");
  return (signatures ?? "").split(" ").some((one) => isSame(`v1,${expected}`, one));
}
