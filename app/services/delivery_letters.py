"""Writing a lead down for its buyer: from the rows of a delivery to the request that is sent.

Reads only; the claim (``delivery_claims``) stores what comes out. The body of the first try is the body of
every try, to the byte: a buyer that compares sees the same lead, not a second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from app.adapters.buyers import FORMATS
from app.adapters.buyers.documents import LeadCard, SaleCard, default_body
from app.db import db
from app.domain.ids import exchange_delivery
from app.domain.money import Money
from app.gateways.http_client import Failure, FailureKind, Request
from app.gateways.secret_box import CannotOpen
from app.models.catalogue import Vertical
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery
from app.models.leads import Lead
from app.models.sales import Sale
from app.services import setup_headers
from app.services.sending import LONGEST_DEADLINE

NOT_USABLE = "The delivery setup cannot be used as it is; check its format, URL and headers."


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out for one delivery, or the fault that forbids it.

    ``head`` is the request's head as it may be stored; ``secrets`` are values that may not, wherever they turn up.
    """

    request: Request
    head: Mapping[str, Any]
    secrets: tuple[str, ...] = ()
    fault: Failure | None = None


def rows_of(tenant_id: UUID, delivery_ids: Sequence[UUID]) -> list[Row[Any]]:
    """Everything that is needed to write these deliveries; one statement."""
    rows = db.session.connection().execute(
        select(*_COLUMNS)
        .select_from(Delivery)
        .join(Sale, (Sale.tenant_id == Delivery.tenant_id) & (Sale.id == Delivery.sale_id))
        .join(Lead, (Lead.tenant_id == Delivery.tenant_id) & (Lead.id == Delivery.lead_id))
        .join(Vertical, (Vertical.tenant_id == Sale.tenant_id) & (Vertical.id == Sale.vertical_id))
        .join(DeliverySetup, (DeliverySetup.tenant_id == Delivery.tenant_id) & (DeliverySetup.id == Delivery.setup_id))
        .where(Delivery.tenant_id == tenant_id, Delivery.id.in_(delivery_ids))
        .order_by(Delivery.next_at, Delivery.id)
    )
    return list(rows)


def letter(tenant_id: UUID, row: Row[Any], earlier_body: bytes | None) -> Letter:
    """The request for one row of ``rows_of``; never raises, for one broken setup must not stop the others."""
    deadline = min(timedelta(milliseconds=row.timeout_ms), LONGEST_DEADLINE)
    try:
        own = setup_headers.opened(tenant_id, row.setup_id, row.headers_sealed)
        wire = FORMATS[row.format].write_post(_document(row), own | _stable_id(row.id))
    except (CannotOpen, KeyError, ValueError, TypeError):
        fault = Failure(FailureKind.BAD_REQUEST, NOT_USABLE, request_sent=False, took=timedelta(0))
        return Letter(Request("POST", row.url, {}, b"", deadline), {"method": "POST", "url": row.url}, fault=fault)
    body = wire.body if earlier_body is None else earlier_body
    request = Request(wire.method, row.url, wire.headers, body, deadline)
    return Letter(request, _head(request, own), setup_headers.secrets_in(own))


def _head(request: Request, own: Mapping[str, str]) -> dict[str, Any]:
    """The buyer's own headers appear by name only."""
    headers = {name: "[sealed]" if name in own else value for name, value in request.headers.items()}
    return {"method": request.method, "url": request.url, "headers": headers}


def _document(row: Row[Any]) -> dict[str, Any]:
    card = LeadCard(row.lead_id, row.vertical, row.fields, row.extra, row.score, row.tier, row.received_at, row.test)
    return default_body(card, SaleCard(row.id, Money.from_minor(row.price_minor, row.currency)))


def _stable_id(delivery_id: UUID) -> dict[str, str]:
    """The id that a careful buyer de-duplicates on: the same however often the lead is sent."""
    public = exchange_delivery(delivery_id)
    return {"Idempotency-Key": public, "X-Switchyard-Delivery": public}


_COLUMNS = (
    Delivery.id,
    Delivery.attempt,
    Delivery.lead_id,
    Delivery.sale_id,
    Delivery.setup_id,
    Sale.state.label("sale_state"),
    Sale.price_minor,
    Sale.currency,
    Lead.fields,
    Lead.extra,
    Lead.score,
    Lead.tier,
    Lead.test,
    Lead.received_at,
    Vertical.key.label("vertical"),
    DeliverySetup.url,
    DeliverySetup.format,
    DeliverySetup.headers_sealed,
    DeliverySetup.answer_rules,
    DeliverySetup.timeout_ms,
)
