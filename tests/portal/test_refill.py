"""Putting what was typed back into a form: each kind of control, and nothing else on the page."""

import pytest

from app.portal.refill import refill

PAGE = """<p>a < b &amp; c</p>
<form method="post" action="/other"><input name="name" value="other"></form>
<form method="post" action="/things/7" id="edit">
  <input type="hidden" name="csrf_token" value="new"><input type="hidden" name="version" value="9">
  <input name="name" value="old" required>
  <input type="password" name="secret" value="">
  <input type="checkbox" name="day" value="mon" checked><input type="checkbox" name="day" value="tue">
  <input type="radio" name="mode" value="a" checked><input type="radio" name="mode" value="b">
  <select name="place"><option value="">Any</option><option value="x" selected>X</option><option>Y</option></select>
  <textarea name="note">before</textarea>
  <button name="do" value="save">Save</button> <button name="do" value="try" hx-post="/things/7/try">Try</button>
</form>
<input name="outside" value="1" form="edit">
"""


def filled(*fields: tuple[str, str], action: str = "/things/7", page: str = PAGE) -> tuple[str, tuple[object, ...]]:
    done = refill(page, action, fields)
    assert done.found
    return done.html, done.left


def test_text_comes_back_escaped_and_the_rest_stays_as_it_was():
    html, left = filled(("name", 'x"><script>'), ("note", "</textarea><b>"), ("outside", "2"), ("day", "mon"))
    assert 'name="name" value="x&quot;&gt;&lt;script&gt;"' in html
    assert "&lt;/textarea&gt;&lt;b&gt;</textarea>" in html
    assert 'name="outside" value="2"' in html
    assert html.startswith(
        '<p>a < b &amp; c</p>\n<form method="post" action="/other"><input name="name" value="other">'
    )
    assert not left


def test_boxes_and_choices_come_back_as_they_were():
    html, left = filled(("day", "tue"), ("mode", "b"), ("place", "Y"))
    assert '<input type="checkbox" name="day" value="mon">' in html
    assert '<input type="checkbox" name="day" value="tue" checked>' in html
    assert '<input type="radio" name="mode" value="b" checked>' in html
    assert '<option value="x">X</option><option selected>Y</option>' in html
    assert not left


def test_what_was_known_then_comes_back_too_so_that_a_conflict_is_still_seen():
    html, _ = filled(("version", "8"))
    assert 'name="version" value="8"' in html
    assert 'name="csrf_token" value="new"' in html


def test_passwords_are_never_put_back():
    html, left = filled(("secret", "s3cret"))
    assert "s3cret" not in html
    assert left == (("secret", "s3cret"),)


def test_what_has_no_place_is_told():
    html, left = filled(("name", "new"), ("gone", "1"), ("place", "nowhere"), ("name", "second"), ("do", "save"))
    assert left == (("gone", "1"), ("place", "nowhere"), ("name", "second"))
    assert '<option value="x" selected>' in html


def test_a_button_that_sends_elsewhere_belongs_to_its_form():
    html, _ = filled(("name", "new"), action="/things/7/try")
    assert 'name="name" value="new"' in html


def test_rows_of_the_same_names_come_back_in_their_order():
    page = '<form method="post" action="/r">' + '<select name="f"><option>a<option>b</select><input name="v">' * 2
    html, left = filled(("f", "b"), ("v", "1"), ("f", "a"), ("v", "2"), action="/r", page=page)
    assert html.index('value="1"') < html.index('value="2"')
    assert html.index("<option selected>b") < html.index("<option selected>a")
    assert not left


@pytest.mark.parametrize("page", ["", "<form method=get action=/things/7><input name=name></form>", "<form", "<p>"])
def test_a_page_without_the_form_is_left_alone(page: str):
    assert refill(page, "/things/7", (("name", "x"),)) == (page, False, (("name", "x"),))
