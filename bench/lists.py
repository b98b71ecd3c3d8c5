"""Whether lists answer in the same time whatever their length: ``python -m bench.lists``.

Three tenants stand in one database, with 10, 1,000 and 1,000,000 leads and what belongs to them. Each page is asked for
in turn by their people, through the whole application in this process; the medians of all rounds are printed, and what
the million costs beside the ten and beside the thousand. A page of the ten shows ten rows and the others fifty: the
thousand is what tells a longer page from a longer table. Of a file the first thousand rows are read, which the small
ones do not have: files are shown and not judged. The exit code is 1 when another page of the million takes more than
``AT_MOST`` times what the thousand's takes, and ``NOTICED_MS`` more.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import Flask

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.factory import create_app
from app.queries.page import Cursor
from bench import _filled
from bench._filled import Filled
from bench._places import Place, postgres, sqlite
from tests.portal.people import Person, add_user, seat
from tests.support.postgres import NoPostgres
from tests.support.settings import settings_for

SIZES = (10, 1000, 1_000_000)
AT_MOST, NOTICED_MS = 1.5, 100.0
CSV_ROWS = 1000


@dataclass
class Shop:
    """A filled tenant and its people."""

    filled: Filled
    people: dict[str, Person]
    figures: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def median(self, page: tuple[str, str]) -> float:
        """Of all rounds, in milliseconds."""
        return statistics.median(self.figures[page])


def pages(shop: Filled) -> dict[tuple[str, str], str]:
    """What is asked for, by whom and what for; the same of each tenant."""
    middle = Cursor(shop.at(shop.size // 2), shop.id(1, shop.size // 2))
    lead = shop.id(1, shop.size // 2)
    admin = {
        "newest": "", "all time": "period=all", "half-way down": f"period=all&after={middle}",
        "oldest first": "period=all&sort=received", "by score": "period=all&sort=-score",
        "by price": "period=all&sort=-price", "held (rare)": "period=all&state=held",
        "sold or unsold": "period=all&state=sold&state=unsold", "suppressed": "period=all&reason=suppressed",
        "a common vertical": f"period=all&vertical={shop.verticals[0]}",
        "a rare vertical": f"period=all&vertical={shop.verticals[-1]}",
        "a rare publisher": f"period=all&publisher={shop.publishers[-1]}",
        "a rare source": f"period=all&source={shop.sources[-1]}",
        "a rare campaign": f"period=all&campaign={shop.campaigns[-1]}",
        "a common buyer": f"period=all&buyer={shop.buyers[0]}",
        "a rare buyer": f"period=all&buyer={shop.buyers[-1]}",
        "a rare contract": f"period=all&contract={shop.contracts[-1]}", "hot": "period=all&tier=hot",
        "score 100": "period=all&score=100", "test traffic": "period=all&traffic=test",
        "one person": f"person={shop.person(shop.size // 2).hex()}", "rejected of a rare publisher":
        f"period=all&state=rejected&publisher={shop.publishers[-1]}",
    }  # fmt: skip
    other = {
        "one lead": f"/leads/{lead}", "live rows": "/live/rows", "deliveries": "/deliveries",
        "failed deliveries": "/deliveries?state=failed", "messages": "/messages",
        "failed messages": "/messages?state=failed", "audit": "/audit",
    }  # fmt: skip
    buyer = {"bought": "period=all", "a vertical": f"period=all&vertical={shop.verticals[0]}", "hot": "tier=hot"}
    publisher = {"sent": "period=all", "held (rare)": "period=all&state=held", "rejected": "state=rejected"}
    found = {("admin", name): f"/leads?{query}" for name, query in admin.items()}
    found |= {("admin", name): path for name, path in other.items()}
    found |= {("buyer", name): f"/leads?{query}" for name, query in buyer.items()}
    found |= {("publisher", name): f"/leads?{query}" for name, query in publisher.items()}
    return found | {(who, "CSV, to 1,000 rows"): "/leads.csv?period=all" for who in ("admin", "buyer", "publisher")}


def opened(place: Place, app: Flask, size: int, number: int, now: datetime) -> Shop:
    """One tenant with its leads, and three people at their browsers."""
    filled = Filled(size, number, now)
    _filled.fill(place, filled)
    owners: dict[str, tuple[Role, UUID | None]] = {
        "admin": (Role.ADMIN, None), "buyer": (Role.BUYER, filled.buyers[0]),
        "publisher": (Role.PUBLISHER, filled.publishers[0]),
    }  # fmt: skip
    people = {}
    for name, (role, owner) in owners.items():
        enter_tenant(filled.world.tenant_id)
        email = f"{name}{number}@example.com"
        people[name] = seat(app, add_user(filled.world.admin, role, email, owner), email)
    return Shop(filled, people)


def timed(person: Person, path: str) -> float:
    """One answer, in milliseconds. Of a file only the first thousand rows are read."""
    began = clock.tick()
    if path.startswith("/leads.csv"):
        answer = person.client.get(path, buffered=False)
        rows = 0
        for chunk in answer.iter_encoded():
            rows += chunk.count(b"\r\n")
            if rows > CSV_ROWS:
                break
        took = (clock.tick() - began) * 1000
        answer.close()
    else:
        answer = person.get(path, htmx=path.startswith("/live"))
        took = (clock.tick() - began) * 1000
    if answer.status_code != 200:
        message = f"{path} answered {answer.status_code}"
        raise SystemExit(message)
    return took


def measure(place: Place, sizes: tuple[int, ...], rounds: int) -> list[Shop]:
    """Fill, warm up once, then ask page by page in turn."""
    app = create_app(settings_for(place.database.url, place.redis_url))
    with app.app_context():
        now = clock.now()
        shops = [opened(place, app, size, number, now) for number, size in enumerate(sizes, 1)]
        _filled.settle(place)
        for turn in range(rounds + 1):
            for shop in shops:
                for page, path in pages(shop.filled).items():
                    took = timed(shop.people[page[0]], path)
                    if turn:
                        shop.figures.setdefault(page, []).append(took)
        db.session.remove()
        db.engine.dispose()
    return shops


def told(name: str, shops: list[Shop]) -> bool:
    """Print the table; whether every page holds."""
    small, some, many = shops[0], shops[-2], shops[-1]
    head = " ".join(f"{shop.filled.size:>11,}" for shop in shops)
    print(f"\n{name}, median ms{'':18} {head}   last/first   last/before")
    good = True
    for page in many.figures:
        ratio = many.median(page) / some.median(page)
        is_noticed = many.median(page) - some.median(page) > NOTICED_MS
        slow = ratio > AT_MOST and is_noticed and not page[1].startswith("CSV")
        good = good and not slow
        figures = " ".join(f"{shop.median(page):11.1f}" for shop in shops)
        ratios = f"{many.median(page) / small.median(page):10.2f} {ratio:13.2f}"
        print(f"{page[0]:>10} {page[1]:<30} {figures} {ratios}{'  SLOW' if slow else ''}")
    whole = [statistics.median(shop.median(page) for page in shop.figures) for shop in shops]
    print(f"{'':>10} {'all pages':<30} " + " ".join(f"{one:11.1f}" for one in whole)
          + f" {whole[-1] / whole[0]:10.2f} {whole[-1] / whole[-2]:13.2f}")  # fmt: skip
    return good


def main() -> int:
    """Both databases, unless one is asked for."""
    asks = argparse.ArgumentParser(description="Lists of 10, 1,000 and 1,000,000 leads, side by side.")
    asks.add_argument("--on", choices=("postgresql", "sqlite", "both"), default="both")
    asks.add_argument("--rounds", type=int, default=9)
    asks.add_argument("--most", type=int, default=SIZES[-1], help="how many leads the largest tenant has")
    wish = asks.parse_args()
    places: dict[str, Callable[[], AbstractContextManager[Place]]] = {"postgresql": postgres, "sqlite": sqlite}
    good = True
    for name, open_place in places.items():
        if wish.on in {name, "both"}:
            with ExitStack() as stack:
                try:
                    place = stack.enter_context(open_place())
                except NoPostgres as error:
                    print(f"no PostgreSQL: {error}", file=sys.stderr)
                    return 2
                good = told(name, measure(place, (*SIZES[:-1], wish.most), wish.rounds)) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
