"""The list of contracts: what it costs, and how it goes on."""

from __future__ import annotations

import re
from html import unescape

from sqlalchemy import event

from app.db import db


def test_the_list_costs_at_most_six_statements(alice, world, northgate):
    for number in range(12):
        world.contract(northgate, 4000 + number, caps=(("day", 5, "count"), ("hour", 2, "count")))
    alice.get("/contracts")
    seen: list[str] = []
    listen = lambda _c, _cu, statement, *_: seen.append(statement)  # noqa: E731 - taken away again below
    event.listen(db.engine, "before_cursor_execute", listen)
    alice.get("/contracts")
    event.remove(db.engine, "before_cursor_execute", listen)
    reads = [one for one in seen if one.lstrip().lower().startswith("select") and "set_config" not in one]
    assert len(reads) <= 6, reads


def test_a_long_list_goes_on_where_the_page_ended(alice, world, northgate):
    for number in range(55):
        world.contract(northgate, 4000, name=f"Order {number}")
    first = alice.get("/contracts").text
    more = unescape(re.search(r'hx-get="(\?after=[^"]+)"', first)[1])
    rest = alice.get(f"/contracts{more}", htmx=True).text
    assert rest.lstrip().startswith("<tbody")
    seen = re.findall(r'class="row-link" href="([^"]+)"', first + rest)
    assert len(seen) == len(set(seen)) == 56
