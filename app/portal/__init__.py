"""The portal: HTML pages for admins, buyers and publishers over the same services as the API.

A view parses, calls one service or query, renders. Nothing here touches a table or a gateway, and
only ``pages`` knows what HTMX says in headers.
"""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from app.portal import (  # noqa: F401 - each hangs its views on the blueprint
    account,
    acting,
    applications,
    apply,
    audit_log,
    buyers,
    campaign_fields,
    campaigns,
    changes,
    contract_page,
    contracts,
    deliveries,
    docs_pages,
    faults,
    furniture,
    help_pages,
    home,
    joining,
    keys,
    lead,
    lead_views,
    leads,
    live,
    mails,
    messages,
    offer_places,
    offers,
    overview,
    own_home,
    palette,
    party_edits,
    party_keys,
    permissions,
    public,
    publishers,
    putting_back,
    queues,
    search,
    second_factor,
    sign_in,
    sources,
    start,
    sub_verticals,
    suppressions,
    team,
    tenant_settings,
    users,
    value_lists,
    verticals,
    webhooks,
)
from app.portal.blueprint import portal
from app.web import reading, shapes


def register(app: Flask) -> None:
    """Hang the portal into an application: its views, its guard, its words, its error pages."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the token lives as long as the session it is tied to
    app.register_blueprint(portal)
    furniture.hang(app)
    settings = app.extensions["settings"]
    for endpoint in suppressions.UPLOADS:
        reading.allow(app, endpoint, suppressions.BIGGEST)
    live.reserve_slots(app, settings.web_threads, settings.stream_share)
    shapes.own(app, "/", faults.error_page)
