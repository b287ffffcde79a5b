"""What holds for every address: lists, problems, languages, sizes, bad bytes."""

import json

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from crm.models import Customer
from tests.api.conftest import ApiClient
from tests.api.world import build

pytestmark = pytest.mark.django_db
MEMBERS = {"type", "title", "status", "code", "detail", "errors"}


def is_a_problem(answer, status: int, code: str) -> bool:
    body = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert set(body) >= MEMBERS
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), body
    assert body["type"] == f"urn:xiaoliu:problem:{code}"
    assert body["title"]
    assert body["detail"]
    return True


@pytest.fixture
def rep1(as_) -> ApiClient:
    return as_("rep1")


@pytest.fixture
def customers(rep1) -> list[str]:
    """25 customers of rep1, oldest first."""
    return [
        rep1.send("POST", "customers/", {"name": f"客户{number:02}有限公司"}).json()["id"]
        for number in range(25)
    ]


class TestLists:
    def test_a_list_has_next_previous_results_and_no_total(self, rep1, customers):
        body = rep1.read("customers/?limit=10").json()
        assert set(body) == {"next", "previous", "results"}
        assert body["previous"] is None
        assert len(body["results"]) == 10

    def test_the_pages_hold_each_row_once_and_lead_back(self, rep1, customers):
        url, seen, pages = "customers/?limit=10", [], []
        while url:
            body = rep1.read(url).json()
            pages.append([row["id"] for row in body["results"]])
            seen += pages[-1]
            url = (body["next"] or "").split("/api/v1/")[-1]
        assert seen == customers[::-1]
        back = rep1.read(body["previous"].split("/api/v1/")[-1]).json()
        assert [row["id"] for row in back["results"]] == pages[1]

    def test_a_row_that_arrives_meanwhile_neither_repeats_nor_hides_another(self, rep1, customers):
        first = rep1.read("customers/?limit=10").json()
        rep1.send("POST", "customers/", {"name": "新来的有限公司"})
        second = rep1.read(first["next"].split("/api/v1/")[-1]).json()
        assert [row["id"] for row in second["results"]] == customers[::-1][10:20]

    def test_an_order_can_be_turned_round(self, rep1, customers):
        names = [row["name"] for row in rep1.read("customers/?order=name&limit=3").json()["results"]]
        turned = [row["name"] for row in rep1.read("customers/?order=-name&limit=3").json()["results"]]
        assert names == ["客户00有限公司", "客户01有限公司", "客户02有限公司"]
        assert turned == ["客户24有限公司", "客户23有限公司", "客户22有限公司"]

    def test_a_total_comes_only_when_asked_for_and_capped(self, rep1, customers, monkeypatch):
        body = rep1.read("customers/?count=1&limit=1").json()
        assert (body["count"], body["count_is_capped"]) == (25, False)
        monkeypatch.setattr("core.api.pagination.COUNT_CAP", 20)
        body = rep1.read("customers/?count=1&limit=1").json()
        assert (body["count"], body["count_is_capped"]) == (20, True)

    def test_a_limit_above_200_gives_200(self, rep1, customers):
        assert len(rep1.read("customers/?limit=9999").json()["results"]) == 25

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("limit=٣", "limit"),
            ("order=password", "order"),
            ("cursor=made-up", "cursor"),
            ("status=unheard-of", "status"),
            ("in_pool=perhaps", "in_pool"),
        ],
    )
    def test_a_wrong_parameter_is_named(self, rep1, query, field):
        answer = rep1.read(f"customers/?{query}")
        assert is_a_problem(answer, 400, "invalid")
        assert field in answer.json()["errors"]

    def test_a_cursor_of_another_order_is_refused(self, rep1, customers):
        cursor = rep1.read("customers/?limit=1").json()["next"].split("cursor=")[1].split("&")[0]
        assert is_a_problem(rep1.read(f"customers/?order=name&cursor={cursor}"), 400, "invalid")

    def test_search_and_filters_narrow_the_list(self, rep1, customers):
        found = {row["name"] for row in rep1.read("customers/?q=户07有").json()["results"]}
        assert "客户07有限公司" in found
        assert len(found) < 3
        assert len(rep1.read("customers/?q=kehu").json()["results"]) == 25
        assert len(rep1.read("customers/?owner=rep1").json()["results"]) == 25
        assert rep1.read("customers/?status=signed").json()["results"] == []


