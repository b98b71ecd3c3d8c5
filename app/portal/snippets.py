"""Code that people copy, one template a language: the same on the public pages, in Get started and in the tests.

Each is filled with an address and a key before it is shown, so that what is pasted runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import current_app, render_template

from app.adapters.ingest_terms import HEADER, PATH
from app.domain.signing import TOLERANCE
from app.portal import specimens


class Snippet(NamedTuple):
    """One language's version: the name of its tab, the file that it would be saved as, its text."""

    language: str
    file: str
    code: str


LEAD = (("cURL", "lead.curl"), ("Node.js", "lead.mjs"), ("Python", "lead.py"))
VERIFIERS = (
    ("Node.js", "verify.mjs"), ("Python", "verify.py"), ("PHP", "verify.php"), ("Perl", "verify.pl"),
    ("Shell", "verify.sh"),
)  # fmt: skip


def sending(key: str, body: Mapping[str, Any]) -> tuple[Snippet, ...]:
    """One lead posted with this key, in each language."""
    return _rendered(LEAD, key=key, body=specimens.text(body), path=PATH, header=HEADER)


def verifiers(prefix: str) -> tuple[Snippet, ...]:
    """A receiver's check of our signatures; ``prefix``: what its endpoint's headers are called by."""
    return _rendered(VERIFIERS, tolerance=TOLERANCE, signature_header=f"X-{prefix}-Signature")


def base_url() -> str:
    """Where people reach this installation, as its settings say."""
    address: str = current_app.extensions["settings"].base_url
    return address


def _rendered(files: tuple[tuple[str, str], ...], **values: Any) -> tuple[Snippet, ...]:
    return tuple(
        Snippet(language, name, render_template(f"docs/snippets/{name}", base_url=base_url(), **values))
        for language, name in files
    )
