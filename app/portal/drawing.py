"""Where the marks of a chart stand: geometry alone, no words and no markup.

Across, places are hundredths of the plot's width, so that a chart fits any window while its text keeps its size;
down, they are pixels from the top. Values are whole numbers (leads, minor units) and None where there is none yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.portal.chart_marks import Band, Block, Label, Line, Mark, Plot, Series, Value

HEIGHT = 160
LABEL_GAP = 15
"""How far apart two labels must stand to be read."""

LABEL_WIDTH = 30.0
"""How many hundredths of a narrow plot's width a label may take."""

MOST_TICKS = 4
STEPS = (2, 4, 6, 8, 10)
"""First digits of a scale's end: even, so that half of it is whole too."""

COLUMN_SHARE = 0.72
BAND_TONE = "last"


def lines(labels: Sequence[str], series: Iterable[Sequence[object]], band: Sequence[object] | None = None) -> Plot:
    """A plot of thin lines, the band as an area behind them."""
    drawn, behind = [_series(one) for one in series], _band(band)
    top = scale([*(value for one in drawn for value in one.values), *(behind.values if behind else ())])
    at = [_share(index, len(labels) - 1) for index in range(len(labels))]
    ends = [_end(one.name, one.tone, one.values, one.values, at, top) for one in drawn]
    return Plot(
        HEIGHT,
        _rules(top),
        _ticks(labels, at),
        _slots(at),
        spread([*(end for end in ends if end), *_band_end(behind, at, top)]),
        _area(behind.values, at, top) if behind else "",
        lines=tuple(Line(one.tone, _path(one.values, at, top)) for one in drawn),
    )


def columns(labels: Sequence[str], series: Iterable[Sequence[object]], band: Sequence[object] | None = None) -> Plot:
    """A plot of columns, the series stacked from below in their order, the band as steps behind them."""
    drawn, behind = [_series(one) for one in series], _band(band)
    stacks = _stacked(drawn, len(labels))
    highest = stacks[-1] if stacks else []
    top = scale([*highest, *(behind.values if behind else ())])
    at = [_share(index + 0.5, len(labels)) for index in range(len(labels))]
    right = [round(place + COLUMN_SHARE * 50 / len(labels), 2) for place in at]
    last = max((index for index, value in enumerate(highest) if value), default=-1) + 1
    middles = [_middle(one.values, stack) if last else [] for one, stack in zip(drawn, stacks, strict=True)]
    ends = [
        _end(one.name, one.tone, one.values[:last], mid, right, top) for one, mid in zip(drawn, middles, strict=True)
    ]
    return Plot(
        HEIGHT,
        _rules(top),
        _ticks(labels, at),
        _slots(at),
        spread([*(end for end in ends if end and end.value), *_band_end(behind, [100.0] * len(labels), top)]),
        _steps(behind.values, top) if behind else "",
        blocks=tuple(_blocks(drawn, stacks, len(labels), top)),
    )


def scale(values: Iterable[Value]) -> int:
    """The round number at or above all of them that the plot ends at; 2 where all are nought."""
    most = max([value for value in values if value is not None], default=0)
    power = 1
    while True:
        fitting = [step * power for step in STEPS if step * power >= most]
        if fitting:
            return fitting[0]
        power *= 10


def spread(labels: Sequence[Label]) -> tuple[Label, ...]:
    """The labels, moved up where they would cover one of about the same place, kept inside the plot."""
    placed: list[Label] = []
    for label in sorted(labels, key=lambda one: -one.at):
        y = label.at
        for other in placed:
            if abs(other.x - label.x) < LABEL_WIDTH and abs(other.y - y) < LABEL_GAP:
                y = other.y - LABEL_GAP
        placed.append(label._replace(y=y))
    lift = min([0.0, *(one.y for one in placed)])
    return tuple(one._replace(y=round(one.y - lift, 1)) for one in placed)


def spark(values: Sequence[Value], width: int = 80, height: int = 20) -> str:
    """The path of a line without scale or words, in a box of that size."""
    told = [value for value in values if value is not None]
    low, high = min(told, default=0), max(told, default=0)
    return _joined(
        None
        if value is None
        else (
            round(_share(index, len(values) - 1) * width / 100, 1),
            round(height - 2 - (value - low) * (height - 4) / max(1, high - low), 1),
        )
        for index, value in enumerate(values)
    )


