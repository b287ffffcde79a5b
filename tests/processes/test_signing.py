"""The signed copy that does not come back: reminded after 15 days, pressed for or given up from day 30 on."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from contracts import services
from contracts.models import Contract
from core import clock
from core.errors import ApplicationError
from core.models import AuditEntry, Notification
from core.notifications import shown
from tests.processes.walk import Walk, later
from workflows.models import Timer, WorkItem
from workflows.services import cancel_instance

LATE, VERY_LATE = "signature_late", "signature_very_late"


@pytest.fixture
def sealed(company) -> Walk:
    walk = Walk(company)
    walk.sealed()
    return walk


def audited(walk: Walk, action: str) -> int:
    return AuditEntry.objects.filter(action=f"contracts.{action}", subject_id=str(walk.contract.pk)).count()


class TestTheFirstReminder:
    def test_both_moments_are_calendar_days_from_the_sealing(self, sealed):
        sealed.stands("signing", "record_signature")
        assert sealed.waits() == [LATE, VERY_LATE]
        at = sealed.contract.seal_records.get().sealed_at
        due = dict(Timer.objects.filter(instance=sealed.case, status="open").values_list("element", "due_at"))
        assert abs(due[LATE] - at - timedelta(days=15)) < timedelta(seconds=5)
        assert abs(due[VERY_LATE] - at - timedelta(days=30)) < timedelta(seconds=5)

    def test_after_15_days_the_owner_is_told_and_the_step_waits_on(self, sealed):
        with later(days=14, hours=23):
            assert sealed.told("rep1") == []
        with later(days=15, minutes=1):
            sealed.stands("signing", "record_signature")
            assert sealed.told("rep1") == ["contract.signature"]
            assert sealed.told("director") == sealed.told("assistant") == []
            assert sealed.waits() == [VERY_LATE]
            assert audited(sealed, "remind_signature") == 1
            said = shown(Notification.objects.filter(person=sealed.people.rep1))[0]
            assert said.title == f"{sealed.contract.no} 的签章件尚未收回"
            assert "已 15 天" in said.text

    def test_once_signed_nobody_is_reminded(self, sealed):
        with later(days=14):
            sealed.sign()
            sealed.stands("active", case="completed")
        with later(days=40):
            assert sealed.told("rep1") == []
            assert sealed.waits() == []

    def test_given_up_by_the_director_from_outside_the_moments_are_withdrawn(self, sealed):
        services.void_contract(
            contract_id=sealed.contract.pk, reason="客户倒闭", actor=sealed.people.director
        )
        sealed.stands("voided", case="cancelled")
        assert sealed.waits() == []
        with later(days=40):
            assert sealed.told("rep1") == []


class TestAfter30Days:
    def test_the_director_gets_a_task_beside_the_signature(self, sealed):
        with later(days=30, minutes=1):
            sealed.stands("signing", "press_signature", "record_signature")
            assert sealed.inbox_of("director", "queue") == ["press_signature"]
            assert sealed.waits() == []

    @pytest.mark.parametrize("who", ["rep1", "manager1", "assistant", "finance"])
    def test_nobody_else_does_it(self, sealed, who):
        with later(days=30, minutes=1):
            with pytest.raises((PermissionDenied, WorkItem.DoesNotExist)):
                sealed.do(who, "press_signature", "void", "不签了")
            sealed.stands("signing", "press_signature", "record_signature")

    def test_pressing_tells_the_owner_and_asks_again_every_15_days(self, sealed):
        with later(days=30, minutes=1):
            sealed.director("press", "本周内必须拿回来")
            sealed.stands("signing", "record_signature")
            assert sealed.waits() == ["wait_again"]
            assert sealed.told("rep1") == ["contract.signature"] * 2
            said = shown(Notification.objects.filter(person=sealed.people.rep1).order_by("pk"))[-1]
            assert sealed.people.director.name in said.text
            assert "本周内必须拿回来" in said.text
            entry = AuditEntry.objects.filter(action="contracts.remind_signature").order_by("pk").last()
            assert (entry.actor, entry.note) == (sealed.people.director, "本周内必须拿回来")
            with later(days=14):
                sealed.stands("signing", "record_signature")
            with later(days=15, minutes=1):
                sealed.stands("signing", "press_signature", "record_signature")
                sealed.director("press")
                with later(days=15, minutes=1):
                    sealed.stands("signing", "press_signature", "record_signature")

    def test_a_copy_that_comes_takes_the_directors_task_away(self, sealed):
        with later(days=31):
            sealed.sign()
            sealed.stands("active", case="completed")
            item = WorkItem.objects.get(instance=sealed.case, element="press_signature")
            assert item.status == "cancelled"

    def test_a_copy_that_comes_while_it_is_pressed_for_ends_the_pressing(self, sealed):
        with later(days=31):
            sealed.director("press")
            sealed.sign()
            sealed.stands("active", case="completed")
            assert sealed.waits() == []


class TestVoiding:
    def test_ends_contract_and_case_and_takes_the_signature_away(self, sealed):
        with later(days=30, minutes=1):
            sealed.director("void", "客户不再合作")
            sealed.stands("voided", case="completed")
            assert sealed.contract.void_reason == "客户不再合作"
            item = WorkItem.objects.get(instance=sealed.case, element="record_signature")
            assert item.status == "cancelled"
            assert audited(sealed, "give_up_contract") == 1
            with pytest.raises(WorkItem.DoesNotExist):
                sealed.sign()

    def test_takes_a_reason(self, sealed):
        with later(days=30, minutes=1):
            with pytest.raises(ApplicationError) as refusal:
                sealed.director("void")
            assert "comment" in refusal.value.errors
            sealed.stands("signing", "press_signature", "record_signature")

    def test_also_after_it_was_pressed_for(self, sealed):
        with later(days=31):
            sealed.director("press")
            with later(days=16):
                sealed.director("void", "催签无果")
                sealed.stands("voided", case="completed")

    def test_is_refused_while_an_advance_lies_on_it_and_possible_when_it_is_reversed(self, sealed):
        payment = sealed.pay()
        with later(days=31):
            revision = Contract.objects.get(pk=sealed.contract.pk).revision
            with pytest.raises(ApplicationError) as refusal:
                sealed.director("void", "客户不再合作")
            assert refusal.value.code == "contract_holds_money"
            sealed.stands("signing", "press_signature", "record_signature")
            assert sealed.contract.revision == revision
            sealed.reverse(payment)
            sealed.director("void", "客户不再合作")
            sealed.stands("voided", case="completed")

    def test_the_case_can_still_be_cancelled(self, sealed):
        with later(days=31):
            cancel_instance(instance_id=sealed.case.pk, reason="重复", actor=sealed.people.admin)
            sealed.stands("voided", case="cancelled")
            assert sealed.waits() == []


def test_a_long_absence_of_the_workers_reminds_once_and_asks_once(sealed):
    """Nothing ran for 70 days: both moments come to pass, each once."""
    with later(days=70):
        sealed.stands("signing", "press_signature", "record_signature")
        assert sealed.told("rep1") == ["contract.signature"]
        assert clock.today() > sealed.contract.submitted_at.date() + timedelta(days=60)
