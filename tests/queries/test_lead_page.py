from uuid import UUID, uuid4

from app.db import enter_tenant
from app.domain.actor import Actor, Role
from app.queries import lead_page
from app.transaction import read_only
from tests.queries.conftest import send
from tests.support.world import World


def opened(actor: Actor, lead_id: UUID):
    enter_tenant(actor.tenant_id)
    with read_only():
        return lead_page.opened(actor, lead_id)


def test_an_admin_sees_everything(world: World, northgate: UUID):
    harbour = world.buyer("Harbour")
    world.contract(harbour, 5000, name="Harbour", filters={"field": "deposit_gbp", "op": "ge", "value": 75000})
    page = opened(world.admin, send(world, 1))
    assert page.lead.publisher == "QuickQuotes"
    [sale] = page.sales
    assert (sale.buyer, sale.price, sale.payout, sale.margin) == ("Northgate", 6200, 3800, 2400)
    assert sum(line.amount for line in sale.lines) == 0
    [auction] = page.rounds
    assert {entry.contract for entry in auction.entries} == {"Northgate UK", "Harbour"}
    assert next(entry for entry in auction.entries if entry.contract == "Harbour").reasons


def test_a_publisher_sees_its_payout_and_nothing_of_any_buyer(world: World, northgate: UUID):
    actor = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id)
    page = opened(actor, send(world, 1))
    [sale] = page.sales
    assert (sale.buyer, sale.contract, sale.price, sale.margin, sale.payout) == (None, None, None, None, 3800)
    assert [line.account for line in sale.lines] == ["publisher"]
    assert page.rounds == ()
    assert page.deliveries == ()


def test_a_publisher_hears_neutral_reasons_alone(world: World):
    harbour = world.buyer("Harbour")
    world.contract(harbour, 5000, name="Harbour", filters={"field": "deposit_gbp", "op": "ge", "value": 75000})
    actor = Actor(world.tenant_id, Role.PUBLISHER, uuid4(), world.publisher_id)
    page = opened(actor, send(world, 1))
    assert page.lead.state == "unsold"
    assert page.lead.reason.code == "no_eligible_buyer"


def test_a_buyer_sees_its_own_contracts_and_not_where_the_lead_came_from(world: World, northgate: UUID):
    harbour = world.buyer("Harbour")
    world.contract(harbour, 5000, name="Harbour")
    actor = Actor(world.tenant_id, Role.BUYER, uuid4(), northgate)
    page = opened(actor, send(world, 1))
    assert (page.lead.publisher, page.lead.source, page.lead.campaign, page.lead.sub_id) == (None, None, None, None)
    assert not {"publisher", "publisher_id", "source", "source_tag"} & set(page.lead.facts)
    [sale] = page.sales
    assert (sale.price, sale.payout, sale.margin) == (6200, None, None)
    assert {entry.contract for one in page.rounds for entry in one.entries} == {"Northgate UK"}


def test_a_lead_that_is_not_theirs_is_not_there(world: World, northgate: UUID):
    lead_id = send(world, 1)
    harbour = world.buyer("Harbour")
    for actor in (
        Actor(world.tenant_id, Role.PUBLISHER, uuid4(), uuid4()),
        Actor(world.tenant_id, Role.BUYER, uuid4(), harbour),
        Actor(world.tenant_id, Role.BUYER, uuid4(), None),
        World(now=world.now).admin,
    ):
        assert opened(actor, lead_id) is None
