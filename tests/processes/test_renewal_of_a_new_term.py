"""A supplement moves the end of a term whose renewal waits, is negotiated, or is given up: the days follow."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from contracts import services as contract_services
from core.models import AuditEntry, Notification
from service.models import MemberActivation
from service.services import renewals
from tests.contracts.factory import instalments
from tests.contracts.supplement_world import PROCESS, changed_by
from tests.processes.onboarding_walk import member_platform
from tests.processes.renewal_walk import RenewalWalk
from tests.processes.walk import settle

TALK, WIN_BACK = "talk_renewal", "win_back"


class MovedWalk(RenewalWalk):
    """A renewal whose contract gets another end; ``end`` stays the first one."""

    def move(self, days: int) -> None:
        """The term ends so many days after its first end."""
        self.contract.refresh_from_db()
        new_day = self.end + timedelta(days=days)
        changed_by(self.people, self.contract, contract_services.Amendment("term", new_day=new_day))
        settle()

    def told(self) -> list[int]:
        rows = Notification.objects.filter(person__username="rep1", kind="renewal.soon").order_by("pk")
        return [row.params["days"] for row in rows]


@pytest.fixture
def walk(company) -> MovedWalk:
    return MovedWalk(company)


class TestBeforeItOpens:
    def test_it_opens_sixty_days_before_the_new_end(self, walk):
        with walk.at(-100):
            walk.move(90)
            walk.stands("")
        with walk.at(-60):
            walk.stands("")
        with walk.at(29):
            walk.stands("")
        with walk.at(30):
            walk.stands("open", TALK)
            assert walk.renewal.due_on == walk.end + timedelta(days=90)

    def test_it_opens_at_once_where_the_new_end_is_near(self, walk):
        with walk.at(-100):
            walk.move(-60)
            settle()
            walk.stands("open", TALK)
            assert walk.renewal.due_on == walk.end - timedelta(days=60)

    def test_twice_moved_it_follows_twice(self, walk):
        with walk.at(-100):
            walk.move(90)
            walk.move(180)
        with walk.at(119):
            walk.stands("")
        with walk.at(120):
            walk.stands("open", TALK)


class TestMeanwhile:
    def test_the_talks_begin_anew_before_the_new_end(self, walk):
        with walk.at(-50):
            walk.do("rep1", TALK, "undecided", "等新预算")
            walk.move(90)
            walk.stands("open")
            assert walk.renewal.due_on == walk.end + timedelta(days=90)
            entry = AuditEntry.objects.get(action="service.move_renewal")
            assert entry.after["due_on"] == (walk.end + timedelta(days=90)).isoformat()
        # Neither the reminders nor the end of the days of grace come by the old end.
        with walk.at(29):
            walk.stands("open")
            assert walk.told() == []
        with walk.at(30):
            walk.stands("open", TALK)
        with walk.at(60):
            assert walk.told() == [30]
        with walk.at(121):
            walk.stands("lost", case="completed")

    def test_a_few_days_more_leave_the_task_where_it_is_needed(self, walk):
        with walk.at(-50):
            walk.move(7)
            walk.stands("open", TALK)
        with walk.at(-23):
            assert walk.told() == [30]

    def test_what_was_drafted_by_then_is_the_renewal(self, walk):
        with walk.at(-55):
            walk.do("rep1", TALK, "renew")
            draft = walk.draft()
            walk.move(90)
            walk.stands("negotiating")
            contract_services.update_contract(
                contract_id=draft.pk,
                revision=draft.revision,
                actor=walk.people.rep1,
                plan=instalments((10, str(draft.lines.get().amount))),
            )
            walk.sign(draft)
            walk.stands("renewed", case="completed")
            assert walk.renewal.new_contract == draft


class TestGivenUp:
    def test_it_stays_lost_and_the_membership_ends_with_the_new_end(self, walk):
        walk.membership_is_open()
        with member_platform() as outside:
            with walk.at(-60):
                walk.do("rep1", TALK, "refused", "询盘太少")
                walk.do("director", WIN_BACK, "give_up", "客户转行")
                walk.move(30)
                walk.stands("lost")
                assert walk.renewal.due_on == walk.end
            with walk.at(30):
                walk.stands("lost")
                assert not MemberActivation.objects.filter(kind="deactivate").exists()
            with walk.at(31):
                walk.call()
                walk.stands("lost", case="completed")
                assert len(outside.effects) == 1


class TestTheService:
    def test_moves_what_is_open_once(self, walk):
        with walk.at(-60):
            renewals.move_renewal(contract_id=walk.contract.pk, actor=PROCESS)
            assert not AuditEntry.objects.filter(action="service.move_renewal").exists()

    def test_is_the_processes_own(self, walk, company):
        with pytest.raises(PermissionDenied):
            renewals.move_renewal(contract_id=walk.contract.pk, actor=company.rep1)
