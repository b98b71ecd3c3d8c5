"""The gateways of this process, as one bundle.

``create_app`` chooses the real ones or the null ones once and installs them here; services ask for
``kit()``. Tests install a bundle of fakes for the length of a ``with``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.gateways.job_watch import NullWatch
from app.gateways.mailer import OutboxMailer

if TYPE_CHECKING:
    from app.gateways.counters import RateLimiter
    from app.gateways.feed import Feed
    from app.gateways.http_client import HttpClient
    from app.gateways.ip_facts import IpFactsSource
    from app.gateways.job_queue import Bell
    from app.gateways.job_watch import JobWatch
    from app.gateways.mailer import Mailer
    from app.gateways.secret_box import SecretBox


@dataclass(frozen=True, slots=True)
class Kit:
    """Everything outside this process that a use case may reach, and its chance.

    ``site``: where people find the portal, for mails that lead them there.
    """

    http: HttpClient
    bell: Bell
    feed: Feed
    limiter: RateLimiter
    secrets: SecretBox
    ip_facts: IpFactsSource
    fingerprint_key: bytes
    rng: random.Random
    mailer: Mailer = field(default_factory=OutboxMailer)
    jobs: JobWatch = field(default_factory=NullWatch)
    site: str = ""


_INSTALLED: list[Kit] = []


def install(kit: Kit) -> None:
    """Make ``kit`` the bundle of this process; the newest one installed counts."""
    _INSTALLED[:] = [kit]


def kit() -> Kit:
    """The bundle of this process; an error before ``create_app`` ran."""
    if not _INSTALLED:
        message = "no gateways are installed; create_app does that"
        raise RuntimeError(message)
    return _INSTALLED[-1]


@contextmanager
def using(other: Kit) -> Iterator[Kit]:
    """Use another bundle for a while."""
    _INSTALLED.append(other)
    try:
        yield other
    finally:
        _INSTALLED.remove(other)
