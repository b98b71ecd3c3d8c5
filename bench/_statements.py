"""The limit on the database side: the statements that one sold lead needs, with nothing around them.

Two look-ups by person, the lead, an event, a guarded counter, the sale, two outbox rows, in one
transaction; by pgbench on PostgreSQL and by Python's own sqlite3 on SQLite.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

import psycopg

from bench._load import Figures, figures

PUBLISHERS = 20
COUNTERS = 200
DOCUMENT = '{"first_name": "James", "last_name": "Patel", "city": "London", "note": "' + "x" * 540 + '"}'

TABLES = """
create table limit_leads (
    id bigint primary key, tenant bigint not null, publisher bigint not null, email bigint not null,
    phone bigint not null, state text not null, source bigint not null, campaign bigint not null,
    request text not null, received {moment} not null, fields {document} not null
);
create index limit_leads_email on limit_leads (publisher, email, received);
create index limit_leads_phone on limit_leads (publisher, phone, received);
create index limit_leads_received on limit_leads (tenant, received);
create table limit_events (id {serial}, lead bigint not null, kind text not null, at {moment} not null);
create table limit_caps (id bigint primary key, used bigint not null, ceiling bigint not null);
create table limit_sales (id bigint primary key, lead bigint not null, cap bigint not null, price bigint not null);
create index limit_sales_lead on limit_sales (lead);
create table limit_outbox (id {serial}, lead bigint not null, kind text not null, due {moment} not null);
create index limit_outbox_due on limit_outbox (due);
"""
POSTGRES = {"moment": "timestamptz", "document": "jsonb", "serial": "bigint generated always as identity primary key"}
SQLITE = {"moment": "text", "document": "text", "serial": "integer primary key"}

SCRIPT = f"""
\\set lead random(1, 9000000000000000000)
\\set sale random(1, 9000000000000000000)
\\set person random(1, 9000000000000000)
\\set publisher random(1, {PUBLISHERS})
\\set cap random(1, {COUNTERS})
begin;
select id from limit_leads where publisher = :publisher and email = :person and received > now() - interval '30 days';
select id from limit_leads where publisher = :publisher and phone = :person and received > now() - interval '30 days';
insert into limit_leads values
    (:lead, 1, :publisher, :person, :person, 'received', 1, 1, 'r-0', now(), '{DOCUMENT}');
insert into limit_events (lead, kind, at) values (:lead, 'lead.sold', now());
update limit_caps set used = used + 1 where id = :cap and used < ceiling;
insert into limit_sales values (:sale, :lead, :cap, 4200);
insert into limit_outbox (lead, kind, due) values (:lead, 'delivery', now());
insert into limit_outbox (lead, kind, due) values (:lead, 'webhook', now());
commit;
"""

_MONTH_AGO = "datetime('now', '-30 days')"
_LEAD = ":lead, 1, :publisher, :person, :person, 'received', 1, 1, 'r-0', datetime('now')"
SQLITE_STEPS = (
    f"select id from limit_leads where publisher = :publisher and email = :person and received > {_MONTH_AGO}",
    f"select id from limit_leads where publisher = :publisher and phone = :person and received > {_MONTH_AGO}",
    f"insert into limit_leads values ({_LEAD}, '{DOCUMENT}')",
    "insert into limit_events (lead, kind, at) values (:lead, 'lead.sold', datetime('now'))",
    "update limit_caps set used = used + 1 where id = :cap and used < ceiling",
    "insert into limit_sales values (:lead, :lead, :cap, 4200)",
    "insert into limit_outbox (lead, kind, due) values (:lead, 'delivery', datetime('now'))",
    "insert into limit_outbox (lead, kind, due) values (:lead, 'webhook', datetime('now'))",
)


def prepare_postgres(conninfo: str) -> None:
    """Make the tables of the limit beside the product's."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(TABLES.format(**POSTGRES).encode())
        connection.execute(
            f"insert into limit_caps select n, 0, 1000000000 from generate_series(1, {COUNTERS}) n".encode()
        )


def pgbench(
    conninfo: str, *, clients: int, seconds: int, sql: str = SCRIPT, protocol: str = "prepared"
) -> float | None:
    """Transactions a second of a script, or None when pgbench is not installed."""
    program = shutil.which("pgbench")
    if program is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(sql)
        script.flush()
        command = [program, "--no-vacuum", f"--protocol={protocol}", f"--client={clients}", "--jobs=2"]
        command += [f"--time={seconds}", f"--file={script.name}", conninfo]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([0-9.]+) \(without", done.stdout)
    if found is None:
        raise RuntimeError(done.stdout)
    return float(found[1])


def raw_sqlite(seconds: float) -> Figures:
    """The same on a fresh SQLite file, one connection, WAL, synchronous NORMAL."""
    with tempfile.TemporaryDirectory(prefix="switchyard-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "limit.db", isolation_level=None)
        try:
            connection.executescript("pragma journal_mode=wal; pragma synchronous=normal;")
            connection.executescript(TABLES.format(**SQLITE))
            rows = [(number, 0, 1_000_000_000) for number in range(1, COUNTERS + 1)]
            connection.executemany("insert into limit_caps values (?, ?, ?)", rows)
            return _raw_loop(connection, seconds)
        finally:
            connection.close()


def _raw_loop(connection: sqlite3.Connection, seconds: float) -> Figures:
    times: list[float] = []
    begin = moment = perf_counter()
    number = 0
    while moment - begin < seconds:
        number += 1
        values = {"lead": number, "person": number, "publisher": number % PUBLISHERS, "cap": number % COUNTERS + 1}
        connection.execute("begin immediate")
        for step in SQLITE_STEPS:
            connection.execute(step, values).fetchall()
        connection.execute("commit")
        times.append(-(moment - (moment := perf_counter())))
    return figures(times, moment - begin, Counter({200: len(times)}))
