"""The limit on the web side: a bare Flask view that reads a JSON lead and answers a constant shape.

``python -m bench._bare <port> <processes> <threads>`` serves it as the product is served.
"""

from __future__ import annotations

import sys

import orjson
from flask import Flask, Response, request
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

app = Flask("bare")


@app.post("/api/v1/leads/ingest")
def ingest() -> Response:
    """Read, answer, nothing between."""
    orjson.loads(request.get_data())
    body = orjson.dumps({"ok": True, "lead_id": "lead_0", "status": "accepted", "reason": None})
    return Response(body, 200, mimetype="application/json")


def serve(port: int, processes: int, threads: int) -> None:
    """Serve until told to stop."""
    Granian(
        "bench._bare:app",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        log_level=LogLevels.warning,
    ).serve()


if __name__ == "__main__":
    serve(*map(int, sys.argv[1:4]))
