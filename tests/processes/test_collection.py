"""Collection, path by path: the customer's account, the case, its history and the tasks of its people."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.reference import STARTERS
from contracts import services
from contracts.models import CollectionLevel, DisputeHold, PaymentChase, PromiseToPay
from core import clock
from crm.models import Activity
from tests.contracts.debts import approved_run, owing, paid
from tests.contracts.factory import customer_of
from tests.processes.walk import later, settle
from workflows.audit import audit
from workflows.models import (
    HistoryEvent,
    Incident,
    ProcessDefinition,
    ProcessInstance,
    Subscription,
    Timer,
    WorkItem,
)
from workflows.services import cancel_instance, complete_work_item, publish_shipped, start_process

KEY = "collection"


@pytest.fixture(autouse=True)
def _published(company):
    publish_shipped(only={KEY})
    ProcessDefinition.objects.filter(key=KEY).update(start_roles=STARTERS[KEY])


class Case:
    """The collection of one customer: does its steps as people, says where it stands."""

    def __init__(self, company: Any, contract: Any) -> None:
        self.people, self.contract = company, contract
        settle()
        self.case = ProcessInstance.objects.get(
            definition__key=KEY, subject_id=str(contract.customer_id), status="active"
        )

    def items(self) -> list[WorkItem]:
        return list(WorkItem.objects.filter(instance=self.case, status="open").order_by("pk"))

    def stands(self, *waiting: str, case: str = "active") -> None:
        """The open steps and the case's status; no failure, nothing out of order."""
        settle()
        self.case.refresh_from_db()
        found = [one.element for one in self.items()]
        assert (found, self.case.status) == (list(waiting), case)
        assert not Incident.objects.filter(status="open").exists()
        assert audit() == []

    def do(self, who: str, element: str, outcome: str = "", comment: str = "", **data: Any) -> None:
        item = WorkItem.objects.get(instance=self.case, element=element, status="open")
        complete_work_item(
            work_item_id=item.pk,
            actor=getattr(self.people, who),
            outcome=outcome,
            comment=comment,
            data=data,
        )
        settle()

    def call(self, result: str = "told", **data: Any) -> None:
        self.do("rep1", "chase_payment", **{"result": result, "note": "", **data})

    def level(self) -> int:
        return max(
            CollectionLevel.objects.filter(customer=self.contract.customer_id).values_list(
                "level", flat=True
            ),
            default=0,
        )

    def waits(self) -> list[str]:
        timers = Timer.objects.filter(instance=self.case, status="open").values_list("element", flat=True)
        return sorted(one for one in timers)

    def account(self):
        return services.account_of(customer_id=self.contract.customer_id, actor=self.people.finance)

    def done(self) -> list[str]:
        """What people finished and what operations did, without the daily looking."""
        rows = HistoryEvent.objects.filter(instance=self.case, kind="completed").order_by("pk")
        quiet = {"read_account", "decide_step", "still_owes", "until_next", "what", "begun", "opened"}
        names = [one.element for one in rows]
        return [name for name in names if name not in quiet]


def late(company, days: int, amount: str = "5000.00", **more) -> Case:
    """One instalment, so many days overdue."""
    return Case(company, owing(company, plan=((-days, amount),), **more))


def due_in(company, days: int) -> Case:
    return Case(company, owing(company, plan=((days, "5000.00"),)))


class TestBeforeItIsDue:
    def test_nothing_is_asked_until_a_week_before(self, company):
        case = due_in(company, 10)
        case.stands()
        assert case.waits() == ["until_next"]
        with later(days=2):
            case.stands()
        with later(days=3):
            case.stands("remind_due")

    def test_a_reminder_a_week_and_a_day_before(self, company):
        case = due_in(company, 7)
        case.stands("remind_due")
        (item,) = case.items()
        assert item.assignee == company.rep1
        case.do("rep1", "remind_due", result="told", note="会按时付")
        case.stands()
        assert PaymentChase.objects.get().kind == "reminder"
        with later(days=5):
            case.stands()
        with later(days=6):
            case.stands("remind_due")
            case.do("rep1", "remind_due", result="no_answer", note="")
            case.stands()
            with later(days=2):
                case.stands("chase_payment")

    def test_a_reminder_that_nobody_gives_stands_in_nobodys_way(self, company):
        case = due_in(company, 7)
        case.stands("remind_due")
        with later(days=7):
            case.stands("remind_due")
            with later(days=1, hours=1):
                case.stands("chase_payment")

    def test_money_in_time_ends_it(self, company):
        case = due_in(company, 7)
        case.stands("remind_due")
        paid(company, case.contract, "5000.00")
        case.stands(case="completed")
        assert case.account().is_settled


