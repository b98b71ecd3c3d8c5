"""The composition root: the one place that knows every part and puts them together.

Nothing else imports this but the command line, ``wsgi.py``, the jobs and the tests.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import random

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from app import api, dialects, log, models, portal
from app.db import db, engine_options, prepare_engine
from app.extensions import csrf, htmx, migrate
from app.gateways import kit as gateways
from app.gateways.counters import RateLimiter
from app.gateways.feed import FeedStream
from app.gateways.http_client import OutboundClient
from app.gateways.ip_facts import IpFactsTable
from app.gateways.job_queue import Doorbell
from app.gateways.job_watch import RedisWatch
from app.gateways.kit import Kit
from app.gateways.mailer import Mailer, OutboxMailer, SmtpMailer
from app.gateways.redis_links import redis_client
from app.gateways.secret_box import SecretBox
from app.settings import Settings
from app.web import context, headers, health, rate, reading, shapes

_FORM_LIMIT = 256 * 1024


def create_app(settings: Settings | None = None, kit: Kit | None = None) -> Flask:
    """An application of these settings (read from the environment without any) and these gateways.

    Raises SettingsError with every fault of the environment.
    """
    settings = settings or Settings.from_env(os.environ)
    log.configure(settings.log_level)
    app = _flask(settings)
    _database(app, settings)
    csrf.init_app(app)
    htmx.init_app(app)
    gateways.install(kit or build_kit(settings))
    context.attach(app, settings)
    reading.attach(app, settings)
    rate.attach(app)
    headers.attach(app, settings)
    shapes.handle(app)
    app.register_blueprint(health.blueprint(redis_client(settings.redis_url)))
    for face in (api, dialects, portal):
        face.register(app)
    return app


def settings_of(app: Flask) -> Settings:
    """The settings that an application was made from."""
    settings: Settings = app.extensions["settings"]
    return settings


def _flask(settings: Settings) -> Flask:
    app = Flask("app", template_folder="../templates", static_folder=None)
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.env == "test",
        PROPAGATE_EXCEPTIONS=False,
        MAX_CONTENT_LENGTH=_FORM_LIMIT,
        MAX_FORM_MEMORY_SIZE=_FORM_LIMIT,
        SESSION_COOKIE_NAME="__Host-session" if settings.is_production else "session",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if isinstance(app.json, DefaultJSONProvider):
        app.json.sort_keys = False
    # A redirect would answer an API with HTML, and a POST would lose its body: both spellings are one address.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    return app


def _database(app: Flask, settings: Settings) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    app.extensions["models"] = models  # importing the package is what loads every table
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        prepare_engine(db.engine, settings.database_role)


def fingerprint_key(settings: Settings) -> bytes:
    """The key under which e-mails and phones are fingerprinted; it follows SECRET_KEY."""
    return hmac.digest(settings.secret_key.encode(), b"switchyard fingerprints v1", hashlib.sha256)


def build_kit(settings: Settings) -> Kit:
    """The real gateways. None of them connects before it is used."""
    return Kit(
        http=OutboundClient(settings.outbound_allow),
        bell=Doorbell(redis_client(settings.redis_url)),
        feed=FeedStream.at(settings.redis_url),
        limiter=RateLimiter(redis_client(settings.redis_url)),
        secrets=SecretBox(settings.encryption_keys),
        ip_facts=IpFactsTable.from_file(settings.ip_facts_file),
        fingerprint_key=fingerprint_key(settings),
        rng=random.SystemRandom(),  # forked workers must not draw the same ids
        mailer=_mailer(settings),
        jobs=RedisWatch(redis_client(settings.redis_url)),
        site=settings.base_url,
    )


def _mailer(settings: Settings) -> Mailer:
    """Nothing leaves the demo, and nothing can leave without a relay."""
    if settings.is_demo or not settings.smtp_url:
        return OutboxMailer()
    return SmtpMailer(settings.smtp_url, settings.mail_from)
