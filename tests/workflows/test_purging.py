"""Ended cases go with everything that was theirs, nothing else does, and the database lets nobody walk around it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, configuration
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Comment, Follow, Notification
from core.services.comments import add_comment
from tests.workflows.conftest import open_item
from workflows import services
from workflows.audit import audit
from workflows.models import (
    CaseTally,
    HistoryEvent,
    Incident,
    LegalHold,
    ProcessDefinition,
    ProcessInstance,
    PurgedCase,
    WorkItem,
)
from workflows.services import purging
from workflows.services.purge_policy import months_before, preview, rules
from workflows.services.purging import purge_by_rule
from workflows.settings_kinds import PURGE_AFTER_MONTHS

pytestmark = pytest.mark.django_db

OF_A_CASE = ("Delivery", "Subscription", "Job", "Timer", "Incident", "WorkItem", "HistoryEvent")


def ended(start, cast, *, days: int = 400, key: str = "approval", counted: bool = True) -> ProcessInstance:
    """A case that was terminated so long ago, and is counted."""
    with clock.travel(clock.now() - timedelta(days=days)):
        case = start(key)
        services.cancel_instance(instance_id=case.pk, reason="x", actor=cast.admin)
    if counted:
        services.sweep_figures()
    case.refresh_from_db()
    return case


def breach(case: ProcessInstance) -> Incident:
    """An open failure of the case."""
    now = clock.now()
    return Incident.objects.create(
        instance=case, kind="breach", error_type="x", message="x", opened_at=now, last_failed_at=now
    )


def everything() -> dict[str, list]:
    """All rows of cases and what stands around them."""
    models = [apps.get_model("workflows", name) for name in (*OF_A_CASE, "ProcessInstance", "CaseTally")]
    return {one.__name__: list(one.objects.order_by("pk").values()) for one in [*models, Comment, Follow]}


def purge_all(actor, months: int = 12) -> int:
    ProcessDefinition.objects.update(keep_months=months)
    return sum(purge_by_rule(rule, actor=actor).cases for rule in rules())


class TestWhatGoes:
    def test_all_rows_of_the_case_go_and_one_line_stays(self, start, cast):
        case = ended(start, cast)
        tasks = WorkItem.objects.filter(instance=case).count()
        gone = services.purge_case(instance_id=case.pk, reason="privacy", actor=cast.admin)
        for name in OF_A_CASE:
            assert not apps.get_model("workflows", name).objects.filter(instance=case.pk).exists()
        assert not ProcessInstance.objects.filter(pk=case.pk).exists()
        assert (gone.tasks, gone.events) == (tasks, case.last_event)
        assert (gone.subject_title, gone.starter, gone.status) == (case.subject_title, cast.rep1, "cancelled")
        assert (gone.way, gone.reason, gone.purged_by) == ("hand", "privacy", cast.admin)
        entry = AuditEntry.objects.get(action="workflows.purge_case")
        assert (entry.actor, entry.note, entry.subject_id) == (cast.admin, "privacy", str(case.pk))
        assert audit() == []

    def test_every_table_that_points_at_a_case_is_emptied(self):
        """Whoever adds such a table adds it to the purge."""
        pointing = {one.related_model.__name__ for one in ProcessInstance._meta.related_objects}
        assert pointing == set(OF_A_CASE)
        for name in OF_A_CASE:
            further = {
                one.related_model.__name__ for one in apps.get_model("workflows", name)._meta.related_objects
            }
            assert further <= {"Delivery", "Subscription"}

    def test_words_followers_and_notices_around_it_go_those_of_others_stay(self, start, cast):
        case, other = ended(start, cast), start("approval", about=cast.finance.department)
        for one in (case, other):
            add_comment(
                subject_type="workflows.processinstance", subject_id=str(one.pk), text="hm", actor=cast.admin
            )
        item = WorkItem.objects.filter(instance=case).first()
        for pk in (item.pk, open_item(other, "draft").pk):
            Notification.objects.create(
                person=cast.rep1,
                kind="x",
                key=f"x{pk}",
                subject_type="workflows.workitem",
                subject_id=str(pk),
                created_at=clock.now(),
            )
        services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
        kept = str(other.pk)
        assert set(Comment.objects.values_list("subject_id", flat=True)) == {kept}
        about = Notification.objects.filter(kind="x").values_list("subject_id", flat=True)
        assert list(about) == [str(open_item(other, "draft").pk)]

    def test_other_cases_the_business_row_and_its_audit_stay_as_they_are(self, start, cast, subject):
        case, other = ended(start, cast), ended(start, cast, days=10)
        entries = list(AuditEntry.objects.order_by("pk").values())
        before = everything()
        services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
        after = everything()
        for name, rows in before.items():
            key = "id" if name == "ProcessInstance" else "instance_id"
            kept = rows if name == "CaseTally" else [row for row in rows if row.get(key) != case.pk]
            assert after[name] == kept
        assert ProcessInstance.objects.filter(pk=other.pk).exists()
        assert list(AuditEntry.objects.order_by("pk").values())[: len(entries)] == entries
        subject.refresh_from_db()

    def test_figures_stay(self, start, cast):
        case = ended(start, cast)
        before = list(CaseTally.objects.values())
        assert before
        services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
        services.roll_up()
        services.sweep_figures()
        assert list(CaseTally.objects.values()) == before


class TestWhatStays:
    @pytest.mark.parametrize("why", ["open", "held", "trouble", "uncounted"])
    def test_refuses_and_changes_nothing(self, start, cast, why):
        case = start("approval") if why == "open" else ended(start, cast, counted=why != "uncounted")
        if why == "held":
            services.hold_case(instance_id=case.pk, reason="court", actor=cast.admin)
        if why == "trouble":
            breach(case)
        before = everything()
        with pytest.raises(Conflict) as refusal:
            services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
        assert refusal.value.code == f"case_{why}"
        assert everything() == before
        assert not PurgedCase.objects.exists()

    def test_by_people_without_the_right_or_a_reason(self, start, cast):
        case = ended(start, cast)
        with pytest.raises(PermissionDenied):
            services.purge_case(instance_id=case.pk, reason="x", actor=cast.rep1)
        with pytest.raises(ProcessInstance.DoesNotExist):
            services.purge_case(instance_id=case.pk, reason="x", actor=cast.aftersales)
        with pytest.raises(ApplicationError):
            services.purge_case(instance_id=case.pk, reason=" ", actor=cast.admin)
        assert ProcessInstance.objects.filter(pk=case.pk).exists()

    def test_nothing_goes_by_its_age_unless_somebody_says_so(self, start, cast):
        ended(start, cast, days=4000)
        assert rules() == []
        with pytest.raises(ApplicationError):
            services.purge_now(reason="x", actor=cast.admin)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        company=st.sampled_from([0, 6, 24]),
        own=st.sampled_from([None, 0, 6, 24]),
        days=st.sampled_from([1, 170, 200, 700, 800]),
        hold=st.sampled_from(["", "case", "subject", "process", "lifted"]),
    )
    def test_purged_or_not_by_rule_hold_and_date(self, start, cast, subject, company, own, days, hold):
        months = company if own is None else own
        with transaction.atomic():
            case = ended(start, cast, days=days)
            configuration.change(actor=cast.admin, changes={PURGE_AFTER_MONTHS: company})
            services.keep_cases_for(definition_key="approval", months=own, actor=cast.admin)
            if hold in ("case", "lifted"):
                placed = services.hold_case(instance_id=case.pk, reason="x", actor=cast.admin)
            if hold == "lifted":
                services.lift_hold(hold_id=placed.pk, reason="over", actor=cast.admin)
            if hold == "subject":
                services.hold_subject(
                    subject_type=case.subject_type, subject_id=case.subject_id, reason="x", actor=cast.admin
                )
            if hold == "process":
                services.hold_process(definition_key="approval", reason="x", actor=cast.admin)
            shown = {one.rule.definition.key: one.count for one in preview()}
            done = sum(purge_by_rule(rule, actor=cast.admin).cases for rule in rules())
            is_due = bool(months) and case.ended_at < months_before(clock.now(), months)
            wanted = is_due and hold in ("", "lifted")
            assert ProcessInstance.objects.filter(pk=case.pk).exists() is not wanted
            assert done == sum(shown.values()) == int(wanted)
            transaction.set_rollback(True)


class TestTheDatabase:
    """Whoever writes SQL meets the same rules."""

    def tombstone(self, case: ProcessInstance) -> PurgedCase:
        return PurgedCase.objects.create(
            instance_id=case.pk,
            definition_id=case.definition_id,
            version_id=case.version_id,
            started_at=case.started_at,
            ended_at=case.ended_at or clock.now(),
            events=1,
            tasks=1,
            way="hand",
            reason="x",
            purged_by_label="x",
            purged_at=clock.now(),
        )

    def refused(self, deed, text: str) -> None:
        before = everything()
        with pytest.raises(IntegrityError, match=text), transaction.atomic():
            deed()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert everything() == before

    def test_history_without_a_tombstone(self, start, cast):
        case = ended(start, cast)
        rows = HistoryEvent.objects.filter(instance=case)
        self.refused(lambda: rows._raw_delete("default"), "only ever added")
        self.refused(lambda: rows.update(comment="not me"), "only ever added")

    def test_history_of_another_case_beside_a_tombstone(self, start, cast):
        case, other = ended(start, cast), ended(start, cast)
        purging._bury([case.pk], purging.Why(cast.admin, "x"))
        self.refused(
            lambda: HistoryEvent.objects.filter(instance=other)._raw_delete("default"), "only ever added"
        )

    def test_a_tombstone_of_an_open_a_held_or_no_case(self, start, cast):
        case = ended(start, cast)
        self.refused(lambda: self.tombstone(start("approval", about=cast.finance.department)), "is open")
        services.hold_process(definition_key="approval", reason="x", actor=cast.admin)
        self.refused(lambda: self.tombstone(case), "under a legal hold")
        case.pk = 10**9
        self.refused(lambda: self.tombstone(case), "there is no case")

    def test_a_tombstone_beside_its_case(self, start, cast):
        case = ended(start, cast)
        self.refused(lambda: self.tombstone(case), "is still there")

    def test_a_hold_that_is_changed_taken_away_or_lifted_twice(self, start, cast):
        hold = services.hold_case(instance_id=ended(start, cast).pk, reason="x", actor=cast.admin)
        rows = LegalHold.objects.filter(pk=hold.pk)
        self.refused(lambda: rows.update(reason="other"), "only be lifted")
        self.refused(lambda: rows._raw_delete("default"), "only ever added")
        services.lift_hold(hold_id=hold.pk, reason="over", actor=cast.admin)
        with pytest.raises(Conflict):
            services.lift_hold(hold_id=hold.pk, reason="over", actor=cast.admin)
        back = {"lifted_at": None, "lift_reason": "", "lifted_by": None, "lifted_by_label": ""}
        self.refused(lambda: rows.update(**back), "only be lifted")

    def test_a_tombstone_is_never_changed(self, start, cast):
        gone = services.purge_case(instance_id=ended(start, cast).pk, reason="x", actor=cast.admin)
        rows = PurgedCase.objects.filter(pk=gone.pk)
        self.refused(lambda: rows.update(reason="other"), "only ever added")
        self.refused(lambda: rows.update(purged_in=1), "only ever added")
        self.refused(lambda: rows._raw_delete("default"), "only ever added")


class TestHolds:
    def test_whoever_may_not_place_one_is_refused(self, start, cast):
        case = start("approval")
        with pytest.raises(PermissionDenied):
            services.hold_case(instance_id=case.pk, reason="x", actor=cast.rep1)
        with pytest.raises(ApplicationError):
            services.hold_case(instance_id=case.pk, reason="  ", actor=cast.admin)
        assert not LegalHold.objects.exists()

    def test_placing_and_lifting_are_on_record(self, start, cast):
        hold = services.hold_case(instance_id=start("approval").pk, reason="court", actor=cast.admin)
        services.lift_hold(hold_id=hold.pk, reason="settled", actor=cast.admin)
        told = AuditEntry.objects.filter(subject_type="workflows.legalhold").order_by("pk")
        assert list(told.values_list("action", "note")) == [
            ("workflows.place_hold", "court"),
            ("workflows.lift_hold", "settled"),
        ]

    def test_a_purged_case_cannot_be_held_any_more(self, start, cast):
        case = ended(start, cast)
        services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
        with pytest.raises(Conflict) as refusal:
            services.hold_case(instance_id=case.pk, reason="court", actor=cast.admin)
        assert refusal.value.code == "case_purged"


def alongside(deed) -> tuple[threading.Thread, list]:
    """A deed in a thread with a connection of its own, and what came of it."""
    came: list = []

    def work() -> None:
        try:
            came.append(deed())
        except Exception as error:
            came.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread, came


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_a_hold_that_comes_during_a_purge_waits_and_is_refused(self, start, cast):
        case = ended(start, cast)
        with transaction.atomic():
            purging._bury([case.pk], purging.Why(cast.admin, "x"))
            thread, came = alongside(
                lambda: services.hold_case(instance_id=case.pk, reason="court", actor=cast.admin)
            )
            _until_somebody_waits()
        thread.join(20)
        assert isinstance(came[0], Conflict)
        assert came[0].code == "case_purged"
        assert not LegalHold.objects.exists()

    @pytest.mark.parametrize("reach", ["case", "process"])
    def test_a_purge_that_comes_during_a_hold_waits_and_leaves_the_case(self, start, cast, reach):
        case = ended(start, cast)
        place = {
            "case": lambda: services.hold_case(instance_id=case.pk, reason="court", actor=cast.admin),
            "process": lambda: services.hold_process(
                definition_key="approval", reason="court", actor=cast.admin
            ),
        }[reach]
        with transaction.atomic():
            place()
            thread, came = alongside(
                lambda: services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
            )
            _until_somebody_waits()
        thread.join(20)
        assert isinstance(came[0], Conflict)
        assert came[0].code == "case_held"
        assert ProcessInstance.objects.filter(pk=case.pk).exists()

    def test_a_case_that_somebody_has_locked_is_left_alone(self, start, cast):
        case, other = ended(start, cast), ended(start, cast)
        with transaction.atomic():
            ProcessInstance.objects.select_for_update().get(pk=case.pk)
            thread, came = alongside(lambda: purge_all(cast.admin))
            thread.join(20)
        assert came == [1]
        assert list(ProcessInstance.objects.values_list("pk", flat=True)) == [case.pk]
        assert PurgedCase.objects.get().pk == other.pk
        assert purge_all(cast.admin) == 1

    def test_death_in_the_middle_of_a_batch_leaves_all_of_it(self, start, cast, monkeypatch):
        for _n in range(3):
            ended(start, cast)
        before = everything()
        whole = purging._ROWS
        for reached in range(len(whole)):
            monkeypatch.setattr(purging, "_ROWS", (*whole[:reached], "SELECT 1/0"))
            with pytest.raises(Exception, match="division by zero"):
                purge_all(cast.admin)
            assert everything() == before
            assert not PurgedCase.objects.exists()
        monkeypatch.setattr(purging, "_ROWS", whole)
        assert purge_all(cast.admin) == 3


def _until_somebody_waits() -> None:
    """Until a connection of this database waits for a lock."""
    done = threading.Event()
    for _n in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        done.wait(0.02)
    raise AssertionError("Nobody waits.")


def test_an_incident_of_the_case_goes_with_it(start, cast):
    case = ended(start, cast)
    breach(case)
    Incident.objects.update(status="resolved", closed_at=clock.now())
    services.purge_case(instance_id=case.pk, reason="x", actor=cast.admin)
    assert not Incident.objects.exists()
