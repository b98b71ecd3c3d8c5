"""How buyers are asked and handed leads, and how their answers are read.

A format is one module of four pure functions: ``write_ping``, ``read_ping``, ``write_post``, ``read_post``.
Nothing here sends, stores or knows a key: the service adds the buyer's own headers to what is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.adapters.buyers import as_json
from app.adapters.buyers.base import Format

FORMATS: Mapping[str, Format] = MappingProxyType({"json": as_json})
"""Every format, by the name that a delivery setup keeps."""
