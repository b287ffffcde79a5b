"""Activities, their types and statuses over the API: what is refused leaves everything as it was."""

from datetime import timedelta

import pytest

from core import clock
from crm.models import Activity, ActivityType, CustomerStatus, StatusChange
from crm.models.status import forget_statuses
from crm.services import log_activity
from tests.contracts.factory import customer_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_anew():
    yield
    forget_statuses()


@pytest.fixture
def customer(company):
    return customer_of(company.rep1)


def logged(customer, **more):
    return {"customer": str(customer.pk), "type": "phone_call", "subject": "询价", **more}


class TestActivities:
    def test_one_is_recorded_read_and_corrected(self, as_, company, customer):
        rep1, later = as_("rep1"), (clock.today() + timedelta(days=3)).isoformat()
        contact = str(customer.contacts.get().pk)
        body = logged(customer, next_on=later, contact=contact, executors=["rep1", "manager1"])
        made = rep1.send("POST", "activities/", body)
        assert made.status_code == 201
        row = made.json()
        assert (row["type"], row["next_on"], row["contact"]) == ("phone_call", later, contact)
        assert sorted(row["executors"]) == ["manager1", "rep1"]
        customer.refresh_from_db()
        assert (customer.next_contact_on.isoformat(), customer.contact_count) == (later, 1)
        changed = rep1.send("PATCH", f"activities/{row['id']}/", {"subject": "询价二"})
        assert (changed.status_code, changed.json()["subject"]) == (200, "询价二")
        assert rep1.read(f"activities/{row['id']}/").json()["subject"] == "询价二"

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"type": "wechat"}, "transcript"),
            ({"type": "mailing"}, "next_on"),
            ({"type": "no_such"}, "type"),
            ({"occurred_on": "2199-01-01"}, "occurred_on"),
            ({"executors": ["nobody"]}, "executors.0"),
            ({"contact": "987654"}, "contact"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_what_breaks_a_rule_names_its_field(self, as_, customer, more, field):
        answer = as_("rep1").send("POST", "activities/", logged(customer, **more))
        assert answer.status_code == 400
        assert any(name == field or name.startswith(f"{field}.") for name in answer.json()["errors"]) or (
            field == "executors.0" and "executors" in answer.json()["errors"]
        )
        customer.refresh_from_db()
        assert (Activity.objects.count(), customer.contact_count) == (0, 0)

    def test_the_list_is_narrowed(self, as_, company, customer):
        other = customer_of(company.rep1)
        for one, kind, days in ((customer, "visit", 9), (customer, "phone_call", 1), (other, "visit", 0)):
            day = clock.today() - timedelta(days=days)
            fields = {"type": kind, "subject": kind, "occurred_on": day}
            log_activity(customer_id=one.pk, fields=fields, actor=company.rep1)

        def found(query: str) -> int:
            return len(as_("rep1").read(f"activities/{query}").json()["results"])

        since = (clock.today() - timedelta(days=5)).isoformat()
        assert found("") == 3
        assert found(f"?customer={customer.pk}") == 2
        assert found("?type=visit") == 2
        assert found(f"?occurred_from={since}&occurred_to={clock.today()}") == 2
        assert found("?executor=rep1") == 3
        assert found("?executor=rep2") == 0
        assert as_("rep1").read("activities/?occurred_from=x").status_code == 400

    def test_one_with_the_chat_pasted_keeps_its_lines(self, as_, customer):
        chat = "客户：多少钱？\n我：一年一万二。"
        answer = as_("rep1").send("POST", "activities/", logged(customer, type="wechat", transcript=chat))
        assert answer.status_code == 201
        assert answer.json()["transcript"] == chat


class TestStatus:
    def test_where_it_stands_and_where_it_goes(self, as_, customer):
        rep1 = as_("rep1")
        standing = rep1.read(f"customers/{customer.pk}/status/").json()
        assert standing["status"] == "interested"
        ways = {way["to"]: (way["needs_fact"], way["needs_approval"]) for way in standing["ways"]}
        assert ways["planned"] == (True, False)
        later = (clock.today() + timedelta(days=3)).isoformat()
        body = {"to": "planned", "facts": "已列入预算", "next_on": later}
        moved = rep1.send("POST", f"customers/{customer.pk}/status/", body)
        assert moved.status_code == 200
        assert (moved.json()["status"], moved.json()["next_contact_on"]) == ("planned", later)

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"to": "planned"}, 400, "fact_needed"),
            ({"to": "signed", "facts": "x"}, 400, "no_way"),
            ({"to": "lost"}, 400, "reason_needed"),
            ({"to": "no_such"}, 400, "no_such_status"),
            ({"to": "interested"}, 409, "already_in_status"),
            ({"to": "planned", "facts": "x", "next_on": "2000-01-01"}, 400, "invalid"),
            ({"to": "signed", "reason": "x", "override": True}, 403, "forbidden"),
        ],
    )
    def test_a_refusal_changes_nothing(self, as_, customer, body, status, code):
        answer = as_("rep1").send("POST", f"customers/{customer.pk}/status/", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        customer.refresh_from_db()
        assert (customer.status, customer.next_contact_on) == ("interested", None)
        assert not StatusChange.objects.exists()


class TestVocabulary:
    def test_a_status_with_ways_comes_changes_and_goes(self, as_, company):
        director = as_("director")
        body = {
            "code": "trial", "name_zh": "试用中", "name_en": "Trial",
            "ways": [{"to": "quoted", "needs_fact": True}],
        }  # fmt: skip
        assert director.send("POST", "customer-statuses/", body).status_code == 201
        assert director.send("POST", "customer-statuses/", body).json()["errors"].keys() == {"code"}
        changed = director.send("PATCH", "customer-statuses/trial/", {"order": 35}).json()
        assert (changed["order"], changed["ways"]) == (35, [{"to": "quoted", "needs_fact": True}])
        changed = director.send("PATCH", "customer-statuses/trial/", {"ways": []}).json()
        assert changed["ways"] == []
        wrong = director.send("PATCH", "customer-statuses/trial/", {"ways": [{"to": "no_such"}]})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["ways"])
        # Inside a change too a way says where it leads; a fact is asked for only where that is said.
        wrong = director.send("PATCH", "customer-statuses/trial/", {"ways": [{"needs_fact": True}]})
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["ways.0.to"])
        changed = director.send("PATCH", "customer-statuses/trial/", {"ways": [{"to": "lost"}]}).json()
        assert changed["ways"] == [{"to": "lost", "needs_fact": False}]
        assert director.send("DELETE", "customer-statuses/trial/", {}).status_code == 204
        assert not CustomerStatus.objects.filter(code="trial").exists()

    def test_what_is_in_use_stays(self, as_, company, customer):
        log_activity(customer_id=customer.pk, fields={"type": "visit", "subject": "拜访"}, actor=company.rep1)
        director = as_("director")
        for path, code in (
            ("customer-statuses/interested/", "status_in_use"),
            ("activity-types/visit/", "type_in_use"),
        ):
            answer = director.send("DELETE", path, {})
            assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert CustomerStatus.objects.filter(code="interested").exists()
        assert ActivityType.objects.filter(code="visit").exists()
        assert director.send("DELETE", "activity-types/no_such/", {}).status_code == 404

    def test_a_wrong_value_changes_nothing(self, as_, company):
        director = as_("director")
        for body in ({"probability": 101}, {"max_days": 0}, {"kind": "none"}, {"name_zh": ""}):
            answer = director.send("PATCH", "customer-statuses/planned/", body)
            assert answer.status_code == 400
            assert list(answer.json()["errors"]) == list(body)
        status = CustomerStatus.objects.get(code="planned")
        assert (status.probability, status.max_days, status.ways.count()) == (40, 30, 5)
