"""Fields are judged while a form is being filled in: by the form, for whoever may send it, and nothing is written."""

import pytest
from django.urls import reverse

from core.models import FormDraft
from crm.models import Customer
from tests.contracts.factory import customer_of, draft_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer(company):
    return customer_of(company.rep1)


def ask(client, url, data, *names):
    return client.post(url, data, headers={"X-Validate": ",".join(names)})


def test_only_the_touched_fields_are_answered(company, client):
    client.force_login(company.rep1)
    url = reverse("crm:customer-create")
    data = {"name": "", "uscc": "91310000775785552A", "contact_mobile": "123"}
    errors = ask(client, url, data, "uscc").json()["errors"]
    assert list(errors) == ["uscc"]
    assert errors["uscc"]
    both = ask(
        client, url, data | {"uscc": "91310000775785552L"}, "uscc", "contact_mobile", "nonsense"
    ).json()
    assert both["errors"]["uscc"] == []
    assert both["errors"]["contact_mobile"]
    assert not Customer.objects.exists()
    assert not FormDraft.objects.exists()


def test_nothing_is_written_even_when_all_is_right(company, client, customer):
    client.force_login(company.rep1)
    url = reverse("crm:customer-edit", args=[customer.pk])
    data = {
        "name": "新名字有限公司",
        "kind": "company",
        "status": "interested",
        "level": "C",
        "source": "other",
    }
    assert ask(client, url, data, "name").json() == {"errors": {"name": []}}
    before = customer.name
    customer.refresh_from_db()
    assert customer.name == before


@pytest.mark.parametrize(("name", "status"), [("rep3", 404), ("finance", 403)])
def test_whoever_may_not_send_the_form_may_not_ask(company, client, customer, name, status):
    client.force_login(getattr(company, name))
    url = reverse("crm:customer-edit", args=[customer.pk])
    assert ask(client, url, {}, "name").status_code == status


def test_the_terms_of_a_contract_are_judged_too(company, client, customer):
    client.force_login(company.rep1)
    contract = draft_of(company.rep1, customer)
    url = reverse("contracts:contract-edit", args=[contract.pk])
    rows = {f"{part}-{word}_FORMS": "0" for part in ("lines", "plan") for word in ("TOTAL", "INITIAL")}
    errors = ask(client, url, {**rows, "title": "", "start_on": "2026-13-01"}, "title", "start_on").json()
    assert all(errors["errors"].values())
    before = contract.revision
    contract.refresh_from_db()
    assert contract.revision == before


def test_who_is_signed_out_hears_nothing(company, client):
    answer = ask(client, reverse("crm:customer-create"), {}, "name")
    assert answer.status_code == 302
