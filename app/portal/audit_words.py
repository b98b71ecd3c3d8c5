"""The audit log in words: who, what, and each field before and after. Nothing secret, nobody's contact data.

What is recorded holds no secret and no person's data in the first place; here it is made sure once more, for an address
may carry a token in its query and a filter may name an e-mail address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app, url_for

from app.portal import contract_words, masking, words
from app.portal.wording import money
from app.queries.audit_log import AuditRow

HIDDEN = "hidden"
_SECRET = re.compile(r"password|secret|token|sealed|digest|header|recovery|totp|hash", re.IGNORECASE)
_CONTACT = re.compile(r"[^\s@\"',\[\]{}:]+@[^\s@\"',\[\]{}]+\.\w+|\+\d[\d ()-]{6,}\d")
_LONGEST = 400

KINDS: Mapping[str, str] = {
    "publisher": "Publisher", "buyer": "Buyer", "user": "Person", "contract": "Contract", "lead": "Lead",
    "delivery": "Delivery", "message": "Webhook message", "endpoint": "Webhook endpoint", "api_key": "API key",
    "application": "Application", "source": "Source", "campaign": "Campaign", "offer": "Offer",
    "vertical": "Vertical", "delivery_setup": "Delivery setup", "suppression_list": "Suppression list",
    "contract_change": "Contract change", "mail": "Mail", "tenant": "Tenant", "cap": "Cap", "page": "Page",
    "leads": "Lead list", "audit": "Audit log", "value_list": "Value list", "kept_form": "Form kept for sign-in",
    "queue": "Queue", "view": "Saved view", "offer_contract": "Contract on an offer",
}  # fmt: skip
"""Kinds of things in words; a kind that is new here is shown by its own name."""

PAGES: Mapping[str, tuple[str, str]] = {
    "publisher": ("portal.publisher", "publisher_id"), "buyer": ("portal.buyer", "buyer_id"),
    "user": ("portal.user", "user_id"), "contract": ("portal.contract", "contract_id"),
    "lead": ("portal.lead", "lead_id"), "delivery": ("portal.delivery", "delivery_id"),
    "message": ("portal.message", "message_id"), "endpoint": ("portal.endpoint", "endpoint_id"),
    "application": ("portal.application", "application_id"), "mail": ("portal.mail", "mail_id"),
    "source": ("portal.source", "source_id"), "campaign": ("portal.campaign", "campaign_id"),
    "offer": ("portal.offer", "offer_id"), "vertical": ("portal.vertical", "vertical_id"),
    "suppression_list": ("portal.suppression_list", "list_id"), "value_list": ("portal.value_list", "value_list_id"),
}  # fmt: skip
"""Where a thing is looked at: endpoint and the name of its argument."""


class Line(NamedTuple):
    """One field: what it was and what it became, each in lines; empty where there was nothing."""

    word: str
    before: list[str]
    after: list[str]


def kind(code: str) -> str:
    """A kind of thing in words."""
    return KINDS.get(code, words.label(code))


def action(row: AuditRow) -> str:
    """Such as "Publisher changed", "Person signed in"."""
    return action_word(row.action)


def action_word(code: str) -> str:
    """An action's code in words."""
    subject, _, verb = code.partition(".")
    return f"{kind(subject)} {verb.replace('_', ' ')}".strip()


def actor(row: AuditRow) -> str:
    """Such as "Alice", "Alice acting as Bob", "key CRM", "Switchyard itself"."""
    who = row.actor or {"system": "Switchyard itself", "api_key": "a key"}.get(row.actor_kind, "somebody")
    if row.actor and row.actor_kind == "api_key":
        who = f"key {row.actor}"
    return f"{who} acting as {row.acting_as}" if row.acting_as else who


def url(row: AuditRow) -> str:
    """The page of the thing; empty for what has none."""
    return place(row.kind, row.subject_id)


def place(of: str, thing_id: UUID | None) -> str:
    """Where a thing of that kind is looked at; empty for what has no page."""
    endpoint, argument = PAGES.get(of, ("", ""))
    if thing_id is None or endpoint not in current_app.view_functions:
        return ""
    arguments: dict[str, Any] = {argument: thing_id}
    return url_for(endpoint, **arguments)


def lines(row: AuditRow) -> list[Line]:
    """Every field that differs, in the order in which it was recorded."""
    names = dict.fromkeys([*row.before, *row.after])
    found = [Line(_word(row.kind, name), said(row, name, row.before), said(row, name, row.after)) for name in names]
    return [line for line in found if line.before != line.after]


def said(row: AuditRow, name: str, values: Mapping[str, Any]) -> list[str]:
    """One value in lines of text; empty where there is none."""
    if name not in values or values[name] is None:
        return []
    value = values[name]
    if _SECRET.search(name):
        return [HIDDEN]
    try:
        if row.kind == "contract" and name in contract_words.TERMS:
            return [_covered(line) for line in contract_words.lines(name, value, {})]
    except (KeyError, TypeError, ValueError):  # of an older shape: shown as it was stored
        pass
    return [_covered(text)[:_LONGEST] for text in _plain(name, value)]


def _word(kind_of: str, name: str) -> str:
    if kind_of == "contract" and name in contract_words.TERMS:
        return contract_words.TERMS[name]
    return words.label(name.removesuffix("_minor"))


def _plain(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, int) and name.endswith("_minor"):
        return [money(value)]
    if isinstance(value, Mapping):
        return [f"{words.label(str(key))}: {HIDDEN if _SECRET.search(str(key)) else _inner(one)}"
                for key, one in value.items()]  # fmt: skip
    if isinstance(value, list):
        return [_inner(one) for one in value]
    return [str(value)]


def _inner(value: Any) -> str:
    return json.dumps(_without_secrets(value), ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: HIDDEN if _SECRET.search(str(key)) else _without_secrets(one) for key, one in value.items()}
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value


def _covered(text: str) -> str:
    """The text with addresses cut down to host and path, and what looks like a person's contact hidden."""
    if text.startswith(("http://", "https://")):
        return _bare(text)
    return _CONTACT.sub(masking.DOTS, text)


def _bare(address: str) -> str:
    try:
        parts = urlsplit(address)
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return HIDDEN
    return f"{parts.scheme}://{host}{parts.path}{'?…' if parts.query else ''}"
