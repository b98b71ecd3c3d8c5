"""What a later start of the demo may find changed, and how its data follow: other ports, a lost card."""

from __future__ import annotations

from datetime import datetime

from app.demo.card import Card
from app.domain.actor import Actor
from app.services import access, contracts, endpoints
from app.settings import Settings

HOOK = "/hooks/quickquotes"
HURRIED = "/hurried"
"""Where the simulator's buyers answer without waiting; the past is told to them there."""
EVENTS = ("lead.purchased", "lead.rejected")


def opens(kept: Card, actor: Actor, now: datetime) -> bool:
    """Whether the keys on a card still open this database's demo."""
    try:
        opened = access.by_key("ingest", kept["ingest"]["api_key"], now)
    except (access.Refused, KeyError, TypeError):
        return False
    return opened.tenant.id == actor.tenant_id


def follow(actor: Actor, publisher: Actor, kept: Card, settings: Settings, *, now: datetime) -> None:
    """Let setups and the webhook endpoint point at the simulator where it is now; the secret stays."""
    old, new = kept["simulator"]["base_url"], settings.simulator_url
    slow_down(actor, old, now=now)
    if old == new:
        return
    contracts.move_setups(actor, f"{old}/", f"{new}/", now=now)
    listen(publisher, new, secret=kept["ingest"]["webhook_secret"], now=now)


def slow_down(actor: Actor, simulator_url: str, *, now: datetime) -> None:
    """From here on the simulator's buyers take the time that they take."""
    contracts.move_setups(actor, f"{simulator_url}{HURRIED}/", f"{simulator_url}/", now=now)


def listen(publisher: Actor, simulator_url: str, *, secret: str | None, now: datetime) -> str:
    """The demo publisher's one endpoint, at the simulator's sink; answers its secret."""
    for old in endpoints.listed(publisher):
        if old.url.endswith(HOOK):
            endpoints.remove(publisher, old.id, now=now)
    registered = endpoints.register(
        publisher, url=simulator_url + HOOK, events=list(EVENTS), format="publisher", secret=secret, now=now
    )
    return registered.secret
