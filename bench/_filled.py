"""Tenants of a given number of leads, with plausible sales, deliveries, messages and audit entries, written in bulk.

Parties, campaigns and people come through the services; only what is many is written past them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Table, select

from app.db import Base, current_tenant, db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.presets import direct
from app.models.contracts import DeliverySetup
from app.services import catalogue, endpoints, parties
from app.services.catalogue import CampaignWish, SourceWish, VerticalWish
from app.transaction import commit
from bench._places import Place
from tests.support.world import PATIENT, World

YEAR = timedelta(days=365)
AT_ONCE = 5000
STATES = ("sold",) * 40 + ("rejected",) * 30 + ("unsold",) * 30
Row = dict[str, Any]


@dataclass
class Filled:
    """One tenant, the ids that leads are dealt out to, and how many there are. The last of each kind gets the least."""

    size: int
    number: int
    now: datetime
    world: World = field(init=False)

    def __post_init__(self) -> None:
        """Parties and campaigns: four verticals, eight publishers, twenty buyers."""
        self.world = world = World(now=self.now - YEAR)
        admin, at = world.admin, world.now
        more = [catalogue.add_vertical(admin, VerticalWish(f"v{n}", f"Vertical {n}", 3000), now=at) for n in range(3)]
        self.verticals = [world.vertical_id, *more]
        names = [f"Publisher {n}" for n in range(7)]
        self.publishers = [world.publisher_id, *(parties.add_publisher(admin, name, now=at) for name in names)]
        wish = CampaignWish(world.vertical_id, world.offer_id, "UK again", "GB", direct("mortgages"), **PATIENT)
        self.campaigns = [world.campaign_id, catalogue.add_campaign(admin, wish, now=at)]
        self.sources = [
            catalogue.add_source(admin, SourceWish(owner, world.campaign_id, "Form", "Europe/London"), now=at)
            for owner in self.publishers
        ]
        self.buyers = [world.buyer(f"Buyer {n}") for n in range(20)]
        self.contracts = [world.contract(buyer, 6000, name=f"Contract {n}") for n, buyer in enumerate(self.buyers)]
        url = "http://127.0.0.1:9/hooks"
        cara = Actor(world.tenant_id, Role.PUBLISHER, admin.principal_id, world.publisher_id)
        self.endpoint = endpoints.register(cara, url=url, events=["lead.rejected"], now=at).endpoint.id
        self.setup = db.session.scalars(select(DeliverySetup.id).limit(1)).one()
        commit()

    def at(self, lead: int) -> datetime:
        """When a lead came in: spread over a year that ends now, the newest last."""
        return self.now - YEAR * ((self.size - lead) / self.size)

    def dealt(self, things: list[UUID], lead: int) -> UUID:
        """One of these: half get the first, some sixty leads the last, however many there are."""
        if self.is_rare(lead, 7):
            return things[-1]
        return things[0] if lead % 2 else things[lead % (len(things) - 1)]

    def is_rare(self, lead: int, which: int) -> bool:
        """One of some sixty: enough for a page, however many leads there are."""
        return lead % max(10, self.size // 60) == which

    def id(self, kind: int, lead: int) -> UUID:
        """An id of ours, growing with time as ours do."""
        return UUID(int=(self.number << 96) | (lead << 32) | (kind << 24) | (7 << 76) | (2 << 62))

    def person(self, lead: int) -> bytes:
        """The fingerprint of a lead's person; each came twice."""
        return hashlib.sha256(f"{self.number}-{lead // 2}".encode()).digest()

    def state(self, lead: int) -> str:
        """Plausible shares, and some sixty are held."""
        return "held" if self.is_rare(lead, 3) else STATES[(lead * 7) % 100]