class TestCalling:
    def test_one_task_a_customer_however_many_instalments(self, company):
        customer = customer_of(company.rep1)
        case = Case(company, owing(company, plan=((-2, "100.00"), (-1, "200.00")), customer=customer))
        owing(company, plan=((-3, "300.00"),), customer=customer)
        case.stands("chase_payment")
        assert ProcessInstance.objects.filter(definition__key=KEY).count() == 1
        assert case.account().overdue == Decimal("600.00")
        (item,) = case.items()
        assert item.assignee == company.rep1

    def test_a_call_is_an_activity_of_the_customer(self, company):
        case = late(company, 1)
        case.stands("chase_payment")
        case.call("told", note="财务下周排款")
        activity = Activity.objects.get(customer=case.contract.customer_id)
        assert (activity.type.code, activity.description) == ("payment_chasing", "财务下周排款")
        assert list(activity.executors.all()) == [company.rep1]

    def test_told_it_is_asked_again_after_three_days(self, company):
        case = late(company, 1)
        case.stands("chase_payment")
        case.call("no_answer")
        case.stands()
        with later(days=2):
            case.stands()

    def test_nobody_calls_and_the_demand_goes_on(self, company):
        case = late(company, 1)
        case.stands("chase_payment")
        with later(days=6):
            case.stands()
            assert case.level() == 1
            with later(days=1):
                case.stands("chase_payment")

    def test_a_new_contract_is_heard_by_the_case_that_runs(self, company):
        case = due_in(company, 30)
        owing(company, plan=((-1, "300.00"),), customer=case.contract.customer)
        case.stands("chase_payment")
        assert ProcessInstance.objects.filter(definition__key=KEY).count() == 1


class TestPromises:
    def promised(self, company, days: int = 5) -> Case:
        case = late(company, 2)
        case.call("promised", promised_on=(clock.today() + timedelta(days=days)).isoformat(), amount="")
        case.stands()
        return case

    def test_kept_ends_it(self, company):
        case = self.promised(company)
        promise = PromiseToPay.objects.get()
        assert (promise.amount, promise.state) == (Decimal("5000.00"), "open")
        with later(days=4):
            case.stands()
            paid(company, case.contract, "5000.00")
            case.stands(case="completed")
            promise.refresh_from_db()
            assert promise.state == "kept"

    def test_broken_the_next_level_comes_at_once(self, company):
        case = self.promised(company, days=1)
        with later(days=2, hours=1):
            case.stands()
            assert PromiseToPay.objects.get().state == "broken"
            assert case.level() == 1

    def test_until_then_nobody_presses(self, company):
        case = self.promised(company, days=25)
        with later(days=24):
            case.stands()
            assert case.level() == 0

    def test_a_promise_recorded_on_the_page_takes_the_task_away(self, company):
        case = late(company, 2)
        case.stands("chase_payment")
        services.record_promise(
            customer_id=case.contract.customer_id,
            amount=Decimal("5000.00"),
            promised_on=clock.today() + timedelta(days=3),
            actor=company.finance,
        )
        case.stands()
        assert WorkItem.objects.get(instance=case.case).status == "cancelled"


class TestDisputes:
    def disputed(self, company) -> Case:
        case = late(company, 2)
        line = case.contract.plan_lines.get()
        case.call("disputed", instalment=str(line.pk), note="首页广告未上线")
        case.stands("resolve_dispute")
        return case

    def test_the_manager_decides(self, company):
        case = self.disputed(company)
        (item,) = case.items()
        assert item.assignee == company.manager1
        case.do("manager1", "resolve_dispute", "release", until="", note="广告已于 3 日上线")
        assert DisputeHold.objects.get().released_by == company.manager1
        with later(days=2):
            case.stands()
            assert case.level() == 1

    def test_upheld_it_is_not_asked_for_until_the_day(self, company):
        case = self.disputed(company)
        until = clock.today() + timedelta(days=20)
        case.do("manager1", "resolve_dispute", "uphold", until=until.isoformat(), note="核实中")
        case.stands()
        with later(days=20):
            case.stands()
            assert case.level() == 0
        with later(days=21):
            case.stands("resolve_dispute")


