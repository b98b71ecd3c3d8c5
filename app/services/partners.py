"""Taking a company on by hand: the publisher or buyer, its entries into campaigns, its first person with an invitation.

What an approved application makes is made of the same parts (``services.applications``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.adapters.contact import parse_email
from app.domain.actor import Actor, Role
from app.services import book, catalogue, parties, team, users
from app.services.book_facts import Book, CampaignFacts
from app.services.catalogue import SourceWish
from app.services.changes import only_staff
from app.services.contract_faults import Faulty
from app.services.links import Purpose
from app.services.parties import BuyerWish, PublisherWish
from app.services.team import Invitation, LinkTo


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """Who signs in first for a company; both empty: nobody yet."""

    name: str = ""
    email: str = ""

    @property
    def is_nobody(self) -> bool:
        """Whether the company begins without people."""
        return not self.name.strip() and not self.email.strip()

    def faults(self) -> dict[str, str]:
        """What is wrong, by the field of the form."""
        if self.is_nobody:
            return {}
        found = {}
        if not self.name.strip() or len(self.name) > team.LONGEST_NAME:
            found["person"] = f"Enter a name of at most {team.LONGEST_NAME} characters."
        if parse_email(self.email) is None:
            found["email"] = "Enter an e-mail address, such as name@example.com."
        return found


def lines_of_business(actor: Actor) -> tuple[tuple[str, str], ...]:
    """(key, name) of each line of business that takes leads, by name."""
    campaigns = book.current(actor.tenant_id).campaigns.values()
    found = {one.vertical.key: one.vertical.name for one in campaigns if takes_leads(one)}
    return tuple(sorted(found.items(), key=lambda pair: pair[1]))


def take_on_publisher(
    actor: Actor,
    wish: PublisherWish,
    lines: Collection[str],
    first: FirstPerson,
    inviter: str,
    *,
    link_to: LinkTo,
    now: datetime,
) -> UUID:
    """A publisher with an entry into a campaign of each of these ``lines`` of business (keys of verticals).

    The first person's mail holds a link that sets the password and shows the API key once. Raises Faulty, EmailTaken.
    """
    only_staff(actor)
    _judge(wish, first)
    facts = book.current(actor.tenant_id)
    publisher_id = parties.add_publisher(actor, wish.name, requests_per_minute=wish.requests_per_minute, now=now)
    for source in sources_for(facts, wish.name.strip(), lines, publisher_id):
        catalogue.add_source(actor, source, now=now)
    if not first.is_nobody:
        wanted = Invitation(Role.PUBLISHER, publisher_id, first.email, first.name)
        _welcome(actor, wanted, Purpose.WELCOME, inviter, link_to, now)
    return publisher_id


def take_on_buyer(
    actor: Actor, wish: BuyerWish, first: FirstPerson, inviter: str, *, link_to: LinkTo, now: datetime
) -> UUID:
    """A buyer; its first person's mail holds a link that sets the password. Raises Faulty, EmailTaken."""
    only_staff(actor)
    _judge(wish, first)
    buyer_id = parties.add_buyer(actor, wish, now=now)
    if not first.is_nobody:
        wanted = Invitation(Role.BUYER, buyer_id, first.email, first.name)
        _welcome(actor, wanted, Purpose.INVITATION, inviter, link_to, now)
    return buyer_id


def sources_for(facts: Book, name: str, lines: Collection[str], publisher_id: UUID) -> list[SourceWish]:
    """An entry into the first direct campaign of each of these lines of business."""
    by_vertical = {
        campaign.vertical.key: campaign
        for campaign in sorted(facts.campaigns.values(), key=lambda one: one.id, reverse=True)
        if takes_leads(campaign)
    }
    return [
        SourceWish(publisher_id, found.id, f"{name} {found.vertical.name}", facts.tenant.zone)
        for key in lines
        if (found := by_vertical.get(key))
    ]


def takes_leads(campaign: CampaignFacts) -> bool:
    """Whether publishers can be given an entry into it without more being set up."""
    return campaign.status == "active" and campaign.traffic_type == "direct"


def _judge(wish: PublisherWish | BuyerWish, first: FirstPerson) -> None:
    """Every fault of company and person at once."""
    if faults := dict(wish.faults()) | first.faults():
        raise Faulty(tuple(faults.items()))


def _welcome(actor: Actor, wanted: Invitation, purpose: Purpose, inviter: str, link_to: LinkTo, now: datetime) -> None:
    try:
        user_id = team.add_invited(actor, wanted, now=now)
    except users.EmailTaken:
        raise Faulty((("email", "Somebody signs in with this address already; ask for another."),)) from None
    team.owe_invitation(actor, user_id, purpose, inviter, link_to=link_to, now=now)
