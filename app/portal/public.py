"""The page for people who do not know us yet: what this is, a live call to try, who works with it, how to join.

The call goes to the real address with the public sandbox key. A browser with scripts makes it itself; one without
posts the form here, and this server makes the same call to itself.
"""

from __future__ import annotations

from flask import Response, request

from app.adapters.ingest_terms import HEADER, PATH
from app.portal import pages, specimens
from app.portal.blueprint import portal
from app.services import sandbox
from app.web import inside
from app.web.body import MAX_BYTES
from app.web.inside import Exchange

SAMPLES = {"good": specimens.lead, "broken": specimens.broken}
STATEMENT = (
    "Switchyard takes in consumer leads over HTTP, checks and scores each one, sells it among your buyers within the "
    "same request, and shows every step of it."
)


@portal.get("/welcome")
def welcome() -> Response:
    """The front page of the house; ``?sample=broken`` fills in a body that will be refused."""
    chosen = request.args.get("sample", "good")
    make = SAMPLES.get(chosen, specimens.lead)
    return _page(specimens.text(make(specimens.FIRST)), None)


@portal.post("/welcome")
def try_out() -> Response:
    """Make the call for a browser that runs no scripts, and show both sides of it."""
    body = request.form.get("body", "")[:MAX_BYTES].replace("\r\n", "\n")
    headers = {HEADER: sandbox.KEY, "Content-Type": "application/json"}
    return _page(body, inside.post(PATH, headers, body))


def _page(body: str, seen: Exchange | None) -> Response:
    return pages.page(
        "public/welcome.html",
        fragment="call",
        statement=STATEMENT,
        body=body,
        seen=seen,
        answer=specimens.indented(seen.answer) if seen else "",
        path=PATH,
        header=HEADER,
        key=sandbox.KEY,
        samples=tuple(SAMPLES),
    )
