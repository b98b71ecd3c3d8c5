"""Pages speak to whoever reads them, and promise nothing that they do not do."""

import re

from flask import Flask, url_for

from app.domain import events
from app.portal import nav
from app.portal.webhooks import SENTENCES
from app.portal.words import KEY_KINDS
from app.services.api_keys import PREFIXES
from tests.portal.people import Person


def test_the_form_of_an_endpoint_speaks_to_its_reader(alice: Person, bob: Person, cara: Person):
    said = (
        (alice, "A publisher&#39;s lead was refused"),
        (bob, "One of your leads changed its status"),
        (cara, "A buyer took one of your leads; once per sale."),
    )
    for person, sentence in said:
        page = person.get("/webhooks/new").text
        assert sentence in page
        assert "the publisher&#39;s lead" not in page
        assert "of the buyer" not in page


def test_every_event_that_may_be_subscribed_to_has_words_for_its_reader():
    for kind, said in SENTENCES.items():
        assert set(said) == {event.name for event in events.allowed_for(kind)}
    assert set(KEY_KINDS) == set(PREFIXES)


def test_a_feed_without_scripts_does_not_call_itself_live(alice: Person):
    page = alice.get("/live").text
    assert "<noscript><p" in page
    assert "reloads itself every 15 seconds" in page
    assert 'id="feed-state" hidden' in page
    assert 'id="feed-state" hidden' not in alice.get("/live/rows", htmx=True).text


def test_a_page_is_called_what_the_rail_calls_it(app: Flask, alice: Person, bob: Person, cara: Person):
    for person in (alice, bob, cara):
        for entry in nav.entries(person.actor.role):
            with app.test_request_context():
                path = url_for(entry.endpoint)
            title = re.search(r"<title>(.+?) · Switchyard</title>", person.get(path).text)
            assert title[1].startswith(entry.word), (entry, title[1])
