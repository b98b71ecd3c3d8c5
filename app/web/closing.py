"""Whether this web process was told to end, so that answers without an end of their own end themselves.

The server installs its handlers for signals after the application was loaded, and one signal has one handler. So
nothing is handled here: Python writes the number of every signal it handles to a pipe, and a thread reads there.
"""

from __future__ import annotations

import os
import signal
import threading

_ENDS = {signal.SIGTERM, signal.SIGINT}


class _Life:
    is_closing = False


def is_closing() -> bool:
    """Whether the end was asked for; requests under way are still finished."""
    return _Life.is_closing


def watch() -> bool:
    """Notice SIGTERM and SIGINT from now on; False outside of the main thread, where Python does not allow it."""
    if threading.current_thread() is not threading.main_thread():
        return False
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_read, args=(reader,), name="closing", daemon=True).start()
    return True


def _read(reader: int) -> None:
    while not _Life.is_closing:
        _Life.is_closing = bool(_ENDS.intersection(os.read(reader, 64)))
