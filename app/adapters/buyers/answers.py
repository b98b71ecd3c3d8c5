"""Reading what a buyer answers: by the buyer's own rules, or by common words where it has none.

The status comes first:

- 5xx, 408, 425 and 429 are errors, whatever the body says: the same lead may be sent again.
- 1xx and 3xx are errors: no redirect is followed, and none of them is an answer to a lead.
- 401, 403, 404, 405, 407 and 415 are errors: they speak of the call (a wrong key or path), not of the lead.
- Any other 4xx with a readable refusal is a no; without one it is an error.
- 2xx is read. What cannot be read there (broken JSON, a page of HTML, a body that was cut off, an answer that
  contradicts itself) is an error of the ambiguous kind: the buyer may well have taken the lead.

Rules are JSON: ``accepted``, ``rejected`` and ``duplicate`` each hold one test, ``{"path", "equals": [...]}``,
``{"path", "pattern"}``, ``{"path"}`` (something stands there) or ``{"pattern"}`` (anywhere in the body);
``reason_path``, ``reference_path``, ``price_path`` and ``redirect_path`` say where the rest stands. A duplicate is
told before a rejection. In a 2xx, with one of accepted and rejected given, everything else is the other;
with both given, an answer that is neither is an error.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from app.adapters.buyers.base import Answered, Reading, Rules, Verdict
from app.adapters.buyers.said import Garbled, Said, price_of, text_of
from app.adapters.buyers.words import verdicts_in
from app.adapters.patterns import compile_pattern

RESEND = frozenset({408, 425, 429})
ABOUT_THE_CALL = frozenset({401, 403, 404, 405, 407, 415})
VERDICTS = (Verdict.DUPLICATE, Verdict.REJECTED, Verdict.ACCEPTED)
PATHS = ("reason_path", "reference_path", "price_path", "redirect_path")
LONGEST_PATH = 200
_TEST_PARTS = frozenset({"path", "equals", "pattern"})
_USUAL = {
    "reason_path": ("reason", "message", "error", "detail"),
    "reference_path": ("reference", "reference_id", "lead_id", "id"),
    "price_path": ("price", "bid"),
    "redirect_path": ("redirect_url", "redirect"),
}


def read(answer: Answered, rules: Rules, *, is_price_required: bool = False) -> Reading:
    """The answer, understood; every possible one becomes a Reading, nothing is raised."""
    if not _is_about_the_lead(answer.status):
        return Reading(Verdict.ERROR, _status(answer))
    is_success = answer.status < HTTPStatus.MULTIPLE_CHOICES
    try:
        reading = _read_body(answer, rules, is_price_required=is_price_required)
    except Garbled as fault:
        return Reading(Verdict.ERROR, str(fault), is_ambiguous=is_success)
    if not is_success and reading.verdict in {Verdict.ACCEPTED, Verdict.ERROR}:
        return Reading(Verdict.ERROR, reading.reason or _status(answer))
    return reading


def _is_about_the_lead(status: int) -> bool:
    if status in RESEND or status in ABOUT_THE_CALL:
        return False
    code = status // 100
    return code in {2, 4}


def _status(answer: Answered) -> str:
    return f"The buyer answered with status {answer.status}."


def faults(rules: Rules) -> tuple[str, ...]:
    """What is wrong with rules that somebody typed in, in sentences; empty when they can be kept."""
    known = {*VERDICTS, *PATHS}
    found = [f"{name} is not a rule; there are {', '.join(sorted(known))}." for name in rules if name not in known]
    for verdict in VERDICTS:
        if verdict in rules:
            found += _test_faults(verdict, rules[verdict])
    found += [f"{name} must be a path such as result.status." for name in PATHS if not _is_path(rules.get(name, "x"))]
    return tuple(found)


def _test_faults(name: str, test: object) -> list[str]:
    is_test = isinstance(test, dict) and test.keys() <= _TEST_PARTS and {"path", "pattern"} & test.keys()
    if not isinstance(test, dict) or not is_test:
        return [f"{name} must hold a path with equals or a pattern, or a pattern alone."]
    found = [] if _is_path(test.get("path", "x")) else [f"{name}: the path must be like result.status."]
    if "equals" in test and not (isinstance(test["equals"], list) and test["equals"] and "path" in test):
        found.append(f"{name}: equals must be a list of values, beside a path.")
    if "pattern" in test:
        try:
            compile_pattern(str(test["pattern"]))
        except ValueError as fault:
            found.append(f"{name}: {fault}.")
    return found


def _is_path(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_PATH and "" not in value.split(".")


def _read_body(answer: Answered, rules: Rules, *, is_price_required: bool) -> Reading:
    """What the body says; raises Garbled."""
    if answer.truncated:
        raise Garbled("The answer is longer than may be read.")
    said = Said.of(answer.body)
    is_success = answer.status < HTTPStatus.MULTIPLE_CHOICES
    decide = _by_rules if any(verdict in rules for verdict in VERDICTS) else _by_words
    verdict = decide(said, rules, is_success=is_success)
    price = price_of(_standing(said, rules, "price_path"))
    if price is None and ("price_path" in rules or is_price_required) and verdict is Verdict.ACCEPTED:
        _refuse_odd_price(_standing(said, rules, "price_path"))
    return Reading(
        verdict,
        text_of(_standing(said, rules, "reason_path")) or "",
        price,
        text_of(_standing(said, rules, "reference_path")),
        text_of(_standing(said, rules, "redirect_path")),
    )


def _by_rules(said: Said, rules: Rules, *, is_success: bool) -> Verdict:
    holding = {verdict for verdict in VERDICTS if verdict in rules and _holds(rules[verdict], said)}
    found = _one_of(holding)
    if found is not None:
        return found
    if not is_success:
        return Verdict.ERROR
    if Verdict.ACCEPTED in rules and Verdict.REJECTED in rules:
        raise Garbled("The answer is neither a yes nor a no by the buyer's rules.")
    return Verdict.REJECTED if Verdict.ACCEPTED in rules else Verdict.ACCEPTED


def _by_words(said: Said, _rules: Rules, *, is_success: bool) -> Verdict:
    found = _one_of(verdicts_in(said.checked()))
    if found is not None:
        return found
    return Verdict.ACCEPTED if is_success else Verdict.ERROR


def _one_of(found: set[Verdict]) -> Verdict | None:
    """The verdict among those found; None when there is none; raises Garbled for a yes beside a no."""
    if Verdict.ACCEPTED in found and len(found) > 1:
        raise Garbled("The answer says yes and no at once.")
    return next((verdict for verdict in (*VERDICTS, Verdict.ERROR) if verdict in found), None)


def _holds(test: Any, said: Said) -> bool:
    """Whether one test holds. A test that cannot be run makes the answer unreadable, not the lead declined."""
    try:
        if "path" not in test:
            return compile_pattern(test["pattern"])(said.text)
        value = said.checked().at(test["path"])
        if "equals" in test:
            return _same(value) in {_same(wanted) for wanted in test["equals"]}
        if "pattern" in test:
            text = text_of(value)
            return text is not None and compile_pattern(test["pattern"])(text)
        return value not in (None, "", False)
    except Garbled:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Garbled("The buyer's rules for its answers cannot be applied.") from fault


def _same(value: object) -> str:
    """Values compare as people write them: any case, no outer blanks, true for true."""
    return str(value).strip().casefold()


def _standing(said: Said, rules: Rules, name: str) -> object:
    """What stands where the rules, or habit, say."""
    paths = (rules[name],) if isinstance(rules.get(name), str) else _USUAL[name]
    values = (said.at(path) for path in paths)
    return next((value for value in values if value not in (None, "")), None)


def _refuse_odd_price(value: object) -> None:
    if value is not None:
        raise Garbled("The price in the answer is not an amount.")
