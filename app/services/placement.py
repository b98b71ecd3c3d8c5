"""Where a submission belongs: publisher, source, campaign, vertical; and whether that door is open."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from app.domain.hours import is_open
from app.domain.reasons import CAMPAIGN_INACTIVE, IP_NOT_ALLOWED, SOURCE_CLOSED, SOURCE_INACTIVE, No
from app.services.access import Access
from app.services.book_facts import CampaignFacts, PublisherFacts, SourceFacts, VerticalFacts


@dataclass(frozen=True, slots=True)
class Placement:
    """A submission's place in the tenant."""

    publisher: PublisherFacts
    source: SourceFacts

    @property
    def campaign(self) -> CampaignFacts:
        """The campaign that it comes in by."""
        return self.source.campaign

    @property
    def vertical(self) -> VerticalFacts:
        """The line of business that it belongs to."""
        return self.source.campaign.vertical


def by_vertical(access: Access, vertical_key: str) -> Placement | None:
    """The key's publisher in that vertical, or None when it has no source there."""
    publisher = access.publisher
    if publisher is None:
        return None
    source = access.book.ingest_source(publisher.id, vertical_key)
    return Placement(publisher, source) if source else None


def known_verticals(access: Access) -> tuple[str, ...]:
    """The vertical keys that this publisher may name, for the sentence of a refusal."""
    owner = access.actor.owner_id
    return tuple(sorted(key for publisher_id, key in access.book.by_vertical if publisher_id == owner))


def door(placement: Placement, caller_ip: str, now: datetime) -> tuple[No, ...]:
    """Every reason why this door is shut now; empty means come in."""
    source = placement.source
    return (
        _while(placement.campaign.status != "active", No(CAMPAIGN_INACTIVE, rule="campaign:status"))
        + _while(source.status != "active", No(SOURCE_INACTIVE, rule="source:status"))
        + _while(not is_open(source.schedule, source.zone, now), No(SOURCE_CLOSED, rule="source:schedule"))
        + _while(not _allowed(source.allowed_ips, caller_ip), No(IP_NOT_ALLOWED, rule="source:allowed_ips"))
    )


def _while(shut: bool, no: No) -> tuple[No, ...]:  # noqa: FBT001 - reads as a sentence at its calls
    return (no,) if shut else ()


def _allowed(ranges: tuple[str, ...], caller_ip: str) -> bool:
    if not ranges:
        return True
    try:
        address = ipaddress.ip_address(caller_ip)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(one, strict=False) for one in ranges)
