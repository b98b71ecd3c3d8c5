"""Finding a lead by what somebody types: any spelling of an id, an e-mail address, a telephone number.

E-mails and phones are found by their keyed fingerprints: the tables hold no searchable person, and an address
that may be bookmarked, logged or sent to a colleague holds the fingerprint at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.adapters.contact import parse_email, parse_phone
from app.domain.actor import Actor
from app.domain.dedupe import fingerprint
from app.domain.ids import parse_lead_id
from app.gateways.kit import kit
from app.queries import leads
from app.queries.leads import LeadFilter, Needle
from app.services import book

LONGEST = 254
DIGITS = 64  # SHA-256 in hex


@dataclass(frozen=True, slots=True)
class Found:
    """Where a search leads: to one lead, or to the leads of the person whose fingerprint (hex) this is; or nowhere."""

    lead_id: UUID | None = None
    person: str = ""
    is_id: bool = False


def found(actor: Actor, text: str) -> Found:
    """What the text names. A lead is only found where the actor may see it; a person is not looked up."""
    wanted = needle(actor, text)
    if wanted.lead_id or wanted.short_id:
        rows = leads.listed(actor, LeadFilter(needle=wanted), None, 1).rows
        return Found(rows[0].id if rows else None, is_id=True)
    keys = (wanted.email_key,) if wanted.email_key else wanted.phone_keys
    return Found(person=_likeliest(actor, keys).hex() if keys else "")


def person(digest: str) -> Needle | None:
    """What to look for when a fingerprint stands in an address; None for text that is none."""
    clean = digest.lower()
    is_digest = len(clean) == DIGITS and not set(clean) - set("0123456789abcdef")
    return Needle(person=bytes.fromhex(clean)) if is_digest else None


def needle(actor: Actor, text: str) -> Needle:
    """What to look for; an empty needle, which finds nothing, when the text can be none of these."""
    clean = text.strip()[:LONGEST]
    found = parse_lead_id(clean)
    if isinstance(found, UUID):
        return Needle(lead_id=found)
    if found is not None:
        return Needle(short_id=found)
    if "@" in clean:
        email = parse_email(clean)
        return Needle(email_key=_key("email", email.address)) if email else Needle()
    return Needle(phone_keys=_phone_keys(actor, clean))


def _likeliest(actor: Actor, keys: tuple[bytes, ...]) -> bytes:
    """A number without its country code can be several people's: the one who sent something, else the first."""
    if len(keys) == 1:
        return keys[0]
    known = (key for key in keys if leads.listed(actor, LeadFilter(needle=Needle(person=key)), None, 1).rows)
    return next(known, keys[0])


def _phone_keys(actor: Actor, text: str) -> tuple[bytes, ...]:
    """A number without its country code is read as each of the tenant's countries would."""
    if not any(letter.isdigit() for letter in text):
        return ()
    countries = {campaign.country for campaign in book.recent(actor.tenant_id).campaigns.values()}
    numbers = {phone.e164 for country in sorted(countries) or ["GB"] if (phone := parse_phone(text, country))}
    return tuple(_key("phone", number) for number in sorted(numbers))


def _key(kind: str, value: str) -> bytes:
    return fingerprint(kind, value, kit().fingerprint_key)
