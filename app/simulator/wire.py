"""How answers go over the wire: plainly, or in the ways in which real ones go wrong."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

from aiohttp import web

from app.simulator.profiles import Answer, Manner

HANG_SECONDS = 120.0
DRIP_SECONDS = 0.25
DRIP_LENGTH = 4_096
OVERSIZED_CHUNK = b" " * 65_536
OVERSIZED_CHUNKS = 512  # 32 MiB
_ABORT_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends RST


async def send(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Wait as long as the answer says, then give it in its manner."""
    if answer.wait_ms:
        await asyncio.sleep(answer.wait_ms / 1000)
    match answer.manner:
        case Manner.HANG:
            await asyncio.sleep(HANG_SECONDS)
        case Manner.RESET:
            return _reset(request, answer)
        case Manner.DRIP:
            return await _drip(request, answer)
        case Manner.OVERSIZED:
            return await _flood(request, answer)
        case Manner.PLAIN:
            pass
    return _plain(answer)


def _plain(answer: Answer) -> web.Response:
    headers = {"Content-Type": "application/json", **(answer.headers or {})}
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def _reset(request: web.Request, answer: Answer) -> web.Response:
    """Drop the connection hard, after the whole request was read: the caller cannot know what became of it."""
    transport = request.transport
    if transport is not None:
        with contextlib.suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT_ON_CLOSE)
        transport.abort()
    return _plain(answer)


async def _drip(request: web.Request, answer: Answer) -> web.StreamResponse:
    """One byte at a time, slower than any reader should put up with."""
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    response.content_length = DRIP_LENGTH
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        for byte in answer.body.ljust(DRIP_LENGTH):
            await response.write(bytes([byte]))
            await asyncio.sleep(DRIP_SECONDS)
    return response


async def _flood(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Far more than was asked for, in chunks without an announced length."""
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        for _ in range(OVERSIZED_CHUNKS):
            await response.write(OVERSIZED_CHUNK)
    return response
