"""The ways from one page to the next, and what pages say of the cases that run: the step, not all that may come."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.processes.onboarding_walk import OnboardingWalk
from tests.processes.renewal_walk import RenewalWalk
from tests.processes.status_walk import StatusWalk

pytestmark = pytest.mark.django_db


def page(signed_in, person, url: str) -> str:
    answer = signed_in(person).get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_lists_lead_to_their_own_rows(signed_in, company):
    walk = RenewalWalk(company)
    with walk.at(-59):
        row = f'<td class="name"><a href="{walk.renewal.get_absolute_url()}">'
        assert row in page(signed_in, company.rep1, reverse("service:renewal-list"))
    onboarding = OnboardingWalk(company).onboarding
    row = f'<td class="name"><a href="{onboarding.get_absolute_url()}">'
    assert row in page(signed_in, company.assistant, reverse("service:onboarding-list"))


def test_a_contract_says_which_process_stands_where(signed_in, company):
    renewal = RenewalWalk(company)
    onboarding = OnboardingWalk(company)
    html = page(signed_in, company.rep1, onboarding.contract.get_absolute_url())
    assert "开通与上线" in html
    assert "会员续费" in html
    assert "到期前 60 天" in html
    for guard in ("提前续费", "超过时限", "事项已清"):
        assert guard not in html, guard
    # One process needs no name.
    assert "到期前 60 天" in page(signed_in, company.rep1, renewal.contract.get_absolute_url())


def test_a_customer_shows_its_own_cases_beside_those_of_its_contracts(signed_in, company):
    walk = StatusWalk(company)
    html = page(signed_in, company.rep1, f"{walk.customer.get_absolute_url()}?tab=cases")
    assert "客户跟进" in html
    assert reverse("workflows:work-item", args=[walk.task.pk]) in html


def test_finance_records_a_payment_from_the_contract(signed_in, company):
    contract = OnboardingWalk(company).contract
    url = f"{reverse('contracts:payment-create')}?customer={contract.customer_id}"
    assert url in page(signed_in, company.finance, contract.get_absolute_url())
    assert url not in page(signed_in, company.rep1, contract.get_absolute_url())


def test_a_contract_leads_to_its_customer_whoever_may_see_it(signed_in, company):
    contract = OnboardingWalk(company).contract
    link = f'<a href="{contract.customer.get_absolute_url()}">{contract.customer.name}</a>'
    assert link in page(signed_in, company.rep1, contract.get_absolute_url())
    assert link not in page(signed_in, company.seal, contract.get_absolute_url())


def test_a_task_tells_where_the_case_stands_and_not_what_might_break_in(signed_in, company):
    task = StatusWalk(company).task
    html = page(signed_in, company.rep1, reverse("workflows:work-item", args=[task.pk]))
    for guard in ("超过停滞天数", "等待消息", "客户已释放"):
        assert guard not in html, guard
    case = page(signed_in, company.rep1, reverse("workflows:case-detail", args=[task.instance_id]))
    assert "客户已释放" in case
