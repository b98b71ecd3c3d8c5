"""Settings for a test's application: whole, small and fast, with loopback allowed as a buyer's address."""

from __future__ import annotations

import base64

from app.settings import Settings

NO_REDIS = "unix:///nonexistent/redis.sock"
DEFAULTS = {
    "SWITCHYARD_ENV": "test",
    "SECRET_KEY": "a secret key of the tests, long enough",
    "ENCRYPTION_KEYS": "test:" + base64.b64encode(bytes(range(32))).decode(),
    "OUTBOUND_ALLOW": "127.0.0.0/8,::1/128",
    "BASE_URL": "http://127.0.0.1:8000",
    "LOG_LEVEL": "error",
}


def settings_for(database_url: str, redis_url: str = NO_REDIS, **more: str) -> Settings:
    """Settings read from a made-up environment; ``more`` adds to it or replaces parts of it."""
    return Settings.from_env(environment(database_url, redis_url, **more))


def environment(database_url: str, redis_url: str = NO_REDIS, **more: str) -> dict[str, str]:
    """The same as environment variables, for a process that a test starts."""
    return DEFAULTS | {"DATABASE_URL": database_url, "REDIS_URL": redis_url} | more
