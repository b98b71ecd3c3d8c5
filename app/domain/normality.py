"""Is today normal? Today so far against the same weekday a week ago up to the same hour, in words.

A difference counts when it is both large enough to matter and too large for chance: leads come in like rain, so
a count of n wavers by about its root. Whole numbers only; amounts are in minor units of one currency.
"""

from __future__ import annotations

from dataclasses import dataclass

FEWEST = 20
"""So many leads over both days before anything is said about them."""

MATTERS = 20
"""Hundredths by which the number of leads must differ."""

POINTS = 10
"""Points by which a share of leads must differ."""

MARGIN_POINTS = 5
SIGMAS_SQUARED = 9
"""Three standard deviations: chance alone does that on one day in a few hundred."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in, and what became of it, in one stretch of time."""

    leads: int = 0
    sold: int = 0
    unsold: int = 0
    rejected: int = 0
    revenue_minor: int = 0
    margin_minor: int = 0

    @property
    def margin_share(self) -> int | None:
        """Margin in hundredths of the revenue, rounded; None without revenue."""
        return share(self.margin_minor, self.revenue_minor)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as usual: what to call the day for it, the sentence, and its tone."""

    word: str
    sentence: str
    tone: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``word`` ends "Today is …"; ``findings`` stand worst first; ``sentence`` is for a day without any."""

    word: str
    tone: str
    sentence: str
    findings: tuple[Finding, ...] = ()


def judge(today: Flow, before: Flow, then: str) -> Verdict:
    """Compare two equally long stretches. ``then``: the other one in words, "last Friday by 14:05"."""
    if not before.leads:
        seen = f"{today.leads:,} {_leads(today.leads)} so far" if today.leads else "No lead came in so far"
        return Verdict("new", "neutral", f"{seen}, and none {then}: there is nothing to compare with.")
    if today.leads + before.leads < FEWEST:
        return Verdict("young", "neutral", f"Too few leads to judge by: {today.leads} so far, {before.leads} {then}.")
    found = sorted(_findings(today, before, then), key=lambda one: _WEIGHT[one.tone])
    if found:
        return Verdict(found[0].word, found[0].tone, found[0].sentence, tuple(found))
    told = f"{today.leads:,} {_leads(today.leads)}, {share(today.sold, today.leads) or 0} % sold"
    return Verdict("normal", "good", f"{told}: {_beside(today.leads, before.leads, then)}.")


def share(part: int, whole: int) -> int | None:
    """``part`` in hundredths of ``whole``, rounded half up; None of nothing."""
    return (200 * part + whole) // (2 * whole) if whole else None


def change(now: int, before: int) -> int | None:
    """By how many hundredths ``now`` is more than ``before``; None when there was nothing before."""
    share_of = share(now, before)
    return None if share_of is None else share_of - 100


_WEIGHT = {"bad": 0, "notice": 1, "good": 2}


def _findings(today: Flow, before: Flow, then: str) -> list[Finding]:
    found = [
        _volume(today.leads, before.leads, then),
        _share(("sells worse", "bad"), ("sells better", "good"), "sold", today, before, then),
        _share(("rejects less", "good"), ("rejects more", "bad"), "rejected", today, before, then),
        _margin(today, before, then),
    ]
    return [one for one in found if one]


def _beside(now: int, before: int, then: str) -> str:
    """A difference that may be chance, without making it smaller than it is."""
    percent = abs(now - before) * 100 // before
    if percent < MATTERS:
        return f"much as {then}"
    return f"{percent} % {'less' if now < before else 'more'} than {then}, which with so few may be chance"


def _volume(now: int, before: int, then: str) -> Finding | None:
    apart = now - before
    if apart * apart <= SIGMAS_SQUARED * (now + before) or abs(apart) * 100 < MATTERS * before:
        return None
    percent = abs(apart) * 100 // before
    if now < before:
        return Finding("quieter", f"Fewer leads: {now:,}, {percent} % less than {then}.", "bad")
    return Finding("busier", f"More leads: {now:,}, {percent} % more than {then}.", "notice")


def _share(
    less: tuple[str, str], more: tuple[str, str], part: str, today: Flow, before: Flow, then: str
) -> Finding | None:
    """A share of leads that went down (``less``: its word and tone) or up (``more``)."""
    now_share, then_share = share(getattr(today, part), today.leads), share(getattr(before, part), before.leads)
    if now_share is None or then_share is None or abs(now_share - then_share) < POINTS:
        return None
    if not _beyond_chance(getattr(today, part), today.leads, getattr(before, part), before.leads):
        return None
    word, tone = less if now_share < then_share else more
    turn = "Less is" if now_share < then_share else "More is"
    return Finding(word, f"{turn} {part}: {now_share} % of the leads, {then_share} % {then}.", tone)


def _beyond_chance(some: int, of_all: int, others: int, of_others: int) -> bool:
    """Whether two shares differ by more than three standard deviations of their difference."""
    whole, part = of_all + of_others, some + others
    apart = some * of_others - others * of_all
    return apart * apart * whole > SIGMAS_SQUARED * of_all * of_others * part * (whole - part)


def _margin(today: Flow, before: Flow, then: str) -> Finding | None:
    now_share, then_share = today.margin_share, before.margin_share
    if now_share is None or then_share is None or today.sold < FEWEST or then_share - now_share < MARGIN_POINTS:
        return None
    said = f"Less is left: the margin is {now_share} % of the revenue, {then_share} % {then}."
    return Finding("earns less", said, "notice")


def _leads(number: int) -> str:
    return "lead" if number == 1 else "leads"
