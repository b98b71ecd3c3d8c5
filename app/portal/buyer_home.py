"""A buyer's first page: what was spent, what is left, how deliveries do, which contracts buy, what to set up."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, url_for

from app import clock
from app.domain.actor import Actor
from app.portal import contract_words, filters, pages, visit
from app.portal.checklist import Step, left
from app.queries import buyer_home as queries
from app.queries import buyers, contracts
from app.queries.buyer_home import Facts, Span, Spend, Wallet
from app.queries.contract_filter import ContractFilter
from app.queries.contracts import ContractRow
from app.services import contract_edits
from app.transaction import read_only

LOOKED_AT, SHOWN = 50, 8
"""Of so many contracts the first page shows those whose caps are fullest."""


def page() -> Response:
    """The page of whoever is signed in."""
    actor, now, zone = visit.actor(), clock.now(), visit.visitor().zone
    with read_only():
        spend = queries.spend(actor, zone, now)
        wallet = queries.wallet(actor, spend)
        since, _ = filters.period("7d", zone, now)
        health = queries.health(actor, since or now - timedelta(days=7), now)
        found = contracts.by_name(actor, ContractFilter(), None, LOOKED_AT, now=now).rows
        steps = _steps(queries.facts(actor), wallet)
        paid = buyers.payments(actor, actor.owner_id) if actor.owner_id else ()
    return pages.page(
        "home/buyer.html",
        tiles=_tiles(spend, now),
        wallet=wallet,
        paid=paid,
        health=health,
        found=sorted(found, key=_fullness, reverse=True)[:SHOWN],
        has_more=len(found) > SHOWN,
        right=lambda row: _right(actor, row),
        say=contract_words,
        asked=filters.uuid("ask"),
        done=filters.uuid("done"),
        steps=steps,
        left=left(steps),
        days=[f"{at.day} {at:%b}" for at, _ in spend.days],
        spent=[one.minor for _, one in spend.days],
        average=sum(one.minor for _, one in spend.days[:-1]) // max(len(spend.days) - 1, 1),
    )


def _tiles(spend: Spend, now: datetime) -> list[tuple[str, Span, str, str]]:
    """Each span with its name, what it is compared with, and its exact rows."""
    today = now.astimezone(spend.today.since.tzinfo)
    week_ago = f"the same hours last {today:%A}"
    month = url_for("portal.leads") + f"?from={spend.month.since:%Y-%m-%d}&to={today:%Y-%m-%d}"
    leads = url_for("portal.leads")
    return [
        ("Today", spend.today, week_ago, f"{leads}?period=today"),
        ("Last 7 days", spend.week, "the 7 days before", f"{leads}?period=7d"),
        (f"{today:%B} so far", spend.month, "the same days of last month", month),
    ]


def _fullness(row: ContractRow) -> int:
    return max((bar.percent for bar in row.bars), default=0)


def _right(actor: Actor, row: ContractRow) -> str:
    """What this person may do with the contract's status."""
    return str(contract_edits.may(actor, row.permissions, "status"))


def _steps(facts: Facts, wallet: Wallet) -> tuple[Step, ...]:
    contracts_url, account = url_for("portal.contracts"), url_for("portal.account")
    return (
        Step(True, "Company registered", "Your company has an account.", account, "Show account"),
        Step(facts.endpoint_answered, "Delivery answered",
             "Your system takes leads, or you read them here.", url_for("portal.deliveries"), "Show deliveries"),
        Step(facts.active_contract, "Contract active", "A contract says which leads you want.",
             contracts_url, "Show contracts"),
        Step(facts.capped_contract, "Cap set", "A cap says how many leads you take at most.",
             contracts_url, "Set a cap"),
        Step(wallet.left_minor > 0, "Funds or credit",
             "Without either, nothing can be bought. Ask the people who run this for it.", "", ""),
        Step(facts.first_lead, "First lead", "The first lead that a contract of yours bought.",
             url_for("portal.leads", period="all"), "Show leads"),
        Step(facts.second_factor, "Second factor", "A code from your phone keeps your account yours.",
             url_for("portal.second_factor"), "Set up second factor"),
    )  # fmt: skip
