"""What we do for a customer ends with a contract that is terminated before its time."""

from datetime import timedelta

import pytest

from contracts.consequences import consequences_of
from core import clock
from core.errors import Conflict
from service.models import MemberActivation, Onboarding, RenewalCase
from service.services.endings import end_services
from tests.processes.onboarding_walk import member_platform
from tests.processes.service_end_walk import KEY, ServiceEndWalk
from tests.processes.walk import settle
from tests.service.factory import PROCESS, bare_onboarding, contract_in_effect
from workflows.models import ProcessInstance
from workflows.services import start_process


def status_of(walk: ServiceEndWalk) -> str:
    walk.contract.customer.refresh_from_db()
    return walk.contract.customer.status


def test_the_membership_ends_on_the_platform_and_the_customer_is_lost(company):
    with member_platform() as outside:
        walk = ServiceEndWalk(company)
        walk.terminate()
        walk.ends()
        walk.call()
        walk.ends(case="completed")
        ended = MemberActivation.objects.get(contract=walk.contract, kind="deactivate")
        assert (ended.state, outside.effects) == ("ok", {ended.request_key: 1})
    assert status_of(walk) == "lost"


def test_a_platform_that_says_no_is_mended_and_asked_again(company):
    with member_platform() as outside:
        walk = ServiceEndWalk(company)
        outside.behave("decline")
        walk.terminate()
        walk.call()
        walk.ends("mend_deactivation")
        outside.behave("well")
        # The news of the refusal is kept for a minute; whoever mends it takes longer.
        with clock.travel(timedelta(minutes=2)):
            walk.mend()
            walk.call()
        walk.ends(case="completed")


def test_the_membership_of_another_contract_stays(company):
    walk = ServiceEndWalk(company)
    contract_in_effect(company, company.rep1, customer=walk.contract.customer)
    settle()
    walk.terminate()
    walk.ends(case="completed")
    assert not MemberActivation.objects.filter(kind="deactivate").exists()
    assert status_of(walk) == "signed"


def test_cases_about_onboarding_and_renewal_end_and_their_rows_say_why(company):
    walk = ServiceEndWalk(company, also=("onboarding", "renewal"))
    renewal = RenewalCase.objects.create(
        contract=walk.contract, customer=walk.contract.customer, due_on=walk.end, figures={}
    )
    others = ProcessInstance.objects.filter(definition__key__in=("onboarding", "renewal"))
    assert set(others.values_list("status", flat=True)) == {"active"}
    walk.terminate()
    assert set(others.values_list("status", flat=True)) == {"completed"}
    onboarding = Onboarding.objects.get(contract=walk.contract)
    assert (onboarding.state, "客户转行" in onboarding.cancel_reason) == ("cancelled", True)
    renewal.refresh_from_db()
    assert (renewal.state, "客户转行" in renewal.lost_reason) == ("lost", True)


def test_whoever_asks_sees_before_what_ends(company):
    walk = ServiceEndWalk(company)
    bare_onboarding(walk.contract, "shop", "article")
    RenewalCase.objects.create(
        contract=walk.contract, customer=walk.contract.customer, due_on=walk.end, figures={}
    )
    assert len(consequences_of(walk.contract)) == 3


def test_only_what_was_terminated_ends(company):
    walk = ServiceEndWalk(company)
    with pytest.raises(Conflict):
        end_services(contract_id=walk.contract.pk, actor=PROCESS)
    with pytest.raises(Conflict):
        start_process(definition_key=KEY, subject=walk.contract, actor=company.director)
