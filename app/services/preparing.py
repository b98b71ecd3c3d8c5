"""From what was sent to what is stored: tidied, checked, enriched, scored. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.adapters.contact import READERS, EmailFacts, PhoneFacts, parse_email, parse_phone
from app.adapters.patterns import compile_pattern
from app.domain.consent import check_consent
from app.domain.dedupe import fingerprint
from app.domain.fields import Stage, check
from app.domain.normalize import Change, normalised
from app.domain.reasons import No
from app.domain.scoring import Score, score
from app.gateways.kit import kit
from app.services.placement import Placement


@dataclass(frozen=True, slots=True)
class Prepared:
    """A submission as it will be stored and judged. ``fields``: JSON-ready values by domain name."""

    fields: dict[str, Any]
    changes: dict[str, Any]
    faults: tuple[tuple[str, str], ...]
    noes: tuple[No, ...]
    facts: dict[str, Any]
    email_key: bytes | None
    phone_key: bytes | None
    score: Score | None

    @property
    def digests(self) -> Mapping[str, bytes]:
        """Kind -> keyed fingerprint, for what the lead has."""
        found = {"email": self.email_key, "phone": self.phone_key}
        return {kind: digest for kind, digest in found.items() if digest is not None}

    @property
    def rule_facts(self) -> dict[str, Any]:
        """The lead as rules see it: its fields with the enrichment beside them."""
        return {**self.fields, **self.facts}


def prepare(
    placement: Placement,
    values: Mapping[str, object],
    extra: Mapping[str, object],
    *,
    now: datetime,
    stage: Stage = "post",
) -> Prepared:
    """Tidy, check, enrich and score one submission of this placement; a direct post is a post."""
    campaign = placement.campaign
    names = {field.name for field in campaign.schema.fields}
    filled = {**{key: value for key, value in extra.items() if key in names}, **values}
    tidy, changed = normalised(filled)
    checked = check(
        campaign.schema,
        tidy,
        stage,
        country=campaign.country,
        readers=READERS,
        compile_pattern=compile_pattern,
    )
    fields = {name: _storable(value) for name, value in {**checked.extra, **checked.values}.items()}
    faults = tuple((fault.field, fault.message) for fault in checked.faults)
    facts = _enriched(placement, fields, extra)
    asked = {"form_fields": len(names), "form_filled": len(names & fields.keys())}
    points = score(placement.vertical.score_model, {**fields, **facts, **asked}) if not faults else None
    return Prepared(
        fields=fields,
        changes=_changes(changed, tidy, fields),
        faults=faults,
        noes=_consent(placement, checked.values, now),
        facts={**facts, "score": points.points, "score_tier": str(points.tier)} if points else facts,
        email_key=_key("email", fields),
        phone_key=_key("phone", fields),
        score=points,
    )


def bare(values: Mapping[str, object]) -> Prepared:
    """A submission that belongs nowhere (an unknown vertical): kept as it came, tidied only."""
    tidy, changed = normalised(values)
    fields = {name: _storable(value) for name, value in tidy.items()}
    return Prepared(
        fields, _changes(changed, tidy, fields), (), (), {}, _key("email", fields), _key("phone", fields), None
    )


def _consent(placement: Placement, values: Mapping[str, object], now: datetime) -> tuple[No, ...]:
    at = values.get("consent_at")
    token = values.get("consent_token")
    return check_consent(
        placement.campaign.consent_rule,
        str(token or ""),
        at if isinstance(at, datetime) else None,
        now,
    )


def _enriched(placement: Placement, fields: Mapping[str, Any], extra: Mapping[str, object]) -> dict[str, Any]:
    """What we find out about a lead beyond what it says."""
    email, phone = _email_facts(fields), _phone_facts(fields, placement.campaign.country)
    facts: dict[str, Any] = {key: value for key, value in extra.items() if key not in fields}
    facts |= {
        "country": fields.get("country") or placement.campaign.country,
        "vertical": placement.vertical.key,
        "publisher": placement.publisher.name,
        "publisher_id": str(placement.publisher.id),
        "source": placement.source.name,
        "source_tag": placement.source.tag,
        "email_valid": email is not None,
        "phone_valid": phone is not None and phone.valid,
    }
    if email is not None:
        facts |= {"email_domain": email.domain, "email_free": email.free, "email_disposable": email.disposable}
    if phone is not None:
        facts |= {"phone_kind": phone.kind, "phone_country": phone.country}
    return facts | _address_facts(fields.get("ip"))


def _address_facts(ip: object) -> dict[str, Any]:
    if not isinstance(ip, str) or not ip:
        return {}
    found = kit().ip_facts.lookup(ip)
    return {
        "ip_country": found.country,
        "ip_org": found.org,
        "ip_is_datacenter": found.is_datacenter,
        "ip_is_private": found.is_private,
    }


def _email_facts(fields: Mapping[str, Any]) -> EmailFacts | None:
    return parse_email(str(fields["email"])) if fields.get("email") else None


def _phone_facts(fields: Mapping[str, Any], country: str) -> PhoneFacts | None:
    return parse_phone(str(fields["phone"]), country) if fields.get("phone") else None


def _key(kind: str, fields: Mapping[str, Any]) -> bytes | None:
    """The keyed fingerprint of a contact detail; a bare hash of a phone number can be guessed back."""
    value = fields.get(kind)
    return fingerprint(kind, value, kit().fingerprint_key) if isinstance(value, str) and value else None


def _changes(changed: tuple[Change, ...], tidy: Mapping[str, object], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Field -> [before, after], through tidying and reading both."""
    before = {change.field: change.before for change in changed}
    found = {}
    for name, value in fields.items():
        first = before.get(name, tidy.get(name))
        if isinstance(first, str) and isinstance(value, str) and first != value:
            found[name] = [first, value]
    return found


def _storable(value: object) -> Any:
    """JSON has no dates and no exact decimals: both are kept as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
