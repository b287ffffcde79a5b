"""The edges of calendars and numbers: answered, never a failure of ours."""

from datetime import date
from decimal import Decimal

import pytest

from contracts import services
from contracts.models import DunningRun
from contracts.money import LARGEST
from core.errors import ApplicationError
from tests.api.world import build
from tests.contracts.factory import draft_of, membership
from tests.contracts.test_payments import active_contract
from tests.security.test_hostile_pages import client_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_receivables_of_an_impossible_day_are_refused(company, day):
    active_contract(company)
    client = client_of(company.finance)
    for path in ("receivables/", "receivables/ageing/"):
        answer = client.get(f"/api/v1/{path}", {"as_of": day})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["as_of"]), path


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_notices_of_an_impossible_day_are_refused(company, day):
    contract = active_contract(company)
    client = client_of(company.finance)
    for path in ("preview/", "print/"):
        body = {"as_of": day, "customers": [str(contract.customer_id)]}
        answer = client.post(f"/api/v1/dunning-runs/{path}", body, content_type="application/json")
        assert answer.status_code in (200, 400), (path, answer.content)
    assert not DunningRun.objects.exists()


def test_lines_that_sum_to_more_than_a_contract_holds_are_refused(company):
    draft = draft_of(company.rep1)
    amount = draft.amount
    with pytest.raises(ApplicationError) as refusal:
        services.update_contract(
            contract_id=draft.pk,
            revision=draft.revision,
            actor=company.rep1,
            lines=[membership(str(LARGEST))] * 2,
        )
    assert list(refusal.value.errors) == ["lines"]
    draft.refresh_from_db()
    assert (draft.amount, draft.lines.count()) == (amount, 1)


@pytest.mark.parametrize("due_on", [date.min, date.max])
def test_an_instalment_of_any_day_is_listed(company, due_on):
    world = build(company)
    services.update_contract(
        contract_id=world.contract,
        revision=1,
        actor=company.rep1,
        plan=[services.Instalment(due_on=due_on, amount=Decimal("12800.00"))],
    )
    client = client_of(company.rep1)
    for address in (f"/contracts/{world.contract}/", f"/contracts/{world.contract}/edit/"):
        assert client.get(address).status_code == 200
    assert client.get(f"/contracts/{world.contract}/pdf/").status_code in (200, 400)


def test_names_are_texts_and_never_markup(company):
    """A customer called like a script is shown as it is called, on every page and on paper."""
    from tests.contracts.factory import customer_of

    name = "<script>alert(1)</script><img src=x onerror=y>公司"
    customer = customer_of(company.rep1, name=name)
    contract = draft_of(company.rep1, customer)
    client = client_of(company.rep1)
    for address in (
        f"/customers/{customer.pk}/",
        "/customers/",
        f"/contracts/{contract.pk}/",
        "/contracts/",
        f"/contracts/{contract.pk}/edit/",
    ):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt;" in client.get(f"/customers/{customer.pk}/").content.decode()
    )
    answer = client.get(f"/contracts/{contract.pk}/pdf/")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