def leads(shop: Filled) -> Iterator[Row]:
    """Every lead."""
    endings = {"rejected": "schema_validation_failed", "unsold": "no_eligible_buyer", "held": "held_for_review"}
    for lead in range(shop.size):
        at, state = shop.at(lead), shop.state(lead)
        reason = "suppressed" if state == "rejected" and lead % max(10, shop.size // 200) == 1 else endings.get(state)
        place = shop.dealt(shop.publishers, lead)
        yield {
            "id": shop.id(1, lead), "short_id": f"LD-{shop.number}{lead:09d}", "publisher_id": place,
            "source_id": shop.sources[shop.publishers.index(place)], "campaign_id": shop.dealt(shop.campaigns, lead),
            "vertical_id": shop.dealt(shop.verticals, lead), "dialect": "ingest", "state": state, "reason": reason,
            "problems": [], "changes": {}, "extra": {}, "facts": {}, "score_parts": [], "score": lead % 101,
            "tier": "hot" if lead % 101 >= 80 else "warm" if lead % 101 >= 60 else "qualified",
            "fields": {
                "first_name": "James", "last_name": "Patel", "email": f"j.patel{lead}@example.co.uk",
                "phone": f"+4477{lead:08d}", "postal_code": "SW1A 1AA", "deposit_gbp": 70000 + lead % 999,
            },
            "email_key": shop.person(lead), "phone_key": shop.person(-lead), "test": shop.is_rare(lead, 9),
            "request_id": f"req_{lead}", "received_at": at, "routed_at": at,
        }  # fmt: skip


def sales(shop: Filled) -> Iterator[Row]:
    """What was sold."""
    for lead in range(shop.size):
        if shop.state(lead) == "sold":
            at, buyer = shop.at(lead) + timedelta(milliseconds=5), shop.dealt(shop.buyers, lead)
            yield {
                "id": shop.id(2, lead), "lead_id": shop.id(1, lead), "slot": 1, "buyer_id": buyer, "state": "sold",
                "contract_id": shop.contracts[shop.buyers.index(buyer)], "price_minor": 6000 + lead % 700,
                "publisher_id": shop.dealt(shop.publishers, lead), "vertical_id": shop.dealt(shop.verticals, lead),
                "payout_minor": 4000, "margin_minor": 2000 + lead % 700, "currency": "GBP", "reserved_at": at,
                "sold_at": at, "cap_places": [],
            }  # fmt: skip


def deliveries(shop: Filled) -> Iterator[Row]:
    """One for each second sale."""
    for sale in islice(sales(shop), 0, None, 2):
        at = sale["sold_at"]
        lead = sale["id"].int >> 32 & (2**32 - 1)
        yield {
            "id": shop.id(3, lead), "sale_id": sale["id"], "lead_id": sale["lead_id"], "buyer_id": sale["buyer_id"],
            "setup_id": shop.setup, "state": "failed" if shop.is_rare(lead // 5, 1) else "delivered", "attempt": 1,
            "next_at": at, "first_at": at, "done_at": at, "created_at": at,
        }  # fmt: skip


def events(shop: Filled) -> Iterator[Row]:
    """One for each tenth lead."""
    for lead in range(0, shop.size, 10):
        at = shop.at(lead)
        yield {
            "id": shop.id(4, lead), "type": "lead.rejected", "owner_kind": "publisher", "lead_id": shop.id(1, lead),
            "owner_id": shop.publishers[0], "payload": {}, "created_at": at, "fanned_out_at": at,
        }  # fmt: skip


def messages(shop: Filled) -> Iterator[Row]:
    """Each event told."""
    for event in events(shop):
        lead, at = event["id"].int >> 32 & (2**32 - 1), event["created_at"]
        yield {
            "id": shop.id(5, lead), "event_id": event["id"], "endpoint_id": shop.endpoint, "lead_id": event["lead_id"],
            "event_type": event["type"], "replay": 0, "body": b"{}", "attempt": 1, "next_at": at, "created_at": at,
            "state": "failed" if shop.is_rare(lead // 10, 1) else "delivered", "done_at": at,
        }  # fmt: skip


def audit_entries(shop: Filled) -> Iterator[Row]:
    """One for each fifth lead."""
    for lead in range(0, shop.size, 5):
        yield {
            "id": shop.id(6, lead), "actor_kind": "user", "actor_id": shop.world.admin.principal_id,
            "action": "lead.revealed", "subject_kind": "lead", "subject_id": shop.id(1, lead), "request_id": "req",
            "at": shop.at(lead),
        }  # fmt: skip


MANY: tuple[tuple[str, Callable[[Filled], Iterator[Row]]], ...] = (
    ("leads", leads), ("sales", sales), ("deliveries", deliveries), ("events", events), ("messages", messages),
    ("audit_entries", audit_entries),
)  # fmt: skip


def fill(place: Place, shop: Filled) -> None:
    """Write all of it, and let the database look at it as its own housekeeping would."""
    enter_tenant(shop.world.tenant_id)
    for name, rows in MANY:
        table = Base.metadata.tables[name]
        write = _by_copy if place.conninfo else _by_many
        write(place, table, _tuples(table, ({"tenant_id": shop.world.tenant_id} | row for row in rows(shop))))


def settle(place: Place) -> None:
    """What autovacuum does on PostgreSQL; SQLite has nothing of the kind, so nothing is done there."""
    if place.conninfo:
        with psycopg.connect(place.conninfo, autocommit=True) as connection:
            for name, _ in MANY:
                connection.execute(f"vacuum analyze {name}".encode())


def _tuples(table: Table, rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    """Rows as the driver takes them, column by column."""
    dialect = db.engine.dialect
    columns = [(column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in table.columns]
    for row in rows:
        yield tuple(bind(row.get(name)) if bind else row.get(name) for name, bind in columns)


def _by_copy(place: Place, table: Table, rows: Iterator[tuple[Any, ...]]) -> None:
    """Row-level security refuses COPY, so it goes into a table of the session's own and from there."""
    columns = ", ".join(column.name for column in table.columns)
    with psycopg.connect(place.conninfo) as connection:
        connection.execute("select set_config('app.tenant_id', %s, false)", (str(current_tenant()),))
        connection.execute(f"create temp table bulk as select {columns} from {table.name} where false".encode())
        with connection.cursor().copy(f"copy bulk ({columns}) from stdin".encode()) as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute(f"insert into {table.name} ({columns}) select {columns} from bulk".encode())


def _by_many(_place: Place, table: Table, rows: Iterator[tuple[Any, ...]]) -> None:
    columns = ", ".join(column.name for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    with db.engine.begin() as connection:
        raw: Any = connection.connection.driver_connection
        while batch := list(islice(rows, AT_ONCE)):
            raw.executemany(f"insert into {table.name} ({columns}) values ({marks})", batch)
