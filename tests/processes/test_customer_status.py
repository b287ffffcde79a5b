"""Each way through the follow-up of a customer (P2): on customer, case, tasks, history and what people are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core import clock
from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from crm.models import Activity, CustomerStatus, MemberAccount, StatusChange
from crm.models.status import forget_statuses
from crm.services import (
    assign_customer,
    change_status,
    claim_customer,
    create_customer,
    log_activity,
    release_customer,
    set_customer_status,
)
from crm.services.members import take_event
from tests.processes.status_walk import APPROVE, FOLLOW_UP, KEY, StatusWalk, day, hints, publish, settle
from tests.processes.walk import Walk
from workflows.models import ProcessInstance, WorkItem
from workflows.registry import subject_types
from workflows.services import cancel_instance, start_process

pytestmark = pytest.mark.django_db
PLATFORM = SystemActor("member_events")


@pytest.fixture
def walk(company) -> StatusWalk:
    return StatusWalk(company)


def needs_approval(code: str) -> None:
    CustomerStatus.objects.filter(code=code).update(needs_approval=True)
    forget_statuses()


class TestBeginning:
    def test_whoever_tracks_a_customer_is_asked_to_follow_it_up(self, walk):
        walk.stands("interested", FOLLOW_UP)
        assert (walk.task.assignee, walk.cases) == (walk.people.rep1, 1)

    def test_a_claim_begins_it(self, company):
        publish()
        customer = create_customer(fields={"name": "无锡新启阀门"}, in_pool=True, actor=company.assistant)
        settle()
        assert not ProcessInstance.objects.filter(definition__key=KEY).exists()
        claim_customer(customer_id=customer.pk, actor=company.rep2)
        settle()
        case = ProcessInstance.objects.get(definition__key=KEY, subject_id=str(customer.pk))
        assert WorkItem.objects.get(instance=case, status="open").assignee == company.rep2

    def test_a_customer_of_the_pool_or_one_given_up_has_no_follow_up(self, walk):
        customer = walk.customer
        release_customer(customer_id=customer.pk, reason="无力跟进", actor=walk.people.rep1)
        settle()
        with pytest.raises(Conflict) as refusal:
            subject_types()["crm.customer"].require_startable(walk.customer, KEY)
        assert refusal.value.code == "not_tracked"
        claim_customer(customer_id=customer.pk, actor=walk.people.rep1)
        set_customer_status(customer_id=customer.pk, status="lost", actor=PLATFORM)
        settle()
        with pytest.raises(Conflict) as refusal:
            start_process(definition_key=KEY, subject=walk.customer, actor=walk.people.rep1)
        assert refusal.value.code == "wrong_state"

    def test_released_and_claimed_before_anybody_has_heard_it_goes_on_for_the_new_owner(self, walk):
        release_customer(customer_id=walk.customer_pk, reason="无力跟进", actor=walk.people.rep1)
        claim_customer(customer_id=walk.customer_pk, actor=walk.people.rep2)
        settle()
        walk.stands("interested", FOLLOW_UP)
        assert walk.task.assignee == walk.people.rep2

    def test_a_cancelled_one_begins_anew_by_hand(self, walk):
        cancel_instance(instance_id=walk.case.pk, reason="图改了", actor=walk.people.admin)
        start_process(definition_key=KEY, subject=walk.customer, actor=walk.people.rep1)
        assert walk.cases == 2
        walk.stands("interested", FOLLOW_UP)

    def test_a_lost_customer_that_is_taken_up_again_begins_anew(self, walk):
        walk.follow_up("lost", comment="改用竞品")
        walk.stands("lost", case="completed")
        change_status(customer_id=walk.customer_pk, to="interested", actor=walk.people.rep1)
        settle()
        assert walk.cases == 2
        walk.stands("interested", FOLLOW_UP)


class TestFollowUp:
    def test_staying_needs_the_next_contact_and_comes_back_on_that_day(self, walk):
        with pytest.raises(ApplicationError) as refusal:
            walk.follow_up("stay")
        assert list(refusal.value.errors) == ["next_on"]
        with pytest.raises(ApplicationError):
            walk.follow_up("stay", next_on=clock.today().isoformat())
        assert not Activity.objects.exists()
        walk.stands("interested", FOLLOW_UP)

        walk.follow_up("stay", in_days=5, next_text="发报价")
        walk.stands("interested")
        activity = Activity.objects.get()
        assert (activity.recorded_by, activity.next_text) == (walk.people.rep1, "发报价")
        assert list(activity.executors.all()) == [walk.people.rep1]
        assert walk.customer.contact_count == 1
        with walk.later(4):
            walk.stands("interested")
        with walk.later(5):
            walk.stands("interested", FOLLOW_UP)
            # Its own activity was heard, and made nobody work twice.
            assert walk.asked() == 2

    def test_a_chat_is_pasted(self, walk):
        with pytest.raises(ApplicationError) as refusal:
            walk.follow_up("stay", in_days=3, type="wechat")
        assert list(refusal.value.errors) == ["transcript"]
        walk.follow_up("stay", in_days=3, type="wechat", transcript="客户：下周给答复")
        assert Activity.objects.get().transcript

    def test_only_the_owner_follows_up(self, walk):
        with pytest.raises(Conflict):
            walk.follow_up("stay", who="rep2", in_days=3)
        assert not Activity.objects.exists()

    def test_an_activity_on_the_customers_page_does_the_task_and_moves_the_day(self, walk):
        self.log(walk, 3)
        walk.stands("interested")
        with walk.later(2):
            self.log(walk, 7)
            walk.stands("interested")
        with walk.later(4):
            walk.stands("interested")
        with walk.later(9):
            walk.stands("interested", FOLLOW_UP)

    def log(self, walk: StatusWalk, in_days: int) -> None:
        fields = {"type": "visit", "subject": "上门", "next_on": clock.today() + timedelta(days=in_days)}
        log_activity(customer_id=walk.customer_pk, fields=fields, actor=walk.people.rep1)
        settle()


class TestAdvance:
    def test_a_way_with_a_fact_is_taken(self, walk):
        with pytest.raises(ApplicationError) as refusal:
            walk.follow_up("advance", in_days=3, to_status="planned")
        assert list(refusal.value.errors) == ["facts"]
        with pytest.raises(ApplicationError) as refusal:
            walk.follow_up("advance", in_days=3, facts="要两台")
        assert list(refusal.value.errors) == ["to_status"]
        walk.follow_up("advance", in_days=3, to_status="planned", facts="预算已批，要两台")
        walk.stands("planned")
        change = StatusChange.objects.get()
        assert (change.from_code, change.to_code, change.facts) == (
            "interested",
            "planned",
            "预算已批，要两台",
        )
        assert (walk.asked(), walk.cases) == (1, 1)
        with walk.later(3):
            walk.stands("planned", FOLLOW_UP)

    def test_the_managers_approval_where_the_status_needs_it(self, walk):
        needs_approval("quoted")
        with pytest.raises(ApplicationError) as refusal:
            change_status(customer_id=walk.customer_pk, to="quoted", facts="x", actor=walk.people.rep1)
        assert refusal.value.code == "approval_needed"
        walk.follow_up("advance", in_days=3, to_status="quoted", facts="已发报价单")
        walk.stands("interested", APPROVE)
        assert walk.task.assignee == walk.people.manager1
        with pytest.raises(ApplicationError):
            walk.do("manager1", APPROVE, "return")
        walk.do("manager1", APPROVE, "return", "报价未经审核")
        walk.stands("interested", FOLLOW_UP)
        walk.follow_up("advance", in_days=3, to_status="quoted", facts="报价已审核")
        walk.do("manager1", APPROVE, "approve")
        walk.stands("quoted")
        assert [one.facts for one in StatusChange.objects.all()] == ["报价已审核"]

    def test_a_status_of_the_companys_own_needs_no_other_drawing(self, walk):
        from crm.services import save_status

        save_status(
            code="visiting",
            fields={"name_zh": "考察中", "name_en": "Visiting", "kind": "open", "max_days": 5},
            ways={"planned": False},
            actor=walk.people.director,
            is_new=True,
        )
        interested = CustomerStatus.objects.get(code="interested")
        interested.ways.create(to_status=CustomerStatus.objects.get(code="visiting"), needs_fact=False)
        walk.follow_up("advance", in_days=20, to_status="visiting")
        walk.stands("visiting")
        with walk.later(15):
            assert hints(walk.people.manager1) == 1


class TestRest:
    def rests(self, walk: StatusWalk) -> None:
        with pytest.raises(ApplicationError):
            walk.follow_up("dormant")
        walk.follow_up("dormant", comment="明年再看")
        walk.stands("dormant")
        assert StatusChange.objects.latest("pk").reason == "明年再看"

    def test_its_own_activity_does_not_wake_it_but_ninety_days_do(self, walk):
        self.rests(walk)
        assert walk.waits() == ["logged_asleep", "member_back", "released_asleep", "rested", "set_asleep"]
        with walk.later(89):
            walk.stands("dormant")
        with walk.later(90):
            walk.stands("interested", FOLLOW_UP)
            assert walk.asked() == 2

    def test_an_activity_wakes_it(self, walk):
        self.rests(walk)
        with walk.later(10):
            log_activity(
                customer_id=walk.customer_pk,
                fields={"type": "inbound_call", "subject": "来电"},
                actor=walk.people.rep1,
            )
            settle()
            walk.stands("interested", FOLLOW_UP)

    def test_a_member_who_comes_back_wakes_it(self, walk):
        MemberAccount.objects.create(external_id="M-9", customer=walk.customer, created_at=clock.now())
        self.rests(walk)
        with walk.later(10):
            for number in (1, 2):
                take_event(
                    event_id=f"login-{number}",
                    kind="login",
                    external_id="M-9",
                    at=clock.now(),
                    data={"login_count": number},
                    actor=PLATFORM,
                )
            settle()
            walk.stands("interested", FOLLOW_UP)
            assert walk.asked() == 2

    def test_a_login_from_before_does_not(self, walk):
        MemberAccount.objects.create(external_id="M-9", customer=walk.customer, created_at=clock.now())
        earlier = clock.now() - timedelta(hours=1)
        self.rests(walk)
        take_event(event_id="late", kind="login", external_id="M-9", at=earlier, data={}, actor=PLATFORM)
        settle()
        walk.stands("dormant")

    def test_a_status_set_by_hand_ends_the_rest(self, walk):
        self.rests(walk)
        change_status(
            customer_id=walk.customer_pk,
            to="planned",
            reason="客户来函",
            override=True,
            actor=walk.people.manager1,
        )
        settle()
        walk.stands("planned", FOLLOW_UP)

    def test_released_while_it_rests_it_ends(self, walk):
        self.rests(walk)
        release_customer(customer_id=walk.customer_pk, reason="不再跟进", actor=walk.people.rep1)
        settle()
        walk.stands("dormant", case="completed")
        assert walk.steps()[-1] == "released"


class TestEnds:
    def test_given_up_says_why_and_ends(self, walk):
        with pytest.raises(ApplicationError):
            walk.follow_up("lost")
        walk.follow_up("lost", comment="改用竞品")
        walk.stands("lost", case="completed")
        assert (walk.steps()[-1], walk.cases) == ("given_up", 1)
        assert walk.customer.owner == walk.people.rep1
        assert StatusChange.objects.get().reason == "改用竞品"

    def test_no_customer_at_all(self, walk):
        walk.follow_up("lost", comment="空号", to_status="invalid")
        walk.stands("invalid", case="completed")

    def test_a_decision_with_a_status_that_does_not_fit_is_refused(self, walk):
        with pytest.raises(ApplicationError) as refusal:
            walk.follow_up("lost", comment="空号", to_status="planned")
        assert list(refusal.value.errors) == ["to_status"]
        walk.stands("interested", FOLLOW_UP)

    def test_released_it_ends_with_its_task(self, walk):
        release_customer(customer_id=walk.customer_pk, reason="不再跟进", actor=walk.people.rep1)
        settle()
        walk.stands("interested", case="completed")
        assert walk.steps()[-1] == "released"

    def test_a_signed_contract_ends_it(self, company):
        publish()
        contract = Walk(company)
        settle()
        case = ProcessInstance.objects.get(definition__key=KEY, subject_id=str(contract.contract.customer_id))
        assert case.status == "active"
        contract.sealed()
        contract.sign()
        settle()
        case.refresh_from_db()
        assert case.status == "completed"
        assert case.events.filter(kind="completed", element="signed").exists()
        contract.contract.customer.refresh_from_db()
        assert contract.contract.customer.status == "signed"


class TestChangesFromOutside:
    def test_handed_over_the_task_is_the_new_owners(self, walk):
        before = walk.task
        assign_customer(customer_id=walk.customer_pk, owner=walk.people.rep2, actor=walk.people.manager1)
        settle()
        walk.stands("interested", FOLLOW_UP)
        before.refresh_from_db()
        assert (before.status, walk.task.assignee, walk.cases) == ("cancelled", walk.people.rep2, 1)

    def test_handed_over_before_the_next_contact_the_day_stays(self, walk):
        walk.follow_up("stay", in_days=4)
        assign_customer(customer_id=walk.customer_pk, owner=walk.people.rep2, actor=walk.people.manager1)
        settle()
        walk.stands("interested")
        with walk.later(4):
            walk.stands("interested", FOLLOW_UP)
            assert walk.task.assignee == walk.people.rep2

    def test_a_status_set_by_hand_holds_also_while_the_manager_is_asked(self, walk):
        needs_approval("quoted")
        walk.follow_up("advance", in_days=3, to_status="quoted", facts="已发报价单")
        change_status(
            customer_id=walk.customer_pk,
            to="planned",
            reason="先核实需求",
            override=True,
            actor=walk.people.manager1,
        )
        settle()
        walk.stands("planned")
        with walk.later(3):
            walk.stands("planned", FOLLOW_UP)

    def test_released_while_the_manager_is_asked_it_ends(self, walk):
        needs_approval("quoted")
        walk.follow_up("advance", in_days=3, to_status="quoted", facts="已发报价单")
        release_customer(customer_id=walk.customer_pk, reason="不再跟进", actor=walk.people.rep1)
        settle()
        walk.stands("interested", case="completed")


class TestStalls:
    def test_the_manager_is_hinted_once_for_each_status(self, walk):
        walk.follow_up("stay", in_days=200)
        with walk.later(30):
            assert hints(walk.people.manager1) == 0
        with walk.later(60):
            assert hints(walk.people.manager1) == 1
            walk.stands("interested")
        with walk.later(120):
            assert hints(walk.people.manager1) == 1
        with walk.later(130):
            # Handed over it is the same stay in the status; the next status is another one.
            log_activity(
                customer_id=walk.customer_pk,
                fields={"type": "visit", "subject": "上门", "next_on": day(1)},
                actor=walk.people.rep1,
            )
            settle()
        with walk.later(132):
            walk.follow_up("advance", in_days=60, to_status="planned", facts="有预算")
        with walk.later(190):
            assert hints(walk.people.manager1) == 2

    def test_a_status_without_a_limit_never_stalls(self, company):
        CustomerStatus.objects.filter(code="interested").update(max_days=None)
        forget_statuses()
        walk: Any = StatusWalk(company)
        walk.follow_up("stay", in_days=900)
        with walk.later(800):
            assert hints(company.manager1) == 0
            walk.stands("interested")
