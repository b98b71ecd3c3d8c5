"""Consent: what a campaign asks for as proof, and how old it may be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from app.domain.reasons import CONSENT_IN_FUTURE, CONSENT_MISSING, CONSENT_TOO_OLD, No

SKEW = timedelta(minutes=5)
"""How far another machine's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class ConsentRule:
    """``token_required``: a lead without proof is refused; ``max_age``: the greatest age, off by default."""

    token_required: bool = False
    max_age: timedelta | None = None
    skew: timedelta = SKEW

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` gave; an empty object is the default rule."""
        hours = kept.get("max_age_hours")
        return cls(bool(kept.get("token_required")), timedelta(hours=hours) if hours else None)

    def to_json(self) -> dict[str, Any]:
        """For the campaign's row; ages in hours."""
        hours = self.max_age.total_seconds() / 3600 if self.max_age else None
        return {"token_required": self.token_required, "max_age_hours": hours}


def check_consent(rule: ConsentRule, token: str | None, at: datetime | None, now: datetime) -> tuple[No, ...]:
    """Every "no" of the rule. ``token`` is whatever proves consent: a token, a certificate, the wording."""
    noes = []
    if rule.token_required and not (token or "").strip():
        noes.append(No(CONSENT_MISSING, "no proof of consent was sent"))
    if rule.max_age and at is None:
        noes.append(No(CONSENT_MISSING, "the time of consent was not sent"))
    if at and at > now + rule.skew:
        noes.append(No(CONSENT_IN_FUTURE, f"consent at {at:%Y-%m-%d %H:%M:%S %Z} is later than now"))
    if at and rule.max_age and now - at > rule.max_age:
        noes.append(No(CONSENT_TOO_OLD, f"consent is older than {_span(rule.max_age)}"))
    return tuple(noes)


def _span(age: timedelta) -> str:
    """In days where it comes out even, else in hours."""
    hours = age.total_seconds() / 3600
    return f"{hours / 24:g} days" if hours % 24 == 0 else f"{hours:g} hours"
