"""Flask extensions, made once and bound to an application in ``app/factory.py``. Nothing else lives here."""

from __future__ import annotations

from pathlib import Path

from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from htmx_flask import Htmx

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

migrate = Migrate(directory=str(MIGRATIONS))
csrf = CSRFProtect()  # the portal calls ``csrf.protect()`` itself; APIs carry no cookies and need none
htmx = Htmx()
