"""Putting what was typed back into the form of a page, purely: HTML in, HTML out, everything else left byte by byte.

It serves every form of the portal alike, so that no view knows that sessions end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit

Attributes = dict[str, str | None]
Fields = tuple[tuple[str, str], ...]
BUTTONS = frozenset({"submit", "button", "image", "reset"})
NEVER = frozenset({"password", "file"})


class Refilled(NamedTuple):
    """The page, whether its form was found, and the fields that have no place in it."""

    html: str
    found: bool
    left: Fields


@dataclass
class Control:
    """One control of a form, and where its tag (or what stands in it) begins and ends in the page."""

    kind: str
    name: str
    attributes: Attributes
    start: int
    end: int
    options: list[Control] = field(default_factory=list)
    text: str = ""


@dataclass
class Form:
    """A form that posts: the paths that it or a part of it is sent to, and its controls."""

    id: str
    paths: set[str]
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """The names of what can be typed or chosen."""
        return {control.name for control in self.controls if control.name and control.name != "csrf_token"}


def refill(html: str, action: str, fields: Fields) -> Refilled:
    """Put the fields into the form that sends to the path ``action``, or else into one that has them all."""
    reader = _Reader(html)
    form = _chosen(reader.forms, action, {name for name, _ in fields})
    if form is None:
        return Refilled(html, found=False, left=fields)
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in fields:
        values[name].append(value)
    edits, placed = _edits(form, values)
    left = tuple(_without(fields, placed))
    return Refilled(_edited(html, edits), found=True, left=left)


def _chosen(forms: Iterable[Form], action: str, names: set[str]) -> Form | None:
    """Of several with that address the one that has most of the fields; lists hold a form a row."""
    fitting = [form for form in forms if action in form.paths]
    if not fitting and names:
        fitting = [form for form in forms if names <= form.names]
    return max(fitting, key=lambda form: len(form.names & names), default=None)


def _edits(form: Form, values: Mapping[str, list[str]]) -> tuple[list[tuple[int, int, str]], Counter[tuple[str, str]]]:
    edits: list[tuple[int, int, str]] = []
    placed: Counter[tuple[str, str]] = Counter()
    waiting = {name: list(given) for name, given in values.items()}
    for control in form.controls:
        given = waiting.get(control.name, [])
        kind = control.kind
        if kind in BUTTONS:
            placed.update((control.name, value) for value in values.get(control.name, []))
        elif kind in {"checkbox", "radio"}:
            mine = control.attributes.get("value") or "on"
            _mark(edits, control, "checked", on=mine in values.get(control.name, []))
            placed[control.name, mine] += mine in given
        elif kind == "select":
            wanted = given if "multiple" in control.attributes else [given.pop(0)] if given else []
            placed.update((control.name, value) for value in _choose(edits, control, wanted))
        elif kind not in NEVER and given and control.name != "csrf_token":
            value = given.pop(0)
            placed[control.name, value] += 1
            edits.append(_typed(control, value))
    return edits, placed


def _choose(edits: list[tuple[int, int, str]], control: Control, wanted: list[str]) -> Iterable[str]:
    """Choose these options and no others, if there are such; which of them there are."""
    offered = [(option, option.attributes.get("value", option.text.strip()) or "") for option in control.options]
    known = [value for _, value in offered if value in wanted]
    if known or not wanted:
        for option, value in offered:
            _mark(edits, option, "selected", on=value in known)
    return known


def _mark(edits: list[tuple[int, int, str]], control: Control, word: str, *, on: bool) -> None:
    """Tick, choose, or undo it."""
    if on != (word in control.attributes):
        kept = {name: value for name, value in control.attributes.items() if name != word}
        tag = "option" if word == "selected" else "input"
        edits.append((control.start, control.end, _tag(tag, kept | ({word: None} if on else {}))))


def _typed(control: Control, value: str) -> tuple[int, int, str]:
    if control.kind == "textarea":
        return control.start, control.end, "\n" + escape(value, quote=False)
    return control.start, control.end, _tag("input", control.attributes | {"value": value})


def _tag(name: str, attributes: Attributes) -> str:
    said = (f" {key}" if value is None else f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{''.join(said)}>"


def _without(fields: Fields, placed: Counter[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for one in fields:
        if placed[one] > 0:
            placed[one] -= 1
        elif one[1]:
            yield one


def _edited(html: str, edits: list[tuple[int, int, str]]) -> str:
    for start, end, text in sorted(edits, reverse=True):
        html = html[:start] + text + html[end:]
    return html


class _Reader(HTMLParser):
    """Finds the forms of a page with the places of their controls."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._area: Control | None = None
        self._select: Control | None = None
        self._option: Control | None = None
        self._lines = [0, *(at + 1 for at, letter in enumerate(html) if letter == "\n")]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or a control of one."""
        attributes: Attributes = dict(attrs)
        paths = {urlsplit(attributes.get(key) or "").path for key in ("action", "formaction", "hx-post")} - {""}
        if tag == "form" and (attributes.get("method") or "").lower() == "post":
            self._open = Form(attributes.get("id") or "", paths)
            self.forms.append(self._open)
            return
        form = self._form_of(attributes)
        if form is not None:
            form.paths |= paths
            self._control(tag, attributes, form)

    def handle_endtag(self, tag: str) -> None:
        """A form, a text area or a select box ends."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = self._option = None
        elif tag == "textarea" and self._area is not None:
            self._area.end = self._here()
            self._area = None

    def handle_data(self, data: str) -> None:
        """What an option says is its value, where it has no other."""
        if self._option is not None:
            self._option.text += data

    def _form_of(self, attributes: Attributes) -> Form | None:
        wanted = attributes.get("form")
        return next((form for form in self.forms if form.id == wanted), None) if wanted else self._open

    def _control(self, tag: str, attributes: Attributes, form: Form) -> None:
        start, end = self._here(), self._here() + len(self.get_starttag_text() or "")
        name = attributes.get("name") or ""
        if tag == "option" and self._select is not None:
            self._option = Control("option", "", attributes, start, end)
            self._select.options.append(self._option)
        elif tag == "select":
            self._select = Control("select", name, attributes, start, end)
            form.controls.append(self._select)
        elif tag == "textarea":
            self._area = Control("textarea", name, attributes, end, end)
            form.controls.append(self._area)
        elif tag in {"input", "button"}:
            kind = (attributes.get("type") or ("text" if tag == "input" else "submit")).lower()
            form.controls.append(Control(kind, name, attributes, start, end))

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
