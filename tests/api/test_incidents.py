"""Failures over the API: what can be done about them, and doing it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.workflows.conftest import Unchanged
from tests.workflows.running import OPERATIONS, Hand, publish_drawing
from tests.workflows.test_incident_actions import charging
from workflows import services
from workflows.models import Incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(company) -> list[Hand]:
    """Three cases held by the same failure."""
    publish_drawing(charging(extensions=""), operations=OPERATIONS)
    return [
        Hand.start("charging", company.rep1).do("ask", company.rep1, account="broken", amount="1.50")
        for _ in range(3)
    ]


@pytest.fixture
def failure(held) -> Incident:
    return Incident.objects.get(instance=held[0].instance)


@pytest.fixture
def admin(as_):
    return as_("admin")


class TestOne:
    def test_it_tells_what_can_be_done(self, failure, admin):
        body = admin.read(f"incidents/{failure.pk}/").json()
        assert (body["kind"], body["element"], body["part"], body["attempts"]) == ("failure", "charge", "", 1)
        assert body["ways"] == {"retry": True, "edit": True, "skip": True, "fail": True, "mend": False}
        assert (body["codes"], body["any_code"]) == (["declined"], False)
        values = {one["name"]: (one["type"], one["value"]) for one in body["values"]}
        assert values["account"] == ("text", "broken")
        assert values["amount"] == ("decimal", "1.50")
        assert values["due"] == ("date", None)

    def test_skip(self, held, failure, admin):
        answer = admin.send("POST", f"incidents/{failure.pk}/skip/", {"reason": "by hand"})
        assert (answer.status_code, answer.json()["status"]) == (200, "resolved")
        assert answer.json()["ways"]["skip"] is False
        assert held[0].prove().names == ["check"]

    def test_fail(self, held, failure, admin):
        answer = admin.send("POST", f"incidents/{failure.pk}/fail/", {"code": "declined", "reason": "bank"})
        assert answer.status_code == 200
        assert held[0].prove().names == ["call"]

    def test_fail_with_a_code_that_nothing_catches(self, held, failure, admin):
        with Unchanged(held[0].instance):
            answer = admin.send("POST", f"incidents/{failure.pk}/fail/", {"code": "x", "reason": "bank"})
        assert (answer.status_code, answer.json()["code"]) == (409, "error_not_caught")
        assert "declined" in answer.json()["detail"]

    def test_edit(self, held, failure, admin):
        answer = admin.send(
            "POST", f"incidents/{failure.pk}/edit/", {"values": {"account": "good"}, "reason": "typo"}
        )
        assert (answer.status_code, answer.json()["status"]) == (200, "resolved")
        assert held[0].prove().variables["account"] == "good"

    def test_wrong_values_are_named(self, held, failure, admin):
        with Unchanged(held[0].instance):
            answer = admin.send(
                "POST",
                f"incidents/{failure.pk}/edit/",
                {"values": {"amount": "x", "no": 1}, "reason": "typo"},
            )
        assert answer.status_code == 400
        assert sorted(answer.json()["errors"]) == ["amount", "no"]

    @pytest.mark.parametrize(
        ("deed", "body"),
        [
            ("skip", {}),
            ("skip", {"reason": " "}),
            ("fail", {"reason": "x"}),
            ("edit", {"reason": "x"}),
            ("edit", {"reason": "x", "values": []}),
            ("edit", {"reason": "x", "values": {}}),
            ("mend", {}),
            ("skip", {"reason": "x", "force": True}),
        ],
    )
    def test_what_is_missing_is_400(self, held, failure, admin, deed, body):
        with Unchanged(held[0].instance):
            assert admin.send("POST", f"incidents/{failure.pk}/{deed}/", body).status_code == 400

    def test_the_second_hears_409_and_who(self, held, failure, admin):
        admin.send("POST", f"incidents/{failure.pk}/skip/", {"reason": "x"})
        with Unchanged(held[0].instance):
            answer = admin.send("POST", f"incidents/{failure.pk}/skip/", {"reason": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_open")
        assert "He Ming" in answer.json()["detail"]

    def test_a_breach_is_mended(self, held, admin):
        failure = Incident.objects.get(instance=held[1].instance)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM workflows_incident WHERE id = %s", [failure.pk])
        services.note_breaches([held[1].instance.pk])
        breach = Incident.objects.get(kind="breach")
        body = admin.read(f"incidents/{breach.pk}/").json()
        assert (body["kind"], body["error_type"], body["element"]) == ("breach", "missing", "")
        assert body["ways"] == {"retry": False, "edit": False, "skip": False, "fail": False, "mend": True}
        answer = admin.send("POST", f"incidents/{breach.pk}/mend/", {"reason": "restored"})
        assert (answer.status_code, answer.json()["status"]) == (200, "resolved")
        held[1].prove()


class TestMany:
    def test_a_group(self, held, failure, admin):
        answer = admin.send(
            "POST",
            "incidents/bulk/",
            {"group": failure.group_key, "action": "edit", "values": {"account": "good"}, "reason": "typo"},
        ).json()
        assert ([row["ok"] for row in answer["results"]], answer["after"]) == ([True] * 3, None)
        assert {row["incident"]["status"] for row in answer["results"]} == {"resolved"}

    def test_a_result_for_each(self, held, failure, admin):
        admin.send("POST", f"incidents/{failure.pk}/skip/", {"reason": "x"})
        ids = [str(pk) for pk in Incident.objects.order_by("pk").values_list("pk", flat=True)]
        answer = admin.send("POST", "incidents/bulk/", {"ids": [*ids, "999999"], "action": "retry"}).json()
        told = [(row["id"], row["ok"], (row["problem"] or {}).get("code")) for row in answer["results"]]
        assert told == [
            (ids[0], False, "not_open"),
            (ids[1], True, None),
            (ids[2], True, None),
            ("999999", False, "not_found"),
        ]
        assert answer["results"][1]["incident"]["attempts"] == 2

    @pytest.mark.parametrize(
        "body",
        [
            {"action": "retry"},
            {"action": "retry", "ids": ["1"], "group": "x"},
            {"action": "retry", "ids": []},
            {"action": "explode", "ids": ["1"]},
            {"action": "skip", "ids": ["1"]},
            {"action": "retry", "ids": ["1"] * 501},
        ],
    )
    def test_what_makes_no_sense_is_400(self, held, admin, body):
        assert admin.send("POST", "incidents/bulk/", body).status_code == 400


def test_the_list_costs_the_same_however_long_it_is(held, admin):
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert admin.read(path).status_code == 200
        return len(queries)

    admin.read("incidents/")
    assert cost("incidents/") == cost("incidents/?limit=1") == 3


def test_the_list_is_filtered(held, failure, admin):
    admin.send("POST", f"incidents/{failure.pk}/skip/", {"reason": "x"})
    assert len(admin.read("incidents/?status=open&kind=failure").json()["results"]) == 2
    assert admin.read("incidents/?kind=breach").json()["results"] == []
    assert len(admin.read(f"incidents/?group_key={failure.group_key}").json()["results"]) == 3
