"""The words that buyers commonly answer with, for setups that have no rules of their own."""

from __future__ import annotations

from app.adapters.buyers.base import Verdict
from app.adapters.buyers.said import Said

KEYS = ("status", "result", "outcome", "success", "accepted", "duplicate")
_WORDS: dict[Verdict, frozenset[str]] = {
    Verdict.ACCEPTED: frozenset({
        "accept", "accepted", "approved", "bid", "bought", "created", "delivered", "matched", "ok", "purchased",
        "queued", "received", "sold", "success", "successful", "true", "yes",
    }),
    Verdict.REJECTED: frozenset({
        "decline", "declined", "denied", "false", "invalid", "no", "no_bid", "nobid", "not_accepted", "refused",
        "reject", "rejected", "unmatched", "unsold",
    }),
    Verdict.DUPLICATE: frozenset({"dup", "dupe", "duplicate", "duplicated", "already_exists"}),
    Verdict.ERROR: frozenset({"error", "exception", "fail", "failed", "failure"}),
}  # fmt: skip
_MEANING = {word: verdict for verdict, words in _WORDS.items() for word in words}


def verdicts_in(said: Said) -> set[Verdict]:
    """What the usual keys of an object say, or the one word of a plain text; empty when nothing is known.

    A duplicate or a rejection told by one key explains a mere "false" or "error" of another.
    """
    if said.document is None:
        return _meanings([("", said.text)])
    return _meanings([(key, said.at(key)) for key in KEYS])


def _meanings(pairs: list[tuple[str, object]]) -> set[Verdict]:
    found = {verdict for key, value in pairs if (verdict := _meaning(key, value)) is not None}
    if found & {Verdict.REJECTED, Verdict.DUPLICATE}:
        found.discard(Verdict.ERROR)
    return found


def _meaning(key: str, value: object) -> Verdict | None:
    if key == "duplicate":
        return Verdict.DUPLICATE if value is True else None
    if not isinstance(value, str | bool):
        return None
    return _MEANING.get(str(value).strip().rstrip(".!").casefold().replace("-", "_").replace(" ", "_"))
