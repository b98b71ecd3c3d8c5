"""``./dev setup``: what an installation needs from this checkout, and nothing else runs."""

from __future__ import annotations

from tools.dev import assets, environment
from tools.dev.places import ASSETS, ROOT, VENV

NEXT = """\
Ready: the environment {venv} and the front-end files {assets}.

Next, in this checkout:
  1. set DATABASE_URL, REDIS_URL, SECRET_KEY, ENCRYPTION_KEYS and BASE_URL (https://…), as docs/reference.md tells
  2. {venv}/bin/python -m app.cli migrate
  3. {venv}/bin/python -m app.cli create-tenant, then create-admin; each says what it wants with --help
  4. {venv}/bin/python -m app.cli serve, and beside it python -m jobs.schedule
     and a python -m jobs.worker for each queue
The README, under Settings, has these lines in full.
"""


def setup() -> int:
    """Make what is missing; a second time nothing is done twice."""
    environment.prepare("runtime")
    assets.unpack()
    print(NEXT.format(venv=VENV.relative_to(ROOT), assets=ASSETS.relative_to(ROOT)), end="")
    return 0