class TestSearch:
    def test_every_list_of_the_business_finds_by_a_piece(self, company, as_):
        world, admin, finance = build(company), as_("admin"), as_("finance")
        name = Customer.objects.get(pk=world.customer).name
        for client, path, piece, nonsense in (
            (finance, "customers/", name[2:6], "不存在"),
            (finance, "contacts/", "刘经", "不存在"),
            (finance, "products/", "VIP", "nothing"),
            (finance, "contracts/", name[2:6], "不存在"),
            (finance, "payments/", "HK-", "不存在"),
            (finance, "receivables/", name[2:6], "不存在"),
            (finance, "dunning-letters/", name[2:6], "不存在"),
            (admin, "process-definitions/", "trav", "nothing"),
            (admin, "process-instances/", name[2:6], "不存在"),
            (admin, "work-items/?box=all", name[2:6], "不存在"),
        ):
            mark = "&" if "?" in path else "?"
            assert client.read(f"{path}{mark}q={piece}").json()["results"], path
            assert client.read(f"{path}{mark}q={nonsense}").json()["results"] == [], path


class TestProblems:
    def test_an_unknown_address_is_a_problem_too(self, rep1):
        for path in ("/api/v1/nothing/", "/api/", "/api/v2/customers/", "/api"):
            assert is_a_problem(rep1.get(path), 404, "not_found")

    def test_a_forgotten_slash_keeps_method_and_query(self, rep1):
        answer = rep1.post("/api/v1/customers?x=1", "{}", content_type="application/json")
        assert (answer.status_code, answer["Location"]) == (308, "/api/v1/customers/?x=1")

    @pytest.mark.parametrize("pk", ["0", "999999999999999999999999", "-1", "abc", "1e3", "٣", "%00", "1%20"])
    def test_an_id_that_no_row_has_is_404(self, rep1, pk):
        answer = rep1.read(f"customers/{pk}/")
        assert answer.status_code in (400, 404)
        assert answer.json()["code"] in ("not_found", "malformed")

    def test_a_method_that_is_not_there_is_405(self, rep1):
        assert is_a_problem(rep1.send("DELETE", "customers/"), 405, "method_not_allowed")

    def test_each_wrong_field_is_named_at_once(self, rep1):
        answer = rep1.send("POST", "customers/", {"name": "", "level": "Z", "nonsense": 1})
        assert is_a_problem(answer, 400, "invalid")
        assert set(answer.json()["errors"]) == {"name", "level", "nonsense"}
        assert not Customer.objects.exists()

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1899-12-31", "2201-01-01"])
    def test_a_day_at_the_end_of_the_calendar_is_a_typing_error(self, rep1, day):
        assert "as_of" in rep1.read(f"receivables/?as_of={day}").json()["errors"]
        moment = {"expires_at": f"{day}T23:59:59Z"}
        assert "expires_at" in rep1.send("POST", "auth/tokens/", moment).json()["errors"]

    def test_a_nested_wrong_field_is_named_with_its_place(self, rep1):
        body = {"name": "甲", "contacts": [{"name": "乙", "mobile": "13800138000"}, {"email": "no"}]}
        errors = rep1.send("POST", "customers/", body).json()["errors"]
        assert set(errors) == {"contacts.1.email", "contacts.1.name"}

    def test_texts_follow_accept_language_and_codes_stay(self, cast, as_):
        english = as_("rep1", language="en").read("customers/0/").json()
        chinese = as_("rep1", language="zh-CN,zh;q=0.9").read("customers/0/").json()
        assert english["code"] == chinese["code"] == "not_found"
        assert english["detail"] == "There is no such thing, or it is not yours to see."
        assert chinese["detail"] == "没有这一项，或您无权查看。"

    def test_chinese_is_the_default(self, db):
        answer = Client().get("/api/v1/auth/me/")
        assert answer.json()["title"] == "请先登录。"
        assert answer["Content-Language"] == "zh-hans"


