"""Running the simulator: as a process until it is told to stop, or on a thread inside a test."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator, Mapping

import uvloop
from aiohttp import web

from app.log import get
from app.simulator.memory import Memory
from app.simulator.profiles import Profile
from app.simulator.server import create_app

SHUTDOWN_SECONDS = 0.2
PATIENCE = 60.0  # seconds for the thread to begin or to end


def run(host: str, port: int, roster: Mapping[str, Profile]) -> None:
    """Serve until SIGINT or SIGTERM."""
    uvloop.run(_serve(host, port, roster))


@contextlib.contextmanager
def in_thread(memory: Memory, roster: Mapping[str, Profile] | None = None) -> Iterator[int]:
    """Serve on a free loopback port from a thread of this process; gives the port."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(_start("127.0.0.1", 0, create_app(roster, memory)), loop).result(PATIENCE)
    try:
        yield runner.addresses[0][1]
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


async def _serve(host: str, port: int, roster: Mapping[str, Profile]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runner = await _start(host, port, create_app(roster))
    get().info("simulator_ready", port=runner.addresses[0][1])
    await stop.wait()
    await runner.cleanup()


async def _start(host: str, port: int, app: web.Application) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, host, port, reuse_address=True).start()
    return runner
