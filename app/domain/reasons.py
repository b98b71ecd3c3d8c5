"""Why something is a "no": the one closed list of reasons, and the form in which rules give them.

Codes are stored and sent; they never change their meaning. Dialects render them in their own
words. Every rule answers `tuple[No, ...]`, all the noes it found; the empty tuple means yes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self


class Audience(StrEnum):
    """Who may be told, beside the tenant's own staff, who may be told everything."""

    EVERYONE = "everyone"
    PUBLISHER = "publisher"
    BUYER = "buyer"
    ADMIN = "admin"


class Stage(StrEnum):
    """Where in a lead's way the reason arises."""

    INTAKE = "intake"
    PING = "ping"
    ROUTING = "routing"
    AUCTION = "auction"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Reason:
    """One entry of the list: a code for machines, a sentence for people, and who may see it."""

    code: str
    sentence: str
    audience: Audience
    stage: Stage

    def __str__(self) -> str:
        """The code."""
        return self.code

    def seen_by(self, audience: Audience) -> bool:
        """True when a person of that kind may be told this reason."""
        return audience is Audience.ADMIN or self.audience in {audience, Audience.EVERYONE}


@dataclass(frozen=True, slots=True)
class No:
    """One "no" with its particulars.

    `detail` is a sentence about this case ("state NY is not in TX, FL, CA"), `rule` the name or
    id of the filter, cap or price rule that decided, `resets_at` when a full cap opens again.
    """

    reason: Reason
    detail: str = ""
    rule: str = ""
    resets_at: datetime | None = None

    @property
    def code(self) -> str:
        """The reason's code."""
        return self.reason.code

    @property
    def sentence(self) -> str:
        """What to tell a person: the particulars, else the general sentence."""
        return self.detail or self.reason.sentence

    def to_json(self) -> dict[str, str]:
        """For storing; empty particulars are left out."""
        kept = {"code": self.code}
        if self.detail:
            kept["detail"] = self.detail
        if self.rule:
            kept["rule"] = self.rule
        if self.resets_at:
            kept["resets_at"] = self.resets_at.isoformat()
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` stored. Raises KeyError for a code that is not on the list."""
        until = kept.get("resets_at")
        return cls(
            BY_CODE[kept["code"]],
            kept.get("detail", ""),
            kept.get("rule", ""),
            datetime.fromisoformat(until) if until else None,
        )


_LIST: list[Reason] = []


def _reason(stage: Stage, audience: Audience, code: str, sentence: str) -> Reason:
    _LIST.append(reason := Reason(code, sentence, audience, stage))
    return reason


def _intake(code: str, sentence: str) -> Reason:
    return _reason(Stage.INTAKE, Audience.PUBLISHER, code, sentence)


def _ping(code: str, sentence: str) -> Reason:
    return _reason(Stage.PING, Audience.PUBLISHER, code, sentence)


def _ending(code: str, sentence: str) -> Reason:
    """How routing ended, in words that tell a publisher nothing about any buyer."""
    return _reason(Stage.ROUTING, Audience.PUBLISHER, code, sentence)


def _contract(code: str, sentence: str) -> Reason:
    """Why a contract did not match: its own buyer may know, no publisher may."""
    return _reason(Stage.ROUTING, Audience.BUYER, code, sentence)


def _house(code: str, sentence: str) -> Reason:
    """Why a contract did not match: the tenant's own business."""
    return _reason(Stage.ROUTING, Audience.ADMIN, code, sentence)


def _auction(code: str, sentence: str) -> Reason:
    return _reason(Stage.AUCTION, Audience.BUYER, code, sentence)


def _delivery(code: str, sentence: str) -> Reason:
    return _reason(Stage.DELIVERY, Audience.BUYER, code, sentence)


# Intake: why a submission is refused.
SCHEMA_VALIDATION_FAILED = _intake(
    "schema_validation_failed", "One or more fields are missing or break the campaign's rules."
)
DUPLICATE = _intake("duplicate", "This person was already sent within the duplicate window.")
SUPPRESSED = _intake("suppressed", "This person is on a list of people who must not be sold.")
CONSENT_MISSING = _intake("consent_missing", "The campaign asks for proof of consent.")
CONSENT_IN_FUTURE = _intake("consent_in_future", "The time of consent lies in the future.")
CONSENT_TOO_OLD = _intake("consent_too_old", "The consent is older than the campaign allows.")
CAMPAIGN_INACTIVE = _intake("campaign_inactive", "The campaign is not taking leads.")
SOURCE_INACTIVE = _intake("source_inactive", "This source is switched off.")
SOURCE_CAP_REACHED = _intake("source_cap_reached", "This source has sent all it may for now.")
SOURCE_CLOSED = _intake("source_closed", "This source is outside its hours.")
IP_NOT_ALLOWED = _intake("ip_not_allowed", "The sender's address is not on the allow-list.")
PUBLISHER_PAUSED = _intake("publisher_paused", "The publisher's account is paused.")
HELD_FOR_REVIEW = _intake("held_for_review", "The lead waits for a person to look at it.")
REFUSED_BY_REVIEW = _intake("refused_by_review", "A person looked at the lead and refused it.")

# Ping/post: why a post does not fit its ping.
INVALID_PING_ID = _ping("invalid_ping_id", "There is no such ping from this source.")
PING_ID_EXPIRED = _ping("ping_id_expired", "The ping's time ran out; ping again.")
PING_ID_ALREADY_CONSUMED = _ping("ping_id_already_consumed", "This ping was already posted; ping again.")
PING_MISMATCH = _ping("ping_mismatch", "The post does not carry what its ping asked about.")

# Endings: why a good lead did not sell, without a word about any buyer.
NO_ELIGIBLE_BUYER = _ending("no_eligible_buyer", "No buyer is taking such a lead now.")
BUYER_DECLINED = _ending("buyer_declined", "The buyer declined the lead and no other took it.")
BUYER_DELIVERY_FAILED = _ending("buyer_delivery_failed", "The lead could not be handed over.")
DOWNSTREAM_TIMEOUT = _ending("downstream_timeout", "The buyer did not answer in time.")
DOWNSTREAM_INVALID_RESPONSE = _ending("downstream_invalid_response", "The buyer's answer could not be read.")
NOT_CLAIMED = _ending("not_claimed", "Nobody took the lead from the board in time.")

# Routing: why a contract was passed over.
GEO_MISMATCH = _contract("geo_mismatch", "The lead is outside the contract's area.")
FILTER_MISMATCH = _contract("filter_mismatch", "The lead does not pass the contract's filters.")
SCORE_TOO_LOW = _contract("score_too_low", "The score is under the contract's minimum.")
HOURLY_CAP_REACHED = _contract("hourly_cap_reached", "The contract's leads for the hour are full.")
DAILY_CAP_REACHED = _contract("daily_cap_reached", "The contract's leads for the day are full.")
WEEKLY_CAP_REACHED = _contract("weekly_cap_reached", "The contract's leads for the week are full.")
MONTHLY_CAP_REACHED = _contract("monthly_cap_reached", "The contract's leads for the month are full.")
TOTAL_CAP_REACHED = _contract("total_cap_reached", "The contract has all the leads it ordered.")
CONCURRENCY_CAP_REACHED = _contract(
    "concurrency_cap_reached", "The buyer is working on as many leads as it takes at a time."
)
HOURLY_BUDGET_REACHED = _contract("hourly_budget_reached", "The hour's budget is spent.")
DAILY_BUDGET_REACHED = _contract("daily_budget_reached", "The day's budget is spent.")
WEEKLY_BUDGET_REACHED = _contract("weekly_budget_reached", "The week's budget is spent.")
MONTHLY_BUDGET_REACHED = _contract("monthly_budget_reached", "The month's budget is spent.")
TOTAL_BUDGET_REACHED = _contract("total_budget_reached", "The contract's whole budget is spent.")
CONCURRENCY_BUDGET_REACHED = _contract(
    "concurrency_budget_reached", "The leads in work are worth as much as the contract allows."
)
SCHEDULE_CAP_REACHED = _contract("schedule_cap_reached", "The leads of this row of the schedule are full.")
OUTSIDE_SCHEDULE = _contract("outside_schedule", "The contract is outside its hours.")
CONTRACT_PAUSED = _contract("contract_paused", "The contract is paused.")
BUYER_PAUSED = _contract("buyer_paused", "The buyer's account is paused.")
DELIVERY_NOT_READY = _contract("delivery_not_ready", "The contract has no working delivery setup.")
INSUFFICIENT_BALANCE = _contract("insufficient_balance", "The buyer's balance and credit do not cover the price.")
ALREADY_BOUGHT = _contract("already_bought", "The buyer bought this person within its own duplicate window.")
SUPPRESSED_FOR_BUYER = _contract("suppressed_for_buyer", "The person is on one of the buyer's own lists.")
BELOW_FLOOR = _contract("below_floor", "The price is under the floor.")
BELOW_BASE_PRICE = _house("below_base_price", "The price does not cover the vertical's base price and the margin.")
BELOW_MARGIN = _house("below_margin", "The sale would earn less than the least margin.")

# Auction: why an eligible contract did not win.
OUTBID = _auction("outbid", "Another contract stood higher.")
SEATS_FILLED = _auction("seats_filled", "All seats of the lead were sold.")
NOT_CHOSEN = _auction("not_chosen", "The publisher chose other bids.")
NO_BID = _auction("no_bid", "The buyer answered that it does not want the lead.")
LATE_BID = _auction("late_bid", "The bid came after the deadline.")
INVALID_BID = _auction("invalid_bid", "The answer holds no price that can be used.")
BELOW_MINIMUM_BID = _auction("below_minimum_bid", "The bid is under the contract's minimum.")
TIMEOUT = _auction("timeout", "No answer came within the time allowed.")
ERROR = _auction("error", "The buyer could not be asked, or its answer was an error.")
ALREADY_DECLINED = _auction("already_declined", "The buyer already declined this lead.")
ONE_SEAT_A_BUYER = _auction("one_seat_a_buyer", "The same buyer has this lead already.")
PLACE_TAKEN = _auction("place_taken", "The last place was taken while the lead was on its way.")
BELOW_PROMISE = _reason(
    Stage.AUCTION,
    Audience.ADMIN,
    "below_promise",
    "The price does not cover the payout promised on the ping and the least margin.",
)

# Delivery: how handing over a sold lead failed.
DECLINED = _delivery("declined", "The buyer declined the lead.")
DECLINED_DUPLICATE = _delivery("declined_duplicate", "The buyer says it knows this person.")
DELIVERY_FAILED = _delivery("delivery_failed", "Every try to hand the lead over failed.")
DELIVERY_UNKNOWN = _delivery("delivery_unknown", "The lead was sent and the answer was lost; a person must settle it.")
DELIVERY_BLOCKED = _delivery("delivery_blocked", "The buyer's address may not be called.")

BY_CODE: Mapping[str, Reason] = MappingProxyType({reason.code: reason for reason in _LIST})
"""The closed list."""


def told_to_publisher(reason: Reason) -> Reason:
    """The reason a publisher may hear: its own, or the neutral ending that covers a buyer's."""
    if reason.seen_by(Audience.PUBLISHER):
        return reason
    if reason.stage is Stage.DELIVERY:
        return BUYER_DECLINED if reason.code.startswith("declined") else BUYER_DELIVERY_FAILED
    return NO_ELIGIBLE_BUYER
