"""Failures as operators see them: by cause, one by one, and dealt with, one or many."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import User
from tests.workflows.conftest import Unchanged, publish_diagram
from tests.workflows.running import OPERATIONS, Hand, publish_drawing
from tests.workflows.test_incident_actions import charging
from workflows import services
from workflows.models import HistoryEvent, Incident
from workflows.views import incident_many
from workflows.views.timeline import Timeline

pytestmark = pytest.mark.django_db
DEEDS = ("retry", "edit", "skip", "fail", "mend")


@pytest.fixture
def held(cast) -> list[Hand]:
    """Five cases of one cause."""
    publish_drawing(charging(extensions=""), operations=OPERATIONS)
    return [
        Hand.start("charging", cast.rep1).do("ask", cast.rep1, account="broken", amount="1.50")
        for _ in range(5)
    ]


@pytest.fixture
def failure(held) -> Incident:
    return Incident.objects.get(instance=held[0].instance)


@pytest.fixture
def breach(held) -> Incident:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflows_incident WHERE instance_id = %s", [held[4].instance.pk])
    services.note_breaches([held[4].instance.pk])
    return Incident.objects.get(kind="breach")


@pytest.fixture
def admin(cast, signed_in):
    return signed_in(cast.admin)


def url(incident: Incident, deed: str = "detail") -> str:
    return reverse(f"workflows:incident-{deed}", args=[incident.pk])


def many(deed: str) -> str:
    return reverse("workflows:incident-many", args=[deed])


def text(answer) -> str:
    return answer.content.decode()


class TestByCause:
    def test_one_line_for_all_of_a_cause(self, held, failure, breach, admin):
        page = admin.get("/incidents/")
        rows = page.context["table"].rows
        assert [row.record["count"] for row in rows] == [1, 4]
        assert reverse("workflows:incident-group", args=[failure.group_key]) in text(page)
        assert "待办事项缺失" in text(page) or "缺失" in text(page)

    def test_it_costs_the_same_for_many_causes_as_for_one(self, held, admin):
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                admin.get("/incidents/")
            return len(queries)

        admin.get("/incidents/")
        one = cost()
        for number, incident in enumerate(Incident.objects.all()):
            Incident.objects.filter(pk=incident.pk).update(group_key=f"{number}")
        assert cost() == one

    def test_the_rest_comes_by_load_more(self, held, admin, monkeypatch):
        from workflows.views.incidents import IncidentList

        for number, incident in enumerate(Incident.objects.all()):
            Incident.objects.filter(pk=incident.pk).update(group_key=f"{number}")
        monkeypatch.setattr(IncidentList, "page_size", 2)
        seen, after = [], ""
        for _ in range(3):
            page = admin.get("/incidents/", {"after": after} if after else {})
            seen += [row.record["newest"] for row in page.context["table"].rows]
            after = page.context["after"]
        assert len(seen) == len(set(seen)) == 5
        assert not after

    def test_filters(self, held, breach, admin):
        assert len(admin.get("/incidents/?kind=breach").context["table"].rows) == 1
        assert len(admin.get("/incidents/?kind=failure").context["table"].rows) == 1
        definition = held[0].instance.definition_id
        assert len(admin.get(f"/incidents/?definition={definition}").context["table"].rows) == 2

    def test_nothing_to_do(self, cast, admin):
        assert "没有异常" in text(admin.get("/incidents/"))

    def test_what_was_dealt_with_is_still_there(self, held, failure, admin, cast):
        services.skip_incident(incident_id=failure.pk, reason="x", actor=cast.admin)
        page = text(admin.get("/incidents/all/?status=resolved"))
        assert cast.admin.name in page
        assert page.count("<tr ") == 1


class TestOne:
    def test_it_says_where_why_and_with_which_data(self, held, failure, admin):
        page = text(admin.get(url(failure)))
        for words in ("ZeroDivisionError", "broken", "1.50", "data-diagram"):
            assert words in page
        for deed in ("retry", "edit", "skip", "fail"):
            assert url(failure, deed) in page
        assert url(failure, "mend") not in page

    def test_what_was_tried_is_told(self, held, failure, admin, cast):
        services.retry_incident(incident_id=failure.pk, actor=cast.admin)
        page = text(admin.get(url(failure)))
        assert "重试" in page
        assert cast.admin.name in page

    def test_a_breach_says_what_is_wrong(self, breach, admin):
        page = text(admin.get(url(breach)))
        assert "charge" in page
        assert url(breach, "mend") in page
        assert url(breach, "retry") not in page

    def test_one_that_is_dealt_with_offers_nothing(self, held, failure, admin, cast):
        services.skip_incident(incident_id=failure.pk, reason="x", actor=cast.admin)
        page = text(admin.get(url(failure)))
        assert not any(url(failure, deed) in page for deed in DEEDS)

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    @pytest.mark.parametrize("deed", DEEDS)
    def test_each_deed_says_first_what_will_happen(self, failure, breach, admin, cast, deed, language):
        User.objects.filter(pk=cast.admin.pk).update(language=language)
        about = breach if deed == "mend" else failure
        for headers in ({}, {"HX-Request": "true"}):
            answer = admin.get(url(about, deed), headers=headers)
            assert answer.status_code == 200
            assert len(answer.context["question"]) > 20
            assert "%(" not in answer.context["question"]

    def test_the_history_is_a_tab(self, failure, admin):
        assert admin.get(url(failure) + "?tab=history").status_code == 200

    def test_a_part_of_several_is_named(self, failure, admin):
        Incident.objects.filter(pk=failure.pk).update(part="2/3 · 明远")
        assert "2/3 · 明远" in text(admin.get(url(failure)))

    def test_it_costs(self, failure, admin):
        admin.get(url(failure))
        with CaptureQueriesContext(connection) as queries:
            admin.get(url(failure))
        assert len(queries) <= 22


class TestDeeds:
    def test_skip(self, held, failure, admin):
        answer = admin.post(url(failure, "skip"), {"reason": "线下已扣款"}, follow=True)
        assert answer.redirect_chain[0][0] == url(failure)
        assert held[0].prove().names == ["check"]
        (told,) = [one for one in Timeline(held[0].instance).entries() if one.comment]
        assert (told.comment, told.mark) == ("线下已扣款", "no")
        assert "charge" in told.text

    def test_fail_offers_the_codes_that_are_caught(self, held, failure, admin):
        form = admin.get(url(failure, "fail")).context["form"]
        assert form.fields["code"].choices == [("declined", "declined")]
        admin.post(url(failure, "fail"), {"code": "declined", "reason": "银行拒付"})
        assert held[0].prove().names == ["call"]

    def test_edit_hands_over_only_what_was_changed(self, held, failure, admin):
        form = admin.get(url(failure, "edit")).context["form"]
        given = {
            f"value_{name}": form[f"value_{name}"].value() or "" for name in ("account", "amount", "due")
        }
        given["value_charged"] = form["value_charged"].value() or ""
        given |= {"value_account": "good", "reason": "写错了"}
        answer = admin.post(url(failure, "edit"), given, follow=True)
        assert answer.status_code == 200
        assert held[0].prove().variables["account"] == "good"
        changes = HistoryEvent.objects.get(kind="edited").data["changes"]
        assert changes == {"account": {"from": "broken", "to": "good"}}
        (told,) = [one for one in Timeline(held[0].instance).entries() if one.comment == "写错了"]
        assert told.answers == [("account", "broken → good")]

    def test_edit_takes_the_types_of_the_diagram(self, held, failure, admin):
        with Unchanged(held[0].instance):
            answer = admin.post(
                url(failure, "edit"), {"value_amount": "viel", "value_due": "morgen", "reason": "x"}
            )
        assert answer.status_code == 400
        assert {"value_amount", "value_due"} <= set(answer.context["form"].errors)
        admin.post(
            url(failure, "edit"),
            {"value_account": "good", "value_amount": "2.5", "value_due": "2026-12-20", "reason": "x"},
        )
        variables = held[0].prove().variables
        assert (variables["amount"], variables["due"]) == ("2.5", "2026-12-20")

    def test_changing_nothing_is_said(self, held, failure, admin):
        with Unchanged(held[0].instance):
            answer = admin.post(
                url(failure, "edit"), {"value_account": "broken", "value_amount": "1.50", "reason": "x"}
            )
        assert answer.status_code == 400

    def test_a_reason_is_asked_for(self, held, failure, admin):
        for deed in ("skip", "fail", "edit"):
            with Unchanged(held[0].instance):
                answer = admin.post(url(failure, deed), {"code": "declined", "value_account": "good"})
            assert answer.status_code == 400

    def test_the_second_is_told_who_was_faster(self, held, failure, admin, cast):
        services.skip_incident(incident_id=failure.pk, reason="x", actor=cast.admin)
        answer = admin.post(url(failure, "skip"), {"reason": "x"})
        assert answer.status_code == 409
        assert cast.admin.name in text(answer)

    def test_mend(self, held, breach, admin):
        answer = admin.post(url(breach, "mend"), {"reason": "误删"}, follow=True)
        assert answer.status_code == 200
        held[4].prove()
        assert Incident.objects.filter(instance=held[4].instance, kind="failure", status="open").exists()


class TestMany:
    def ask(self, admin, deed: str, failure: Incident, *ids: int):
        return admin.post(many(deed), {"group": failure.group_key, "id": ids})

    def test_the_group_lists_its_cases_and_what_can_be_done(self, held, failure, admin):
        page = text(admin.get(reverse("workflows:incident-group", args=[failure.group_key])))
        assert page.count("data-one") == 5
        for deed in ("retry", "edit", "skip", "fail"):
            assert many(deed) in page

    def test_a_group_that_is_dealt_with_says_so(self, held, failure, admin, cast):
        services.deal_with(group=failure.group_key, action="skip", reason="x", actor=cast.admin)
        answer = admin.get(reverse("workflows:incident-group", args=[failure.group_key]))
        assert answer.status_code == 200
        assert "checkbox" not in text(answer)
        assert admin.get(reverse("workflows:incident-group", args=["nothing"])).status_code == 404

    def test_it_is_asked_first(self, held, failure, admin):
        answer = self.ask(admin, "skip", failure)
        assert "5" in answer.context["question"]
        assert Incident.objects.filter(status="open").count() == 5

    def test_all_of_them(self, held, failure, admin):
        answer = admin.post(
            many("edit"),
            {"group": failure.group_key, "confirmed": 1, "value_account": "good", "reason": "写错了"},
        )
        assert answer.context["counts"] == {"done": 5, "again": 0, "refused": 0}
        assert [hand.prove().names for hand in held] == [["check"]] * 5

    def test_only_those_that_were_ticked(self, held, failure, admin):
        ids = sorted(Incident.objects.values_list("pk", flat=True))[:2]
        asked = self.ask(admin, "skip", failure, *ids)
        assert asked.context["total"] == 2
        admin.post(many("skip"), {"group": failure.group_key, "id": ids, "confirmed": 1, "reason": "x"})
        assert Incident.objects.filter(status="open").count() == 3

    def test_it_goes_on_in_portions_until_all_are_done(self, held, failure, admin, monkeypatch):
        monkeypatch.setattr(incident_many, "PORTION", 2)
        answer = admin.post(many("retry"), {"group": failure.group_key, "confirmed": 1})
        seen = re.findall(r"<li class=.*?/incidents/(\d+)/", text(answer))
        while form := re.search(r'<form [^>]*hx-trigger="load".*?</form>', text(answer), re.DOTALL):
            given: dict[str, list[str]] = {}
            for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[0]):
                given.setdefault(name, []).append(value)
            answer = admin.post(many("retry"), given, headers={"HX-Request": "true"})
            seen += re.findall(r"<li class=.*?/incidents/(\d+)/", text(answer))
        assert len(seen) == len(set(seen)) == 5
        assert 'hx-swap-oob="beforeend:#outcomes"' in text(answer)
        assert "再次失败 5" in text(answer)
        assert set(Incident.objects.values_list("attempts", flat=True)) == {2}

    def test_one_refusal_stops_no_other_and_is_told(self, held, failure, admin, cast):
        services.suspend_instance(instance_id=held[2].instance.pk, reason="x", actor=cast.admin)
        answer = admin.post(many("skip"), {"group": failure.group_key, "confirmed": 1, "reason": "x"})
        assert answer.context["counts"] == {"done": 4, "again": 0, "refused": 1}
        assert "挂起" in text(answer)

    def test_a_wrong_value_refuses_in_the_form(self, held, failure, admin):
        answer = admin.post(
            many("edit"), {"group": failure.group_key, "confirmed": 1, "value_amount": "x", "reason": "x"}
        )
        assert answer.status_code == 400
        assert Incident.objects.filter(status="open").count() == 5

    @pytest.mark.parametrize("given", [{}, {"group": "nothing"}, {"group": "x" * 500, "id": ["y", "-1"]}])
    def test_nonsense_is_404(self, held, admin, given):
        assert admin.post(many("skip"), given).status_code == 404

    def test_an_unknown_deed_is_404(self, held, failure, admin):
        assert self.ask(admin, "explode", failure).status_code == 404
        assert admin.get(many("skip")).status_code == 404


class TestRights:
    def test_pages_are_for_those_who_deal_with_failures(self, failure, breach, cast, signed_in):
        addresses = ["/incidents/", "/incidents/all/", url(failure)]
        addresses += [url(breach if deed == "mend" else failure, deed) for deed in DEEDS]
        addresses.append(reverse("workflows:incident-group", args=[failure.group_key]))
        for person in (cast.rep1, cast.boss, cast.finance):
            client = signed_in(person)
            for address in addresses:
                assert client.get(address).status_code == 403, (person, address)
            for deed in DEEDS:
                with Unchanged(failure.instance):
                    answer = client.post(
                        many(deed), {"group": failure.group_key, "confirmed": 1, "reason": "x"}
                    )
                assert answer.status_code == 403

    def test_whoever_may_only_retry_is_offered_and_allowed_no_more(self, failure, cast, signed_in):
        from core.models import Grant, Role

        role = Role.objects.get(code="tech")
        Grant.objects.create(role=role, permission="workflows.retry_incident", scope="all")
        client = signed_in(cast.tech)
        page = text(client.get(url(failure)))
        assert url(failure, "retry") in page
        for deed in ("edit", "skip", "fail"):
            assert url(failure, deed) not in page
            assert client.get(url(failure, deed)).status_code == 403
            assert client.post(many(deed), {"group": failure.group_key}).status_code == 403

    def test_the_anonymous_are_sent_to_sign_in(self, failure, client):
        assert client.get(url(failure)).status_code == 302
        assert client.post(many("skip"), {"group": failure.group_key}).status_code == 302

    def test_what_is_not_there_is_404(self, failure, admin):
        assert admin.get("/incidents/999999/").status_code == 404
        assert admin.post("/incidents/999999/skip/", {"reason": "x"}).status_code == 404


def test_values_of_every_type_have_their_widget(cast, admin):
    """Each type of a diagram's variables is edited by a widget of its own, and comes back as it was."""
    from workflows.engine.vocabulary import as_type
    from workflows.views.incident_data import DataForm

    types = {
        "text": ("text", "a"),
        "number": ("integer", 3),
        "amount": ("decimal", "1.50"),
        "yes": ("boolean", True),
        "day": ("date", "2026-12-20"),
        "moment": ("datetime", "2026-12-20T09:30:00+08:00"),
        "names": ("list[text]", ["甲", "乙"]),
        "numbers": ("list[integer]", [1, 2]),
        "record": ("record", {"a": "b"}),
    }
    values = {name: (as_type(kind), value) for name, (kind, value) in types.items()}
    definition = publish_diagram_definition()
    first = DataForm(values=values, definition=definition)
    given = {}
    for name in first.fields:
        bound = first[name]
        shown = bound.field.widget.format_value(bound.value())
        given[name] = (shown[0] if isinstance(shown, list) else shown) or ""
    same = DataForm({**given, "reason": "x"}, values=values, definition=definition)
    assert same.is_valid(), same.errors
    assert same.changes() == {}
    changed = {
        "value_text": "b",
        "value_number": "4",
        "value_amount": "2.50",
        "value_yes": "false",
        "value_day": "2026-12-21",
        "value_moment": "2026-12-20 10:30",
        "value_names": "甲\n丙\n",
        "value_numbers": "[3]",
        "value_record": '{"a": 1}',
        "reason": "x",
    }
    other = DataForm(changed, values=values, definition=definition)
    assert other.is_valid(), other.errors
    assert other.changes() == {
        "text": "b",
        "number": 4,
        "amount": "2.50",
        "yes": False,
        "day": "2026-12-21",
        "moment": "2026-12-20T10:30:00+08:00",
        "names": ["甲", "丙"],
        "numbers": [3],
        "record": {"a": 1},
    }
    for rubbish in ("[3", "9" * 5000, "[" * 100_000):
        broken = DataForm({**changed, "value_numbers": rubbish}, values=values, definition=definition)
        assert list(broken.errors) == ["value_numbers"]


def publish_diagram_definition():
    from tests.workflows import diagrams
    from workflows.definitions import definition_of

    return definition_of(publish_diagram("approval", diagrams.APPROVAL).current_version_id)
