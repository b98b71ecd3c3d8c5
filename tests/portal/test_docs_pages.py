"""The documentation holds every closed list of the code, and no link of it is dead."""

import ast
import html
import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from app.adapters.ingest_terms import OUR_NAMES, STATUSES, THEIR_NAMES
from app.domain import events, fixes
from app.domain.presets import EXTRAS, direct
from app.domain.reasons import BY_CODE
from app.portal import changelog, field_pages, specimens, webhook_samples, wording
from app.portal.docs_pages import CHAPTERS
from tests.support.world import World

ROOT = Path(__file__).resolve().parents[2]
ANSWERING = ("app/dialects/ingest", "app/web")


@pytest.fixture
def read(app: Flask):
    """A page's text as a stranger gets it."""
    client = app.test_client()

    def page(path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200, path
        return answer.text

    return page


def words(page: str) -> str:
    """What people read: without marks, and on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def statuses_raised() -> set[int]:
    """The status of each Problem that the ingest face and what faces share can raise, and of each sentence for one."""
    found = set()
    for path in (path for folder in ANSWERING for path in (ROOT / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                found |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    return found


def test_every_chapter_can_be_read_and_leads_on(read):
    for chapter in CHAPTERS:
        page = read(f"/docs/{chapter.slug}")
        assert f"<h1>{chapter.title}</h1>" in page
        assert 'aria-current="page">' + chapter.title in page


def test_a_chapter_that_is_not_there_is_not_found(app: Flask):
    assert app.test_client().get("/docs/nothing").status_code == 404


def test_every_reason_stands_there_with_its_sentence_and_its_fix(read):
    page = read("/docs/reference")
    said = words(page)
    for reason in BY_CODE.values():
        assert f'<tr id="{reason.code}">' in page
        assert reason.sentence in said, reason.code
        assert str(wording.in_code(fixes.fix(reason.code))) in page, reason.code


def test_every_event_stands_there_with_who_may_hear_it(read):
    page = words(read("/docs/reference"))
    for event in events.BY_NAME.values():
        heard = ", ".join(sorted(role.value for role in event.audience))
        assert f"{event.name} {event.sentence} {heard}".strip() in page


def test_every_event_of_publishers_has_a_body_that_our_own_code_made(read):
    page = read("/docs/webhooks")
    for sample in webhook_samples.publishers():
        assert html.escape(sample.body, quote=False).replace('"', "&#34;") in page
    assert [one.name for one in webhook_samples.publishers()] == [one.name for one in events.allowed_for("publisher")]
    assert '"price_gbp": 38.00,' in "".join(one.body for one in webhook_samples.publishers())


def test_every_status_stands_there_and_none_can_be_raised_that_does_not(read):
    page = read("/docs/errors")
    known = {one.code for one in STATUSES}
    for one in STATUSES:
        assert f'<tr id="status-{one.code}">' in page
        assert one.when in words(page)
    raised = statuses_raised()
    assert {401, 403, 413, 415, 422, 429, 503} <= raised  # the search finds what is there
    assert raised | {200, 404, 405, 409, 500} <= known


def test_every_field_of_every_line_of_business_stands_there(read):
    page = read("/docs/fields")
    for key in EXTRAS:
        assert f'<h2 id="{key}">' in page
        section = page.split(f'<h2 id="{key}">')[1].split("<h2 id=")[0]
        for field in EXTRAS[key]:
            assert f"<code>{field.name}</code>" in section, (key, field.name)
            assert all(choice in section for choice in field.enum)
        for field in direct(key).fields:
            assert f"<code>{THEIR_NAMES.get(field.name, field.name)}</code>" in page
    assert all(f"<code>{name}</code>" in page for name in (*OUR_NAMES, "sector", "extra_fields"))


def test_what_is_required_is_marked_so():
    required = {row.name for row in field_pages.common() if row.required}
    assert required == {"sector", "first_name", "last_name", "email", "phone"}


def test_the_error_that_is_printed_is_the_error_that_is_given(read, app: Flask):
    page = html.unescape(read("/docs/errors"))
    printed = json.loads(re.search(r'aria-label="422"><code>(.*?)</code>', page, re.DOTALL)[1])
    body = {"sector": "mortgages", "first_name": "James", "last_name": "Patel", "email": "nobody", "phone": "12"}
    headers = {"X-API-Key": "pk_test_sandbox_DO_NOT_USE_IN_PRODUCTION"}
    given = app.test_client().post("/api/v1/leads/ingest", json=body, headers=headers).json
    assert given | {"request_id": ""} == printed | {"request_id": ""}


def test_the_duplicate_that_is_printed_is_the_duplicate_that_is_given(read, app: Flask, world: World, northgate: UUID):
    page = html.unescape(read("/docs/errors"))
    printed = json.loads(re.search(r'aria-label="409"><code>(.*?)</code>', page, re.DOTALL)[1])
    body, headers = specimens.lead("mortgages"), {"X-API-Key": world.key.secret}
    _, given = (app.test_client().post("/api/v1/leads/ingest", json=body, headers=headers) for _ in range(2))
    assert given.status_code == 409
    assert given.json["detail"] == printed["detail"]
    assert set(given.json) == set(printed)


def test_the_changelog_is_the_file(read):
    page = words(read("/docs/changelog"))
    sections = changelog.sections()
    assert [one.name for one in sections] == re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert sum(len(one.changes) for one in sections) == len(
        re.findall(r"^- ", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    )
    assert "`" not in page


def test_no_link_of_the_documentation_is_dead(app: Flask, read):
    client = app.test_client()
    pages = {f"/docs/{chapter.slug}": read(f"/docs/{chapter.slug}") for chapter in CHAPTERS} | {"/docs": read("/docs")}
    for path, page in pages.items():
        for target in set(re.findall(r'href="(/[^"]*|#[^"]*)"', page)):
            address, _, anchor = target.partition("#")
            if address.startswith("/static/"):
                continue  # files of ours: every browser test would miss them
            there = client.get(address or path)
            assert there.status_code in {200, 303, 404 if address.startswith("/apply") else 200}, (path, target)
            assert not anchor or f'id="{anchor}"' in there.text, (path, target)


def test_ids_are_unique_on_every_page(read):
    for chapter in CHAPTERS:
        ids = re.findall(r'\sid="([^"]+)"', read(f"/docs/{chapter.slug}"))
        assert len(ids) == len(set(ids)), chapter.slug
