"""A small tenant to test in: one publisher with an ingest key, one vertical, one offer, and buyers on demand.

Built through the services that people use, except contracts, whose rows tests shape directly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.domain.auction import Entry
from app.domain.ids import new_id
from app.domain.offers import Mode, Seats
from app.domain.presets import direct
from app.gateways.kit import kit
from app.models.contracts import Cap, Contract, DeliverySetup, OfferContract, ValueList
from app.queries import traces
from app.services import access, api_keys, book, catalogue, parties, tenants
from app.services.access import Access
from app.services.catalogue import CampaignWish, OfferWish, SourceWish, VerticalWish
from app.services.parties import BuyerWish
from app.services.submission import Submission
from app.transaction import commit

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BASE_PRICE = 3800
PATIENT: dict[str, Any] = {"time_budget_ms": 30_000}
"""A crowded machine must not turn a sale into a queued lead."""


@dataclass
class World:
    """One tenant; every method commits."""

    now: datetime = NOON
    mode: Mode = Mode.HIGHEST_BID
    seats: Seats = Seats.EXCLUSIVE
    seat_count: int = 1
    campaign: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open the shop."""
        self.tenant_id = tenants.create(
            f"t{uuid4().hex[:8]}", "World", currency="GBP", zone="Europe/London", now=self.now
        )
        self.admin = Actor(self.tenant_id, Role.ADMIN, principal_id=uuid4())
        self.publisher_id = parties.add_publisher(self.admin, "QuickQuotes", now=self.now)
        self.vertical_id = catalogue.add_vertical(
            self.admin, VerticalWish("mortgages", "Mortgages", BASE_PRICE), now=self.now
        )
        offer = OfferWish(self.vertical_id, "Mortgages", self.mode, self.seats, self.seat_count)
        self.offer_id = catalogue.add_offer(self.admin, offer, now=self.now)
        self.campaign_id = catalogue.add_campaign(
            self.admin,
            CampaignWish(
                self.vertical_id, self.offer_id, "UK mortgages", "GB", direct("mortgages"), **(PATIENT | self.campaign)
            ),
            now=self.now,
        )
        wish = SourceWish(self.publisher_id, self.campaign_id, "API", "Europe/London")
        self.source_id = catalogue.add_source(self.admin, wish, now=self.now)
        key_wish = api_keys.Wish("ingest", Role.PUBLISHER, self.publisher_id, "ingest")
        self.key = api_keys.create(self.admin, key_wish, now=self.now)
        commit()

    def buyer(self, name: str = "Northgate", **more: Any) -> UUID:
        """A buyer with a good deal of credit."""
        wish = BuyerWish(name, "Europe/London", **({"credit_limit_minor": 10_000_000} | more))
        buyer_id = parties.add_buyer(self.admin, wish, now=self.now)
        commit()
        return buyer_id

    def contract(self, buyer_id: UUID, price_minor: int = 5000, *, url: str = "", **more: Any) -> UUID:
        """A contract on the offer; without a URL its buyer reads leads in the portal."""
        level = more.pop("level", 1)
        caps = more.pop("caps", ())
        setup = self._row(DeliverySetup, buyer_id=buyer_id, name="setup", kind="http" if url else "portal", url=url)
        columns: dict[str, Any] = {"name": f"contract {price_minor}", "zone": "Europe/London", "filters": None}
        contract = self._row(
            Contract, buyer_id=buyer_id, delivery_setup_id=setup, price_minor=price_minor, **(columns | more)
        )
        self._row(OfferContract, created=False, offer_id=self.offer_id, contract_id=contract, level=level)
        for period, limit, measure in caps:
            self.cap("contract", contract, period, limit, measure)
        book.touch(self.tenant_id)
        commit()
        return contract

    def cap(self, owner_kind: str, owner_id: UUID, period: str, limit: int, measure: str = "count") -> UUID:
        """A cap; the caller commits and touches the book, ``contract`` does both."""
        return self._row(
            Cap, created=False, owner_kind=owner_kind, owner_id=owner_id, period=period, measure=measure,
            limit_value=limit, zone="Europe/London",
        )  # fmt: skip

    def add_list(self, name: str, entries: list[str]) -> UUID:
        """A named list that filters may refer to."""
        made = self._row(ValueList, name=name, entries=entries)
        self.touch()
        return made

    def touch(self) -> None:
        """Let the book know of rows that were shaped by hand."""
        book.touch(self.tenant_id)
        commit()

    def access(self, now: datetime | None = None) -> Access:
        """What the publisher's key opens."""
        return access.by_key("ingest", self.key.secret, now or self.now)

    def trace(self, lead_id: UUID) -> tuple[Entry, ...]:
        """Every contract of each auction for the lead, round by round."""
        return tuple(entry for one in traces.of_lead(self.tenant_id, lead_id) for entry in one.entries)

    def _row(self, model: Any, *, created: bool = True, **columns: Any) -> UUID:
        enter_tenant(self.tenant_id)
        row_id = new_id(self.now, kit().rng)
        stamp = {"created_at": self.now - timedelta(days=1)} if created else {}
        db.session.add(model(tenant_id=self.tenant_id, id=row_id, **stamp, **columns))
        db.session.flush()
        return row_id


def submission(number: int = 1, **values: Any) -> Submission:
    """The ingest dialect's James Patel, or somebody like him."""
    usual = {
        "first_name": "James",
        "last_name": "Patel",
        "email": f"j.patel{number}@example.co.uk",
        "phone": f"+4477123{number:05d}",
        "postal_code": "SW1A 1AA",
        "consent_token": "ct_abc123",
        "consent_at": "2026-02-09T07:42:18Z",
        "ip": "203.0.113.42",
    }
    extra = {"property_value_gbp": 350000, "deposit_gbp": 70000}
    return Submission(
        vertical_key=values.pop("vertical_key", "mortgages"),
        campaign_id=None,
        values={key: value for key, value in (usual | values).items() if value is not None},
        extra=extra,
        dialect="ingest",
        request_id="req_test",
        caller_ip="127.0.0.1",
    )
