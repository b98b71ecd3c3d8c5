"""``python -m tools.reference``: write ``docs/reference.md`` out of the code, so that it cannot fall behind.

Settings, operations, events and reasons as the program itself knows them. A test compares the page with
what this would write.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from app.api import OPERATIONS
from app.api.endpoint import WIRE_ROLES
from app.domain.events import BY_NAME
from app.domain.reasons import BY_CODE
from app.settings import Settings, SettingsError

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference.md"
PLACE = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
SAID = {
    "SWITCHYARD_ENV": "`production`, `demo` or `test`. Production wants https addresses and Secure cookies.",
    "DATABASE_URL": "Where the truth is: `postgresql://…`, or `sqlite:///…` for small installations.",
    "REDIS_URL": "Doorbell, counters and live feed: `redis://`, `rediss://` or `unix://`. It may be emptied.",
    "SECRET_KEY": "At least 32 random characters: signs form tokens, and keys the fingerprints of people.",
    "ENCRYPTION_KEYS": "`id:base64` of 32 bytes each, comma separated, the newest first: secrets at rest.",
    "BASE_URL": "The address that people and their webhooks see. Production must be given one that begins with `https://`.",
    "PORT": "Where the web server listens.",
    "OUTBOUND_ALLOW": "Address ranges that deliveries and webhooks may reach although they are private.",
    "TRUSTED_PROXIES": "Address ranges whose `X-Forwarded-For` is believed.",
    "SIMULATOR_URL": "Where the demo's fake buyers are.",
    "WEB_THREADS": "Threads of each web process.",
    "WEB_PROCESSES": "Web processes; on SQLite there is one, whatever this says.",
    "STREAM_PERCENT": "The share of the threads that live feeds may hold.",
    "LOG_LEVEL": "`debug`, `info`, `warning` or `error`.",
    "DATABASE_ROLE": "The role that connections step down to when the login could see past row-level security.",
    "IP_FACTS_FILE": "A file with facts about address ranges; without one, addresses tell nothing.",
    "SMTP_URL": "The relay that mail leaves by: `smtp://user:password@host:587` or `smtps://…`; else it is kept.",
    "MAIL_FROM": "Whom mail comes from.",
}
HEAD = """# Reference

Written from the code by `python -m tools.reference`. A test fails when this page and the code disagree.
"""


class _Asked(dict[str, str]):
    """An empty environment that notes what is looked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        """Note the name; nothing is set."""
        self.names.append(name)
        return default


def page() -> str:
    """The whole page."""
    parts = (HEAD, _settings(), _operations(), _events(), _reasons())
    return "\n".join(parts)


def setting_names() -> list[str]:
    """Every variable that a process reads, in the order of reading."""
    asked = _Asked()
    with contextlib.suppress(SettingsError):
        Settings.from_env(asked)
    return list(dict.fromkeys(asked.names))


def _settings() -> str:
    defaults = _defaults()
    rows = ((f"`{name}`", defaults.get(name) or "required", SAID[name]) for name in setting_names())
    return _section("Settings", "Environment variables; a process with a faulty one does not start and names them all.",
                    ("variable", "without it", "meaning"), rows)  # fmt: skip


def _defaults() -> Mapping[str, str]:
    """What stands in for a variable that is not set, as the settings module writes it."""
    source = (PAGE.parent.parent / "app" / "settings.py").read_text()
    numbers = re.findall(r'reader\.number\("(\w+)", (\d+)', source)
    choices = re.findall(r'reader\.choice\("(\w+)", \([^)]*\), "(\w+)"\)', source)
    texts = re.findall(r'reader\.text\("(\w+)", "([^"]*)"\)', source)
    ranges = re.findall(r'reader\.networks\("(\w+)"\)', source)
    plain = {name: f"`{value}`" if value else "nothing" for name, value in numbers + choices + texts}
    return plain | dict.fromkeys(ranges, "none")


def _operations() -> str:
    rows = (
        (
            f"`{one.method} /api/v1{PLACE.sub(_braced, one.path)}`",
            one.summary,
            ", ".join(sorted(WIRE_ROLES.get(role, role.value) for role in one.roles)),
        )
        for one in OPERATIONS
    )
    said = "The canonical JSON API; the whole document is served at `/api/v1/openapi.json`."
    return _section("Operations", said, ("call", "what it does", "keys of"), rows)


def _braced(place: re.Match[str]) -> str:
    """Flask's ``<uuid:id>`` as people write it: ``{id}``."""
    return "{" + place[1] + "}"


def _events() -> str:
    rows = (
        (f"`{event.name}`", event.sentence, ", ".join(sorted(role.value for role in event.audience)) or "nobody")
        for event in BY_NAME.values()
    )
    said = "What an endpoint may subscribe to. Everybody hears of their own alone."
    return _section("Events", said, ("event", "when", "may be subscribed to by"), rows)


def _reasons() -> str:
    rows = ((f"`{one.code}`", one.sentence, one.stage.value, one.audience.value) for one in BY_CODE.values())
    said = "Why something is a no. The tenant's staff may see every one of them."
    return _section("Reasons", said, ("code", "sentence", "arises at", "may be told to"), rows)


def _section(title: str, said: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join([f"## {title}", "", said, "", *_table(heads, rows), ""])


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "| " + " | ".join("---" for _ in heads) + " |"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def main() -> int:
    """Write the page."""
    PAGE.write_text(page())
    print(f"Wrote {PAGE.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
