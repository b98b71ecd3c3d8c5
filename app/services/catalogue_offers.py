"""Offers edited one by one: how leads are sold, which contracts buy through them, and who goes before whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from app.domain.actor import Actor
from app.domain.offers import WHOLE, DeclinePolicy, Mode, Seats
from app.models.catalogue import Offer, Vertical
from app.services import catalogue, contract_edits
from app.services.catalogue import OfferWish
from app.services.catalogue_edits import Faults, Terms, money_faults, name_faults, put, refuse
from app.services.changes import Refused, load, only_staff
from app.services.contract_changes import seen as contract_seen

TERMS = (
    "name", "mode", "levels", "seats", "seat_count", "floor_minor", "min_margin_minor", "min_margin_percent",
    "decline_policy",
)  # fmt: skip
MOST_SEATS = 20
MOST_LEVEL = 99


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contract stands in an offer. ``version``: the contract's, as the editor saw it."""

    contract_id: UUID
    version: int
    level: int
    rank: int
    weight: int


def terms_of(row: Offer) -> Terms:
    """What the offer's page edits."""
    return {term: getattr(row, term) for term in TERMS}


def edit(actor: Actor, offer_id: UUID, wanted: Terms, *, seen: str, now: datetime) -> tuple[str, ...]:
    """Give it these terms; answers those that changed. Raises NoSuchThing, Faulty, Stale."""
    only_staff(actor)
    row = load(actor, Offer, offer_id)
    refuse(faults_in(wanted))
    return put(actor, row, "offer", terms_of(row), wanted, seen, now=now)


def add(actor: Actor, vertical_id: UUID, wanted: Terms, *, now: datetime) -> UUID:
    """A new way of selling in that vertical. Raises NoSuchThing, Faulty."""
    only_staff(actor)
    load(actor, Vertical, vertical_id)
    refuse(faults_in(wanted))
    wish = OfferWish(
        vertical_id, wanted["name"], Mode(wanted["mode"]), Seats(wanted["seats"]), wanted["seat_count"],
        {int(one["level"]): Mode(one["mode"]) for one in wanted["levels"]}, wanted["floor_minor"],
        wanted["min_margin_minor"], Decimal(wanted["min_margin_percent"]), DeclinePolicy(wanted["decline_policy"]),
    )  # fmt: skip
    return catalogue.add_offer(actor, wish, now=now)


def attach(actor: Actor, offer_id: UUID, contract_id: UUID, level: int, *, now: datetime) -> None:
    """Let a contract buy through it, from the next lead on; raises NoSuchThing, Refused."""
    offers, version = _through(actor, offer_id, contract_id)
    if str(offer_id) in offers:
        raise Refused("This contract buys through the offer already.")
    if not 1 <= level <= MOST_LEVEL:
        raise Refused(f"Levels are counted from 1 to {MOST_LEVEL}.")
    _set_through(actor, contract_id, {**offers, str(offer_id): level}, version, now)


def detach(actor: Actor, offer_id: UUID, contract_id: UUID, *, now: datetime) -> None:
    """End that; raises NoSuchThing, Refused where it is ended already."""
    offers, version = _through(actor, offer_id, contract_id)
    if str(offer_id) not in offers:
        raise Refused("This contract does not buy through the offer any more.")
    _set_through(
        actor, contract_id, {key: level for key, level in offers.items() if key != str(offer_id)}, version, now
    )


def arrange(actor: Actor, offer_id: UUID, places: Sequence[Place], *, now: datetime) -> int:
    """Set levels, ranks and weights; answers how many contracts changed.

    Raises Faulty by ``<term>.<contract id>`` and contract_changes.Stale for a contract that moved meanwhile.
    """
    only_staff(actor)
    load(actor, Offer, offer_id)
    refuse(tuple(fault for place in places for fault in _place_faults(place)))
    return sum(_placed(actor, offer_id, place, now) for place in places)


def _placed(actor: Actor, offer_id: UUID, place: Place, now: datetime) -> bool:
    offers, _ = _through(actor, offer_id, place.contract_id)
    if str(offer_id) not in offers:
        raise Refused("One of these contracts does not buy through the offer any more.")
    wanted: dict[str, Any] = {"rank": place.rank, "weight": place.weight}
    wanted["offers"] = _listed({**offers, str(offer_id): place.level})
    done = contract_edits.edit(actor, place.contract_id, wanted, version=place.version, now=now)
    return bool(done.applied)


def _through(actor: Actor, offer_id: UUID, contract_id: UUID) -> tuple[dict[str, int], int]:
    """The offers that a contract buys through, with its levels there; and its version."""
    only_staff(actor)
    load(actor, Offer, offer_id)
    found = contract_seen(actor, contract_id)
    return {one["offer_id"]: one["level"] for one in found.terms["offers"]}, found.version


def _set_through(actor: Actor, contract_id: UUID, offers: Mapping[str, int], version: int, now: datetime) -> None:
    contract_edits.edit(actor, contract_id, {"offers": _listed(offers)}, version=version, now=now)


def _listed(offers: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"offer_id": offer_id, "level": level} for offer_id, level in sorted(offers.items())]


def faults_in(wanted: Terms) -> Faults:
    """What is wrong with these terms."""
    return (
        *name_faults(wanted), *money_faults(wanted, "floor_minor", "min_margin_minor"), *_choices(wanted),
        *_seats(wanted), *_levels(wanted),
    )  # fmt: skip


def _choices(wanted: Terms) -> Faults:
    closed = (("mode", set(Mode)), ("seats", set(Seats)), ("decline_policy", set(DeclinePolicy)))
    return tuple((name, "Choose one of these.") for name, known in closed if wanted[name] not in known) + (
        () if _is_share(wanted["min_margin_percent"]) else (("min_margin_percent", "From 0 to under 100 per cent."),)
    )


def _seats(wanted: Terms) -> Faults:
    if wanted["seats"] == Seats.EXCLUSIVE:
        return () if wanted["seat_count"] == 1 else (("seat_count", "An exclusive offer has one seat."),)
    if not 1 <= wanted["seat_count"] <= MOST_SEATS:
        return (("seat_count", f"From 1 to {MOST_SEATS} seats."),)
    return ()


def _levels(wanted: Terms) -> Faults:
    levels = [one["level"] for one in wanted["levels"]]
    found = []
    for number, one in enumerate(wanted["levels"]):
        if not 1 <= one["level"] <= MOST_LEVEL or levels.index(one["level"]) < number:
            found.append((f"l.{number}.level", f"A level from 1 to {MOST_LEVEL} that stands here once."))
        if one["mode"] not in set(Mode):
            found.append((f"l.{number}.mode", "Choose one of these."))
    return tuple(found)


def _place_faults(place: Place) -> Faults:
    found = []
    if not 1 <= place.level <= MOST_LEVEL:
        found.append((f"level.{place.contract_id}", f"Levels are counted from 1 to {MOST_LEVEL}."))
    if place.weight < 0:
        found.append((f"weight.{place.contract_id}", "A weight is nought or more."))
    return tuple(found)


def _is_share(text: object) -> bool:
    try:
        return Decimal(0) <= Decimal(str(text)) < WHOLE
    except InvalidOperation:
        return False
