"""Pages speak to whoever reads them, and promise nothing that they do not do."""

from app.domain import events
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
