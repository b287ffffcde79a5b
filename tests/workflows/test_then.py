"""A case as it was: at each step of its history the diagram, the open tasks and the data of that moment."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from core import clock
from core.models import Department
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from workflows import services
from workflows.models import HistoryEvent, ProcessInstance, WorkItem
from workflows.selectors import diagram_state
from workflows.selectors.then import data_at, moment_of

pytestmark = pytest.mark.django_db


def done(case: ProcessInstance, element: str, actor, **given) -> None:
    item = WorkItem.objects.open().get(instance=case, element=element)
    if item.assignee is None:
        services.claim_work_item(work_item_id=item.pk, actor=actor)
    services.complete_work_item(work_item_id=item.pk, actor=actor, **given)


def seen(case: ProcessInstance) -> tuple:
    """What the diagram shows of the case now: by element what was done and what is open."""
    state = diagram_state(case)
    return {id: (one.done, one.active) for id, one in state.elements.items()}, state.flows


@pytest.fixture
def case(cast) -> ProcessInstance:
    publish_diagram("approval", diagrams.APPROVAL, operations=["tests.rename"])
    about = Department.objects.get(code="sales1")
    return services.start_process(definition_key="approval", subject=about, actor=cast.rep1)


class TestReplay:
    def test_each_moment_is_what_was_seen_then(self, cast, case):
        deeds = [
            lambda: done(case, "draft", cast.rep1, data={"amount": "5"}),
            lambda: done(case, "review", cast.manager1, data={}, outcome="reject", comment="too much"),
            lambda: done(case, "draft", cast.rep1, data={"amount": "3"}),
            lambda: done(case, "review", cast.manager1, data={}, outcome="approve"),
        ]
        case = ProcessInstance.objects.get(pk=case.pk)
        past = [(case.last_event, seen(case), dict(case.state["vars"]))]
        at = clock.now()
        for deed in deeds:
            at += timedelta(hours=1)
            with clock.travel(at):
                deed()
            case = ProcessInstance.objects.get(pk=case.pk)
            past.append((case.last_event, seen(case), dict(case.state["vars"])))
        for last, looked, data in past:
            then = moment_of(case, last)
            state = diagram_state(case, then)
            shown = {id: (one.done, one.active) for id, one in state.elements.items()}
            assert (shown, state.flows) == looked
            known = data_at(case, then)
            assert known.is_whole
            assert known.values == {name: value for name, value in data.items() if value is not None}

    def test_any_event_of_a_step_stands_for_its_end(self, cast, case):
        done(case, "draft", cast.rep1, data={"amount": "5"})
        events = HistoryEvent.objects.filter(instance=case)
        for at in set(events.values_list("at", flat=True)):
            step = list(events.filter(at=at).order_by("seq").values_list("seq", flat=True))
            assert {moment_of(case, seq).last for seq in step} <= {step[-1], *step}
            assert moment_of(case, step[-1]).last == step[-1]

    def test_what_was_withdrawn_is_open_until_then(self, cast, case):
        with clock.travel(clock.now() + timedelta(hours=1)):
            services.cancel_instance(instance_id=case.pk, reason="over", actor=cast.admin)
        case = ProcessInstance.objects.get(pk=case.pk)
        before, after = moment_of(case, 1), moment_of(case, case.last_event)
        assert diagram_state(case, before).elements["draft"].active == 1
        assert "draft" not in diagram_state(case, after).elements
        assert WorkItem.objects.get(instance=case).withdrawn_at == after.at

    def test_of_an_old_case_only_what_was_kept_is_told(self, cast, case):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE workflows_historyevent DISABLE TRIGGER USER")
            cursor.execute(
                "UPDATE workflows_historyevent SET changes = NULL WHERE instance_id = %s", [case.pk]
            )
            cursor.execute("ALTER TABLE workflows_historyevent ENABLE TRIGGER USER")
        with clock.travel(clock.now() + timedelta(hours=1)):
            done(case, "draft", cast.rep1, data={"amount": "5"})
        case = ProcessInstance.objects.get(pk=case.pk)
        known = data_at(case, moment_of(case, case.last_event))
        assert not known.is_whole
        assert known.values["amount"] == "5"
        assert data_at(case, moment_of(case, 1)).values == {}


class TestPage:
    def at(self, case, seq) -> str:
        return reverse("workflows:case-then", args=[case.pk, seq])

    def test_shows_step_open_tasks_and_data_and_leads_on(self, signed_in, cast, case):
        with clock.travel(clock.now() + timedelta(hours=1)):
            done(case, "draft", cast.rep1, data={"amount": "5"})
        client, last = signed_in(cast.admin), ProcessInstance.objects.get(pk=case.pk).last_event
        history = client.get(
            reverse("workflows:case-detail", args=[case.pk]) + "?tab=history"
        ).content.decode()
        assert self.at(case, 1) in history
        first = client.get(self.at(case, 1))
        assert [one.item.element for one in first.context["waiting"]] == ["draft"]
        assert first.context["before"] is None
        then = client.get(self.at(case, last))
        page = then.content.decode()
        assert [one.item.element for one in then.context["waiting"]] == ["review"]
        assert "金额" in page
        assert "本环节改动" in page
        assert then.context["after"] is None

    def test_data_are_for_those_who_may_change_them(self, signed_in, cast, case):
        answer = signed_in(cast.rep1).get(self.at(case, 1))
        assert answer.status_code == 200
        assert answer.context["data"] is None

    def test_there_is_nothing_else(self, signed_in, cast, case):
        client = signed_in(cast.admin)
        assert client.get(self.at(case, 99)).status_code == 404
        assert client.get(self.at(case, 0)).status_code == 404
        assert client.get(f"/cases/{case.pk}/at/{'9' * 30}/").status_code == 404
        assert signed_in(cast.adplan).get(self.at(case, 1)).status_code == 404
