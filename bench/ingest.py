"""How fast ingest is, beside its limits, in one interleaved run: ``python -m bench.ingest``.

On PostgreSQL: the product, a bare Flask view on the same server, and by pgbench the nine statements that a
sold lead could not do without and the product's own SQL as it was written down. On SQLite: the product
beside the nine statements by Python's sqlite3. Everything is on: key, limits, schema, score, 200 contracts,
caps, ledger, events, doorbell. No worker runs meanwhile. Databases and the Valkey are made for the run and
thrown away. The exit code is 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import _load, _own_sql, _statements
from bench._contenders import CONTRACTS, Contender, bare_flask, product
from bench._places import Place, postgres, sqlite
from tests.support.postgres import NoPostgres

AT_LEAST_OF_PGBENCH, AT_LEAST_OF_SQLITE = 0.18, 0.20
P99_POSTGRES_MS, P99_SQLITE_MS = 40.0, 20.0
MANY, SOME = 32, 16
SAME = "the same SQL by pgbench"


@dataclass
class Row:
    """One line of the table: its figures by round."""

    name: str
    figures: list[_load.Figures] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(one.rate for one in self.figures)

    @property
    def p50(self) -> float:
        """The same for the middle answer."""
        return statistics.median(one.p50 for one in self.figures)

    @property
    def p99(self) -> float:
        """The same for the slowest of a hundred."""
        return statistics.median(one.p99 for one in self.figures)

    @property
    def faults(self) -> int:
        """Answers that were not 200, over all rounds."""
        return sum(one.faults for one in self.figures)


@dataclass(frozen=True)
class Goal:
    """One sentence of the goals, and whether it was kept."""

    sentence: str
    measured: str
    holds: bool


Runs = dict[str, Callable[[], _load.Figures]]


def main(arguments: list[str]) -> int:
    """Measure, print, judge."""
    asked = _parser().parse_args(arguments)
    print(f"{os.cpu_count()} CPUs; {asked.rounds} interleaved rounds of {asked.seconds} s a point; medians.")
    goals = []
    if asked.on in {"postgres", "both"}:
        goals += _on_postgres(asked.rounds, asked.seconds)
    if asked.on in {"sqlite", "both"}:
        goals += _on_sqlite(asked.rounds, asked.seconds)
    for goal in goals:
        print(f"{'holds' if goal.holds else 'FAILS':<5}  {goal.sentence}: {goal.measured}")
    return 0 if all(goal.holds for goal in goals) else 1


def _on_postgres(rounds: int, seconds: int) -> list[Goal]:
    with ExitStack() as stack:
        try:
            place = stack.enter_context(postgres())
        except NoPostgres as reason:
            print(f"PostgreSQL is left out: {reason}")
            return []
        ours, bare = stack.enter_context(product(place)), stack.enter_context(bare_flask())
        _statements.prepare_postgres(place.conninfo)
        runs = _web_runs("Switchyard", ours, seconds) | _web_runs("bare Flask view", bare, seconds)
        runs["pgbench, 16 clients"] = lambda: _pgbench(place.conninfo, seconds)
        own = _own_sql.of_product(place, CONTRACTS)
        runs[SAME] = lambda: _pgbench(place.conninfo, seconds, own, "simple")
        rows = _interleaved(runs, rounds)
    limit = rows.pop("pgbench, 16 clients")
    _print("PostgreSQL", [*rows.values(), limit], limit.rate, "pgbench")
    if rows[SAME].rate:
        share = rows[f"Switchyard, {SOME}"].rate / rows[SAME].rate
        print(f"The product reaches {share:.1%} of what its own SQL reaches by pgbench.")
    return _postgres_goals(rows, limit.rate)


def _postgres_goals(rows: dict[str, Row], limit: float) -> list[Goal]:
    some, many = rows[f"Switchyard, {SOME}"], rows[f"Switchyard, {MANY}"]
    bare = rows[f"bare Flask view, {SOME}"].rate
    print(f"The bare view answers {bare / some.rate:.1f} x as many requests as the product.")
    goals = [Goal("every answer was 200", f"{some.faults + many.faults} were not", not some.faults + many.faults)]
    if limit:
        share = some.rate / limit
        sentence = f"at least {AT_LEAST_OF_PGBENCH:.0%} of pgbench's nine statements at {SOME} clients"
        goals.append(Goal(sentence, f"{share:.1%}", share >= AT_LEAST_OF_PGBENCH))
    sentence = f"p99 of at most {P99_POSTGRES_MS:.0f} ms at {MANY} connections"
    return [*goals, Goal(sentence, f"{many.p99:.1f} ms", many.p99 <= P99_POSTGRES_MS)]


def _on_sqlite(rounds: int, seconds: int) -> list[Goal]:
    with ExitStack() as stack:
        place: Place = stack.enter_context(sqlite())
        ours = stack.enter_context(product(place))
        runs: Runs = {
            "Switchyard": lambda: ours.measure(SOME, seconds),
            "raw sqlite3": lambda: _statements.raw_sqlite(seconds),
        }
        rows = _interleaved(runs, rounds)
    mine, limit = rows["Switchyard"], rows["raw sqlite3"]
    _print("SQLite", [mine, limit], limit.rate, "sqlite3")
    share = mine.rate / limit.rate
    return [
        Goal("every answer on SQLite was 200", f"{mine.faults} were not", not mine.faults),
        Goal(f"at least {AT_LEAST_OF_SQLITE:.0%} of raw sqlite3", f"{share:.1%}", share >= AT_LEAST_OF_SQLITE),
        Goal(f"p99 of at most {P99_SQLITE_MS:.0f} ms at {SOME}", f"{mine.p99:.1f} ms", mine.p99 <= P99_SQLITE_MS),
    ]


def _web_runs(name: str, contender: Contender, seconds: int) -> Runs:
    def run(connections: int) -> Callable[[], _load.Figures]:
        return lambda: contender.measure(connections, seconds)

    return {f"{name}, {connections}": run(connections) for connections in (SOME, MANY)}


def _pgbench(conninfo: str, seconds: int, sql: str = _statements.SCRIPT, protocol: str = "prepared") -> _load.Figures:
    rate = _statements.pgbench(conninfo, clients=SOME, seconds=seconds, sql=sql, protocol=protocol)
    return _load.Figures(rate or 0.0, 0.0, 0.0, Counter())


def _interleaved(runs: Runs, rounds: int) -> dict[str, Row]:
    """Every run once, then every run again: what the machine does meanwhile hits all of them."""
    rows = {name: Row(name) for name in runs}
    for _, name in itertools.product(range(rounds), runs):
        rows[name].figures.append(runs[name]())
    return rows


def _print(title: str, rows: list[Row], limit: float, of: str) -> None:
    print(f"\n{title:<24} {'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'of ' + of:>12} {'not 200':>8}")
    for row in rows:
        share = f"{row.rate / limit:.1%}" if limit else "-"
        times = f"{row.p50:>8.1f} {row.p99:>8.1f}" if row.p50 else f"{'-':>8} {'-':>8}"
        print(f"{row.name:<24} {row.rate:>10,.0f} {times} {share:>12} {row.faults:>8}")
    if not limit:
        print("pgbench is not installed, so there is no limit to hold the rate against.")
    print()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.ingest", description="Ingest beside its limits.")
    parser.add_argument("--on", choices=("postgres", "sqlite", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each point in each round")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
