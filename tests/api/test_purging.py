"""Purging, holds and what is left of cases over the API: each refusal with its code, and nothing changed by it."""

from __future__ import annotations

import pytest

from core.models import BackgroundJob
from tests.workflows.conftest import start, subject  # noqa: F401 - fixtures
from tests.workflows.test_purging import breach, ended, everything
from workflows import services
from workflows.models import LegalHold, ProcessDefinition, ProcessInstance, PurgedCase

pytestmark = pytest.mark.django_db
PURGE = "process-instances/purge/"


@pytest.fixture
def admin(as_):
    return as_("admin")


class TestPurging:
    def test_of_several_cases_each_has_its_result(self, start, cast, admin):
        cases = {
            "": ended(start, cast),
            "case_held": ended(start, cast),
            "case_trouble": ended(start, cast),
            "case_uncounted": ended(start, cast, counted=False),
            "case_open": start("approval"),
        }
        services.hold_case(instance_id=cases["case_held"].pk, reason="court", actor=cast.admin)
        breach(cases["case_trouble"])
        ids = [str(one.pk) for one in cases.values()]
        before = everything()
        trial = admin.send("POST", PURGE, {"ids": [*ids, "999999"], "dry_run": True}).json()
        wanted = [*zip(ids, cases, strict=True), ("999999", "not_found")]
        assert [(one["id"], one["code"]) for one in trial["results"]] == wanted
        assert everything() == before, "a dry run changes nothing"
        answer = admin.send("POST", PURGE, {"ids": [*ids, "999999"], "reason": "privacy"}).json()
        assert [(one["id"], one["code"]) for one in answer["results"]] == wanted
        assert [one["purged"] for one in answer["results"]] == [True, *[False] * 5]
        assert all(one["detail"] for one in answer["results"][1:])
        gone = cases.pop("").pk
        for name, rows in everything().items():
            key = "id" if name == "ProcessInstance" else "instance_id"
            kept = [row for row in before[name] if name == "CaseTally" or row.get(key) != gone]
            assert rows == kept, name
        assert list(PurgedCase.objects.values_list("pk", "reason")) == [(gone, "privacy")]

    def test_the_same_case_twice_goes_once(self, start, cast, admin):
        pk = str(ended(start, cast).pk)
        answer = admin.send("POST", PURGE, {"ids": [pk, pk], "reason": "x"}).json()
        assert [one["purged"] for one in answer["results"]] == [True]
        again = admin.send("POST", PURGE, {"ids": [pk], "reason": "x"}).json()
        assert [one["code"] for one in again["results"]] == ["not_found"]

    @pytest.mark.parametrize(
        "body",
        [
            {"ids": ["1"]},
            {"ids": ["1"], "reason": " "},
            {"ids": [], "reason": "x"},
            {"ids": ["x"], "reason": "x"},
            {"ids": "1", "reason": "x"},
            {"ids": [str(one) for one in range(201)], "reason": "x"},
            {},
        ],
    )
    def test_what_is_missing_or_wrong_is_400(self, start, cast, admin, body):
        ended(start, cast)
        before = everything()
        assert admin.send("POST", PURGE, body).status_code == 400
        assert everything() == before

    def test_without_the_right_it_is_403_also_as_a_trial(self, start, cast, as_):
        case = ended(start, cast)
        for body in ({"ids": [str(case.pk)], "reason": "x"}, {"dry_run": True}):
            answer = as_("rep1").send("POST", PURGE, body)
            assert answer.status_code == 403
        assert ProcessInstance.objects.filter(pk=case.pk).exists()

    def test_by_rule_it_tells_what_goes_and_begins_a_job(self, start, cast, admin):
        ended(start, cast)
        services.hold_case(instance_id=ended(start, cast).pk, reason="court", actor=cast.admin)
        refused = admin.send("POST", PURGE, {"reason": "x"})
        assert (refused.status_code, refused.json()["code"]) == (400, "no_rule")
        ProcessDefinition.objects.update(keep_months=12)
        trial = admin.send("POST", PURGE, {"dry_run": True}).json()
        (rule,) = trial["rules"]
        assert (rule["definition"], rule["months"], rule["count"]) == ("approval", 12, 1)
        assert [one["count"] for one in rule["held_back"]] == [1]
        assert (trial["job"], BackgroundJob.objects.filter(kind="workflows.purge_cases").count()) == (None, 0)
        answer = admin.send("POST", PURGE, {"reason": "law"}).json()
        job = BackgroundJob.objects.get(kind="workflows.purge_cases")
        assert (answer["job"], job.payload["reason"]) == (str(job.pk), "law")
        assert ProcessInstance.objects.count() == 2


