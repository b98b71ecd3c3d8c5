"""The routes: fake buyers under ``/buyers/<slug>``, the webhook sink under ``/hooks/<name>``.

``/hurried/buyers/<slug>`` are the same buyers without their waits: a past of many leads is told to them quickly.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from aiohttp import web

from app import clock
from app.simulator import hooks, wire
from app.simulator.memory import Call, Memory, key_of
from app.simulator.profiles import Answer, BadProfile, Profile, answer_ping, answer_post, from_query

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
MEMORY = web.AppKey("memory", Memory)
ROSTER = web.AppKey("roster", dict[str, Profile])
MOST_BODY = 4 * 1024 * 1024
LOG_LIMIT = 200
ANSWERS: Mapping[str, Callable[[Profile, str, str], Answer]] = {"post": answer_post, "ping": answer_ping}


def create_app(roster: Mapping[str, Profile] | None = None, memory: Memory | None = None) -> web.Application:
    """The simulator as an aiohttp application; ``roster`` holds the registered buyers."""
    app = web.Application(client_max_size=MOST_BODY, middlewares=[_clear_errors])
    app[MEMORY] = memory if memory is not None else Memory()
    app[ROSTER] = dict(roster or {})
    app.add_routes(
        [
            web.get("/", _index),
            web.get("/healthz", _index),
            web.post("/buyers/{slug}/{kind:post|ping}", _buyer),
            web.post("/hurried/buyers/{slug}/{kind:post|ping}", _hurried),
            web.put("/buyers/{slug}", _register),
            web.get("/buyers/{slug}/log", _buyer_log),
            web.delete("/buyers/{slug}/log", _forget_buyer),
            web.post("/hooks/{name}", _hook),
            web.get("/hooks/{name}/log", _hook_log),
            web.delete("/hooks/{name}/log", _forget_hook),
        ]
    )
    return app


@web.middleware
async def _clear_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A profile that does not exist is the caller's mistake and says so."""
    try:
        return await handler(request)
    except BadProfile as fault:
        return web.json_response({"error": str(fault)}, status=400)


async def _index(request: web.Request) -> web.Response:
    return web.json_response({"name": "Switchyard buyer simulator", "calls": request.app[MEMORY].totals()})


async def _buyer(request: web.Request) -> web.StreamResponse:
    """A lead or a ping arrives: note it, then answer as this buyer does."""
    return await _answered(request, waits=True)


async def _hurried(request: web.Request) -> web.StreamResponse:
    """As ``_buyer``, at once."""
    return await _answered(request, waits=False)


async def _answered(request: web.Request, *, waits: bool) -> web.StreamResponse:
    slug, kind = request.match_info["slug"], request.match_info["kind"]
    diary = request.app[MEMORY].of(f"buyers/{slug}/{kind}")
    diary.enter()
    try:
        profile = from_query(request.query, request.app[ROSTER].get(slug, Profile()))
        body = await request.read()
        key = key_of(request.headers, body)
        answer = ANSWERS[kind](profile, slug, key)
        diary.note(_call(request, key, body, answer.outcome))
        return await wire.send(request, answer if waits else replace(answer, wait_ms=0))
    finally:
        diary.leave()


async def _register(request: web.Request) -> web.Response:
    """Give a buyer a standing profile; a query on a call still goes before it."""
    request.app[ROSTER][request.match_info["slug"]] = from_query(request.query, Profile())
    return web.json_response({"ok": True})


async def _hook(request: web.Request) -> web.StreamResponse:
    """A webhook arrives: note the exact bytes, then answer with the status that was asked for."""
    diary = request.app[MEMORY].of(f"hooks/{request.match_info['name']}")
    diary.enter()
    try:
        body = await request.read()
        key = key_of(request.headers, body)
        answer = hooks.answer(request.query, diary.seen(key))
        diary.note(_call(request, key, body, answer.outcome))
        return await wire.send(request, answer)
    finally:
        diary.leave()


def _call(request: web.Request, key: str, body: bytes, outcome: str) -> Call:
    headers = tuple((name, value) for name, value in request.headers.items())
    return Call(clock.now(), key, request.method, request.query_string, headers, body, outcome)


async def _buyer_log(request: web.Request) -> web.Response:
    kind = request.query.get("kind", "post")
    return _log(request, f"buyers/{request.match_info['slug']}/{kind}")


async def _hook_log(request: web.Request) -> web.Response:
    return _log(request, f"hooks/{request.match_info['name']}")


def _log(request: web.Request, name: str) -> web.Response:
    limit = request.query.get("limit", "")
    return web.json_response(
        request.app[MEMORY].of(name).as_json(int(limit) if limit.isdecimal() else LOG_LIMIT),
    )


async def _forget_buyer(request: web.Request) -> web.Response:
    slug = request.match_info["slug"]
    request.app[MEMORY].clear([f"buyers/{slug}/{kind}" for kind in ANSWERS])
    return web.json_response({"ok": True})


async def _forget_hook(request: web.Request) -> web.Response:
    request.app[MEMORY].clear([f"hooks/{request.match_info['name']}"])
    return web.json_response({"ok": True})
