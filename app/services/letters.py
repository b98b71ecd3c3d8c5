"""The words of the mails that people get about joining and signing in, and where a link goes into them.

Texts only: who gets one, and when, is decided by the services that owe them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LINK = "{link}"
"""Where the one-time link goes in a text that an admin may change."""

BLANK = "[your question]"
"""What an admin must replace before a question goes out."""

APPROVED = """Hello {name},

welcome to {tenant}. {company} may send us leads from now on.

Choose a password here; the page then shows your API key, once:

{link}

The link works once and for 7 days. If it has run out, write to us and we send another.

{tenant}
"""

ASKED = """Hello {name},

thank you for your application for {company}. Before we can decide, please tell us:

[your question]

Simply answer this mail.

{tenant}
"""

REJECTED = """Hello {name},

thank you for your application for {company}. We cannot take it on at present.

{tenant}
"""

RECEIVED = """Hello {name},

we have your application for {company}. A person reads it, usually within one working day, and you hear from us \
at this address either way. There is nothing you need to do meanwhile.

If you did not apply, nothing happens unless you answer.

{tenant}
"""

INVITATION = """Hello {name},

{inviter} invites you to {tenant}. Choose a password here:

{link}

The link works once and for 7 days.

{tenant}
"""

RESET = """Hello {name},

somebody, probably you, asked for a new password at {tenant}. Choose one here:

{link}

The link works once and for one hour. If it was not you, nothing has changed and nothing needs to be done.

{tenant}
"""

FACTOR_ON = """Hello {name},

signing in to {tenant} as you now needs a code from your authenticator app as well as your password. Keep the \
recovery codes somewhere safe: each works once, if your telephone is lost. Your other sessions have ended.

If it was not you, tell the people who run {tenant} at once.

{tenant}
"""

FACTOR_OFF = """Hello {name},

your second factor at {tenant} was switched off: your password alone lets you in again.

If it was not you, change your password now and switch the second factor on again.

{tenant}
"""

FACTOR_RESET = """Hello {name},

somebody who runs {tenant} has taken your second factor away, as is done when a telephone is lost. Your password \
alone lets you in again, and every session has ended. Set a new one up on your account page.

If you did not ask for it, tell them at once.

{tenant}
"""

FACTORS: Mapping[str, str] = MappingProxyType({
    "second_factor_on": FACTOR_ON, "second_factor_off": FACTOR_OFF, "second_factor_reset": FACTOR_RESET,
})  # fmt: skip
DECISIONS: Mapping[str, str] = MappingProxyType({"approve": APPROVED, "ask": ASKED, "reject": REJECTED})
SUBJECTS: Mapping[str, str] = MappingProxyType({
    "approve": "Welcome to {tenant}: choose your password",
    "ask": "Your application at {tenant}: a question",
    "reject": "Your application at {tenant}",
    "received": "We have your application at {tenant}",
    "invitation": "Your invitation to {tenant}",
    "reset": "A new password for {tenant}",
    "second_factor_on": "Your second factor at {tenant} is on",
    "second_factor_off": "Your second factor at {tenant} is off",
    "second_factor_reset": "Your second factor at {tenant} was taken away",
})  # fmt: skip


def filled(text: str, **words: str) -> str:
    """Put words into a text's places; what people typed is never read as a place itself."""
    parts, rest = [], text
    while (start := rest.find("{")) >= 0:
        end = rest.find("}", start)
        name = rest[start + 1 : end] if end > start else ""
        if name in words:
            parts += [rest[:start], words[name]]
            rest = rest[end + 1 :]
        else:
            parts.append(rest[: start + 1])
            rest = rest[start + 1 :]
    return "".join([*parts, rest])
