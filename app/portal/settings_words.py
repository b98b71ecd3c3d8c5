"""The settings in words: the operation's choices, and what the process was started with, without its secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from app.domain.actor import Role
from app.portal.wording import counted
from app.services.tenant_settings import KEEP_DELIVERIES, KEEP_MESSAGES, SECOND_FACTOR
from app.settings import Settings

TERMS: Mapping[str, str] = MappingProxyType({
    "name": "Name", "zone": "Time zone", "webhook_prefix": "Webhook header prefix", SECOND_FACTOR: "Second factor",
    KEEP_DELIVERIES: "Delivery log", KEEP_MESSAGES: "Webhook log",
})  # fmt: skip
ROLES: Mapping[str, str] = MappingProxyType({
    str(Role.SUPERADMIN): "Superadmins", str(Role.ADMIN): "Admins", str(Role.BUYER): "Buyers' people",
    str(Role.PUBLISHER): "Publishers' people",
})  # fmt: skip


class Variable(NamedTuple):
    """One variable of the environment: its name, what it is now, and what it does."""

    name: str
    value: str
    sentence: str


def said(term: str, value: Any) -> Sequence[str]:
    """A choice in words."""
    if term == SECOND_FACTOR:
        return [ROLES.get(role, role) for role in value] or ["Nobody"]
    if term in {KEEP_DELIVERIES, KEEP_MESSAGES}:
        return ["For ever" if value is None else counted(value, "day")]
    return [str(value)]


def environment(settings: Settings) -> tuple[Variable, ...]:
    """What the process was started with. Of addresses that may hold a password only that they are set is told."""
    return (
        Variable("SWITCHYARD_ENV", settings.env, "What kind of installation this is."),
        Variable("BASE_URL", settings.base_url, "Where links in mails lead."),
        Variable("DATABASE_URL", "SQLite" if settings.on_sqlite else "PostgreSQL", "Where everything is kept."),
        Variable("REDIS_URL", _set(settings.redis_url), "The doorbell, the live feed and the rate limits."),
        Variable("SMTP_URL", _set(settings.smtp_url), "The relay that mail leaves by; without one it is only kept."),
        Variable("MAIL_FROM", settings.mail_from, "Who mails are from."),
        Variable("IP_FACTS_FILE", _set(settings.ip_facts_file), "Where facts about addresses come from."),
        Variable("TRUSTED_PROXIES", _ranges(settings.trusted_proxies), "Whose word on a caller's address is taken."),
        Variable("OUTBOUND_ALLOW", _ranges(settings.outbound_allow), "Private ranges that may be delivered to."),
        Variable("ENCRYPTION_KEYS", counted(len(settings.encryption_keys), "key"), "What secrets are sealed with."),
        Variable("WEB_THREADS", str(settings.web_threads), "Requests that one process works on at a time."),
        Variable("WEB_PROCESSES", str(settings.web_processes), "Web processes."),
        Variable("STREAM_PERCENT", f"{settings.stream_share:.0%}", "The share of threads for live pages."),
        Variable("LOG_LEVEL", settings.log_level, "How much is logged."),
    )


def _set(value: str) -> str:
    return "set" if value else "not set"


def _ranges(found: Sequence[Any]) -> str:
    return ", ".join(str(one) for one in found) or "none"
