"""All that the contract's editor stands on: the contract, its buyer, what may be chosen, and who may change what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from app import clock
from app.domain.contract_terms import PARTS, Permission, Terms, differing
from app.portal import contract_form, contract_words, refusals, visit
from app.portal.contract_form import Draft
from app.queries import contract_changes, contract_choices
from app.queries import contracts as reading
from app.queries.contract_choices import BuyerCard, OfferChoice, SetupChoice
from app.queries.contracts import Snapshot
from app.services import contract_edits, contract_faults, contract_fields
from app.services.contract_drafts import Draft as DraftTerms
from app.services.contract_fields import FieldChoice


@dataclass(frozen=True)
class Clash:
    """One term of which two people want different things."""

    term: str
    word: str
    mine: list[str]
    theirs: list[str]


@dataclass(frozen=True)
class Desk:
    """One contract, or a new one of this buyer (``snapshot`` is None), for the person who looks at it."""

    buyer: BuyerCard
    snapshot: Snapshot | None
    offers: tuple[OfferChoice, ...]
    setups: tuple[SetupChoice, ...]
    lists: Mapping[str, frozenset[str]]
    currency: str

    @cached_property
    def rights(self) -> dict[str, Permission]:
        """Part -> what this person may do with it."""
        actor = visit.actor()
        return {part: contract_edits.may(actor, self.buyer.permissions, part) for part in PARTS}

    @property
    def open_parts(self) -> frozenset[str]:
        """The parts with fields to type in; "staff" stands for what only admins see."""
        mine = {part for part, right in self.rights.items() if right is not Permission.NO}
        return frozenset(mine | ({"staff"} if visit.actor().is_admin else set()))

    @property
    def terms(self) -> Terms:
        """How the contract stands; a new one begins plain."""
        if self.snapshot is not None:
            return self.snapshot.terms
        return {
            "name": "", "status": "active", "filters": None, "caps": [], "price_minor": 0, "price_rules": [],
            "schedule": [], "zone": self.buyer.zone, "minimum_score": 0, "rank": 100, "weight": 1,
            "multiplier": "1", "seats": "any", "offers": [],
        }  # fmt: skip

    @property
    def offer_names(self) -> dict[str, str]:
        """Offer id -> its name."""
        return {str(one.id): one.name for one in self.offers}

    def vertical_of(self, terms: Terms) -> UUID | None:
        """The one vertical that these terms buy in; None when they buy in several, or in none."""
        chosen = {one["offer_id"] for one in terms["offers"]}
        verticals = {one.vertical_id for one in self.offers if str(one.id) in chosen}
        return verticals.pop() if len(verticals) == 1 else None

    def fields(self, draft: Draft) -> tuple[tuple[FieldChoice, ...], tuple[FieldChoice, ...]]:
        """The fields to filter on, with those of the offers chosen."""
        known = {str(one.id) for one in self.offers}
        chosen = [UUID(offer_id) for offer_id in draft.offers if offer_id in known]
        return contract_fields.offered(visit.actor(), chosen)

    def opened(self) -> Draft:
        """The form as it opens; a new contract's price is not yet said."""
        draft = contract_form.of_terms(self.terms, self.currency)
        if self.snapshot is None:
            draft.plain["price"] = ""
        return draft

    def wanted(self, draft: Draft) -> tuple[Terms, dict[str, str]]:
        """The terms that the draft asks for, and its faults."""
        own, found_out = self.fields(draft)
        kinds = {one.name: one.kind for one in (*own, *found_out)}

        def judged(tree: dict[str, Any]) -> str:
            return contract_faults.filter_fault(tree, self.lists)

        untouched, _ = contract_form.terms_of(
            contract_form.of_terms(self.terms, self.currency), self.terms["status"], self.currency, kinds, judged
        )
        terms, faults = contract_form.terms_of(draft, self.terms["status"], self.currency, kinds, judged)
        return contract_form.settled(self.terms, terms, untouched), faults

    def draft_terms(self, terms: Terms) -> DraftTerms:
        """For an estimate or a trial."""
        found = self.snapshot
        return DraftTerms(self.buyer.id, terms, found.created_at if found else clock.now(), found.id if found else None)

    def readable(self, wanted: Terms, faults: Collection[str]) -> Terms:
        """The terms without the rows that are not finished, and with what stands where a field cannot be read."""
        kept = dict(wanted)
        for term, prefix in _ROWS.items():
            rows = enumerate(wanted[term])
            kept[term] = [row for number, row in rows if not _touches(faults, f"{prefix}.{number}.")]
        return kept | {_TERM.get(name, name): self.terms[_TERM.get(name, name)] for name in faults if name in _FIELDS}

    def clashes(self, wanted: Terms) -> list[Clash]:
        """Where the draft and what is stored now part."""
        return [
            Clash(
                term, contract_words.TERMS[term], contract_words.lines(term, wanted[term], self.offer_names),
                contract_words.lines(term, self.terms[term], self.offer_names),
            )
            for term in differing(self.terms, wanted)
        ]  # fmt: skip

    def take_theirs(self, draft: Draft, term: str) -> None:
        """Put the stored value of a term into the draft."""
        theirs = self.opened()
        name = "price" if term == "price_minor" else term
        if name in draft.plain:
            draft.plain[name] = theirs.plain[name]
        elif term in _HELD:
            setattr(draft, _HELD[term], getattr(theirs, _HELD[term]))


_ROWS = {"schedule": "s", "caps": "c", "price_rules": "p"}
_TERM = {"price": "price_minor"}
_FIELDS = frozenset(contract_form.PLAIN)


def _touches(faults: Collection[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in faults)


_HELD = {
    "filters": "filters", "caps": "caps", "schedule": "schedule", "offers": "offers", "price_rules": "premiums",
}  # fmt: skip


def of_contract(contract_id: UUID) -> Desk:
    """The desk of a stored contract, in the transaction of the caller; 404 and audited for another's."""
    actor = visit.actor()
    found = reading.snapshot(actor, contract_id)
    if found is None:
        refusals.not_yours("contract", contract_id)
    card = BuyerCard(found.buyer_id, found.buyer, found.buyer_status, str(found.terms["zone"]), found.permissions)
    return _desk(card, found)


def of_new(buyer_id: UUID) -> Desk:
    """The desk of a contract to be."""
    card = contract_choices.buyer(visit.actor(), buyer_id)
    if card is None:
        refusals.not_yours("buyer", buyer_id)
    return _desk(card, None)


def last_edit(contract_id: UUID) -> contract_changes.LastEdit | None:
    """Who changed it last."""
    return contract_changes.last_edit(visit.actor(), contract_id)


def _desk(card: BuyerCard, found: Snapshot | None) -> Desk:
    actor = visit.actor()
    return Desk(
        card, found, contract_choices.offers(actor), contract_choices.setups(actor, card.id),
        contract_faults.value_lists(actor), contract_fields.currency(actor),
    )  # fmt: skip
