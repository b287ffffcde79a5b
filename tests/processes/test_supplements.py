"""A supplement goes through the process of every contract: who looks at it, and what happens when it takes effect."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.demo.company import product
from contracts import services
from contracts.models import Contract
from contracts.services import Amendment, Line
from core import clock
from core.errors import ApplicationError
from tests.contracts.factory import instalments, membership, term
from tests.contracts.supplement_world import EFFECT, move, reword, term_to
from tests.processes.walk import LARGE, Walk, settle
from workflows.models import ProcessInstance, WorkItem
from workflows.selectors import running_process_of
from workflows.services import publish_shipped


class SupplementWalk(Walk):
    """A supplement on its way."""

    def __init__(self, main: Walk, *changes: Amendment, **more: Any) -> None:
        self.people, self.owner = main.people, main.owner
        self.contract = services.start_contract(
            customer_id=main.contract.customer_id,
            actor=self.owner,
            fields={
                **EFFECT,
                "kind": "supplement",
                "parent_id": main.contract.pk,
                **more.pop("fields", {}),
            },
            changes=changes,
            **more,
        )
        self.case = running_process_of(self.contract)


@pytest.fixture
def main(company) -> Walk:
    walk = Walk(company)
    walk.sealed()
    walk.sign()
    walk.stands("active", case="completed")
    return walk


def selling(price: str, code: str) -> dict[str, Any]:
    return {
        "lines": [Line(product_id=product(code).pk, price=Decimal(price))],
        "plan": instalments((5, price)),
        "fields": term(),
    }


def test_a_change_of_the_term_goes_to_finance_however_small(company, main):
    walk = SupplementWalk(main, term_to(500))
    walk.submit()
    walk.manager()
    walk.stands("reviewing", "finance_review")
    walk.finance()
    walk.seal()
    walk.sign()
    walk.stands("active", case="completed")
    assert main.contract_now().in_force_until == clock.today() + timedelta(days=500)


def test_more_products_at_list_price_take_the_fast_lane(company, main):
    cheap = product("VIP-B")
    walk = SupplementWalk(main, **selling(str(cheap.list_price), "VIP-B"))
    walk.submit()
    walk.manager()
    walk.stands("approved", "seal_contract")


def test_the_same_with_a_change_beside_it_does_not(company, main):
    cheap = product("VIP-B")
    walk = SupplementWalk(main, move(1, 50), **selling(str(cheap.list_price), "VIP-B"))
    walk.submit()
    walk.manager()
    walk.stands("reviewing", "finance_review")


def test_new_words_go_to_legal_and_the_panel(company, main):
    walk = SupplementWalk(main, reword())
    walk.submit()
    walk.manager()
    walk.stands("reviewing", "legal_review")
    walk.legal()
    walk.finance()
    assert walk.contract_now().state == "appraising"
    for who in ("legal", "finance", "director"):
        walk.appraise(who, who)
    walk.seal()
    walk.sign()
    assert services.in_force(main.contract_now()).clauses != []
    assert walk.contract_now().amendments.get().applied_no == 1


def test_a_large_one_goes_to_the_general_manager(company, main):
    walk = SupplementWalk(main, lines=[membership(LARGE)], plan=instalments((5, LARGE)), fields=term())
    for step in (walk.submit, walk.manager, walk.finance):
        step()
    walk.stands("appraising", "gm_review")


def test_who_drafted_it_hears_what_it_lacks_and_the_draft_stays(company, main):
    walk = SupplementWalk(main)
    with pytest.raises(ApplicationError) as refusal:
        walk.submit()
    assert "changes" in refusal.value.errors
    walk.stands("draft", "draft_contract")


def test_one_that_is_returned_is_corrected_and_keeps_its_number(company, main):
    walk = SupplementWalk(main, term_to(500))
    walk.submit()
    no = walk.contract_now().no
    walk.manager("return", "再谈一谈")
    contract = walk.contract_now()
    services.update_contract(
        contract_id=contract.pk, revision=contract.revision, actor=walk.owner, changes=[term_to(600)]
    )
    walk.submit()
    contract = walk.contract_now()
    assert (contract.no, contract.versions.count()) == (no, 2)
    assert contract.amendments.get().new_day == clock.today() + timedelta(days=600)


def test_one_that_is_given_up_changes_nothing(company, main):
    walk = SupplementWalk(main, term_to(500))
    walk.submit()
    services.void_contract(contract_id=walk.contract.pk, reason="不改了", actor=company.director)
    settle()
    assert walk.contract_now().state == "voided"
    assert main.contract_now().in_force_until == main.contract_now().end_on
    again = SupplementWalk(main, term_to(500))
    again.submit()
    assert again.contract_now().no == f"{main.contract_now().no}-B2"


def test_one_that_delivers_nothing_begins_no_onboarding_and_no_renewal(company, main):
    publish_shipped(only=("onboarding", "renewal"))
    walk = SupplementWalk(main, term_to(500))
    for step in (walk.submit, walk.manager, walk.finance, walk.seal, walk.sign):
        step()
    settle()
    about = ProcessInstance.objects.filter(
        subject_id=str(walk.contract.pk), subject_type="contracts.contract"
    )
    assert [one.definition.key for one in about] == ["contract_lifecycle"]


def test_the_reviewer_of_one_that_is_overtaken_is_told_and_may_only_return_it(company, main, monkeypatch):
    monkeypatch.setattr("contracts.services.amendments._taken", lambda contract, main: {})
    first, second = SupplementWalk(main, term_to(500)), SupplementWalk(main, term_to(600))
    for step in (second.submit, first.submit, first.manager, first.finance, first.seal, first.sign):
        step()
    with pytest.raises(ApplicationError) as refusal:
        second.manager()
    assert refusal.value.code == "overtaken"
    assert WorkItem.objects.get(instance=second.case, status="open").element == "manager_review"
    second.manager("return", "期限已由另一份补充协议变更")
    second.stands("draft", "draft_contract")
    second.submit()
    row = Contract.objects.get(pk=second.contract.pk).amendments.get()
    assert row.old_day == clock.today() + timedelta(days=500)
