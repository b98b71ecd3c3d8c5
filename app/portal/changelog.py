"""CHANGELOG.md as sections of plain sentences: headings and lists are all that it has."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


class Section(NamedTuple):
    """One release: its name, and each change as a sentence; code stands in backticks."""

    name: str
    changes: tuple[str, ...]


@cache
def sections() -> tuple[Section, ...]:
    """Every release, the newest first, as the file has them."""
    _, *blocks = re.split(r"^## ", FILE.read_text(), flags=re.MULTILINE)
    return tuple(_section(block) for block in blocks)


def _section(block: str) -> Section:
    name, _, rest = block.partition("\n")
    items = re.split(r"^- ", rest, flags=re.MULTILINE)[1:]
    return Section(name.strip(), tuple(_sentence(item) for item in items))


def _sentence(item: str) -> str:
    """On one line; links lose their address, which is a file of the source."""
    return _LINK.sub(r"\1", " ".join(item.split()))