class TestBytes:
    def send(self, client, raw: bytes, content_type: str = "application/json"):
        return client.generic("POST", "/api/v1/customers/", raw, content_type=content_type)

    @pytest.mark.parametrize(
        "raw",
        [
            b"{",
            b"\xff\xfe{",
            b'{"name": "\xc3\x28"}',
            b'{"name": "a\\u0000b"}',
            b'{"name": "\\ud800"}',
            b'{"n\\u0000": 1}',
            b'{"name": NaN}',
            b'{"name": 1e999999999}',
            b'{"name": ' + b"9" * 5000 + b"}",
            b'{"name": 0.' + b"1" * 5000 + b"}",
            b"[" * 100_000,
            b'{"a":' * 70 + b"1" + b"}" * 70,
        ],
    )
    def test_what_is_not_plain_json_is_400_with_a_cause(self, rep1, raw):
        assert is_a_problem(self.send(rep1, raw), 400, "malformed")
        assert not Customer.objects.exists()

    @pytest.mark.parametrize("raw", [b"", b"[]", b'"text"', b"1", b"null", b"true"])
    def test_what_is_no_object_is_400(self, rep1, raw):
        assert self.send(rep1, raw).status_code == 400

    def test_an_unknown_content_type_is_415(self, rep1):
        for content_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded"):
            assert is_a_problem(self.send(rep1, b"name=a", content_type), 415, "unsupported_media_type")

    def test_a_body_that_is_too_large_is_413(self, rep1):
        raw = json.dumps({"name": "x" * (13 * 1024 * 1024)}).encode()
        assert is_a_problem(self.send(rep1, raw), 413, "too_large")
        assert not Customer.objects.exists()

    def test_a_length_that_is_no_number_does_no_harm(self, rep1):
        answer = rep1.generic(
            "POST", "/api/v1/customers/", b"{}", content_type="application/json", CONTENT_LENGTH="many"
        )
        assert answer.status_code == 400

    def test_nul_in_an_address_is_400(self, rep1):
        assert is_a_problem(rep1.read("customers/?q=%00"), 400, "malformed")
        assert rep1.read("customers/?owner=%ff%fe").status_code == 200

    def test_whatever_a_client_accepts_it_gets_json(self, rep1):
        for accept in ("text/html", "application/xml", "nonsense", "image/*"):
            assert rep1.read("customers/", Accept=accept)["Content-Type"] == "application/json"


class TestFailures:
    def test_an_unexpected_failure_is_a_problem_without_details(self, as_, monkeypatch):
        def fail(*args, **kwargs):
            raise RuntimeError("the secret is the ladder")

        rep1 = as_("rep1", raise_request_exception=False)
        monkeypatch.setattr("crm.selectors.customers", fail)
        answer = rep1.read("customers/")
        assert is_a_problem(answer, 500, "server_error")
        assert "ladder" not in answer.content.decode()

    def test_a_database_that_is_away_is_503_and_says_when_to_come_back(self, as_, cast, client, monkeypatch):
        from psycopg import errors

        def gone(*args, **kwargs):
            raise OperationalError("terminating connection") from errors.AdminShutdown()

        rep1 = as_("rep1", raise_request_exception=False)
        client.force_login(cast.rep1)
        client.raise_request_exception = False
        monkeypatch.setattr("crm.selectors.customers", gone)
        monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", gone)
        answer = rep1.read("customers/")
        assert is_a_problem(answer, 503, "database_away")
        assert answer["Retry-After"] == "3"
        page = client.get("/")
        assert (page.status_code, page["Retry-After"]) == (503, "3")
        assert "数据库暂时没有响应" in page.content.decode()

    def test_a_lock_that_is_not_to_be_had_is_409(self, rep1, monkeypatch):
        from psycopg import errors

        def wait(*args, **kwargs):
            raise OperationalError("canceling statement due to lock timeout") from errors.LockNotAvailable()

        monkeypatch.setattr("crm.selectors.customers", wait)
        assert is_a_problem(rep1.read("customers/"), 409, "busy")

    def test_a_runaway_program_is_429(self, rep1):
        with override_settings(API_WRITES_PER_MINUTE=3):
            answers = [rep1.send("POST", "customers/", {}).status_code for _ in range(5)]
            assert answers[-1] == 429
            assert is_a_problem(rep1.send("POST", "customers/", {}), 429, "throttled")
            assert rep1.read("customers/").status_code == 200
