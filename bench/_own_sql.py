"""The product's own SQL for one sold lead, as a pgbench script: what is left when everything around it is gone.

Two leads are taken in by an application in this process while its statements are written down. Ids and
digests that differ between the two belong to the lead; in the script they follow from a random number,
so that pgbench can run it at will. Everything else stands as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.db import db
from app.factory import create_app
from bench._places import Place
from tests.support.settings import settings_for
from tests.support.shop import big_shop

FRESH = re.compile(r"'(\\x)?([0-9a-f-]{32,64})'(?:::(uuid|bytea))?")


LEAD = {
    "sector": "mortgages", "first_name": "James", "last_name": "Patel", "postcode": "SW1 1AA", "city": "London",
    "consent_token": "ct_abc123", "consent_at": "2026-02-09T07:42:18Z", "ip": "203.0.113.42",
    "extra_fields": {"property_value_gbp": 350000, "deposit_gbp": 70000},
}  # fmt: skip


@dataclass
class Recorder:
    """Statements of one engine as literal SQL, transaction by transaction."""

    cursor: psycopg.ClientCursor[Any]
    lines: list[str] = field(default_factory=list)

    @contextmanager
    def listening(self, engine: Engine) -> Iterator[None]:
        """Write down what the engine runs."""
        hooks: dict[str, Callable[..., None]] = {
            "before_cursor_execute": self._statement,
            "begin": lambda _connection: self.lines.append("begin;"),
            "commit": lambda _connection: self.lines.append("commit;"),
            "rollback": lambda _connection: self.lines.append("rollback;"),
        }
        for name, hook in hooks.items():
            event.listen(engine, name, hook)
        try:
            yield
        finally:
            for name, hook in hooks.items():
                event.remove(engine, name, hook)

    def _statement(self, *said: Any) -> None:
        _connection, _cursor, statement, parameters, _context, many = said
        for values in parameters if many else [parameters]:
            self.lines.append(self.cursor.mogrify(statement, values).replace("\n", " ") + ";")


def of_product(place: Place, contracts: int) -> str:
    """The script for a shop of its own with so many contracts, in this place's database."""
    settings = settings_for(place.database.url, place.redis_url)
    shop = big_shop(settings, publishers=1, contracts=contracts)
    app = create_app(settings)
    client, key = app.test_client(), shop.publishers[0].key

    def post(number: int) -> None:
        person = {"email": f"own{number}@mail.example.com", "phone": f"+44771200{number:04d}"}
        answer = client.post("/api/v1/leads/ingest", headers={"X-API-Key": key}, json=LEAD | person)
        if answer.json is None or answer.json.get("status") != "accepted":
            raise RuntimeError(answer.get_data(as_text=True))

    standing = [one for buyer in shop.buyers for one in (buyer.id, buyer.setup_id, buyer.contract_id, *buyer.cap_ids)]
    try:
        return script(app, place.conninfo, post, standing)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def script(app: Flask, conninfo: str, post: Callable[[int], None], standing: Iterable[UUID]) -> str:
    """A pgbench script of one sold lead; ``post`` brings a new person each time it is called.

    ``standing``: ids that belong to the shop and not to a lead.
    """
    with app.app_context(), psycopg.connect(conninfo, cursor_factory=psycopg.ClientCursor) as connection:
        cursor: Any = connection.cursor()
        told = []
        for number in range(4):
            recorder = Recorder(cursor)
            with recorder.listening(db.engine):
                post(number)
            told.append("\n".join(recorder.lines))
    return "\\set run random(1, 9000000000000000000)\n" + _made_fresh(told[-2], told[-1], {one.hex for one in standing})


def _made_fresh(one: str, other: str, standing: set[str]) -> str:
    """The second recording with its own ids and digests worked out anew at each run."""
    known = standing | {found[2] for found in FRESH.finditer(one)}
    names: dict[str, str] = {}

    def anew(found: re.Match[str]) -> str:
        value = found[2]
        if value in known or (found[3] is None and found[1] is None):
            return found[0]
        name = names.setdefault(value, str(len(names)))
        digest = f"md5(:run::text || '-{name}')"
        return f"decode({digest} || md5(:run::text), 'hex')" if found[1] else f"{digest}::uuid"

    lines = (FRESH.sub(anew, line) for line in other.splitlines())
    return "\n".join(lines) + "\n"
