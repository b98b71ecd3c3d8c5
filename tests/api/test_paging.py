"""Where a page of a list begins."""

from tests.api.conftest import Call

HOOK = {"url": "http://127.0.0.1:9999/hook", "events": ["lead.rejected"]}


def test_a_cursor_that_no_page_gave_is_refused_by_name(call: Call):
    for cursor in ("zzz", "1", "00000000-0000-0000-0000-00000000000g"):
        answer = call("partner", "GET", f"/webhooks?cursor={cursor}")
        assert answer.status_code == 422
        error = answer.json["error"]
        assert error["code"] == "validation_failed"
        [fault] = error["details"]
        assert fault["field"] == "cursor"
        assert "nextCursor" in fault["message"]
        assert cursor not in fault["message"]


def test_pages_go_on_behind_the_cursor_and_a_strangers_begins_nowhere_else(call: Call):
    made = [call("partner", "POST", "/webhooks", HOOK).json["data"]["id"] for _ in range(3)]
    first = call("partner", "GET", "/webhooks?limit=2&cursor=").json
    rest = call("partner", "GET", f"/webhooks?cursor={first['pagination']['nextCursor']}").json
    assert [one["id"] for one in (*first["data"], *rest["data"])] == made
    assert call("stranger", "GET", f"/webhooks?cursor={made[0]}").json["data"] == []


def test_plain_http_to_a_name_is_refused_where_exceptions_are_open(call: Call):
    answer = call("partner", "POST", "/webhooks", HOOK | {"url": "http://example.com/x"})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["error"]["details"]] == ["url"]
