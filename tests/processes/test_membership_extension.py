"""A supplement moves the end of a term: the member platform is told, each end once, and nothing that holds no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from contracts import services as contract_services
from contracts.models import Contract
from core import clock
from core.errors import Conflict
from core.models import AuditEntry
from crm.models import MemberAccount
from service.models import MemberActivation
from service.services import ask_for_activation, extensions
from tests.contracts.factory import membership, term
from tests.processes.extension_walk import KEY, MEND, ExtensionWalk, publish
from tests.processes.onboarding_walk import OnboardingWalk, member_platform
from tests.processes.walk import settle
from tests.service.factory import PROCESS, contract_in_effect
from workflows.models import Delivery, Incident, Job, ProcessInstance
from workflows.services import cancel_instance, retry_incident, run_job, start_process

MINUTE = timedelta(minutes=1)


@pytest.fixture
def walk(company) -> ExtensionWalk:
    return ExtensionWalk(company)


@pytest.fixture
def outside():
    with member_platform() as found:
        yield found


def until_of(outside) -> str:
    (member,) = outside.journal.told()["members"].values()
    return member["until"]


class TestTold:
    @pytest.mark.parametrize("days", [90, -60], ids=["later", "earlier"])
    def test_the_new_end_once(self, walk, outside, days):
        walk.move(days)
        walk.stands()
        assert walk.requests() == [(days, "pending")]
        walk.call()
        walk.stands(case="completed")
        assert walk.requests() == [(days, "ok")]
        assert outside.effects == {walk.last().request_key: 1}
        assert until_of(outside) == walk.day(days).isoformat()
        account = MemberAccount.objects.get(external_id="M-77")
        assert account.paid_until == walk.day(days)
        known = extensions.known_terms([Contract.objects.get(pk=walk.contract.pk)])[walk.contract.pk]
        assert (known.told.ends_on, known.differs) == (walk.day(days), False)

    def test_the_platforms_own_event_counts_as_well(self, walk):
        walk.move(90)
        walk.answers(walk.last())
        walk.stands(case="completed")
        assert walk.requests() == [(90, "ok")]

    def test_a_refusal_is_mended_by_tech_and_asked_anew(self, walk, outside):
        outside.behave("decline", times=1)
        walk.move(90)
        walk.call()
        walk.stands(MEND)
        assert walk.requests() == [(90, "failed")]
        walk.mend()
        walk.call()
        # The news of the refusal came before the new request: it says nothing of it, and it is asked once more.
        with clock.travel(2 * MINUTE):
            settle()
            walk.call()
        walk.stands(case="completed")
        assert walk.requests() == [(90, "failed"), (90, "ok")]
        assert list(outside.effects.values()) == [1]

    def test_a_platform_out_of_order_is_called_again_then_an_operator_retries(self, walk, outside):
        outside.behave("down")
        walk.move(90)
        walk.call(4)
        incident = Incident.objects.get(status="open")
        assert (incident.element, walk.requests()) == ("tell_platform", [(90, "pending")])
        outside.behave("well")
        retry_incident(incident_id=incident.pk, actor=walk.people.admin)
        walk.call()
        walk.stands(case="completed")
        assert list(outside.effects.values()) == [1]

    def test_a_platform_that_does_it_and_says_nothing_does_it_once(self, walk, outside):
        outside.behave("silent", times=1)
        walk.move(90)
        walk.call(2)
        walk.stands(case="completed")
        assert outside.effects == {walk.last().request_key: 1}


class TestSeveral:
    def test_one_after_the_other_each_once(self, walk, outside):
        walk.move(90)
        walk.call()
        with clock.travel(2 * MINUTE):
            walk.move(180)
            walk.call()
        walk.stands(case="completed")
        assert [one.status for one in walk.cases] == ["completed"] * 2
        assert walk.requests() == [(90, "ok"), (180, "ok")]
        assert sorted(outside.effects.values()) == [1, 1]

    def test_the_second_waits_for_the_answer_to_the_first(self, walk, outside):
        walk.move(90)
        walk.move(180)
        assert walk.requests() == [(90, "pending")]
        walk.call()
        assert walk.requests() == [(90, "ok"), (180, "pending")]
        with clock.travel(2 * MINUTE):
            settle()
            walk.call()
        assert len(walk.cases) == 1
        walk.stands(case="completed")
        assert walk.requests() == [(90, "ok"), (180, "ok")]
        assert sorted(outside.effects.values()) == [1, 1]
        assert until_of(outside) == walk.day(180).isoformat()
        assert not Delivery.objects.filter(status="refused").exists()

    def test_an_end_that_holds_again_is_told_again(self, walk, outside):
        for number, days in enumerate((90, 30, 90)):
            with clock.travel(2 * number * MINUTE):
                walk.move(days)
                walk.call()
                walk.stands(case="completed")
        assert walk.requests() == [(90, "ok"), (30, "ok"), (90, "ok")]
        assert until_of(outside) == walk.day(90).isoformat()

    def test_back_to_the_first_end_before_the_answer(self, walk, outside):
        walk.move(90)
        walk.move(0)
        walk.call()
        with clock.travel(2 * MINUTE):
            settle()
            walk.call()
        walk.stands(case="completed")
        assert walk.requests() == [(90, "ok"), (0, "ok")]

    def test_what_was_declined_is_asked_for_with_the_end_of_by_then(self, walk, outside):
        outside.behave("decline", times=1)
        walk.move(90)
        walk.call()
        walk.move(180)
        walk.stands(MEND)
        with clock.travel(2 * MINUTE):
            walk.mend()
            walk.call()
            walk.stands(case="completed")
        assert walk.requests() == [(90, "failed"), (180, "ok")]
        assert list(outside.effects.values()) == [1]


class TestWhileItIsBeingOpened:
    def test_what_is_asked_for_later_opens_until_the_new_end(self, company, outside):
        walk = ExtensionWalk(company, opened=False)
        walk.move(90)
        assert walk.cases == []
        one = walk.asks_to_open()
        assert one.ends_on == walk.day(90)

    def test_what_lies_with_the_platform_is_waited_for_and_moved(self, company, outside):
        walk = ExtensionWalk(company, opened=False)
        one = walk.asks_to_open()
        walk.move(90)
        walk.stands()
        assert (one.ends_on, walk.requests()) == (walk.end, [])
        walk.answers(one)
        assert walk.requests() == [(90, "pending")]
        walk.call()
        with clock.travel(2 * MINUTE):
            settle()
            walk.call()
        walk.stands(case="completed")
        assert walk.requests() == [(90, "ok")]

    def test_an_opening_that_is_declined_takes_the_new_end_itself(self, company):
        walk = ExtensionWalk(company, opened=False)
        one = walk.asks_to_open()
        walk.move(90)
        walk.answers(one, ok=False, reason="无此套餐")
        walk.stands(case="completed")
        assert walk.requests() == []
        assert walk.asks_to_open().ends_on == walk.day(90)

    def test_through_the_onboarding_itself(self, company, outside):
        publish()
        onboarding = OnboardingWalk(company)
        onboarding.ready()
        walk = ExtensionWalk.__new__(ExtensionWalk)
        walk.people, walk.contract, walk.end = (
            company,
            onboarding.contract,
            onboarding.contract.in_force_until,
        )
        walk.move(90)
        onboarding.call()
        settle()
        with clock.travel(2 * MINUTE):
            settle()
            walk.call()
        onboarding.stands("open", "build_shop")
        walk.stands(case="completed")
        assert [one.ends_on for one in onboarding.wishes] == [walk.end, walk.day(90)]
        assert sorted(outside.effects.values()) == [1, 1]


class TestNotTold:
    def test_a_contract_that_sells_no_membership(self, company):
        walk = ExtensionWalk(company, opened=False)
        walk.contract = contract_in_effect(company, company.rep1, lines=[membership("12800.00", "AD-HOME")])
        walk.end = walk.contract.in_force_until
        walk.move(90)
        assert walk.cases == []

    @pytest.mark.parametrize("at", ["platform", "tech", "opening"])
    def test_terminated_meanwhile_it_is_withdrawn(self, company, outside, at):
        walk = ExtensionWalk(company, opened=at != "opening")
        if at == "opening":
            walk.asks_to_open()
        outside.behave("decline" if at == "tech" else "well")
        walk.move(90)
        if at == "tech":
            walk.call()
            walk.stands(MEND)
        walk.terminated()
        settle()
        walk.stands(case="completed")
        expected = {"platform": [(90, "withdrawn")], "tech": [(90, "failed")], "opening": []}[at]
        assert walk.requests() == expected
        if at == "platform":
            assert "终止" in walk.last().answer["reason"]
            assert AuditEntry.objects.filter(action="service.withdraw_new_term").count() == 1
            # What the platform says to it later counts no more.
            walk.answers(walk.last())
            assert walk.requests() == expected
        assert outside.effects == {}

    def test_the_service_that_ends_ends_it_whatever_was_asked(self, company, outside):
        walk = ExtensionWalk(company, also=("service_end",))
        walk.move(90)
        walk.terminated()
        settle()
        (ending,) = ProcessInstance.objects.filter(definition__key="service_end")
        assert ending.status == "active"
        run_job(job_id=Job.objects.get(status="open").pk)
        settle()
        ended = MemberActivation.objects.get(kind="deactivate")
        assert outside.effects == {ended.request_key: 1}

    def test_a_worker_who_comes_too_late_does_not_call(self, walk, outside):
        walk.move(90)
        Contract.objects.filter(pk=walk.contract.pk).update(state="terminated")
        walk.call()
        assert outside.calls == {}
        walk.stands(case="completed")
        assert walk.requests() == [(90, "failed")]

    def test_over_with_its_term_nothing_is_told_any_more(self, walk, outside):
        outside.behave("decline")
        walk.move(90)
        walk.call()
        with clock.travel(walk.day(91)):
            contract_services.close_contract(contract_id=walk.contract.pk, actor=PROCESS)
            settle()
            walk.stands(case="completed")

    def test_another_contract_that_runs_longer(self, company, walk, outside):
        """What was opened after it runs a year longer: a few days more of this one change nothing there."""
        longer = contract_in_effect(
            company,
            company.rep1,
            customer=walk.contract.customer,
            fields={**term(), "end_on": walk.day(365)},
        )
        key = ask_for_activation(contract_id=longer.pk, kind="extend", actor=PROCESS)
        walk.answers(MemberActivation.objects.get(request_key=key))
        walk.move(30)
        assert walk.cases == []
        assert walk.requests() == []


class TestByHand:
    def test_what_was_moved_before_there_was_this_process(self, company, outside):
        walk = ExtensionWalk(company, published=False)
        walk.move(90)
        publish()
        start_process(definition_key=KEY, subject=walk.contract, actor=company.director)
        walk.call()
        walk.stands(case="completed")
        assert walk.requests() == [(90, "ok")]

    def test_not_where_the_ends_agree_or_nothing_was_opened(self, company, walk):
        with pytest.raises(Conflict) as refusal:
            start_process(definition_key=KEY, subject=walk.contract, actor=company.director)
        assert refusal.value.code == "is_known"
        other = contract_in_effect(company, company.rep1)
        with pytest.raises(Conflict) as refusal:
            start_process(definition_key=KEY, subject=other, actor=company.director)
        assert refusal.value.code == "no_membership"
        assert walk.cases == []

    def test_the_service_is_the_processes_own(self, company, walk):
        for service in (extensions.ask_for_new_term, extensions.withdraw_new_term):
            with pytest.raises(PermissionDenied):
                service(contract_id=walk.contract.pk, actor=company.admin)
        assert walk.requests() == []


class TestCancelledCase:
    """Somebody has cancelled the case while its request lay with the platform; the request stands."""

    @pytest.fixture
    def cancelled(self, walk, outside) -> ExtensionWalk:
        walk.move(90)
        cancel_instance(instance_id=walk.case.pk, reason="重复", actor=walk.people.admin)
        walk.stands(case="cancelled")
        assert walk.requests() == [(90, "pending")]
        return walk

    def test_the_next_one_asks_under_the_same_key(self, cancelled, outside):
        key = cancelled.last().request_key
        start_process(definition_key=KEY, subject=cancelled.contract_now(), actor=cancelled.people.director)
        cancelled.call()
        cancelled.stands(case="completed")
        assert (cancelled.requests(), outside.effects) == ([(90, "ok")], {key: 1})

    def test_another_end_withdraws_it(self, cancelled, outside):
        cancelled.move(180)
        cancelled.call()
        cancelled.stands(case="completed")
        assert cancelled.requests() == [(90, "withdrawn"), (180, "ok")]
        assert outside.effects == {cancelled.last().request_key: 1}

    def test_the_end_from_before_leaves_nothing_to_tell(self, cancelled, outside):
        cancelled.move(0)
        assert [one.status for one in cancelled.cases] == ["cancelled"]
        assert outside.calls == {}
