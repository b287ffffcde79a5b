"""What operators do with steps that failed: retry, edit data and retry, skip, let fail; one or many at once."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from core import clock
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Department, User
from tests.workflows.conftest import Unchanged
from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import (
    ABOUT_DEPARTMENT,
    OPERATIONS,
    Hand,
    each,
    event,
    form,
    inside,
    publish_drawing,
    user,
)  # fmt: skip
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, Incident, ProcessInstance
from workflows.services import incident_groups
from workflows.services.incidents import ways_out

BROKEN = {"account": "broken"}


def charging(*, extensions: str = ABOUT_DEPARTMENT, caught: bool = True) -> Drawing:
    """Somebody names an account; it is charged; a declined one is asked for again by another person."""
    drawing = Drawing("charging", extensions=extensions).start().end("end", "declined_end")
    user(drawing, "ask", form("account:text", "amount:decimal?", "due:date?"))
    drawing.service("charge", "tests.charge", account="account", result="charged")
    user(drawing, "check")
    drawing.chain("start", "ask", "charge", "check", "end")
    if caught:
        drawing.add(event("boundaryEvent", "was_declined", "error", "declined", attachedToRef="charge"))
        user(drawing, "call")
        drawing.chain("was_declined", "call", "declined_end")
    else:
        drawing.parts = [part for part in drawing.parts if "declined_end" not in part]
    return drawing


def begin(cast, subject, **answers) -> Hand:
    hand = Hand.start("charging", cast.rep1, subject=subject)
    return hand.do("ask", cast.rep1, **(answers or BROKEN))


def failure_of(hand: Hand) -> Incident:
    return Incident.objects.get(instance=hand.instance, status="open")


@pytest.fixture
def held(cast, subject) -> Hand:
    publish_drawing(charging(), operations=OPERATIONS)
    return begin(cast, subject)


@pytest.fixture
def failure(held) -> Incident:
    return failure_of(held)


class TestSkipping:
    def test_it_goes_on_behind_the_step(self, held, failure, cast, subject):
        services.skip_incident(incident_id=failure.pk, reason="charged by hand", actor=cast.admin)
        assert held.prove().names == ["check"]
        subject.refresh_from_db()
        assert subject.name == "销售一部", "what the step would have done is not done"
        told = HistoryEvent.objects.get(instance=held.instance, kind="skipped")
        assert (told.element, told.actor, told.comment) == ("charge", cast.admin, "charged by hand")
        assert not HistoryEvent.objects.filter(kind="completed", element="charge").exists()
        failure.refresh_from_db()
        assert (failure.status, failure.closed_by) == ("resolved", cast.admin)
        assert held.do("check", cast.rep1).status == "completed"

    def test_it_stands_in_the_log_of_deeds(self, failure, cast):
        services.skip_incident(incident_id=failure.pk, reason="charged by hand", actor=cast.admin)
        entry = AuditEntry.objects.get(action="workflows.skip_incident")
        assert (entry.actor, entry.note) == (cast.admin, "charged by hand")
        assert entry.before["element"] == "charge"

    def test_only_process_administrators_may(self, held, failure, cast):
        for person in (cast.rep1, cast.manager1, cast.boss, cast.finance):
            with Unchanged(held.instance), pytest.raises(PermissionDenied):
                services.skip_incident(incident_id=failure.pk, reason="x", actor=person)

    def test_a_reason_is_asked_for(self, held, failure, cast):
        with Unchanged(held.instance), pytest.raises(ApplicationError) as refusal:
            services.skip_incident(incident_id=failure.pk, reason="  ", actor=cast.admin)
        assert refusal.value.code == "reason_needed"

    def test_a_gateway_cannot_be_skipped(self, cast):
        drawing = Drawing("choosing").start().end("end", "other")
        user(drawing, "ask", form("amount:integer?"))
        drawing.choice("which", default="small").flow("which", "other", "amount + 1 > 5")
        drawing.flow("which", "end", id="small").chain("start", "ask", "which")
        publish_drawing(drawing)
        hand = Hand.start("choosing", cast.rep1).do("ask", cast.rep1)
        failure = failure_of(hand)
        assert not ways_out(failure, hand.instance).may_skip
        with Unchanged(hand.instance), pytest.raises(Conflict) as refusal:
            services.skip_incident(incident_id=failure.pk, reason="x", actor=cast.admin)
        assert refusal.value.code == "skip_not_here"
        services.edit_and_retry(incident_id=failure.pk, values={"amount": 9}, reason="x", actor=cast.admin)
        assert hand.prove().status == "completed"


class TestFailing:
    def test_the_way_drawn_for_the_error_is_taken(self, held, failure, cast):
        services.fail_incident(
            incident_id=failure.pk, code="declined", reason="the bank says no", actor=cast.admin
        )
        assert held.prove().names == ["call"]
        told = HistoryEvent.objects.get(instance=held.instance, kind="error_thrown")
        assert (told.element, told.comment, told.data["error"]) == ("charge", "the bank says no", "declined")
        assert HistoryEvent.objects.filter(instance=held.instance, kind="failed").count() == 1, "the real one"
        assert held.do("call", cast.rep1).status == "completed"

    def test_a_code_that_nothing_catches_is_refused_and_says_which_are(self, held, failure, cast):
        with Unchanged(held.instance), pytest.raises(Conflict, match="declined") as refusal:
            services.fail_incident(incident_id=failure.pk, code="expired", reason="x", actor=cast.admin)
        assert refusal.value.code == "error_not_caught"
        assert ways_out(failure, held.instance).codes == ("declined",)

    def test_where_nothing_is_caught_it_says_what_else_can_be_done(self, cast, subject):
        publish_drawing(charging(caught=False), operations=OPERATIONS)
        hand = begin(cast, subject)
        with Unchanged(hand.instance), pytest.raises(Conflict) as refusal:
            services.fail_incident(
                incident_id=failure_of(hand).pk, code="declined", reason="x", actor=cast.admin
            )
        assert refusal.value.code == "error_not_caught"

    def test_others_may_not(self, held, failure, cast):
        with Unchanged(held.instance), pytest.raises(PermissionDenied):
            services.fail_incident(incident_id=failure.pk, code="declined", reason="x", actor=cast.manager1)


class TestEditing:
    def test_the_step_runs_again_with_what_was_mended(self, held, failure, cast, subject):
        services.edit_and_retry(
            incident_id=failure.pk, values={"account": "good"}, reason="typo", actor=cast.admin
        )
        assert (held.prove().names, held.variables["account"]) == (["check"], "good")
        subject.refresh_from_db()
        assert subject.name == "charged good"

    def test_who_changed_what_is_kept(self, held, failure, cast):
        services.edit_and_retry(
            incident_id=failure.pk,
            values={"account": "good", "amount": "12.50"},
            reason="typo",
            actor=cast.admin,
        )
        told = HistoryEvent.objects.get(instance=held.instance, kind="edited")
        changes = {"account": {"from": "broken", "to": "good"}, "amount": {"from": None, "to": "12.50"}}
        assert (told.actor, told.comment, told.data["changes"]) == (cast.admin, "typo", changes)
        assert AuditEntry.objects.get(action="workflows.edit_case_data").after == changes
        kinds = list(HistoryEvent.objects.filter(seq__gte=told.seq).values_list("kind", flat=True))
        assert kinds[:2] == ["edited", "retried"]

    def test_what_still_fails_stays_held_with_the_new_data(self, held, failure, cast):
        services.edit_and_retry(
            incident_id=failure.pk, values={"amount": "1"}, reason="try", actor=cast.admin
        )
        failure.refresh_from_db()
        assert (failure.status, failure.attempts) == ("open", 2)
        assert held.prove().variables["amount"] == "1"

    @pytest.mark.parametrize(
        ("values", "wrong"),
        [
            ({"amount": "many"}, ["amount"]),
            ({"amount": "1", "due": "soon", "account": 7}, ["account", "due"]),
            ({"nobody": "x"}, ["nobody"]),
            ({"starter": "boss"}, ["starter"]),
            ({"ask": {"outcome": None, "comment": "", "by": "boss"}}, ["ask"]),
            ({"loopCounter": 1}, ["loopCounter"]),
        ],
    )
    def test_wrong_values_and_unknown_names_change_nothing(self, held, failure, cast, values, wrong):
        with Unchanged(held.instance), pytest.raises(ApplicationError) as refusal:
            services.edit_and_retry(incident_id=failure.pk, values=values, reason="x", actor=cast.admin)
        assert sorted(refusal.value.errors) == wrong

    def test_to_change_nothing_is_refused(self, held, failure, cast):
        for values in ({}, {"account": "broken"}):
            with Unchanged(held.instance), pytest.raises(ApplicationError) as refusal:
                services.edit_and_retry(incident_id=failure.pk, values=values, reason="x", actor=cast.admin)
            assert refusal.value.code == "nothing_changed"

    def test_others_may_not(self, held, failure, cast):
        with Unchanged(held.instance), pytest.raises(PermissionDenied):
            services.edit_and_retry(
                incident_id=failure.pk, values={"account": "good"}, reason="x", actor=cast.manager1
            )

    def test_what_can_be_edited_is_what_is_declared(self, held, failure):
        values = ways_out(failure, held.instance).values
        assert {name: (str(type_), value) for name, (type_, value) in values.items()} == {
            "account": ("text", "broken"),
            "amount": ("decimal", None),
            "due": ("date", None),
            "charged": ("record", None),
        }


class TestScopes:
    """Data is changed where the step found it."""

    @pytest.fixture
    def three(self, cast) -> Hand:
        """An account for each of three parts, charged one beside the other; the second and third are broken."""
        content = Drawing("parts").start("inner_start").end("inner_end")
        content.service("charge", "tests.charge", account="account")
        content.chain("inner_start", "charge", "inner_end")
        drawing = Drawing(
            "each_charging",
            extensions='<flow:variable name="accounts" type="list" item="text"/>'
            '<flow:variable name="note" type="text"/>',
        )
        drawing.start().end()
        user(drawing, "ask")
        drawing.add(inside("subProcess", "each_one", content, marker=each("accounts", "account")))
        user(drawing, "check")
        publish_drawing(drawing.chain("start", "ask", "each_one", "check", "end"), operations=OPERATIONS)
        hand = Hand.start(
            "each_charging", cast.rep1, data={"accounts": ["good", "broken", "broken"], "note": "old"}
        )
        return hand.do("ask", cast.rep1)

    def test_an_item_belongs_to_its_element(self, three, cast):
        first, second = Incident.objects.filter(instance=three.instance).order_by("pk")
        assert (first.part, second.part) == ("2/3 · broken", "3/3 · broken")
        services.edit_and_retry(
            incident_id=first.pk, values={"account": "better"}, reason="x", actor=cast.admin
        )
        three.prove()
        second.refresh_from_db()
        assert second.status == "open"
        assert ways_out(second, three.instance).values["account"][1] == "broken"
        assert three.variables["accounts"] == ["good", "broken", "broken"], "the list itself stays"
        edited = HistoryEvent.objects.get(kind="edited")
        assert (edited.data["part"], edited.data["indices"]) == ("2/3 · broken", [1])

    def test_what_belongs_to_the_case_is_changed_for_the_case(self, three, cast):
        first, second = Incident.objects.filter(instance=three.instance).order_by("pk")
        services.edit_and_retry(incident_id=first.pk, values={"note": "new"}, reason="x", actor=cast.admin)
        three.prove()
        assert three.variables["note"] == "new"
        assert ways_out(second, three.instance).values["note"][1] == "new"

    def test_all_of_them_at_once_to_the_end(self, three, cast):
        ids = list(Incident.objects.filter(instance=three.instance).values_list("pk", flat=True))
        results = services.deal_with(
            ids=ids, action="edit", values={"account": "good"}, reason="x", actor=cast.admin
        )
        assert [row.is_done for row in results.rows] == [True, True]
        assert three.prove().do("check", cast.rep1).status == "completed"

    def test_a_called_process_has_its_own(self, cast):
        inner = Drawing("paying", extensions='<flow:variable name="account" type="text"/>')
        inner.start("p_start").end("p_end").service("charge", "tests.charge", account="account")
        publish_drawing(inner.chain("p_start", "charge", "p_end"), operations=OPERATIONS)
        outer = Drawing("ordering", extensions='<flow:variable name="account" type="text"/>').start().end()
        user(outer, "ask")
        outer.element(
            "callActivity",
            "pay",
            extensions='<flow:in name="account" value="account"/>',
            calledElement="paying",
        )
        publish_drawing(outer.chain("start", "ask", "pay", "end"), operations=OPERATIONS)
        hand = Hand.start("ordering", cast.rep1, data=BROKEN).do("ask", cast.rep1)
        failure = failure_of(hand)
        assert failure.element == "pay/charge"
        assert list(ways_out(failure, hand.instance).values) == ["account"]
        services.edit_and_retry(
            incident_id=failure.pk, values={"account": "good"}, reason="x", actor=cast.admin
        )
        assert (hand.prove().status, hand.variables["account"]) == ("completed", "broken")


class TestManyAtOnce:
    @pytest.fixture
    def five(self, cast) -> list[Hand]:
        publish_drawing(charging(), operations=OPERATIONS)
        rows = Department.objects.order_by("pk")[:5]
        return [begin(cast, row) for row in rows]

    def test_a_group_is_dealt_with_as_one(self, five, cast):
        (group,) = set(Incident.objects.values_list("group_key", flat=True))
        results = services.deal_with(
            group=group, action="edit", values={"account": "good"}, reason="typo", actor=cast.admin
        )
        assert (len(results.rows), results.after) == (5, None)
        assert all(row.is_done for row in results.rows)
        assert [hand.prove().names for hand in five] == [["check"]] * 5

    def test_one_refusal_stops_no_other(self, five, cast):
        ids = list(Incident.objects.order_by("pk").values_list("pk", flat=True))
        services.skip_incident(incident_id=ids[1], reason="x", actor=cast.admin)
        services.suspend_instance(instance_id=five[2].instance.pk, reason="x", actor=cast.admin)
        Department.objects.filter(pk=five[3].instance.subject_id).update(name="mended")
        results = services.deal_with(ids=[*ids, 10**9], action="retry", actor=cast.admin)
        told = [
            "done" if row.is_done else "again" if row.failed_again else row.error.code for row in results.rows
        ]
        assert told == ["again", "not_open", "suspended", "done", "again", "not_found"]
        assert audit() == []

    def test_a_long_group_is_gone_through_in_portions_each_once(self, five, cast):
        group = Incident.objects.first().group_key
        seen, after = [], 0
        while after is not None:
            results = services.deal_with(group=group, action="retry", actor=cast.admin, after=after, most=2)
            seen += [row.incident_id for row in results.rows]
            after = results.after
        assert seen == sorted(Incident.objects.values_list("pk", flat=True))
        assert set(Incident.objects.values_list("attempts", flat=True)) == {2}

    def test_rights_and_reasons_are_asked_before_anything_happens(self, five, cast):
        ids = list(Incident.objects.values_list("pk", flat=True))
        with pytest.raises(PermissionDenied):
            services.deal_with(ids=ids, action="skip", reason="x", actor=cast.manager1)
        with pytest.raises(ApplicationError):
            services.deal_with(ids=ids, action="skip", actor=cast.admin)
        assert Incident.objects.filter(status="open").count() == 5

    def test_a_program_that_breaks_stops_no_other(self, five, cast, monkeypatch):
        ids = sorted(Incident.objects.values_list("pk", flat=True))
        retry = incident_groups.incidents.retry_incident

        def break_once(*, incident_id, actor):
            if incident_id == ids[0]:
                raise RuntimeError("out of paper")
            return retry(incident_id=incident_id, actor=actor)

        monkeypatch.setattr(incident_groups.incidents, "retry_incident", break_once)
        results = services.deal_with(ids=ids, action="retry", actor=cast.admin)
        assert isinstance(results.rows[0].error, RuntimeError)
        assert [row.failed_again for row in results.rows[1:]] == [True] * 4


class TestPages:
    def test_a_suspended_or_finished_case_refuses(self, held, failure, cast):
        services.suspend_instance(instance_id=held.instance.pk, reason="x", actor=cast.admin)
        deeds = {
            "skip": lambda: services.skip_incident(incident_id=failure.pk, reason="x", actor=cast.admin),
            "fail": lambda: services.fail_incident(
                incident_id=failure.pk, code="declined", reason="x", actor=cast.admin
            ),
            "edit": lambda: services.edit_and_retry(
                incident_id=failure.pk, values={"account": "good"}, reason="x", actor=cast.admin
            ),
            "mend": lambda: services.mend_breach(incident_id=failure.pk, reason="x", actor=cast.admin),
        }
        for deed in deeds.values():
            with Unchanged(held.instance), pytest.raises(Conflict):
                deed()
        services.cancel_instance(instance_id=held.instance.pk, reason="x", actor=cast.admin)
        for deed in deeds.values():
            with Unchanged(held.instance), pytest.raises(Conflict):
                deed()

    def test_a_failure_without_its_place_is_left_to_mending(self, held, failure, cast):
        Incident.objects.filter(pk=failure.pk).update(token="77")
        with Unchanged(held.instance), pytest.raises(Conflict) as refusal:
            services.retry_incident(incident_id=failure.pk, actor=cast.admin)
        assert refusal.value.code == "is_breach"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two at once, on connections of their own: one wins, the other hears who."""

    @staticmethod
    def both(*deeds) -> list[object]:
        ready = threading.Barrier(len(deeds))
        found: list[object] = [None] * len(deeds)

        def run(number: int) -> None:
            ready.wait()
            try:
                found[number] = deeds[number]()
            except Exception as error:
                found[number] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=[number]) for number in range(len(deeds))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found

    def test_two_operators(self, held, failure, cast):
        Department.objects.filter(pk=held.instance.subject_id).update(name="mended")
        found = self.both(
            lambda: services.retry_incident(incident_id=failure.pk, actor=cast.admin),
            lambda: services.skip_incident(incident_id=failure.pk, reason="x", actor=cast.admin),
        )
        lost = [one for one in found if isinstance(one, Conflict)]
        assert len(lost) == 1
        assert lost[0].code == "not_open"
        assert "贺明" in str(lost[0])
        assert held.prove().names == ["check"]

    def test_retry_against_cancel(self, held, failure, cast):
        Department.objects.filter(pk=held.instance.subject_id).update(name="mended")
        found = self.both(
            lambda: services.retry_incident(incident_id=failure.pk, actor=cast.admin),
            lambda: services.cancel_instance(instance_id=held.instance.pk, reason="x", actor=cast.admin),
        )
        assert not isinstance(found[1], Exception), "cancelling works before and after"
        assert ProcessInstance.objects.get(pk=held.instance.pk).status == "cancelled"
        held.prove()
        if isinstance(found[0], Exception):
            assert isinstance(found[0], Conflict)
            assert not HistoryEvent.objects.filter(kind="completed", element="charge").exists()

    def test_mending_against_mending(self, held, cast):
        services.retry_incident(incident_id=failure_of(held).pk, actor=cast.admin)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM workflows_incident")
        services.note_breaches([held.instance.pk])
        breach = Incident.objects.get(kind="breach")
        found = self.both(
            *[
                lambda: services.mend_breach(incident_id=breach.pk, reason="x", actor=cast.admin)
                for _ in range(2)
            ]
        )
        assert sum(isinstance(one, Conflict) for one in found) == 1
        assert HistoryEvent.objects.filter(kind="mended").count() == 1
        held.prove()

    def test_two_audits_tell_a_breach_once(self, held):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM workflows_incident")
        found = self.both(*[lambda: services.note_breaches([held.instance.pk]) for _ in range(2)])
        assert found == [1, 1]
        assert Incident.objects.filter(kind="breach", status="open").count() == 1


def test_what_each_costs(held, failure, cast, subject):
    admin = User.objects.get(pk=cast.admin.pk)
    admin.may("workflows.retry_incident")
    with CaptureQueriesContext(connection) as captured:
        services.skip_incident(incident_id=failure.pk, reason="x", actor=admin)
    # its case, savepoint, lock, the incident, log, incident's end, anybody in the role, business row, write, release
    assert len(captured) == 10


def test_it_waits_as_long_as_it_takes(held, failure, cast):
    """Nothing of a held step depends on the clock."""
    with clock.travel(timedelta(days=400)):
        services.skip_incident(incident_id=failure.pk, reason="x", actor=cast.admin)
        held.prove()
