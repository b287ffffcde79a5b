"""A contract in effect until it is over, path by path: with its term, or before it as it was settled (P4, F77)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import IntegrityError, transaction

from config.reference import load_all
from contracts import services
from contracts.models import Contract, ContractTermination, PaymentPlanLine, TerminationDecision
from contracts.services import Amendment
from core import clock
from core.errors import ApplicationError, Conflict
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of, instalments, membership
from tests.contracts.supplement_world import changed_by
from tests.processes.performance_walk import (
    DIRECTOR,
    KEY,
    LEGAL,
    MANAGER,
    MONEY,
    REFUND,
    SETTLE,
    PerformanceWalk,
    publish,
)
from tests.processes.walk import settle
from tests.service.factory import contract_in_effect
from workflows.models import Delivery, ProcessInstance, WorkItem
from workflows.services import cancel_instance, fire_due_timers, start_process

DAY = timedelta(days=1)
PERFORMING = ["asked", "new_term", "term_ends"]


@pytest.fixture
def walk(company) -> PerformanceWalk:
    return PerformanceWalk(company)


class TestWithItsTerm:
    def test_begins_with_the_contract_and_waits(self, walk):
        walk.stands("active")
        assert walk.waits() == PERFORMING
        with walk.at(0):
            walk.stands("active")

    def test_paid_it_is_completed_the_day_after(self, walk):
        walk.pay_all()
        with walk.at(1):
            walk.stands("completed", case="completed")
            assert walk.contract.ended_on == walk.end

    def test_unpaid_it_expires_and_is_completed_with_the_last_money(self, walk):
        walk.pay("4800.00")
        with walk.at(1):
            walk.stands("expired")
            assert walk.waits() == ["until_paid"]
            assert walk.open_amount() == Decimal("8000.00")
            walk.pay("4000.00", 2)
            walk.stands("expired")
        with walk.at(30):
            walk.pay("4000.00", 3)
            walk.stands("completed", case="completed")
            # The day on which its term ended, not that of the money.
            assert walk.contract.ended_on == walk.end

    def test_money_taken_back_before_the_last_keeps_it_expired(self, walk):
        with walk.at(1):
            payment = walk.record("4800.00")
            services.confirm_payment(payment_id=payment.pk, actor=walk.people.finance2)
            walk.reverse(payment)
            walk.stands("expired")
            assert walk.waits() == ["until_paid"]

    def test_money_taken_back_after_completion_is_owed_again(self, walk):
        """What is over stays over; the debt is seen by receivables and collection as before."""
        walk.pay("4800.00")
        walk.pay("4000.00", 2)
        last = walk.pay("4000.00", 3)
        with walk.at(1):
            walk.stands("completed", case="completed")
            walk.reverse(last)
            walk.stands("completed", case="completed")
            assert walk.open_amount() == Decimal("4000.00")
            account = services.account_of(customer_id=walk.contract.customer_id, actor=walk.people.finance)
            assert account.overdue == Decimal("4000.00")

    def test_a_term_that_a_supplement_extends_is_waited_for_anew(self, walk):
        extended(walk, 30)
        settle()
        assert walk.waits() == PERFORMING
        with walk.at(1):
            walk.stands("active")
        with walk.at(31):
            walk.stands("expired")
            assert walk.contract.ended_on == walk.end + timedelta(days=30)

    def test_a_term_extended_at_the_last_moment_stays_in_effect(self, walk):
        """The moment of the old end comes before the news: nothing is closed."""
        with walk.at(0):
            extended(walk, 30)
            Delivery.objects.filter(subscription__element="new_term").update(try_at=clock.now() + DAY)
        with clock.travel(walk.end + 2 * DAY):
            fire_due_timers(seconds=60)
            walk.contract.refresh_from_db()
            assert walk.contract.state == "active"
            settle()
            walk.stands("active")
            assert walk.waits() == PERFORMING

    def test_only_what_is_in_effect_is_performed_and_once(self, company, walk):
        with pytest.raises(Conflict) as refusal:
            start_process(definition_key=KEY, subject=draft_of(company.rep1), actor=company.rep1)
        assert refusal.value.code == "wrong_state"
        with pytest.raises(Conflict) as refusal:
            start_process(definition_key=KEY, subject=walk.contract, actor=company.rep1)
        assert refusal.value.code == "already_running"


def extended(walk: PerformanceWalk, days: int) -> Contract:
    """A supplement in effect that moves the end of the term."""
    walk.contract.refresh_from_db()
    later = Amendment("term", new_day=walk.end + timedelta(days=days))
    return changed_by(walk.people, walk.contract, later)


class TestAskedFor:
    def test_goes_from_one_to_the_next_and_ends(self, walk):
        walk.pay("4800.00")
        walk.ask()
        walk.stands("active", MANAGER)
        walk.do("manager1", MANAGER)
        walk.stands("active", LEGAL)
        walk.do("legal", LEGAL)
        walk.stands("active", SETTLE)
        walk.settled(owed="1500.00", value="6300.00")
        walk.stands("active", DIRECTOR)
        walk.do("director", DIRECTOR)
        walk.stands("terminated", case="completed")
        # The last instalment first; what is left falls due as it always did.
        assert walk.released() == ["0.00", "2500.00", "4000.00"]
        assert walk.open_amount() == Decimal("1500.00")
        found = walk.termination
        assert (found.state, found.paid, found.owed, found.refund) == (
            "agreed",
            Decimal("4800.00"),
            Decimal("1500.00"),
            Decimal("0.00"),
        )
        assert found.decided_by == walk.people.director
        assert walk.contract.ended_on == clock.today()
        assert walk.told("rep1")[-1] == "contract.terminated"

    def test_what_is_left_is_collected_and_paid(self, walk):
        walk.ask()
        walk.terminate(owed="4800.00", value="4800.00")
        with clock.travel(timedelta(days=10)):
            account = services.account_of(customer_id=walk.contract.customer_id, actor=walk.people.finance)
            assert account.overdue == Decimal("4800.00")
            walk.pay("4800.00")
            assert walk.open_amount() == 0
            walk.stands("terminated", case="completed")
            # Nothing more can be paid on it.
            with pytest.raises(ApplicationError):
                walk.record("0.01", 3)

    def test_a_refund_is_a_task_of_finance(self, walk):
        walk.pay("4800.00")
        walk.ask()
        walk.terminate(refund="800.00", value="4000.00")
        walk.stands("terminated", REFUND)
        assert walk.open_amount() == 0
        with pytest.raises(ApplicationError) as refusal:
            walk.do("finance", REFUND, "done", paid_on=clock.today().isoformat(), reference=" ")
        assert "reference" in refusal.value.errors
        walk.do("finance", REFUND, "done", paid_on=clock.today().isoformat(), reference="ICBC88")
        walk.stands("terminated", case="completed")
        assert (walk.termination.refunded_on, walk.termination.refund_reference) == (clock.today(), "ICBC88")

    def test_what_it_asks_for_by_a_day_has_not_to_be_done_any_more(self, walk):
        load_all(processes={"contract_obligation"})
        due = clock.today() + timedelta(days=30)
        row = services.record_obligation(
            contract_id=walk.contract.pk,
            fields={"party": "B", "what": "提供月度报告", "due_on": due},
            actor=walk.people.rep1,
        )
        walk.ask()
        walk.terminate()
        walk.stands("terminated", case="completed")
        row.refresh_from_db()
        assert row.state == "dropped"

    def test_ends_on_its_last_day(self, walk):
        walk.ask(in_days=20)
        walk.terminate(owed="700.00")
        walk.stands("active")
        assert walk.waits() == ["until_last_day"]
        with clock.travel(timedelta(days=20)):
            settle()
            walk.stands("terminated", case="completed")

    @pytest.mark.parametrize(
        ("who", "step"),
        [("manager1", MANAGER), ("legal", LEGAL), ("finance", SETTLE), ("director", DIRECTOR)],
    )
    def test_each_may_refuse_and_the_contract_goes_on(self, walk, who, step):
        walk.ask()
        for person, before in (("manager1", MANAGER), ("legal", LEGAL), ("finance", SETTLE)):
            if before == step:
                break
            amounts = {"value": "0", "owed": "0", "refund": "0", "note": ""} if before == SETTLE else {}
            walk.do(person, before, **amounts)
        with pytest.raises(ApplicationError):
            walk.do(who, step, "refuse")
        walk.stands("active", step)
        walk.do(who, step, "refuse", "客户仍有意愿继续合作")
        walk.stands("active")
        assert walk.waits() == PERFORMING
        found = walk.termination
        assert (found.state, found.decided_by) == ("refused", getattr(walk.people, who))
        assert walk.told("rep1")[-1] == "contract.termination_refused"
        assert walk.released() == ["0.00", "0.00", "0.00"]
        # Asked for again, it begins anew.
        walk.ask()
        walk.stands("active", MANAGER)
        walk.terminate()
        walk.stands("terminated", case="completed")
        assert walk.contract.terminations.count() == 2

    def test_what_the_manager_asks_for_skips_the_manager(self, walk):
        walk.ask("manager1")
        walk.stands("active", LEGAL)

    def test_what_a_director_asks_for_goes_to_the_general_manager(self, walk):
        walk.ask("director")
        walk.do("legal", LEGAL)
        walk.settled()
        walk.stands("active", DIRECTOR)
        item = WorkItem.objects.get(instance=walk.case, status="open")
        assert item.role == "gm"
        walk.do("gm", DIRECTOR)
        walk.stands("terminated", case="completed")

    def test_nobody_decides_on_what_they_asked_for(self, walk):
        walk.ask("manager1")
        with pytest.raises(ApplicationError) as refusal:
            services.decide_termination(
                contract_id=walk.contract.pk, outcome="agree", step=LEGAL, actor=walk.people.manager1
            )
        assert refusal.value.code == "own_request"
        assert not TerminationDecision.objects.exists()

    def test_the_term_that_ends_under_review_ends_it_after_the_refusal(self, walk):
        with walk.at(-1):
            walk.ask()
        with walk.at(3):
            walk.stands("active", MANAGER)
            walk.do("manager1", MANAGER, "refuse", "已经到期")
            walk.stands("expired")

    def test_a_cancelled_case_refuses_what_was_asked_for(self, walk):
        walk.ask()
        cancel_instance(instance_id=walk.case.pk, reason="图改了", actor=walk.people.admin)
        assert walk.termination.state == "refused"
        # Whoever asks next begins the case anew.
        walk.ask()
        again = ProcessInstance.objects.get(definition__key=KEY, status="active")
        assert WorkItem.objects.get(instance=again, status="open").element == MANAGER

    def test_a_contract_of_before_gets_its_case_when_it_is_asked_for(self, company):
        contract = contract_in_effect(company, company.rep1)
        settle()
        publish()
        services.request_termination(
            contract_id=contract.pk,
            kind="breach",
            reason="不付款",
            ends_on=clock.today(),
            actor=company.rep1,
        )
        settle()
        case = ProcessInstance.objects.get(definition__key=KEY)
        assert WorkItem.objects.get(instance=case, status="open").element == MANAGER

    def test_contracts_of_before_get_their_cases_by_a_command_and_once(self, company, capsys):
        contract = contract_in_effect(company, company.rep1)
        settle()
        publish()
        for count in (1, 0):
            call_command("begin_performance")
            assert capsys.readouterr().out == f"{count} cases begun.\n"
        case = ProcessInstance.objects.get(definition__key=KEY)
        assert (case.subject_id, case.status) == (str(contract.pk), "active")


class TestRefused:
    """Refusals, and the unchanged rows."""

    def test_a_second_request_while_one_is_open(self, walk):
        walk.ask()
        with pytest.raises(Conflict) as refusal:
            walk.ask("manager1")
        assert refusal.value.code == "termination_open"
        assert ContractTermination.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"), [("kind", "boredom"), ("reason", "  "), ("days", -1), ("days", 400)]
    )
    def test_a_request_that_says_too_little_names_the_field(self, walk, field, value):
        more = {"in_days": value} if field == "days" else {field: value}
        with pytest.raises(ApplicationError) as refusal:
            walk.ask(**more)
        assert list(refusal.value.errors) == ["ends_on" if field == "days" else field]
        assert not ContractTermination.objects.exists()

    @pytest.mark.parametrize(("who", "error"), [("rep3", Contract.DoesNotExist), ("legal", PermissionDenied)])
    def test_who_may_not_ask(self, walk, who, error):
        with pytest.raises(error):
            walk.ask(who)
        assert not ContractTermination.objects.exists()

    def test_what_is_not_in_effect(self, company):
        publish()
        draft = draft_of(company.rep1)
        with pytest.raises(Conflict) as refusal:
            services.request_termination(
                contract_id=draft.pk,
                kind="breach",
                reason="不付款",
                ends_on=clock.today(),
                actor=company.rep1,
            )
        assert refusal.value.code == "wrong_state"

    @pytest.mark.parametrize(
        ("amounts", "field"),
        [
            ({"value": "-1", "owed": "0", "refund": "0"}, "value"),
            ({"value": "0", "owed": "8000.01", "refund": "0"}, "owed"),
            ({"value": "0", "owed": "0", "refund": "4800.01"}, "refund"),
            ({"value": "0", "owed": "1", "refund": "1"}, "refund"),
            ({"value": "", "owed": "0", "refund": "0"}, "value"),
        ],
    )
    def test_a_settlement_that_cannot_be(self, walk, amounts, field):
        walk.pay("4800.00")
        walk.ask()
        walk.do("manager1", MANAGER)
        walk.do("legal", LEGAL)
        with pytest.raises(ApplicationError) as refusal:
            walk.settled(**amounts)
        assert list(refusal.value.errors) == [field]
        walk.stands("active", SETTLE)
        assert not walk.termination.is_settled

    def test_the_process_alone_ends_a_contract(self, walk):
        walk.ask()
        for deed in (services.terminate_contract, services.refuse_termination, services.close_contract):
            with pytest.raises(PermissionDenied):
                deed(contract_id=walk.contract.pk, actor=walk.people.director)
        walk.stands("active", MANAGER)

    def test_a_refund_that_nobody_settled(self, walk):
        walk.ask()
        walk.terminate()
        with pytest.raises(Conflict) as refusal:
            services.record_refund(
                contract_id=walk.contract.pk, paid_on=clock.today(), reference="X", actor=walk.people.finance
            )
        assert refusal.value.code == "no_refund"


class TestMoneyMeanwhile:
    """What was settled is what the customer pays altogether: money that moves until the end changes what is left."""

    def test_confirmed_after_the_settlement_less_is_left(self, walk):
        walk.ask()
        walk.until_settled(owed="6000.00", value="6000.00")
        walk.pay("4800.00")
        walk.do("director", DIRECTOR)
        walk.stands("terminated", case="completed")
        assert walk.termination.owed == Decimal("1200.00")
        assert walk.open_amount() == Decimal("1200.00")

    def test_more_than_was_left_goes_back(self, walk):
        walk.ask()
        walk.until_settled(owed="3000.00", value="3000.00")
        walk.pay("4800.00")
        walk.do("director", DIRECTOR)
        walk.stands("terminated", REFUND)
        assert (walk.termination.owed, walk.termination.refund) == (Decimal("0.00"), Decimal("1800.00"))
        assert walk.open_amount() == 0

    def test_taken_back_after_the_settlement_it_is_owed(self, walk):
        payment = walk.pay("4800.00")
        walk.ask()
        walk.until_settled(refund="800.00", value="4000.00")
        walk.reverse(payment)
        walk.do("director", DIRECTOR)
        walk.stands("terminated", case="completed")
        assert walk.open_amount() == Decimal("4000.00")

    def test_recorded_and_not_confirmed_finance_decides_on_it_first(self, walk):
        walk.ask()
        walk.until_settled(owed="0")
        payment = walk.record("4000.00", 3)
        walk.do("director", DIRECTOR)
        walk.stands("active", MONEY)
        assert walk.released() == ["0.00", "0.00", "0.00"]
        walk.reverse(payment)
        walk.do("finance", MONEY, "done")
        walk.stands("terminated", case="completed")

    def test_so_it_is_on_its_day_and_as_long_as_something_waits(self, walk):
        walk.ask(in_days=5)
        walk.terminate(owed="0")
        payment = walk.record("4000.00", 3)
        with clock.travel(timedelta(days=5)):
            settle()
            walk.stands("active", MONEY)
            with pytest.raises(Conflict, match=payment.no):
                walk.do("finance", MONEY, "done")
            walk.stands("active", MONEY)
            walk.confirm(payment)
            walk.do("finance", MONEY, "done")
            walk.stands("terminated", REFUND)
            assert walk.termination.refund == Decimal("4000.00")

    def test_no_diagram_leads_around_money_that_waits(self, walk):
        walk.ask()
        walk.until_settled(owed="0")
        payment = walk.record("4000.00", 3)
        with pytest.raises(Conflict) as refusal:
            services.terminate_contract(contract_id=walk.contract.pk, actor=PROCESS)
        assert refusal.value.code == "payment_waits"
        assert payment.no in str(refusal.value)
        walk.stands("active", DIRECTOR)
        assert walk.released() == ["0.00", "0.00", "0.00"]

    def test_a_payment_taken_back_after_the_end_is_owed_again(self, walk):
        payment = walk.pay("4800.00")
        walk.ask()
        walk.terminate(owed="0", value="4800.00")
        assert walk.open_amount() == 0
        walk.reverse(payment)
        assert walk.open_amount() == Decimal("4800.00")


class TestWithSupplements:
    """What supplements in effect sell is owed, settled and ended together with the contract."""

    @pytest.fixture
    def larger(self, walk) -> Contract:
        walk.pay_all()
        return changed_by(
            walk.people,
            walk.contract,
            lines=[membership("1000.00", "ART-PRO")],
            plan=instalments((30, "1000.00")),
            start_on=clock.today(),
            end_on=walk.end,
        )

    def test_its_money_keeps_the_contract_open_and_completes_both(self, walk, larger):
        with walk.at(1):
            walk.stands("expired")
            larger.refresh_from_db()
            assert larger.state == "expired"
            payment = services.record_payment(
                customer_id=larger.customer_id,
                fields={"received_on": clock.today(), "amount": "1000.00", "method": "transfer"},
                shares=[services.Share(larger.plan_lines.get().pk, Decimal("1000.00"))],
                actor=walk.people.finance,
            )
            walk.confirm(payment)
            walk.stands("completed", case="completed")
            larger.refresh_from_db()
            assert larger.state == "completed"

    def test_it_is_terminated_and_released_with_it(self, walk, larger):
        walk.ask()
        walk.terminate(owed="300.00", value="13100.00")
        walk.stands("terminated", case="completed")
        larger.refresh_from_db()
        assert (larger.state, larger.plan_lines.get().released) == ("terminated", Decimal("700.00"))

    def test_it_has_no_end_of_its_own(self, walk, larger):
        with pytest.raises(Conflict) as refusal:
            services.request_termination(
                contract_id=larger.pk,
                kind="breach",
                reason="不付款",
                ends_on=clock.today(),
                actor=walk.people.rep1,
            )
        assert refusal.value.code == "supplement"
        assert ProcessInstance.objects.filter(definition__key=KEY).count() == 1


class TestProposal:
    def test_is_the_share_of_the_term_that_has_run(self, walk):
        proposal = services.propose_settlement(walk.contract, walk.contract.start_on + timedelta(days=72))
        assert (proposal.days_run, proposal.days) == (73, 365)
        assert proposal.value == Decimal("2560.00")
        assert (proposal.remainder.owed, proposal.remainder.refund) == (Decimal("2560.00"), Decimal("0.00"))
        assert proposal.is_complete

    def test_sets_what_was_paid_off_against_it(self, walk):
        walk.pay("4800.00")
        left = services.propose_settlement(
            walk.contract, walk.contract.start_on + timedelta(days=72)
        ).remainder
        assert (left.owed, left.refund) == (Decimal("0.00"), Decimal("2240.00"))

    def test_what_is_delivered_piece_by_piece_is_left_to_people(self, company):
        lines = [membership("10000.00"), membership("2800.00", "AD-HOME")]
        walk = PerformanceWalk(company, lines=lines)
        proposal = services.propose_settlement(walk.contract, walk.end)
        assert proposal.value == Decimal("10000.00")
        assert not proposal.is_complete

    @pytest.mark.parametrize("days", [-400, -1, 0, 364, 365, 900])
    def test_never_exceeds_the_contract_nor_falls_below_nothing(self, walk, days):
        proposal = services.propose_settlement(walk.contract, walk.contract.start_on + timedelta(days=days))
        assert 0 <= proposal.value <= walk.contract.amount


class TestTheDatabase:
    """What the tables themselves refuse, whoever asks."""

    def refuses(self, name, run):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            run()

    def test_only_a_terminated_contract_releases(self, walk):
        line = walk.contract.plan_lines.get(seq=3)
        rows = PaymentPlanLine.objects.filter(pk=line.pk)
        self.refuses("contract", lambda: rows.update(released=1))

    def test_nor_more_than_is_neither_paid_nor_recorded(self, walk):
        walk.pay("4800.00")
        walk.ask()
        walk.terminate(owed="8000.00", value="12800.00")
        rows = PaymentPlanLine.objects.filter(contract=walk.contract)
        self.refuses("released", lambda: rows.filter(seq=1).update(released="0.01"))
        self.refuses("releases_no_more", lambda: rows.filter(seq=2).update(released="4000.01"))
        rows.filter(seq=2).update(released="4000.00")
        self.refuses("frozen|body", lambda: rows.filter(seq=2).update(released="0"))
        self.refuses("frozen|body", lambda: rows.filter(seq=2).update(amount="1"))
        self.refuses("frozen|body", lambda: rows.filter(seq=2).update(due_on=clock.today(), released="4000"))

    def test_what_was_decided_stays(self, walk):
        walk.pay("4800.00")
        walk.ask()
        walk.terminate(refund="800.00")
        rows = ContractTermination.objects.filter(contract=walk.contract)
        self.refuses("stays as it is", lambda: rows.update(owed=1, refund=0))
        self.refuses("stays as it is", lambda: rows.update(state="refused"))
        self.refuses("stays as it is", lambda: rows.update(reason="另一个"))
        self.refuses("refund_says", lambda: rows.update(refunded_on=clock.today()))

    def test_a_settlement_is_owed_or_refunded(self, walk):
        walk.pay("4800.00")
        walk.ask()
        walk.until_settled(owed="1")
        rows = ContractTermination.objects.filter(contract=walk.contract)
        self.refuses("owed_or_refunded", lambda: rows.update(refund=1))
        self.refuses("settlement_is_whole", lambda: rows.update(owed=None))
        self.refuses("no_more_is_refunded", lambda: rows.update(owed=0, refund=4801))

    def test_only_what_is_over_has_an_end(self, walk):
        rows = Contract.objects.filter(pk=walk.contract.pk)
        self.refuses("only_what_is_over", lambda: rows.update(ended_on=clock.today()))
