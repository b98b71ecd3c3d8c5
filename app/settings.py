"""Every setting of the process, read once from the environment.

Nothing else reads the environment. A process with faulty settings does not start: it lists every
fault it found, not the first alone.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MIN_SECRET = 32


class SettingsError(Exception):
    """The environment is unusable; ``faults`` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Switchyard cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know; secrets are left out of ``repr``."""

    env: str
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    encryption_keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    base_url: str
    port: int
    outbound_allow: tuple[Network, ...]
    trusted_proxies: tuple[Network, ...]
    simulator_url: str
    web_threads: int
    web_processes: int
    stream_share: float
    log_level: str
    database_role: str
    ip_facts_file: str
    smtp_url: str = field(repr=False)
    mail_from: str

    @property
    def is_demo(self) -> bool:
        """Whether this process serves the demo (known passwords, loopback, mailbox page)."""
        return self.env == "demo"

    @property
    def is_production(self) -> bool:
        """Whether cookies must be Secure and outbound URLs https."""
        return self.env == "production"

    @property
    def on_sqlite(self) -> bool:
        """Whether the embedded database is in use: one web process, write turns."""
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read and check everything; raises SettingsError naming every fault."""
        reader = _Reader(env)
        settings = cls(
            env=reader.choice("SWITCHYARD_ENV", ("production", "demo", "test"), "production"),
            database_url=_sqlalchemy_url(reader.required("DATABASE_URL")),
            redis_url=reader.required("REDIS_URL"),
            secret_key=reader.secret("SECRET_KEY"),
            encryption_keys=reader.key_ring("ENCRYPTION_KEYS"),
            base_url=reader.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
            port=reader.number("PORT", 8000, 1, 65535),
            outbound_allow=reader.networks("OUTBOUND_ALLOW"),
            trusted_proxies=reader.networks("TRUSTED_PROXIES"),
            simulator_url=reader.text("SIMULATOR_URL", "").rstrip("/"),
            web_threads=reader.number("WEB_THREADS", 16, 4, 512),
            web_processes=reader.number("WEB_PROCESSES", 2, 1, 64),
            stream_share=reader.number("STREAM_PERCENT", 33, 1, 60) / 100,
            log_level=reader.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), "info"),
            database_role=reader.text("DATABASE_ROLE", "switchyard_app"),
            ip_facts_file=reader.text("IP_FACTS_FILE", ""),
            smtp_url=reader.text("SMTP_URL", ""),
            mail_from=reader.text("MAIL_FROM", "Switchyard <switchyard@localhost>"),
        )
        reader.check_together(settings)
        if reader.faults:
            raise SettingsError(reader.faults)
        return settings


def _sqlalchemy_url(url: str) -> str:
    """Name the driver we use; people paste ``postgres://`` and ``postgresql://`` addresses."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


class _Reader:
    """Reads one variable at a time and collects what is wrong."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.faults: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def required(self, name: str) -> str:
        value = self.env.get(name, "").strip()
        if not value:
            self.faults.append(f"{name} is not set")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(name, default).lower()
        if value not in allowed:
            self.faults.append(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or not low <= int(value) <= high:
            self.faults.append(f"{name} is {value!r}; it must be a whole number from {low} to {high}")
            return default
        return int(value)

    def secret(self, name: str) -> str:
        value = self.required(name)
        if value and len(value) < MIN_SECRET:
            self.faults.append(f"{name} is too short; give at least {MIN_SECRET} random characters")
        return value

    def key_ring(self, name: str) -> tuple[tuple[str, bytes], ...]:
        """``id:base64`` pairs, comma separated, the newest first; each key 32 bytes."""
        ring = []
        for part in filter(None, (piece.strip() for piece in self.required(name).split(","))):
            key_id, _, encoded = part.partition(":")
            key = _decoded(encoded)
            if not key_id or len(key) != MIN_SECRET:
                self.faults.append(f"{name}: each entry is id:base64 of exactly 32 bytes")
                continue
            ring.append((key_id, key))
        return tuple(ring)

    def networks(self, name: str) -> tuple[Network, ...]:
        found = []
        for part in filter(None, (piece.strip() for piece in self.text(name, "").split(","))):
            try:
                found.append(ipaddress.ip_network(part, strict=False))
            except ValueError:
                self.faults.append(f"{name}: {part!r} is not an address range such as 10.0.0.0/8")
        return tuple(found)

    def check_together(self, settings: Settings) -> None:
        """Faults that show only when two settings are seen side by side."""
        scheme = settings.database_url.partition("://")[0]
        if settings.database_url and scheme not in {"sqlite", "postgresql+psycopg"}:
            self.faults.append("DATABASE_URL must begin with sqlite:/// or postgresql://")
        if settings.redis_url and settings.redis_url.partition("://")[0] not in {"redis", "rediss", "unix"}:
            self.faults.append("REDIS_URL must begin with redis://, rediss:// or unix://")
        if settings.is_production and not settings.base_url.startswith("https://"):
            self.faults.append("BASE_URL must begin with https:// in production (SWITCHYARD_ENV=demo lifts this)")
        if settings.smtp_url and not _names_a_relay(settings.smtp_url):
            self.faults.append("SMTP_URL must be written as smtp://user:password@host:587 or smtps://host:465")


def _names_a_relay(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
