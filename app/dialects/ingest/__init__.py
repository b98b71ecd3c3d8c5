"""The ingest dialect: ``POST /api/v1/leads/ingest``, a publisher's single endpoint.

``reading``: its names into ours. ``wording``: our outcomes into its answers. ``view``: the order of things.
"""

from __future__ import annotations

from flask import Flask

from app.adapters.ingest_terms import PATH
from app.dialects.ingest import view, wording
from app.web import shapes


def register(app: Flask) -> None:
    """The route, and the shape of every error on its path."""
    app.register_blueprint(view.blueprint)
    shapes.own(app, PATH, wording.shape)
