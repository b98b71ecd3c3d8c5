"""Whether the demo is ready, and what it says then: where to look, whom to be, what to try."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tools.dev.places import DEMO_FILE, LOGS, ROOT

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def is_ready(address: str) -> bool:
    """Whether the readiness page answers 200."""
    try:
        with _DIRECT.open(address, timeout=3) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:  # refused, timed out, or an answer of 4xx or 5xx
        return False


def text(base_url: str) -> str:
    """What the person reads when everything is up."""
    facts: dict[str, Any] = json.loads(DEMO_FILE.read_text()) if DEMO_FILE.exists() else {}
    lines = ["", f"Switchyard is ready at {base_url}", "", f"  Sign in at {base_url}/login as one of"]
    width = max((len(user["email"]) for user in facts.get("users", [])), default=0)
    lines += [f"    {user['role']:<11} {user['email']:<{width}}  {user['password']}" for user in facts.get("users", [])]
    if mail := facts.get("mail", {}).get("url"):
        lines += ["", f"  Mail that would have gone out: {mail}"]
    if key := facts.get("ingest", {}).get("api_key"):
        lines += ["", f"  A publisher's key to post leads with: {key}"]
    lines += ["", f"  All keys and addresses: {_short(DEMO_FILE)}    Logs: {_short(LOGS)}/"]
    return "\n".join([*lines, "", "Ctrl-C stops all of it.", ""])


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))
