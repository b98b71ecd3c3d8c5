"""Sources edited one by one: what a publisher is paid, how much it may send, when and from where."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.caps import Owner, Period
from app.domain.contract_terms import cap_key
from app.domain.hours import rows_from_json
from app.domain.offers import WHOLE
from app.domain.pricing import PayoutKind, PayoutTerms
from app.models.catalogue import Campaign, Source
from app.models.parties import Publisher
from app.queries import cap_bars
from app.services import book as books
from app.services import cap_rows, catalogue
from app.services.catalogue import SourceWish
from app.services.catalogue_edits import MOST_MONEY, Faults, Terms, money_faults, moved, name_faults, refuse, written
from app.services.changes import load, only_staff
from app.services.contract_faults import is_zone

Status = Literal["active", "paused"]
COLUMNS = ("name", "tag", "payout", "floor_minor", "allow_loss", "schedule", "zone", "allowed_ips")
OWNER = str(Owner.SOURCE)
PERIODS = (Period.HOUR, Period.DAY, Period.WEEK, Period.MONTH, Period.TOTAL)
"""A source's caps count leads on their way in; none of them is ever in work."""

LONGEST_TAG = 60
MOST_RANGES = 100
MOST_LEADS = 10**9


def terms_of(actor: Actor, row: Source) -> Terms:
    """What the source's page edits."""
    caps = cap_bars.caps_of(actor, [row.id], Owner.SOURCE).get(row.id, ())
    return {
        **{term: getattr(row, term) for term in COLUMNS},
        "payout": payout_terms(row.payout),
        "caps": [cap.to_json() for cap in caps],
    }


def payout_terms(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A source's payout in its whole spelling: {kind, percent, amount_minor}."""
    return {
        "kind": str(kept.get("kind", PayoutKind.STANDARD)), "percent": str(kept.get("percent", "0")),
        "amount_minor": kept.get("amount_minor"),
    }  # fmt: skip


def edit(actor: Actor, source_id: UUID, wanted: Terms, *, seen: str, now: datetime) -> tuple[str, ...]:
    """Give it these terms, caps too; answers those that changed. Raises NoSuchThing, Faulty, Stale."""
    only_staff(actor)
    row = load(actor, Source, source_id)
    refuse(_faults_in(actor, wanted) + _name_taken(actor, row.publisher_id, row.campaign_id, wanted, source_id))
    current = terms_of(actor, row)
    terms = moved(current, wanted, seen)
    for term in terms:
        if term == "caps":
            cap_rows.put(actor, (OWNER, source_id), wanted["caps"], now=now)
        else:
            setattr(row, term, wanted[term])
    if terms:
        written(actor, (OWNER, source_id), current, {**current, **wanted}, now=now)
    return terms


def set_status(actor: Actor, source_id: UUID, status: Status, *, now: datetime) -> bool:
    """Pause or resume; of two who pause at once, neither is in the other's way."""
    only_staff(actor)
    row = load(actor, Source, source_id)
    if row.status == status:
        return False
    before, row.status = {"status": row.status}, status
    written(actor, (OWNER, row.id), before, {"status": status}, now=now)
    return True


def add(actor: Actor, publisher_id: UUID, campaign_id: UUID, wanted: Terms, *, now: datetime) -> UUID:
    """A publisher's new entry into a campaign, with its caps. Raises NoSuchThing, Faulty."""
    only_staff(actor)
    load(actor, Publisher, publisher_id)
    load(actor, Campaign, campaign_id)
    refuse(_faults_in(actor, wanted) + _name_taken(actor, publisher_id, campaign_id, wanted))
    currency = books.current(actor.tenant_id).tenant.currency
    wish = SourceWish(
        publisher_id, campaign_id, wanted["name"], wanted["zone"], wanted["tag"],
        PayoutTerms.from_json(wanted["payout"], currency), wanted["floor_minor"], wanted["allow_loss"],
        rows_from_json(wanted["schedule"], currency), tuple(wanted["allowed_ips"]),
    )  # fmt: skip
    source_id = catalogue.add_source(actor, wish, now=now)
    if wanted["caps"]:
        cap_rows.put(actor, (OWNER, source_id), wanted["caps"], now=now)
        written(actor, (OWNER, source_id), {"caps": []}, {"caps": wanted["caps"]}, now=now)
    return source_id


def _faults_in(actor: Actor, wanted: Terms) -> Faults:
    return (
        *name_faults(wanted), *money_faults(wanted, "floor_minor"), *_payout(wanted["payout"]), *_tag(wanted["tag"]),
        *_hours(actor, wanted), *_caps(wanted["caps"]), *_ranges(wanted["allowed_ips"]),
    )  # fmt: skip


def _name_taken(
    actor: Actor, publisher_id: UUID, campaign_id: UUID, wanted: Terms, source_id: UUID | None = None
) -> Faults:
    held = db.session.scalar(
        select(Source.id).where(
            Source.tenant_id == actor.tenant_id, Source.publisher_id == publisher_id,
            Source.campaign_id == campaign_id, Source.name == wanted["name"],
        )
    )  # fmt: skip
    return () if held in {None, source_id} else (("name", "This publisher has a source of this name in the campaign."),)


def _payout(payout: Mapping[str, Any]) -> Faults:
    if payout["kind"] not in set(PayoutKind):
        return (("payout.kind", "Choose one of these."),)
    if payout["kind"] == PayoutKind.FIXED:
        amount = payout["amount_minor"]
        if amount is None or not 0 <= amount <= MOST_MONEY:
            return (("payout.amount", "Fixed terms need the sum that a lead is paid."),)
        return ()
    try:
        fits = 0 <= Decimal(payout["percent"]) <= WHOLE
    except InvalidOperation:
        fits = False
    return () if fits else (("payout.percent", "From 0 to 100 per cent of the price."),)


def _tag(tag: str) -> Faults:
    return (("tag", f"A tag has at most {LONGEST_TAG} characters."),) if len(tag) > LONGEST_TAG else ()


def _hours(actor: Actor, wanted: Terms) -> Faults:
    found = [] if is_zone(wanted["zone"]) else [("zone", "This is no time zone, such as Europe/London.")]
    try:
        rows_from_json(wanted["schedule"], books.current(actor.tenant_id).tenant.currency)
    except ValueError as fault:
        found.append(("schedule", f"{str(fault)[:1].upper()}{str(fault)[1:]}."))
    return tuple(found)


def _caps(caps: list[dict[str, Any]]) -> Faults:
    keys, found = [cap_key(cap) for cap in caps], []
    for number, cap in enumerate(caps):
        if cap["measure"] != "count" or cap["period"] not in set(PERIODS):
            found.append((f"c.{number}.period", "Choose a period."))
        elif keys.index(keys[number]) < number:
            found.append((f"c.{number}.period", "There is a cap of this period already; change that one."))
        if not 0 <= cap["limit"] <= MOST_LEADS:
            found.append((f"c.{number}.limit", "A cap is nought or more."))
        if not is_zone(cap["zone"]):
            found.append((f"c.{number}.zone", "This is no time zone, such as Europe/London."))
    return tuple(found)


def _ranges(ranges: list[str]) -> Faults:
    wrong = [one for one in ranges if not _is_range(one)]
    if wrong:
        return (("allowed_ips", f"These are no addresses or ranges: {', '.join(wrong[:5])}. Write 203.0.113.0/24."),)
    return (("allowed_ips", f"At most {MOST_RANGES} ranges."),) if len(ranges) > MOST_RANGES else ()


def _is_range(text: str) -> bool:
    """An address or a range whose host bits are nought: 10.0.0.1/8 is more likely a slip than a wish."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True
