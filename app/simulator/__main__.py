"""``python -m app.simulator``: the fake buyers on ``SIMULATOR_URL``, or on ``--port``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from app import log
from app.settings import Settings, SettingsError
from app.simulator.profiles import BadProfile, from_file
from app.simulator.running import run

HOST = "127.0.0.1"


def main(arguments: list[str]) -> int:
    """Serve until told to stop; the answer is the exit code."""
    asked = _parser().parse_args(arguments)
    log.configure("info")
    try:
        host, port = (HOST, asked.port) if asked.port is not None else _from_settings()
        roster = from_file(asked.buyers.read_text()) if asked.buyers else {}
    except (SettingsError, BadProfile, OSError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    run(host, port, roster)
    return 0


def _from_settings() -> tuple[str, int]:
    address = urlsplit(Settings.from_env(os.environ).simulator_url)
    if address.port is None:
        raise BadProfile("give --port, or set SIMULATOR_URL to http://127.0.0.1:<port>")
    return address.hostname or HOST, address.port


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.simulator", description="Fake buyers and a webhook sink.")
    parser.add_argument("--port", type=int, help="listen here instead of at SIMULATOR_URL; 0 takes a free one")
    parser.add_argument("--buyers", type=Path, help="a JSON file of standing profiles, by slug")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
