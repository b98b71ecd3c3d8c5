"""The rail at the left: which pages a role has, in the order of its day."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase
from typing import NamedTuple

from app.domain import actor
from app.domain.actor import Role

EVERYBODY, STAFF, BUYING, SENDING = actor.EVERYBODY, actor.STAFF, actor.BUYING, actor.SENDING
"""Whose a page is, said beside the rail that leads to it."""


class Entry(NamedTuple):
    """One place to go. ``section`` marks it on all pages of that resource; ``group`` is its small heading."""

    section: str
    word: str
    icon: str
    endpoint: str
    roles: frozenset[Role]
    group: str = "Now"


ENTRIES = (
    Entry("home", "Home", "house", "portal.own_home", frozenset({Role.BUYER, Role.PUBLISHER})),
    Entry("overview", "Overview", "gauge", "portal.overview", STAFF),
    Entry("start", "Get started", "rocket", "portal.start", frozenset({Role.PUBLISHER})),
    Entry("live", "Live", "activity", "portal.live", EVERYBODY),
    Entry("leads", "Leads", "list", "portal.leads", EVERYBODY),
    Entry("deliveries", "Deliveries", "send", "portal.deliveries", BUYING),
    Entry("contracts", "Contracts", "file-text", "portal.contracts", BUYING, "Market"),
    Entry("changes", "Changes", "file-diff", "portal.changes", STAFF, "Market"),
    Entry("offers", "Offers", "tags", "portal.offers", STAFF, "Market"),
    Entry("campaigns", "Campaigns", "megaphone", "portal.campaigns", STAFF, "Market"),
    Entry("sources", "Sources", "log-in", "portal.sources", STAFF, "Market"),
    Entry("verticals", "Verticals", "shapes", "portal.verticals", STAFF, "Market"),
    Entry("suppressions", "Suppression", "shield-ban", "portal.suppression_lists", STAFF, "Market"),
    Entry("lists", "Value lists", "list-filter", "portal.value_list_pages", STAFF, "Market"),
    Entry("publishers", "Publishers", "radio-tower", "portal.publishers", STAFF, "Partners"),
    Entry("buyers", "Buyers", "briefcase-business", "portal.buyers", STAFF, "Partners"),
    Entry("applications", "Applications", "user-plus", "portal.applications", STAFF, "Partners"),
    Entry("webhooks", "Webhooks", "webhook", "portal.webhooks", EVERYBODY, "Connect"),
    Entry("keys", "API keys", "key-round", "portal.keys", EVERYBODY, "Connect"),
    Entry("team", "Team", "users", "portal.team", frozenset({Role.BUYER, Role.PUBLISHER}), "House"),
    Entry("users", "Users", "users", "portal.users", STAFF, "House"),
    Entry("audit", "Audit log", "scroll-text", "portal.audit", STAFF, "House"),
    Entry("queues", "Queues", "layers", "portal.queues", STAFF, "House"),
    Entry("mails", "Mail", "mail", "portal.mails", STAFF, "House"),
    Entry("settings", "Settings", "settings", "portal.settings", STAFF, "House"),
    Entry("account", "Account", "circle-user", "portal.account", EVERYBODY, "House"),
)


GROUPS = ("Now", "Market", "Partners", "Connect", "House")


def entries(role: Role) -> tuple[Entry, ...]:
    """What that role sees."""
    return tuple(entry for entry in ENTRIES if role in entry.roles)


class Action(NamedTuple):
    """Something to do that the command palette offers; ``also`` holds other words that people type for it."""

    word: str
    icon: str
    endpoint: str
    roles: frozenset[Role]
    also: str = ""


ACTIONS = (
    Action("Find a lead", "search", "portal.search_page", EVERYBODY, "search person telephone"),
    Action("Write a contract", "file-plus", "portal.new_contract", STAFF, "new add make buyer"),
    Action("Add a webhook", "webhook", "portal.new_endpoint", EVERYBODY, "new endpoint register url"),
    Action("Read webhook messages", "message-square", "portal.messages", EVERYBODY, "log attempts replay"),
    Action("Add a publisher", "radio-tower", "portal.new_publisher", STAFF, "new make source supplier partner"),
    Action("Add a buyer", "briefcase-business", "portal.new_buyer", STAFF, "new make client account"),
    Action("Invite somebody", "user-plus", "portal.invite_form", EVERYBODY, "new user colleague team add"),
    Action("Set up a second factor", "shield-check", "portal.second_factor", EVERYBODY, "totp authenticator 2fa"),
    Action("Test a person against suppression lists", "shield-ban", "portal.suppression_lists", STAFF, "opt out dnc"),
    Action("Read the documentation", "book-open", "portal.docs", EVERYBODY, "docs api fields errors webhooks verify"),
    Action("Get started as a publisher does", "rocket", "portal.start", STAFF, "console test lead first day"),
    Action("Change the look", "sun", "portal.account", EVERYBODY, "dark light theme"),
    Action("Change your password", "lock", "portal.account", EVERYBODY, "security sessions sign out"),
    Action("See all keys of the keyboard", "keyboard", "portal.help_keys", EVERYBODY, "shortcuts help"),
)


def actions(role: Role) -> tuple[Action, ...]:
    """What that role may do."""
    return tuple(action for action in ACTIONS if role in action.roles)


def letters(shown: Iterable[Entry]) -> dict[str, str]:
    """For each section the letter that goes there after g: of its word, else of the alphabet, the first still free."""
    taken: dict[str, str] = {}
    for entry in shown:
        wished = (letter for letter in entry.word.lower() + ascii_lowercase if letter in ascii_lowercase)
        taken[entry.section] = next((letter for letter in wished if letter not in taken.values()), "")
    return taken