class TestLevels:
    def test_go_up_by_the_table_with_approvals(self, company):
        case = late(company, 4)
        case.stands()
        assert case.level() == 1
        with later(days=12):
            case.stands("approve_level_manager")
            (item,) = case.items()
            assert item.assignee == company.manager1
            case.do("manager1", "approve_level_manager", "approve", again_on="")
            case.stands()
            assert (case.level(), CollectionLevel.objects.get(level=2).approved_by) == (2, company.manager1)
            with later(days=16):
                case.stands("approve_level_director")
                case.do("director", "approve_level_director", "approve", again_on="")
                assert case.level() == 3
                with later(days=32):
                    case.stands("hand_to_counsel")
                    case.do("director", "hand_to_counsel", "hand_over", again_on="")
                    case.stands()
                    assert case.level() == 4
                    with later(days=3):
                        case.stands()
        raised = [name for name in case.done() if name.startswith("raise_")]
        assert raised == ["raise_level", "raise_by_manager", "raise_by_director", "raise_to_counsel"]

    @pytest.mark.parametrize("days", [4, 9])
    def test_put_off_it_is_asked_again_on_the_day(self, company, days):
        case = late(company, 4)
        with later(days=12):
            case.stands("approve_level_manager")
            again = clock.today() + timedelta(days=days)
            case.do("manager1", "approve_level_manager", "put_off", "正在谈续约", again_on=again.isoformat())
            case.stands()
            assert case.waits() == ["until_again"]
            with later(days=days - 1):
                case.stands()
            with later(days=days, hours=9):
                case.stands("approve_level_manager")
                assert case.level() == 1

    def test_the_letter_is_printed_by_finance_and_not_by_the_process(self, company):
        case = late(company, 4)
        with later(days=12):
            case.do("manager1", "approve_level_manager", "approve", again_on="")
            run = services.print_run(proposal_id=approved_run(company).pk, actor=company.finance)
            notice = run.notices.get()
            assert (notice.kind, notice.level) == ("letter", 2)
            case.stands()


class TestMoney:
    @pytest.mark.parametrize("days", [1, 4, 16])
    def test_all_of_it_ends_whatever_waits(self, company, days):
        case = late(company, 4 if days == 16 else days)
        with later(days=12 if days == 16 else 0):
            settle()
            paid(company, case.contract, "5000.00")
            case.stands(case="completed")
            assert not WorkItem.objects.filter(instance=case.case, status="open").exists()
            assert not Subscription.objects.filter(instance=case.case, status="open").exists()
            assert case.waits() == []

    def test_a_part_makes_it_look_again(self, company):
        case = late(company, 2)
        case.stands("chase_payment")
        before = case.items()
        paid(company, case.contract, "2000.00")
        case.stands("chase_payment")
        assert case.items() != before
        assert case.account().overdue == Decimal("3000.00")

    def test_money_taken_back_begins_anew(self, company):
        case = late(company, 2)
        payment = paid(company, case.contract, "5000.00")
        case.stands(case="completed")
        services.reverse_payment(payment_id=payment.pk, reason="退票", actor=company.finance)
        again = Case(company, case.contract)
        assert again.case != case.case
        again.stands("chase_payment")


class TestBeginningAndEnding:
    def test_started_by_hand_for_debts_of_before(self, company):
        contract = owing(company, plan=((-2, "5000.00"),))
        settle()
        first = ProcessInstance.objects.get(definition__key=KEY)
        cancel_instance(instance_id=first.pk, reason="重来", actor=company.admin)
        start_process(definition_key=KEY, subject=contract.customer, data={}, actor=company.manager1)
        Case(company, contract).stands("chase_payment")

    def test_who_owes_nothing_is_done_at_once(self, company):
        customer = customer_of(company.rep1)
        start_process(definition_key=KEY, subject=customer, data={}, actor=company.manager1)
        assert ProcessInstance.objects.get(definition__key=KEY).status == "completed"

    def test_no_round_goes_without_a_wait(self, company):
        """Half a year of nobody doing anything: a look a day, no more."""
        case = late(company, 4)
        with later(days=40):
            case.stands("approve_level_manager")
            reads = HistoryEvent.objects.filter(
                instance=case.case, kind="completed", element="read_account"
            ).count()
            assert reads < 45
