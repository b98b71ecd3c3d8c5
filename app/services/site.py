"""Addresses of pages, for mails: from the settings, for a Host header must not choose where people are sent."""

from __future__ import annotations

from app.gateways.kit import kit


def page(path: str) -> str:
    """The whole address of a path of the portal."""
    return kit().site + path


def link_to(token: str) -> str:
    """The address of a one-time link."""
    return page(f"/link/{token}")
