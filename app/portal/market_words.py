"""The catalogue in words: ways of selling, of paying, of telling copies apart; terms as lines for lists and clashes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from app.portal.contract_words import cap, hours
from app.portal.wording import counted, money


class Way(NamedTuple):
    """One of a few ways, with what it means."""

    word: str
    sentence: str


MODES: Mapping[str, Way] = MappingProxyType({
    "priority": Way("By rank", "The lowest rank goes first; of equal ranks, the one that has waited longest."),
    "weighted": Way("By weight", "Drawn by lot among those that can buy now, in proportion to their weights."),
    "round_robin": Way("In turn", "Whoever has waited longest since its last sale goes first."),
    "highest_bid": Way("Highest bid", "The highest price, times the contract's multiplier, goes first."),
})  # fmt: skip
SEATS: Mapping[str, Way] = MappingProxyType({
    "exclusive": Way("Exclusive", "One buyer has the lead."),
    "shared": Way("Shared", "Up to so many buyers have it, each at its own price."),
    "hybrid": Way("Hybrid", "One exclusive sale or several shared ones, whichever earns more."),
})  # fmt: skip
DECLINES: Mapping[str, Way] = MappingProxyType({
    "next": Way("Next in line", "After a buyer's no the lead goes to the next."),
    "stop": Way("Stop", "After a buyer's no the lead stays unsold."),
})  # fmt: skip
TRAFFIC: Mapping[str, Way] = MappingProxyType({
    "direct": Way("Direct post", "Publishers post whole leads."),
    "ping_post": Way("Ping and post", "Publishers ask with a redacted ping first, and post the whole lead under it."),
})  # fmt: skip
MATCHES = MappingProxyType({"any": "one of them is the same", "all": "all of them are the same"})
SCOPES = MappingProxyType({
    "publisher": "the publisher's own leads", "campaign": "all leads of the campaign", "tenant": "all the leads here",
})  # fmt: skip
BASES = MappingProxyType({
    "all": "every lead that came in", "accepted": "leads that were taken on", "sold": "leads that sold",
})  # fmt: skip
PAYOUTS: Mapping[str, Way] = MappingProxyType({
    "standard": Way("Standard", "The vertical's base price, or the share of the price where that is more."),
    "fixed": Way("Fixed", "The same sum for each lead sold."),
    "percent": Way("Share of the price", "So many per cent of what the buyer pays."),
    "share": Way("Share of what is taken", "The same per cent of each sale: a shared lead pays with every seat."),
})  # fmt: skip
PERIODS = MappingProxyType({
    "hour": "an hour", "day": "a day", "week": "a week", "month": "a month", "total": "in all",
})  # fmt: skip
TYPES: Mapping[str, str] = MappingProxyType({
    "string": "text", "text": "long text", "integer": "whole number", "decimal": "number", "boolean": "yes or no",
    "date": "date", "datetime": "date and time", "email": "e-mail", "phone": "telephone", "postcode": "postcode",
    "ip": "IP address", "url": "web address", "enum": "one of a list",
})  # fmt: skip
MARKS = MappingProxyType({"email": "e-mail", "phone": "telephone"})
LABELS: Mapping[str, str] = MappingProxyType({
    "name": "Name", "base_price_minor": "Base price", "floor_minor": "Floor", "mode": "Routing", "levels": "Levels",
    "seats": "Seats", "seat_count": "How many", "min_margin_minor": "Least margin", "offer_id": "Offer",
    "min_margin_percent": "Least margin, per cent", "decline_policy": "After a no", "country": "Country",
    "traffic_type": "Traffic", "duplicate_rule": "Duplicates", "consent_rule": "Consent", "schema": "Fields",
    "time_budget_ms": "Time budget", "wait_for_buyer": "Wait for the buyer", "tag": "Tag", "payout": "Payout",
    "allow_loss": "Sell at a loss", "schedule": "Hours", "zone": "Time zone", "allowed_ips": "Allowed addresses",
    "caps": "Caps",
})  # fmt: skip
MONEY = frozenset({"base_price_minor", "floor_minor", "min_margin_minor"})
_CHOICES: Mapping[str, Mapping[str, Way]] = MappingProxyType({
    "mode": MODES, "seats": SEATS, "decline_policy": DECLINES, "traffic_type": TRAFFIC,
})  # fmt: skip


def payout(kept: Mapping[str, Any]) -> str:
    """Such as "Standard", "£12.00 a lead" or "70 % of the price"."""
    kind, percent = str(kept.get("kind", "standard")), percent_said(kept.get("percent", "0"))
    if kind == "fixed":
        return f"{money(kept.get('amount_minor'))} a lead"
    if kind == "standard":
        return "Standard" if percent == "0" else f"Standard, or {percent} % where more"
    return f"{percent} % of {'the price' if kind == 'percent' else 'what is taken'}"


def percent_said(text: object) -> str:
    """A percentage without noughts that say nothing: "70", "12.5"."""
    plain = str(text)
    return plain.rstrip("0").rstrip(".") or "0" if "." in plain else plain


def duplicates(rule: Mapping[str, Any]) -> str:
    """Such as "Copies within 30 days by e-mail or telephone, among the publisher's own leads"."""
    if not rule.get("days") or not rule.get("fields"):
        return "Copies are taken"
    by = (" or " if rule["match"] == "any" else " and ").join(MARKS.get(name, name) for name in rule["fields"])
    among = f"among {SCOPES[rule['scope']]}; {BASES[rule['base']]} count"
    return f"Copies within {counted(rule['days'], 'day')} by {by}, {among}"


def consent(rule: Mapping[str, Any]) -> str:
    """Such as "Proof required, at most 30 days old"."""
    hours_old = rule.get("max_age_hours")
    proof = "Proof required" if rule.get("token_required") else "Proof not required"
    return f"{proof}, {f'at most {age(hours_old)} old' if hours_old else 'of any age'}"


def age(hours_old: float) -> str:
    """Days where it comes out even, else hours."""
    if hours_old % 24 == 0:
        return counted(int(hours_old // 24), "day")
    return f"{hours_old:g} hours"


def seats(kind: str, count: int) -> str:
    """Such as "Exclusive" or "Shared, up to 3"."""
    return SEATS[kind].word if kind == "exclusive" else f"{SEATS[kind].word}, up to {count}"


def lines(term: str, value: Any) -> list[str]:
    """A term's value in words, line by line."""
    if term in MONEY:
        return [money(value)]
    if term in _CHOICES:
        return [_CHOICES[term][value].word if value in _CHOICES[term] else str(value)]
    return _LINES[term](value) if term in _LINES else [str(value) if value not in {None, ""} else "none"]


