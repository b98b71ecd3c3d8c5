"""The portal's one blueprint; every resource hangs its views on it."""

from __future__ import annotations

from flask import Blueprint

portal = Blueprint("portal", __name__)