def _series(one: Sequence[object]) -> Series:
    return one if isinstance(one, Series) else Series(*one)  # type: ignore[arg-type]


def _band(one: Sequence[object] | None) -> Band | None:
    return one if one is None or isinstance(one, Band) else Band(*one)  # type: ignore[arg-type]


def _share(part: float, whole: float) -> float:
    """Hundredths of the width; one single point stands at its end."""
    return round(100 * part / whole, 2) if whole else 100.0


def _y(value: int, top: int) -> float:
    return round(HEIGHT - value * HEIGHT / top, 1)


def _rules(top: int) -> tuple[Mark, ...]:
    return tuple(Mark(_y(value, top), value, "") for value in (0, top // 2, top))


def _ticks(labels: Sequence[str], at: Sequence[float]) -> tuple[Mark, ...]:
    every = -(-len(labels) // MOST_TICKS) or 1
    return tuple(Mark(at[index], index, labels[index]) for index in range(0, len(labels), every))


def _slots(at: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """What the mouse finds: a strip around each place, as wide as places are apart."""
    wide = round(at[1] - at[0], 2) if len(at) > 1 else 100.0
    return tuple((round(place - wide / 2, 2), wide) for place in at)


def _end(
    name: str, tone: str, values: Sequence[Value], heights: Sequence[Value], at: Sequence[float], top: int
) -> Label | None:
    """The label of a series' last value, at the height that it has in the plot."""
    for index in range(len(values) - 1, -1, -1):
        value, height = values[index], heights[index]
        if value is not None and height is not None:
            return Label(name, tone, value, at[index], _y(height, top), _y(height, top))
    return None


def _band_end(band: Band | None, at: Sequence[float], top: int) -> list[Label]:
    end = _end(band.name, BAND_TONE, band.values, band.values, at, top) if band else None
    return [end] if end else []


def _path(values: Sequence[Value], at: Sequence[float], top: int) -> str:
    return _joined(
        None if value is None else (round(place * 10, 1), _y(value, top))
        for value, place in zip(values, at, strict=True)
    )


def _joined(points: Iterable[tuple[float, float] | None]) -> str:
    """A path through the points; where one is missing the line is broken."""
    path, pen = [], "M"
    for point in points:
        if point is not None:
            path.append(f"{pen}{point[0]:g},{point[1]:g}")
        pen = "M" if point is None else "L"
    return "".join(path)


def _area(values: Sequence[Value], at: Sequence[float], top: int) -> str:
    """From the ground up to the values and down again; what is missing counts as nought."""
    if not values:
        return ""
    path = _path([value or 0 for value in values], at, top)
    return f"M0,{HEIGHT}L{path[1:]}L{at[-1] * 10:g},{HEIGHT}Z"


def _steps(values: Sequence[Value], top: int) -> str:
    """As an area, but each value as wide as its column's place."""
    edges = [(round(1000 * index / len(values), 1), _y(value or 0, top)) for index, value in enumerate(values)]
    walked = "".join(f"H{x:g}V{y:g}" for x, y in edges)
    return f"M0,{HEIGHT}{walked}H1000V{HEIGHT}Z" if edges else ""


def _stacked(series: Sequence[Series], count: int) -> list[list[Value]]:
    """For each series where its part of each column ends, counted from the ground; None where it has no value."""
    ground = [0] * count
    stacks: list[list[Value]] = []
    for one in series:
        ground = [below + (value or 0) for below, value in zip(ground, one.values, strict=True)]
        stacks.append([None if value is None else end for value, end in zip(one.values, ground, strict=True)])
    return stacks


def _middle(values: Sequence[Value], stack: Sequence[Value]) -> list[Value]:
    """Where the middle of each part is, counted from the ground."""
    return [
        None if value is None or end is None else end - value // 2 for value, end in zip(values, stack, strict=True)
    ]


def _blocks(series: Sequence[Series], stacks: Sequence[Sequence[Value]], count: int, top: int) -> Iterable[Block]:
    wide = 100 / max(1, count)
    for one, stack in zip(series, stacks, strict=True):
        for index, (value, end) in enumerate(zip(one.values, stack, strict=True)):
            if value and end is not None:
                x = wide * (index + (1 - COLUMN_SHARE) / 2)
                tall = value * HEIGHT / top
                yield Block(one.tone, round(x, 2), _y(end, top), round(wide * COLUMN_SHARE, 2), round(tall, 1))
