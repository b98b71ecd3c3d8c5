"""Mail on its way out: one letter over SMTP, or kept in the outbox where nothing may leave.

What is owed, retried and shown is ``services.mails``. No word of a letter is logged here.
"""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Protocol
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 587, "smtps": 465}
SECONDS = 15.0
REFUSED_FOR_GOOD = 500  # RFC 5321, section 4.2.1: 5xx will be said again


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in plain text. ``message_id`` stays the same over all tries, so that a receiver knows a copy."""

    to: str
    subject: str
    body: str
    message_id: str


class NotSent(Exception):
    """The letter did not leave. ``for_good``: trying again will not help."""

    def __init__(self, said: str, *, for_good: bool = False) -> None:
        super().__init__(said)
        self.for_good = for_good


class Mailer(Protocol):
    """What services need of it."""

    @property
    def leaves(self) -> bool:
        """Whether letters leave this machine at all."""

    def send(self, letter: Letter) -> None:
        """Hand one letter over; raises NotSent."""


class OutboxMailer:
    """Sends nothing: letters stay in the outbox, where admins (and in the demo anybody) read them."""

    leaves = False

    def send(self, letter: Letter) -> None:
        """Nothing to do: it is kept where it is."""


class SmtpMailer:
    """Sends through one relay, always over TLS unless the relay is this machine.

    ``url`` such as ``smtp://user:password@mail.example.com:587`` (STARTTLS) or ``smtps://…:465`` (TLS from the
    first byte). The parts of user and password are percent-decoded.
    """

    leaves = True

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._scheme, self._host = parts.scheme, parts.hostname or ""
        self._port = parts.port or PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """One connection a letter: they are few, and a relay's idle limit is nobody's surprise then."""
        try:
            relay = self._connect()
            try:
                relay.send_message(self._written(letter))
            finally:
                with suppress(smtplib.SMTPException, OSError):
                    relay.quit()  # the letter was taken or refused already
        except smtplib.SMTPRecipientsRefused as refused:
            code = max((answer[0] for answer in refused.recipients.values()), default=0)
            raise NotSent(f"recipient_refused: {code}", for_good=code >= REFUSED_FOR_GOOD) from None
        except smtplib.SMTPResponseException as refused:
            raise NotSent(f"{type(refused).__name__}: {refused.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(type(error).__name__) from None

    def _connect(self) -> smtplib.SMTP:
        if self._scheme == "smtps":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=_tls())
        else:
            relay = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
            if self._host not in {"127.0.0.1", "localhost", "::1"}:
                relay.starttls(context=_tls())
        if self._user:
            relay.login(self._user, self._password)
        return relay

    def _written(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, letter.to, letter.subject
        message["Date"], message["Message-ID"] = formatdate(), letter.message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        message.set_content(letter.body)
        return message


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