class TestWhatIsLeft:
    def test_one_row_of_each_for_those_who_saw_the_case(self, start, cast, as_):
        case = ended(start, cast)
        services.purge_case(instance_id=case.pk, reason="privacy", actor=cast.admin)
        (row,) = as_("rep1").read("purged-cases/").json()["results"]
        assert (row["id"], row["definition"], row["status"]) == (str(case.pk), "approval", "cancelled")
        assert (row["starter"], row["purged_by"], row["way"]) == ("rep1", "admin", "hand")
        assert as_("aftersales").read("purged-cases/").json()["results"] == []
        assert as_("admin").read(f"process-instances/{case.pk}/").status_code == 404

    def test_it_is_found_by_process_row_way_and_words(self, start, cast, admin):
        case = ended(start, cast)
        services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
        about = f"{case.subject_type}:{case.subject_id}"
        for query, found in (
            ("definition=approval", 1),
            ("definition=other", 0),
            (f"subject={about}", 1),
            (f"subject={case.subject_type}:0", 0),
            ("way=hand", 1),
            ("way=policy", 0),
            ("q=销售", 1),
            ("q=没有", 0),
        ):
            assert len(admin.read(f"purged-cases/?{query}").json()["results"]) == found, query
        assert admin.read("purged-cases/?way=other").status_code == 400


class TestHolds:
    def test_a_purged_case_cannot_be_held(self, start, cast, admin):
        case = ended(start, cast)
        services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
        answer = admin.send("POST", "legal-holds/", {"instance": str(case.pk), "reason": "court"})
        assert (answer.status_code, answer.json()["code"]) == (409, "case_purged")
        assert not LegalHold.objects.exists()

    def test_a_hold_is_lifted_once(self, start, cast, admin):
        case = ended(start, cast)
        body = {"instance": str(case.pk), "reason": "court"}
        placed = admin.send("POST", "legal-holds/", body)
        assert placed.status_code == 201
        address = f"legal-holds/{placed.json()['id']}/lift/"
        assert admin.send("POST", address, {"reason": "over"}).json()["stands"] is False
        rows = list(LegalHold.objects.values())
        assert admin.send("POST", address, {"reason": "again"}).status_code == 409
        assert list(LegalHold.objects.values()) == rows

    @pytest.mark.parametrize(
        "body",
        [
            {"reason": "x"},
            {"instance": "1"},
            {"instance": "1", "definition": "approval", "reason": "x"},
            {"subject": {"type": "core.department"}, "reason": "x"},
        ],
    )
    def test_exactly_one_target_and_a_reason(self, start, cast, admin, body):
        assert admin.send("POST", "legal-holds/", body).status_code == 400
        assert not LegalHold.objects.exists()

    def test_readers_of_cases_place_none_and_see_none(self, start, cast, as_):
        case = ended(start, cast)
        client = as_("rep1")
        assert (
            client.send("POST", "legal-holds/", {"instance": str(case.pk), "reason": "x"}).status_code == 403
        )
        assert client.read("legal-holds/").status_code == 403
        assert not LegalHold.objects.exists()
