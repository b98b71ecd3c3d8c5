"""What the webhook tests share: endpoints of each kind of owner, events to tell them, and verifiers.

The verifiers are written from the published description of each receiver, not from our signer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from app.db import enter_tenant
from app.domain.actor import Actor, Role
from app.gateways.http_client import Answer
from app.models.webhooks import Event, Message, MessageAttempt
from app.services import endpoints, intake, outbox, webhooks
from app.services.endpoints import Registered
from app.transaction import commit
from tests.services.delivering import rows
from tests.support.world import NOON, World, submission

URL = "https://hooks.example/in"
OK = Answer(204)
BROKEN = Answer(500, {}, b"no")


def publisher(world: World) -> Actor:
    return Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id)


def listen(world: World, actor: Actor | None = None, url: str = URL, **more: Any) -> Registered:
    """An endpoint of the publisher's, or of somebody else's."""
    who = actor or publisher(world)
    wish: dict[str, Any] = {"url": url, "events": ["lead.rejected"], "now": NOON} | more
    made = endpoints.register(who, **wish)
    commit()
    return made


def reject(world: World, count: int = 1, first: int = 1) -> None:
    """So many leads that find no buyer: each is told to its publisher and to the tenant. Fanned out."""
    for number in range(first, first + count):
        intake.submit(world.access(), submission(number), now=NOON)
    enter_tenant(world.tenant_id)
    outbox.fan_out(world.tenant_id, NOON)


def drain(world: World, at: Any = NOON) -> int:
    return webhooks.drain(world.tenant_id, at)


def messages() -> list[Message]:
    return rows(Message)


def tries() -> list[MessageAttempt]:
    return rows(MessageAttempt)


def events() -> list[Event]:
    return rows(Event)


def python_says(secret: str, body: bytes, header: str, now: int, tolerance: int = 300) -> bool:
    """A receiver of the flat format: t and v1 out of one header, hex HMAC over the time, a dot and the body."""
    parts = dict(piece.split("=", 1) for piece in header.split(",") if "=" in piece)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > tolerance:
        return False
    wanted = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, given)


def python_says_bare(secret: str, body: bytes, header: str) -> bool:
    """A receiver of the buyer format: the header is the hex digest of the body."""
    return hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(), header)


NODE = r"""
import { createHmac, timingSafeEqual } from "node:crypto";
const { secret, body, header, now, bare } = JSON.parse(process.argv[1]);
const raw = Buffer.from(body, "base64");
const digest = (...parts) => parts.reduce((mac, part) => mac.update(part), createHmac("sha256", secret)).digest("hex");
const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const stamped = () => {
  const found = new Map(header.split(",").map((piece) => piece.split("=")));
  const [stamp, given] = [found.get("t"), found.get("v1")];
  if (!stamp || !given || Math.abs(now - Number(stamp)) > 300) return false;
  return same(digest(`${stamp}.`, raw), given);
};
process.stdout.write(String(bare ? same(digest(raw), header) : stamped()));
"""


def node_says(secret: str, body: bytes, header: str, now: int, *, bare: bool = False) -> bool:
    """The same two receivers in Node.js."""
    told = {"secret": secret, "body": base64.b64encode(body).decode(), "header": header, "now": now, "bare": bare}
    node = shutil.which("node")
    assert node is not None
    words = [node, "--input-type=module", "--eval", NODE, json.dumps(told)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=120, check=True)
    return said.stdout == "true"


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