def _levels(levels: list[dict[str, Any]]) -> list[str]:
    return [f"Level {one['level']}: {MODES[one['mode']].word.lower()}" for one in levels] or ["All as above"]


def _fields(schema: Mapping[str, Any]) -> list[str]:
    return [_field(one) for one in schema["fields"]]


def _field(one: Mapping[str, Any]) -> str:
    said = [str(one["name"]), TYPES.get(one["type"], str(one["type"]))]
    said += [f"required on {stage}" for stage in ("ping", "post") if one.get(f"required_on_{stage}")]
    said += ["PII"] if one.get("pii") else []
    said += [", ".join(one["enum"])] if one.get("enum") else []
    return ", ".join(said + [f"{name} {value}" for name, value in one.get("rule", {}).items()])


_LINES: Mapping[str, Any] = MappingProxyType({
    "levels": _levels, "schema": _fields, "payout": lambda kept: [payout(kept)], "schedule": hours,
    "duplicate_rule": lambda rule: [duplicates(rule)], "consent_rule": lambda rule: [consent(rule)],
    "time_budget_ms": lambda ms: [f"{ms:,} ms"], "wait_for_buyer": lambda on: ["Yes" if on else "No"],
    "allow_loss": lambda on: ["Yes" if on else "No"], "allowed_ips": lambda some: list(some) or ["Any address"],
    "caps": lambda some: [f"{cap(one)} ({one['zone']})" for one in some] or ["No caps"],
})  # fmt: skip
