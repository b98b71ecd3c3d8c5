"""The faces that speak other systems' JSON: one dialect a package, its reading and its error shape beside it.

A dialect parses, calls one service, renders; it touches no table and knows no other dialect.
"""

from __future__ import annotations

from flask import Flask

from app.dialects import ingest, plain


def register(app: Flask) -> None:
    """Hang every dialect in."""
    plain.own(app)
    ingest.register(app)
