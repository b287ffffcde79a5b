"""Onboardings and renewals on the pages of their customer and contract: what stands there, for whom, with links back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from service.models import Complaint, RenewalCase
from tests.processes.renewal_walk import RenewalWalk
from tests.service import factory
from workflows.models import WorkItem

pytestmark = pytest.mark.django_db


def client_of(person) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def contract(company):
    """In effect, with an onboarding that is late and a renewal under way."""
    found = factory.contract_in_effect(company, company.rep1)
    onboarding = factory.bare_onboarding(found, "shop", "photos")
    onboarding.due_at = clock.now() - timedelta(days=1)
    onboarding.save(update_fields=["due_at"])
    RenewalCase.objects.create(
        contract=found, customer=found.customer, due_on=clock.today() + timedelta(days=20)
    )
    return found


def shown(client: Client, url: str, tab: str):
    answer = client.get(f"{url}?tab={tab}")
    assert answer.status_code == 200
    return answer.context["rows"], answer.content.decode()


@pytest.mark.parametrize(
    ("tab_of_customer", "tab_of_contract", "row"),
    [("onboardings", "onboarding", "onboarding"), ("renewals", "renewal", "renewal_case")],
)
def test_a_tab_of_the_customer_and_of_the_contract(contract, tab_of_customer, tab_of_contract, row):
    client = client_of(contract.owner)
    own = getattr(contract, row)
    for url, tab in (
        (contract.customer.get_absolute_url(), tab_of_customer),
        (contract.get_absolute_url(), tab_of_contract),
    ):
        rows, html = shown(client, url, tab)
        assert [one.row.pk for one in rows] == [own.pk]
        assert own.get_absolute_url() in html
    page = client.get(own.get_absolute_url()).content.decode()
    assert contract.customer.get_absolute_url() in page
    assert contract.get_absolute_url() in page


@pytest.mark.django_db(transaction=True)
def test_the_running_step_stands_there_with_whoever_holds_it(company):
    way = RenewalWalk(company)
    with way.at(-59):
        item = WorkItem.objects.get(instance=way.case, element="talk_renewal")
        rows, html = shown(client_of(company.rep1), way.contract.get_absolute_url(), "renewal")
        steps = [step for case in rows[0].cases for step in case.steps]
        assert [(step.work_item_id, step.who) for step in steps] == [(item.pk, company.rep1.name)]
        assert reverse("workflows:work-item", args=[item.pk]) in html


def test_what_is_late_says_so(contract):
    client = client_of(contract.owner)
    rows, _html = shown(client, contract.get_absolute_url(), "onboarding")
    assert rows[0].is_late
    assert (rows[0].row.left, rows[0].row.all) == (2, 2)
    rows, _html = shown(client, contract.get_absolute_url(), "renewal")
    assert not rows[0].is_late
    with clock.travel(timedelta(days=21)):
        assert shown(client, contract.get_absolute_url(), "renewal")[0][0].is_late


def test_a_contract_without_them_has_no_such_tabs_and_a_customer_says_so(company):
    contract = factory.contract_in_effect(company, company.rep1)
    client = client_of(company.rep1)
    for tab in ("onboarding", "renewal"):
        assert client.get(f"{contract.get_absolute_url()}?tab={tab}").status_code == 404
    for tab in ("onboardings", "renewals"):
        rows, html = shown(client, contract.customer.get_absolute_url(), tab)
        assert rows == []
        assert 'class="empty' in html


def test_who_may_not_see_them_sees_no_tab(company, contract):
    """Whoever reads contracts needs the right to see onboardings and renewals beside it."""
    person = next(
        one
        for one in vars(company).values()
        if hasattr(one, "may")
        and one.may("contracts.view_contract")
        and not one.may("service.view_renewal")
        and type(contract).objects.visible_to(one).filter(pk=contract.pk).exists()
    )
    assert client_of(person).get(f"{contract.get_absolute_url()}?tab=renewal").status_code == 404
    assert not Complaint.objects.exists()
