"""Each kind of bad input has its own 4xx: one shape, clear words, no echo, nothing stored by halves."""

from __future__ import annotations

import json
import re

from sqlalchemy import func, select

from app.db import db, enter_tenant
from app.models.leads import Fingerprint, Lead
from tests.dialects.conftest import PATH
from tests.dialects.market import lead

SECRET = "Zq9-canary-Zq9"  # stands in every bad body: no answer may repeat it


def assert_refused(answer, status, fields=None):
    assert answer.status_code == status
    assert answer.content_type == "application/json"
    assert answer.json["detail"]
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert answer.json.keys() == {"detail", "request_id"} | ({"errors"} if status == 422 else set())
    if fields is not None:
        assert sorted({fault["field"] for fault in answer.json["errors"]}) == sorted(fields)
        assert all(fault["message"] for fault in answer.json["errors"])
    assert SECRET.lower() not in answer.text.lower()
    assert not re.search(r"Traceback|<html|\.py", answer.text)


def rows(market, model):
    enter_tenant(market.tenant_id)
    return db.session.scalar(select(func.count()).select_from(model))


BROKEN = {
    "empty": b"",
    "cut off": json.dumps(lead(first_name=SECRET)).encode()[:-3],
    "a list": json.dumps([lead(first_name=SECRET)]).encode(),
    "a text": json.dumps(SECRET).encode(),
    "null": b"null",
    "duplicate keys": b'{"sector": "mortgages", "email": "a@b.co", "email": "' + SECRET.encode() + b'"}',
    "deep nesting": b'{"sector": "' + SECRET.encode() + b'", "extra_fields": ' + b"[" * 30 + b"]" * 30 + b"}",
    "NUL in a text": json.dumps(lead(first_name=SECRET + "\0")).encode(),
    "NUL in an extra field's name": json.dumps(lead(extra_fields={SECRET + "\0": 1})).encode(),
    "half a surrogate": json.dumps(lead(first_name=SECRET + "\ud83d")).encode(),
    "not UTF-8": json.dumps(lead(first_name=SECRET)).encode().replace(b"James", b"\xff") + b"\xff",
    "NaN": json.dumps(lead(extra_fields={SECRET: float("nan")})).encode(),
    "too many keys": json.dumps(lead(extra_fields={f"{SECRET}{n}": n for n in range(501)})).encode(),
    "a number beyond measure": b'{"sector": "' + SECRET.encode() + b'", "extra_fields": {"a": 1e400}}',
}


def test_what_cannot_be_parsed_is_422_and_leaves_no_lead(post, market, subtests):
    for case, body in BROKEN.items():
        with subtests.test(case):
            assert_refused(post(body), 422, ["body"])
    assert rows(market, Lead) == 0


FAULTY = {
    "no sector": (lead(sector=None), ["sector"]),
    "an empty sector": (lead(sector=""), ["sector"]),
    "a sector that is a number": (lead(sector=7), ["sector"]),
    "an unknown sector": (lead(sector=SECRET), ["sector"]),
    "no e-mail": (lead(email=None), ["email"]),
    "an e-mail that is a number": (lead(email=5), ["email"]),
    "an e-mail that is an object": (lead(email={SECRET: 1}), ["email"]),
    "an impossible e-mail": (lead(email=f"{SECRET}@@example"), ["email"]),
    "no phone": (lead(phone=None), ["phone"]),
    "an impossible phone": (lead(phone="+44 12"), ["phone"]),
    "words for a phone": (lead(phone=SECRET), ["phone"]),
    "a phone that is a number": (lead(phone=447712345678), ["phone"]),
    "an impossible postcode": (lead(postcode=f"{SECRET} 1"), ["postcode"]),
    "an impossible date": (lead(consent_at="2026-02-30T07:42:18Z"), ["consent_at"]),
    "words for a date": (lead(consent_at=SECRET), ["consent_at"]),
    "an address that is none": (lead(ip=f"300.1.1.1{SECRET}"), ["ip"]),
    "a name of blanks": (lead(first_name="   "), ["first_name"]),
    "a name without end": (lead(last_name=SECRET * 100), ["last_name"]),
    "a name that is a list": (lead(last_name=[SECRET]), ["last_name"]),
    "extras that are a list": (lead(extra_fields=[SECRET]), ["extra_fields"]),
    "extras that are a text": (lead(extra_fields=SECRET), ["extra_fields"]),
    "an extra of the wrong type": (lead(extra_fields={"deposit_gbp": SECRET}), ["deposit_gbp"]),
    "a sub id that is true": (lead(source_sub_id=True), ["source_sub_id"]),
    "everything at once": (
        lead(first_name=None, email="x", phone="y", postcode="!", ip="z"),
        ["first_name", "email", "phone", "postcode", "ip"],
    ),
    "nothing at all": ({}, ["sector"]),
}


def test_a_faulty_field_is_422_by_name_and_the_lead_is_kept_as_rejected(post, market, subtests):
    for case, (body, fields) in FAULTY.items():
        with subtests.test(case):
            assert_refused(post(body), 422, fields)
    enter_tenant(market.tenant_id)
    kept = db.session.execute(select(Lead.state, Lead.reason)).all()
    assert kept == [("rejected", "schema_validation_failed")] * len(FAULTY)
    assert rows(market, Fingerprint) == 0


def test_an_unknown_sector_is_answered_with_the_known_ones(post):
    [fault] = post(lead(sector="astrology")).json["errors"]
    assert "life-insurance, mortgages" in fault["message"]
    assert fault["message"].startswith("Not one of this account's sectors: ")


def test_one_fault_is_the_detail_itself_and_many_are_counted(post):
    assert post(lead(email="x")).json["detail"].startswith("email: ")
    assert post(lead(email="x", ip="y")).json["detail"] == "2 fields need correcting: email, ip."


OTHER_TYPES = (
    {"Content-Type": None},
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "multipart/form-data; boundary=x"},
    {"Content-Type": "application/json; charset=latin-1"},
    {"Content-Encoding": "gzip"},
)


def test_another_content_type_is_415(post, market, subtests):
    for headers in OTHER_TYPES:
        with subtests.test(str(headers)):
            assert_refused(post(json.dumps(lead(first_name=SECRET)).encode(), headers), 415)
    assert rows(market, Lead) == 0


def test_json_with_a_charset_is_json(post):
    assert post(json.dumps(lead()).encode(), {"Content-Type": "Application/JSON; charset=UTF-8"}).status_code == 200


def test_a_body_over_256_kb_is_413(post, market):
    assert_refused(post(json.dumps(lead(first_name=SECRET * 20_000)).encode()), 413)
    assert rows(market, Lead) == 0
    assert post(json.dumps(lead(extra_fields={"a": "x" * 250_000})).encode()).status_code == 200


def test_another_method_is_405_in_the_same_shape(app, market, subtests):
    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS"):
        with subtests.test(method):
            answer = app.test_client().open(PATH, method=method, headers={"X-API-Key": market.key.secret})
            assert_refused(answer, 405)
            assert answer.headers["Allow"] == "POST"
            assert answer.json["detail"] == "This address does not take that method; use POST."


def test_a_path_below_the_endpoint_is_404_in_the_same_shape(app, market):
    assert_refused(app.test_client().get(f"{PATH}/{SECRET}"), 404)


def test_a_slash_at_the_end_is_no_redirect(app, market):
    answer = app.test_client().post(f"{PATH}/", json=lead(), headers={"X-API-Key": market.key.secret})
    assert answer.status_code == 200
