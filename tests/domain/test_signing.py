"""Signatures: vectors made by other tools, a public library as second opinion, headers of rubbish.

The hex and base64 texts below were computed with `openssl dgst -sha256 -mac HMAC`, the first bare
one is RFC 4231's second case, and the first Standard Webhooks one is printed in its specification.
"""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from app.domain.signing import (
    bare_hex,
    new_secret,
    standard_key,
    standard_webhooks,
    stripe_style,
    verify_bare_hex,
    verify_standard,
    verify_stripe_style,
)

T = 1770622938
BODY = b'{"event":"lead.purchased"}'
SIGNED = "f6f8dc5c28d792b8029a77317b995592e1bf7f81d7c43e96dcb77fb3fe2b7ef4"
LONG = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
OTHER = new_secret(bytes(range(1, 33)))
ID = "018f3f1e-7a54-7cc2-b2ad-1d3a1c9e0b11"

BARE = [
    ("Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ("wh_secret", b"", "61a2590631b13072a079c3a24582cf6d3571f673f4d4ae26b5451398b1917599"),
    ("wh_secret", b'{"event":"lead.new"}', "536e5a5fcba3ebecf5615bf1066fab51365e1c4e61ccb00b48ab299fa7565111"),
    ("geheïm", '{"name":"Zoë"}'.encode(), "8e61c72d8d54f88cbca40caf7411b1ff32bf003ae1ed5c038978d69b8f7f771e"),
    ("a", b"a", "3ecf5388e220da9e0f919485deb676d8bee3aec046a779353b463418511ee622"),
    ("whsec_AAEC", b"\x01\xff\xfe", "8e944e38a190516283e85f5fd7b14f26b2c02a23af6926a974d48b4da7a3adca"),
]
STRIPE = [
    ("wh_secret", T, BODY, SIGNED),
    ("wh_secret", 0, b"", "35f8d211c2b2a92e8c9ddbfdc1bc184d98b43b677026f7d45325a30bf6199fc3"),
    (LONG, T, b"{}", "84d9a0c8a1b7096c7ea53944f333b0e36b6c0d15317fe432da0a9c1c2220dff5"),
    (
        "geheïm",
        1746883200,
        b'{"event":"lead.created"}',
        "da76341f785bce0bf0dac5449c7303df550fede64cbecc781e11e65183f2ede8",
    ),
    ("wh_secret", T, b"\x01\xff\xfe", "9a290de636114f42c65e290117dfc0adad81e6c9c59f384874f6976a0e07c5cc"),
    ("other", T, BODY, "2a45781271506acdce4637f7cda43a6a7d33b8c8522f2488cb9c53d710b57b0c"),
]
STANDARD = [
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (LONG, "msg_01", T, b"{}", "/Vd863jbftdt+dNibyJ3Hkz/f79R0FmYo7ep+Tuhu2Y="),
    (LONG, "msg_01", 0, b"", "LjKo2JmKrTEk8AYcxMmq8VDZrJGuRmKIbxe8LDK68JQ="),
    (LONG, ID, T, b'{"event":"lead.sold"}', "WkBxovTzTDq9l9fz5BkoMibd5ckhLEuHUe/wcmWsllU="),
    (LONG, "msg_01", T, b"\x01\xff\xfe", "90qK72Awci3icMiyaUFffzZ8Y4tVDYn1JCYYcmOmz6U="),
    ("whsec_AAECAw==", "msg_01", T, b"{}", "iWps5RM/wX0vQSQD1ME0sv6gTXesghQ9B8LFJal0eJM="),
    ("whsec_AAECAw", "msg_01", T, b"{}", "iWps5RM/wX0vQSQD1ME0sv6gTXesghQ9B8LFJal0eJM="),
    ("chosen by hand", "msg_01", T, b"{}", "6c1AqcZyL5Y22KaaqEDRsaJdp+6k4TsydTmdcr6AKZ0="),
    ("whsec_not base64!", "msg_01", T, b"{}", "7AoVCNMxJ/qExJ+3vVHWeLvuY5de6TWBpyfQfLr+Dls="),
]

bodies = st.text(st.characters(exclude_categories=["Cs"]), max_size=200).map(str.encode)
secrets = st.binary(min_size=24, max_size=64).map(new_secret)
rubbish = st.none() | st.text(max_size=120) | st.text("tv1=, .0123456789abcdef", max_size=120)


@pytest.mark.parametrize(("secret", "body", "digest"), BARE)
def test_the_bare_digest_is_that_of_the_body(secret: str, body: bytes, digest: str) -> None:
    assert bare_hex(secret, body) == digest
    assert verify_bare_hex(secret, digest, body)
    assert not verify_bare_hex(secret, digest, body + b" ")


@pytest.mark.parametrize(("secret", "timestamp", "body", "digest"), STRIPE)
def test_the_stripe_style_signs_time_and_body(secret: str, timestamp: int, body: bytes, digest: str) -> None:
    header = f"t={timestamp},v1={digest}"

    assert stripe_style(secret, timestamp, body) == header
    assert verify_stripe_style(secret, header, body, timestamp)
    assert not verify_stripe_style(secret, header, body + b" ", timestamp)
    assert not verify_stripe_style(secret + "x", header, body, timestamp)


@pytest.mark.parametrize(("secret", "message_id", "timestamp", "body", "digest"), STANDARD)
def test_standard_webhooks_signs_id_time_and_body(
    secret: str, message_id: str, timestamp: int, body: bytes, digest: str
) -> None:
    header = f"v1,{digest}"
    when = str(timestamp)

    assert standard_webhooks([secret], message_id, timestamp, body) == header
    assert verify_standard(secret, message_id, when, header, body, timestamp)
    assert not verify_standard(secret, message_id, when, header, body + b" ", timestamp)
    assert not verify_standard(secret, message_id + "x", when, header, body, timestamp)
    assert not verify_standard(OTHER, message_id, when, header, body, timestamp)


@given(secrets, bodies, st.integers(0, 4 * 10**9))
def test_the_public_library_signs_as_we_do(secret: str, body: bytes, timestamp: int) -> None:
    theirs = Webhook(secret).sign(ID, datetime.fromtimestamp(timestamp, UTC), body.decode())

    assert standard_webhooks([secret], ID, timestamp, body) == theirs


@given(st.lists(secrets, min_size=1, max_size=3, unique=True), secrets)
def test_the_public_library_takes_any_secret_of_a_rotation_and_no_other(ours: list[str], stranger: str) -> None:
    now = int(time.time())
    signed = standard_webhooks(ours, ID, now, BODY)
    headers = {"webhook-id": ID, "webhook-timestamp": str(now), "webhook-signature": signed}

    for secret in ours:
        assert Webhook(secret).verify(BODY, headers) == {"event": "lead.purchased"}
        assert verify_standard(secret, ID, str(now), signed, BODY, now)
    if stranger not in ours:
        assert not verify_standard(stranger, ID, str(now), signed, BODY, now)
        with pytest.raises(WebhookVerificationError):
            Webhook(stranger).verify(BODY, headers)


@pytest.mark.parametrize(("skew", "fresh"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_time_more_than_five_minutes_off_is_a_replay(skew: int, fresh: bool) -> None:
    now = T + skew
    standard = standard_webhooks([LONG], ID, T, BODY)

    assert verify_stripe_style("wh_secret", f"t={T},v1={SIGNED}", BODY, now) is fresh
    assert verify_standard(LONG, ID, str(T), standard, BODY, now) is fresh
    assert verify_stripe_style("wh_secret", f"t={T},v1={SIGNED}", BODY, now, tolerance=400)
    assert verify_standard(LONG, ID, str(T), standard, BODY, now, tolerance=400)


@pytest.mark.parametrize(
    "header",
    [
        f"t={T},v1={SIGNED},v0=00", f"v1={SIGNED},t={T}", f"t={T}, v1={SIGNED}",
        f"t={T},v1={'0' * 64},v1={SIGNED}", f"t={T},scheme,v1={SIGNED}",
    ],
)  # fmt: skip
def test_other_parts_and_older_signatures_may_stand_beside_ours(header: str) -> None:
    assert verify_stripe_style("wh_secret", header, BODY, T)


@pytest.mark.parametrize(
    "header",
    [
        None, "", ",", "=", "t=,v1=", f"t={T}", f"v1={SIGNED}", SIGNED, f"t={T},v1=", f"t={T},v0={SIGNED}",
        f"t={T},v1={SIGNED[:-1]}", f"t={T},v1={SIGNED}0", f"t={T},v1={SIGNED.upper()}", f"t=+{T},v1={SIGNED}",
        f"t={T}.0,v1={SIGNED}", f"t=0{T},v1={SIGNED}", f"t=-{T},v1={SIGNED}", f"t=,t={T},v1={SIGNED}",
        f"t={T};v1={SIGNED}", f"T={T},V1={SIGNED}", f"t={T},v1=ä{SIGNED[1:]}", f"t={T},v1=\udcff{SIGNED}",
        f"t={'9' * 5000},v1={SIGNED}", f"t=١٧٧٠٦٢٢٩٣٨,v1={SIGNED}", f"t=nan,v1={SIGNED}",
    ],
)  # fmt: skip
def test_a_header_that_is_not_exactly_right_is_false(header: str | None) -> None:
    assert verify_stripe_style("wh_secret", header, BODY, T) is False


@given(rubbish, rubbish, rubbish, st.binary(max_size=50))
def test_no_header_makes_a_verifier_raise_or_say_yes(
    one: str | None, two: str | None, three: str | None, body: bytes
) -> None:
    assert verify_stripe_style("wh_secret", one, body, T) is False
    assert verify_bare_hex("wh_secret", one, body) is False
    assert verify_standard(LONG, one, two, three, body, T) is False
    assert verify_standard(LONG, ID, str(T), three, body, T) is False


def test_a_version_that_we_do_not_know_is_passed_over() -> None:
    right = standard_webhooks([LONG], ID, T, BODY)

    assert verify_standard(LONG, ID, str(T), f"v1a,xyz {right} v2,abc", BODY, T)
    assert not verify_standard(LONG, ID, str(T), right.replace("v1,", "v1a,"), BODY, T)


@pytest.mark.parametrize("secret", ["", "whsec_"])
def test_an_empty_secret_signs_nothing_and_verifies_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="empty"):
        standard_webhooks([secret], ID, T, BODY)
    assert not verify_standard(secret, ID, str(T), "v1,", BODY, T)
    with pytest.raises(ValueError, match="empty"):
        bare_hex("", BODY)
    with pytest.raises(ValueError, match="empty"):
        stripe_style("", T, BODY)
    assert not verify_bare_hex("", "", BODY)
    assert not verify_stripe_style("", f"t={T},v1=", BODY, T)


@pytest.mark.parametrize("message_id", ["", "a.1", "."])
def test_an_id_that_would_make_the_signed_text_ambiguous_is_refused(message_id: str) -> None:
    with pytest.raises(ValueError, match="message id"):
        standard_webhooks([LONG], message_id, T, BODY)


def test_somebody_must_sign() -> None:
    with pytest.raises(ValueError, match="secret"):
        standard_webhooks([], ID, T, BODY)


@given(st.binary(min_size=24, max_size=64))
def test_a_new_secret_holds_the_chance_it_was_made_from(chance: bytes) -> None:
    assert new_secret(chance).startswith("whsec_")
    assert standard_key(new_secret(chance)) == chance


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_secret_is_neither_short_nor_endless(length: int) -> None:
    with pytest.raises(ValueError, match="24 to 64"):
        new_secret(bytes(length))
