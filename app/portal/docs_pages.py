"""The documentation for people who write against the API, rendered from the code that answers them.

Open to everybody. Lists that the code closes (fields, statuses, reasons, events, limits) come from there alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from flask import Response, abort
from markupsafe import Markup

from app.adapters.ingest_terms import HEADER, PATH, PER_MINUTE, STATUSES
from app.adapters.ingest_words import word_of
from app.domain import events, fixes, retry
from app.domain.consent import SKEW
from app.domain.dedupe import DuplicateRule
from app.domain.reasons import BY_CODE, Audience, Reason, Stage
from app.domain.signing import TOLERANCE
from app.portal import changelog, field_pages, pages, snippets, specimens, webhook_samples, wording
from app.portal.blueprint import portal
from app.services import idempotency, sandbox
from app.services.endpoints import LONGEST_OVERLAP
from app.services.message_claims import DEADLINE
from app.web import replay
from app.web.body import MAX_BYTES
from app.web.strict_json import MAX_DEPTH, MAX_KEYS

PREFIX = "Switchyard"
STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.INTAKE: "When a lead comes in",
        Stage.PING: "When a post follows a ping",
        Stage.ROUTING: "When contracts are considered",
        Stage.AUCTION: "When eligible contracts compete",
        Stage.DELIVERY: "When a sold lead is handed over",
    }
)


class Chapter(NamedTuple):
    """One page: its address, its title, the sentence under it, and what its template is given."""

    slug: str
    title: str
    sentence: str
    values: Callable[[], dict[str, Any]]


@portal.get("/docs")
def docs() -> Response:
    """The first page: a lead in ninety seconds."""
    return _chapter(CHAPTERS[0])


@portal.get("/docs/<slug>")
def docs_page(slug: str) -> Response:
    """Any other page."""
    found = next((chapter for chapter in CHAPTERS if chapter.slug == slug), None)
    if found is None:
        abort(404)
    return _chapter(found)


def _chapter(chapter: Chapter) -> Response:
    place = CHAPTERS.index(chapter)
    following = CHAPTERS[place + 1] if place + 1 < len(CHAPTERS) else None
    return pages.page(
        f"docs/{chapter.slug}.html",
        chapter=chapter, chapters=CHAPTERS, following=following, path=PATH, header=HEADER, base_url=snippets.base_url(),
        **chapter.values(),
    )  # fmt: skip


def _quickstart() -> dict[str, Any]:
    return {"key": sandbox.KEY, "snippets": snippets.sending(sandbox.KEY, specimens.lead(specimens.FIRST))}


def _authentication() -> dict[str, Any]:
    return {"key": sandbox.KEY, "overlap_days": LONGEST_OVERLAP.days}


def _fields() -> dict[str, Any]:
    return {"common": field_pages.common(), "verticals": field_pages.verticals()}


def _errors() -> dict[str, Any]:
    return {"statuses": STATUSES}


def _limits() -> dict[str, Any]:
    return {
        "per_minute": PER_MINUTE, "kilobytes": MAX_BYTES // 1024, "depth": MAX_DEPTH, "keys": MAX_KEYS,
        "duplicate_days": DuplicateRule().days, "skew_minutes": int(SKEW.total_seconds() // 60),
        "lengths": field_pages.lengths(),
    }  # fmt: skip


def _idempotency() -> dict[str, Any]:
    return {
        "hours": int(idempotency.KEPT_FOR.total_seconds() // 3600), "duplicate_days": DuplicateRule().days,
        "wait": int(replay.WAIT_SECONDS),
    }  # fmt: skip


def _webhooks() -> dict[str, Any]:
    return {
        "events": webhook_samples.publishers(), "verifiers": snippets.verifiers(PREFIX), "prefix": PREFIX,
        "policies": retry.FOR_ENDPOINTS, "tolerance_minutes": TOLERANCE // 60, "overlap_days": LONGEST_OVERLAP.days,
        "sent": webhook_samples.headers(PREFIX), "deadline": int(DEADLINE.total_seconds()),
    }  # fmt: skip


def _reference() -> dict[str, Any]:
    return {
        "groups": [group for stage in Stage for group in _groups(stage)], "word": _word, "fix": _fix,
        "events": tuple(events.BY_NAME.values()),
    }  # fmt: skip


def _groups(stage: Stage) -> list[tuple[str, bool, list[Reason]]]:
    """The stage's reasons under their headings: those that publishers are told, and those that they are not."""
    found = [one for one in BY_CODE.values() if one.stage is stage]
    told = [one for one in found if one.seen_by(Audience.PUBLISHER)]
    rest = [one for one in found if one not in told]
    several = bool(told and rest)
    pairs = ((STAGES[stage], told), (f"{STAGES[stage]}: not told to publishers" if several else STAGES[stage], rest))
    return [(head, some is told, some) for head, some in pairs if some]


def _fix(reason: Reason) -> Markup:
    return wording.in_code(fixes.fix(reason.code))


def _word(reason: Reason) -> str:
    """What the ingest answer and its webhooks say for it; empty where a publisher is never told this one."""
    return word_of(reason.code) if reason.seen_by(Audience.PUBLISHER) else ""


def _changelog() -> dict[str, Any]:
    return {"sections": changelog.sections(), "in_code": wording.in_code}


CHAPTERS = (
    Chapter("quickstart", "Quickstart", "Send your first lead in ninety seconds.", _quickstart),
    Chapter("authentication", "Authentication", "One header, one key. No sign-in dance.", _authentication),
    Chapter("fields", "Fields", "What a lead may carry, for every line of business.", _fields),
    Chapter("errors", "Errors", "Every status this endpoint answers with, and what to do about it.", _errors),
    Chapter("limits", "Limits", "How much, how often, how large.", _limits),
    Chapter("idempotency", "Idempotency", "Send again without fear of doing it twice.", _idempotency),
    Chapter("webhooks", "Webhooks", "Hear about your leads, and check that it was us.", _webhooks),
    Chapter("reference", "Reasons and events", "Both closed lists, as the code has them.", _reference),
    Chapter("changelog", "Changelog", "What changed for the people who use it.", _changelog),
)
