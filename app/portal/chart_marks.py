"""What a chart is made of: what it is drawn from, and the marks that come out. ``drawing`` says where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

Value = int | None


class Series(NamedTuple):
    """One line or one part of each column. ``tone``: one of the six of the house."""

    name: str
    tone: str
    values: Sequence[Value]


class Band(NamedTuple):
    """What to compare with, drawn behind: last week."""

    name: str
    values: Sequence[Value]


class Mark(NamedTuple):
    """A word at a place: ticks below the plot, rules across it."""

    at: float
    value: int
    word: str


class Label(NamedTuple):
    """The name of a series beside its last point; ``y`` is where the text stands, ``at`` where the point is."""

    name: str
    tone: str
    value: int
    x: float
    at: float
    y: float


class Line(NamedTuple):
    """A drawn series: a path in a box of 1000 across and the plot's height down."""

    tone: str
    path: str


class Block(NamedTuple):
    """One part of one column."""

    tone: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart, ready to be written down. ``slots``: from where to how wide each label's share of the width is."""

    height: int
    rules: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    slots: tuple[tuple[float, float], ...]
    labels: tuple[Label, ...]
    band: str
    lines: tuple[Line, ...] = ()
    blocks: tuple[Block, ...] = ()
