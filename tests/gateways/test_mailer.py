"""A letter over real SMTP to a relay on loopback: what it carries, and what a refusal becomes."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass, field

import pytest

from app.gateways.mailer import Letter, NotSent, OutboxMailer, SmtpMailer
from app.settings import SettingsError
from tests.support.settings import settings_for

LETTER = Letter("new@example.com", "Grüße", "Follow\n\nhttp://127.0.0.1/link/abc\n", "<1@switchyard>")


@dataclass
class Heard:
    """What the relay was told. ``answers``: first word of a command -> another answer than the usual one."""

    answers: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


@pytest.fixture
def relay():
    heard = Heard()

    class Session(socketserver.StreamRequestHandler):
        def say(self, line):
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self):
            self.say("220 relay")
            in_data = False
            while line := self.rfile.readline().decode().rstrip("\r\n") or (in_data and "\n"):
                heard.lines.append(line)
                word = line.split()[0].upper() if line.split() else ""
                if in_data and line != ".":
                    continue
                answer = "250 ok" if in_data else {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 ok")
                in_data = not in_data and word == "DATA"
                self.say(heard.answers.get(word, answer))
                if word == "QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield heard, f"smtp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_letter_arrives_with_its_headers_and_text(relay):
    heard, url = relay
    SmtpMailer(url, "Switchyard <mail@example.com>").send(LETTER)
    text = "\n".join(heard.lines)
    assert "rcpt TO:<new@example.com>" in text
    for header in ("To: new@example.com", "Message-ID: <1@switchyard>", "Auto-Submitted: auto-generated"):
        assert header in text
    assert "http://127.0.0.1/link/abc" in text


@pytest.mark.parametrize(("code", "for_good"), [("550 no such person", True), ("451 try later", False)])
def test_a_refused_recipient_is_told_from_a_busy_relay(relay, code, for_good):
    heard, url = relay
    heard.answers["RCPT"] = code
    with pytest.raises(NotSent) as refused:
        SmtpMailer(url, "mail@example.com").send(LETTER)
    assert refused.value.for_good is for_good
    assert "new@example.com" not in str(refused.value)


def test_a_relay_that_is_away_is_tried_again():
    with pytest.raises(NotSent) as refused:
        SmtpMailer("smtp://127.0.0.1:1", "mail@example.com").send(LETTER)
    assert not refused.value.for_good


def test_without_a_relay_nothing_leaves():
    OutboxMailer().send(LETTER)
    assert not OutboxMailer().leaves


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://host:port"])
def test_a_relay_that_cannot_be_one_stops_the_start(url):
    with pytest.raises(SettingsError, match="SMTP_URL"):
        settings_for("sqlite:///x.db", SMTP_URL=url)
