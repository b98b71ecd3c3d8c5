"""How the webhook sink answers. It checks no signature: tests read the bytes and headers it kept."""

from __future__ import annotations

from collections.abc import Mapping

from app.simulator.profiles import MANNERS, Answer, BadProfile, Kind, Manner

OK = 200
LOWEST, HIGHEST = 200, 599


def answer(query: Mapping[str, str], seen_before: int) -> Answer:
    """What to say to a message that was here ``seen_before`` times.

    ``status``: always this one. ``fail_first``: that many tries of each message get ``status`` (500 when
    none is given), the next ones 200. ``latency_ms``, ``retry_after`` and ``profile`` as they say.
    """
    fail_first = _number(query, "fail_first", 0)
    status = _number(query, "status", 500 if fail_first else OK)
    if not LOWEST <= status <= HIGHEST:
        raise BadProfile(f"status must be from {LOWEST} to {HIGHEST}")
    if fail_first and seen_before >= fail_first:
        status = OK
    headers = {"Retry-After": query["retry_after"]} if "retry_after" in query else None
    return Answer(str(status), status, b'{"ok": true}', _number(query, "latency_ms", 0), _manner(query), headers)


def _manner(query: Mapping[str, str]) -> Manner:
    profile = query.get("profile", "accept")
    if profile not in {"accept", *MANNERS}:
        raise BadProfile(f"a webhook receiver cannot be {profile!r}; it can be {', '.join(MANNERS)}")
    return MANNERS.get(Kind(profile), Manner.PLAIN)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isascii() or not text.isdecimal():
        raise BadProfile(f"{name} must be a whole number")
    return int(text)
