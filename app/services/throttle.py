"""Slowing down whoever guesses passwords, per account and per network.

Counted in the database, so that emptying Redis resets nothing, and taken before the password is
looked at, so that a thousand guesses at once get no further than a thousand in a row. Delays grow
and end; nobody is locked out for good.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from app.db import db
from app.models.tenants import SignInThrottle
from app.models.upsert import insert_into

FORGET_AFTER = timedelta(hours=1)
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Gate:
    """One counter: what it counts, and how many failures pass without a wait."""

    digest: str
    free: int


def gates(email: str, address: str) -> tuple[Gate, Gate]:
    """The account's gate and the network's: a /24 of IPv4, a /64 of IPv6."""
    return Gate(_digest("account", email), 5), Gate(_digest("network", _network(address)), 20)


def take(wanted: tuple[Gate, ...], now: datetime) -> timedelta | None:
    """Count a try at every gate; None lets it pass, else how long to wait.

    A try that passes is counted as a failure until ``give_back`` says that it was none.
    """
    waits = [wait for gate in wanted if (wait := _wait(gate, now))] or [
        wait for gate in wanted if (wait := _take(gate, now))
    ]
    return max(waits, default=None)


def _wait(gate: Gate, now: datetime) -> timedelta | None:
    """How long this gate stays shut; looked at first, so that a shut gate costs the other nothing."""
    until: datetime | None = db.session.scalar(
        select(SignInThrottle.blocked_until).where(SignInThrottle.digest == gate.digest)
    )
    return until - now if until is not None and until > now else None


def forget(gate: Gate) -> None:
    """This gate starts afresh."""
    db.session.execute(delete(SignInThrottle).where(SignInThrottle.digest == gate.digest))


def give_back(account: Gate, network: Gate) -> None:
    """The password was right: the account starts afresh, the network loses this one count."""
    forget(account)
    db.session.execute(
        update(SignInThrottle)
        .where(SignInThrottle.digest == network.digest, SignInThrottle.failures > 0)
        .values(failures=SignInThrottle.failures - 1, blocked_until=None)
    )


def delay_after(failures: int, free: int) -> timedelta | None:
    """The wait that this many failures cost: none within the free ones, then doubling from five seconds."""
    if failures < free:
        return None
    return min(LONGEST_DELAY, FIRST_DELAY * (1 << min(failures - free, 12)))


def _take(gate: Gate, now: datetime) -> timedelta | None:
    """Add one to the counter unless it is blocked.

    The UPDATE holds only for the count that was read: of simultaneous tries one passes, the others read again.
    """
    db.session.execute(_seed(gate, now))
    while True:
        row = db.session.execute(
            select(SignInThrottle.failures, SignInThrottle.blocked_until, SignInThrottle.updated_at)
            .where(SignInThrottle.digest == gate.digest)
        ).one()  # fmt: skip
        if row.blocked_until is not None and row.blocked_until > now:
            return timedelta(seconds=(row.blocked_until - now).total_seconds())
        failures = 1 if now - row.updated_at > FORGET_AFTER else row.failures + 1
        delay = delay_after(failures, gate.free)
        until = now + delay if delay else None
        taken = db.session.execute(
            update(SignInThrottle)
            .where(
                SignInThrottle.digest == gate.digest,
                SignInThrottle.failures == row.failures,
                or_(SignInThrottle.blocked_until.is_(None), SignInThrottle.blocked_until <= now),
            )
            .values(failures=failures, blocked_until=until, updated_at=now)
            .returning(SignInThrottle.digest)
        ).first()
        if taken:
            return None


def _seed(gate: Gate, now: datetime) -> Any:
    row = insert_into(db.session(), SignInThrottle).values(
        digest=gate.digest, failures=0, blocked_until=None, updated_at=now
    )
    return row.on_conflict_do_nothing()


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    prefix = 24 if isinstance(parsed, ipaddress.IPv4Address) else 64
    return str(ipaddress.ip_network((parsed, prefix), strict=False))
