"""Charts: where their marks stand, and what they say without eyes or scripts."""

import re
from itertools import pairwise

import pytest
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st

from app.portal import drawing
from app.portal.chart_marks import Label

HOURS = ("00:00", "01:00", "02:00", "03:00")
SOLD = ("sold", "good", (2, 6, 3, None))
UNSOLD = ("unsold", "muted", (1, 0, 4, None))
BAND = ("last Friday", (3, 4, 8, 5))


def drawn(app: Flask, call: str) -> str:
    with app.test_request_context("/"):
        g.visitor = None
        return app.jinja_env.from_string("{{ " + call + " }}").render(sold=SOLD, unsold=UNSOLD, band=BAND, hours=HOURS)


def test_a_scale_ends_at_the_round_number_above():
    assert [drawing.scale(values) for values in ((), (0,), (None, 7), (11, 3), (100,), (101,), (650,))] == [
        2, 2, 8, 20, 100, 200, 800,
    ]  # fmt: skip


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=1, max_size=60))
def test_a_scale_holds_every_value_and_halves_evenly(values: list[int | None]):
    top = drawing.scale(values)
    assert top % 2 == 0
    assert all(value is None or value <= top for value in values)
    assert top <= 5 * max(1, *(value or 0 for value in values))


def test_a_line_ends_where_its_values_end():
    plot = drawing.lines(HOURS, [SOLD], BAND)
    [line] = plot.lines
    assert line.path.count("L") == 2
    assert [(label.name, label.value, label.x) for label in plot.labels] == [
        ("sold", 3, pytest.approx(66.67)),
        ("last Friday", 5, 100.0),
    ]


def test_a_missing_value_breaks_the_line():
    [line] = drawing.lines(("a", "b", "c"), [("sold", "good", (1, None, 2))]).lines
    assert line.path.count("M") == 2


def test_columns_stand_upon_each_other():
    plot = drawing.columns(HOURS, [SOLD, UNSOLD])
    lower, upper = (next(block for block in plot.blocks if block.tone == tone) for tone in ("good", "muted"))
    assert lower.x == upper.x
    assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)
    assert lower.y + lower.height == pytest.approx(plot.height)
    assert len(plot.blocks) == 5  # nought is not drawn


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=40))
def test_columns_never_leave_the_plot(pairs: list[tuple[int, int]]):
    series = [
        (name, tone, [pair[index] for pair in pairs])
        for index, (name, tone) in enumerate((("a", "good"), ("b", "bad")))
    ]
    for block in drawing.columns([str(index) for index in range(len(pairs))], series).blocks:
        assert -0.2 <= block.y <= drawing.HEIGHT
        assert block.y + block.height <= drawing.HEIGHT + 0.2
        assert block.x >= 0
        assert block.x + block.width <= 100.1


@given(st.lists(st.floats(0, drawing.HEIGHT), max_size=8))
def test_labels_of_one_place_never_cover_each_other(heights: list[float]):
    labels = [Label(str(index), "good", 1, 50.0, at, at) for index, at in enumerate(heights)]
    placed = sorted(label.y for label in drawing.spread(labels))
    assert all(later - sooner >= drawing.LABEL_GAP - 0.2 for sooner, later in pairwise(placed))
    assert all(y >= 0 for y in placed)


def test_columns_are_named_where_something_last_happened():
    plot = drawing.columns(HOURS, [("sold", "good", (2, 6, 0, 0)), ("unsold", "muted", (1, 0, 0, 0))], BAND)
    assert [(label.name, label.value) for label in plot.labels] == [("sold", 6), ("last Friday", 5)]


def test_an_empty_plot_can_be_drawn():
    assert drawing.lines((), []).lines == ()
    assert drawing.columns((), [], ("last week", ())).blocks == ()
    assert drawing.spark(()) == ""


def test_a_chart_says_what_it_shows_and_holds_its_numbers(app: Flask):
    for kind in ("lines", "columns"):
        html = drawn(app, f"charts.{kind}('flow', 'Leads', '11 sold so far.', hours, [sold, unsold], band)")
        assert 'role="img" aria-label="Leads. 11 sold so far."' in html
        assert "<details><summary>Show the numbers</summary>" in html
        assert re.search(
            r'<th scope="row">01:00</th><td class="right number">6</td><td class="right number">0</td>', html
        )
        assert "<title>03:00 · sold – · unsold – · last Friday 5</title>" in html


def test_nothing_in_a_chart_needs_a_style_or_a_script(app: Flask):
    html = drawn(app, "charts.columns('flow', 'Leads', 'One.', hours, [sold, unsold], band)")
    assert "style=" not in html
    assert "<script" not in html


def test_a_name_from_outside_stays_text(app: Flask):
    html = drawn(app, "charts.lines('flow', '<b>', '<i>', ['<u>'], [('<s>', 'good', [1])])")
    assert not re.search("<[bisu]>", html)


def test_a_bar_says_its_words_and_turns_with_its_share(app: Flask):
    tones = [re.search(r"tone-(\w+)", drawn(app, f"charts.bar({share}, 'x')")) for share in (10, 80, 140)]
    assert [tone and tone[1] for tone in tones] == ["muted", "notice", "bad"]
    assert 'aria-label="45 of 50 a day"' in drawn(app, "charts.bar(90, '45 of 50 a day')")
    assert 'width="100%"' in drawn(app, "charts.bar(140, 'over')")


def test_a_spark_is_a_picture_with_words(app: Flask):
    assert 'role="img" aria-label="rising"' in drawn(app, "charts.spark([1, 2, 3], 'rising')")
