"""The commands of ``./dev`` and their arguments."""

from __future__ import annotations

import argparse

from tools.dev import checks, demo, locks, setup
from tools.dev.places import Halt

EPILOG = """\
environment:
  PORT           where the demo listens (8000, or the next free one)
  DATABASE_URL   put the demo on PostgreSQL instead of SQLite under var/
  REDIS_URL      use a Redis of yours instead of an embedded one
  TEST_DATABASE_URL   the PostgreSQL that tests may create databases on
  SWITCHYARD_REQUIRE  postgres,browser,node: a test that would be skipped for want of one fails
"""


def main(arguments: list[str]) -> int:
    """Run one command; the answer is the exit code."""
    try:
        if arguments[:1] == ["test"]:
            return checks.test(arguments[1:])
        return _run(_parser().parse_args(arguments))
    except Halt as halt:
        print(halt)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(asked: argparse.Namespace) -> int:
    match asked.command:
        case "demo":
            return demo.demo(leave=asked.exit)
        case "setup":
            return setup.setup()
        case "reset":
            return demo.reset()
        case "check":
            return checks.check()
        case "proof":
            return checks.proof()
        case _:
            return locks.compile_all(upgrade=asked.upgrade)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev", description="Run, test and tend Switchyard.", epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    run = commands.add_parser("demo", help="set everything up and run it in the foreground")
    run.add_argument("--exit", action="store_true", help="stop again once everything is ready")
    commands.add_parser("setup", help="make the environment and the front-end files, for an installation of your own")
    commands.add_parser("test", help="run the tests; what follows goes to pytest", add_help=False)
    commands.add_parser("reset", help="forget the demo's data")
    commands.add_parser("check", help="linters, types, import contracts, migrations")
    commands.add_parser("proof", help="the deep ring: faults, load, full fuzzing, benchmarks")
    lock = commands.add_parser("lock", help="recompile requirements/*.lock")
    lock.add_argument("--upgrade", action="store_true", help="move every package to its newest")
    return parser
