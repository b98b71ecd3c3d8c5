"""What the console tells of a rehearsal: the timeline that a live lead would get, in words for its publisher. Pure.

A publisher hears its own reasons, the neutral ending and its payout; no buyer, no contract, no price.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.adapters.ingest_terms import THEIR_NAMES
from app.adapters.ingest_words import plainly
from app.domain import fixes
from app.domain.events import LEAD_PURCHASED
from app.domain.reasons import NO_ELIGIBLE_BUYER, Reason
from app.portal import masking, wording
from app.services.drafts import Draft
from app.services.rehearsals import Rehearsed

SAME = {"email": "e-mail", "phone": "telephone number"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline. ``after_ms``: since the lead came in; None for what would come later.

    ``changes``: what tidying made of a field; ``faults``: what is wrong, field by field; ``fix``: what to do.
    """

    word: str
    tone: str
    sentence: str
    after_ms: float | None = None
    code: str = ""
    fix: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()


def story(seen: Rehearsed) -> tuple[Step, ...]:
    """Every step, in order."""
    return (_received(seen.draft), *_judged(seen), _told(seen))


def _received(draft: Draft) -> Step:
    if draft.placement is None:
        return Step("received", "neutral", "It names no sector of yours.", 0.0)
    source = draft.placement.source
    return Step("received", "neutral", f"Taken in by {draft.placement.publisher.name} / {source.name}.", 0.0)


def _judged(seen: Rehearsed) -> Iterator[Step]:
    screened = seen.checked_ms + seen.screened_ms
    if seen.refusal is not None:
        yield _refused(seen, screened)
        return
    yield Step("checked", "good", f"{', '.join(_checks(seen.draft))}.", screened, changes=_changes(seen.draft))
    yield from _routed(seen, screened + seen.routed_ms)


def _routed(seen: Rehearsed, at: float) -> Iterator[Step]:
    if seen.payout is None:
        yield _no(NO_ELIGIBLE_BUYER, at, "routed")
        return
    paid = wording.money(seen.payout.minor, seen.payout.currency)
    yield Step("routed", "good", f"A buyer would take it now, and you would be paid {paid}.", at)
    yield Step("delivered", "live", "It would be handed to the buyer at once; a decline sends it to the next in line.")


def _refused(seen: Rehearsed, at: float) -> Step:
    refusal = seen.refusal
    if refusal is None:
        raise ValueError("the lead was not refused")
    kind = refusal.rule.removeprefix("duplicate:") if refusal.rule.startswith("duplicate:") else ""
    same = " and ".join(SAME.get(one, one) for one in kind.split("+")) if kind else ""
    sentence = f"{refusal.reason.sentence} It has the same {same}." if same else refusal.reason.sentence
    faults = tuple((THEIR_NAMES.get(name, name), plainly(name, said)) for name, said in seen.outcome.problems)
    return _no(refusal.reason, at, "checked", sentence, faults)


def _no(reason: Reason, at: float, word: str, sentence: str = "", faults: tuple[tuple[str, str], ...] = ()) -> Step:
    advice = wording.in_code(fixes.fix(reason.code))
    return Step(word, "bad", sentence or reason.sentence, at, reason.code, advice, faults=faults)


def _told(seen: Rehearsed) -> Step:
    verb = "sold" if seen.event == LEAD_PURCHASED.name else "refused"
    if not seen.tells:
        return Step("told", "muted", f"No endpoint of yours hears {seen.event}; step 3 adds one.")
    hosts = ", ".join(sorted({urlsplit(url).netloc for url in seen.tells}))
    return Step("told", "live", f"Once it is {verb}, {seen.event} would go to {hosts}.")


def _checks(draft: Draft) -> tuple[str, ...]:
    """What the checks found, as clauses of one sentence."""
    prepared = draft.prepared
    clauses = [wording.counted(len(prepared.fields), "field"), "not seen before"]
    if prepared.score is not None:
        clauses.append(f"score {prepared.score.points} {prepared.score.tier}")
    return tuple(clauses)


def _changes(draft: Draft) -> tuple[tuple[str, str, str], ...]:
    changes = draft.prepared.changes
    return tuple(
        (THEIR_NAMES.get(name, name), old, new)
        for name, (old, new) in changes.items()
        if masking.is_changed(name, changes)
    )
