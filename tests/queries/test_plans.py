"""Lists that grow for ever are read by an index, in its order: no scan of the table and no sorting."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from uuid import UUID, uuid4

import pytest
from flask import Flask

from app.domain.actor import Actor, Role
from app.queries import audit_log, deliveries, leads, webhooks
from app.queries.audit_log import AuditFilter
from app.queries.deliveries import DeliveryFilter
from app.queries.lead_filter import By, LeadFilter, Needle, Sort
from app.queries.webhooks import MessageFilter
from tests.queries.plans import plan_of
from tests.support.settings import settings_for
from tests.support.world import World

ADMIN, BUYER, PUBLISHER = (Role.ADMIN, Role.BUYER, Role.PUBLISHER)


@pytest.fixture
def world(sqlite, redis_url, make_app):
    app: Flask = make_app(settings_for(sqlite.url, redis_url))
    with app.app_context():
        yield World()


def listed(**wanted: object) -> Callable[[Actor], object]:
    """Reads leads under a filter."""
    return lambda actor: leads.listed(actor, LeadFilter(**wanted))


SOME_ID = UUID("01943b2e-0000-7000-8000-000000000001")
OLDEST_FIRST = Sort(By.MOMENT, ascending=True)
READS = [
    ("ix_leads_received", ADMIN, lambda actor: leads.listed(actor, LeadFilter())),
    ("ix_leads_publisher", PUBLISHER, lambda actor: leads.listed(actor, LeadFilter())),
    ("ix_sales_buyer", BUYER, lambda actor: leads.listed(actor, LeadFilter())),
    ("ix_leads_received", ADMIN, lambda actor: leads.listed(actor, LeadFilter(), sort=OLDEST_FIRST)),
    ("ix_leads_received", ADMIN, lambda actor: leads.counted(actor, LeadFilter())),
    ("ix_leads_state", ADMIN, listed(states=("held",))),
    ("ix_leads_reason", ADMIN, listed(reason="suppressed")),
    ("ix_leads_vertical", ADMIN, listed(vertical_id=SOME_ID)),
    ("ix_leads_source", ADMIN, listed(source_id=SOME_ID)),
    ("ix_leads_campaign", ADMIN, listed(campaign_id=SOME_ID)),
    ("ix_leads_test", ADMIN, listed(test=True)),
    ("ix_leads_score", ADMIN, listed(score=100)),
    ("ix_leads_publisher", ADMIN, listed(publisher_id=SOME_ID)),
    ("ix_leads_publisher_state", ADMIN, listed(publisher_id=SOME_ID, states=("held",))),
    ("ix_leads_publisher_state", PUBLISHER, listed(states=("held",))),
    ("ix_sales_buyer", ADMIN, listed(buyer_id=SOME_ID)),
    ("ix_sales_contract", ADMIN, listed(contract_id=SOME_ID)),
    ("ix_sales_buyer", BUYER, listed(vertical_id=SOME_ID, tier="hot")),
    ("ix_deliveries_listed", ADMIN, lambda actor: deliveries.listed(actor, DeliveryFilter())),
    ("ix_deliveries_buyer", BUYER, lambda actor: deliveries.listed(actor, DeliveryFilter())),
    ("ix_deliveries_stuck", ADMIN, lambda actor: deliveries.listed(actor, DeliveryFilter(state="failed"))),
    ("ix_messages_listed", ADMIN, lambda actor: webhooks.messages(actor, MessageFilter())),
    ("ix_messages_endpoint", ADMIN, lambda actor: webhooks.messages(actor, MessageFilter(endpoint_id=uuid4()))),
    ("ix_audit_entries_listed", ADMIN, lambda actor: audit_log.listed(actor, AuditFilter())),
    ("ix_audit_entries_action", ADMIN, lambda actor: audit_log.listed(actor, AuditFilter(action="user.added"))),
    ("ix_audit_entries_kind", ADMIN, lambda actor: audit_log.listed(actor, AuditFilter(kind="user"))),
    ("ix_audit_entries_subject", ADMIN, lambda actor: audit_log.of_subject(actor, "user", uuid4())),
]


@pytest.mark.parametrize(("index", "role", "read"), READS)
def test_a_list_is_read_in_the_order_of_its_index(world, index, role, read):
    actor = Actor(world.tenant_id, role, uuid4(), None if role is ADMIN else uuid4())
    plan = plan_of(lambda: read(actor))
    finding = list(takewhile(lambda step: not step.startswith("SCAN"), plan))  # then the few that were found are joined
    assert any(f"INDEX {index} " in step for step in finding), plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in finding, plan


@pytest.mark.parametrize("index", ["ix_leads_email", "ix_leads_phone"])
def test_a_person_is_found_by_their_fingerprints(world, index):
    plan = plan_of(lambda: leads.listed(world.admin, LeadFilter(needle=Needle(person=bytes(32)))))
    assert any(f"USING INDEX {index} (tenant_id=? AND " in step for step in plan), plan
    assert not any("ix_leads_received" in step for step in plan), plan


@pytest.mark.parametrize(
    ("index", "of_lead"), [("ix_messages_lead", webhooks.of_lead), ("ix_deliveries_lead", deliveries.of_lead)]
)
def test_what_happened_to_a_lead_is_found_by_the_lead(world, index, of_lead):
    plan = plan_of(lambda: of_lead(world.admin, uuid4()))
    assert any(f"USING INDEX {index} (tenant_id=? AND lead_id=?)" in step for step in plan), plan
