"""Registers of contracts: which clauses yield most, and what our seals were put on, as far as the reader sees them."""

from __future__ import annotations

from typing import Any

import pytest

from contracts import services
from contracts.services.wording import Change
from core import clock
from core.reports import Result, find, run
from core.reports.params import ParamsForm
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of

pytestmark = pytest.mark.django_db
WORDS = {"text": "另行约定。"}


def asked(person: Any, code: str, **data: Any) -> Result:
    report = find(person, code)
    form = ParamsForm(report, {"period": "this_year", **data})
    assert form.is_valid(), form.errors
    return run(report, person, form.params())


def submitted(owner, *codes: str, risk: str = "low"):
    """A contract of this owner that yields in these clauses."""
    changes = [Change(code, "changed", paragraphs=[WORDS], reason="客户要求", risk=risk) for code in codes]
    draft = draft_of(owner, clauses=changes)
    return services.submit_contract(contract_id=draft.pk, actor=PROCESS)


def back_and_again(contract):
    """Returned to its drafter and submitted once more."""
    services.return_contract(contract_id=contract.pk, actor=PROCESS)
    return services.submit_contract(contract_id=contract.pk, actor=PROCESS)


class TestClausesThatYield:
    def test_each_contract_counts_once_a_clause_however_often_it_was_submitted(self, company):
        back_and_again(submitted(company.rep1, "refund", "breach"))
        rejected = submitted(company.rep2, "refund", risk="high")
        services.record_decision(
            contract_id=rejected.pk, actor=company.manager1, outcome="reject", comment="不行", step="x"
        )
        services.reject_contract(contract_id=rejected.pk, actor=PROCESS)
        submitted(company.rep1)
        found = [
            {name: row.values[name] for name in ("clause", "template", "contracts", "signed", "refused")}
            for row in asked(company.legal, "clause-deviations").rows
        ]
        assert found == [
            {
                "clause": "合同的解除与退款",
                "template": "membership",
                "contracts": 2,
                "signed": 0,
                "refused": 1,
            },
            {"clause": "违约责任", "template": "membership", "contracts": 1, "signed": 0, "refused": 0},
        ]
        risks = [row.values["risk"] for row in asked(company.legal, "clause-deviations").rows]
        assert risks == ["高", "低"]

    def test_nobody_reads_more_than_they_see(self, company):
        submitted(company.rep1, "refund")
        assert asked(company.rep3, "clause-deviations").rows == []
        assert [row.values["contracts"] for row in asked(company.rep1, "clause-deviations").rows] == [1]

    def test_is_of_the_period(self, company):
        submitted(company.rep1, "refund")
        assert asked(company.legal, "clause-deviations", period="last_year").rows == []


class TestRegisterOfSeals:
    def test_says_what_was_sealed_by_whom_on_how_many_copies(self, company):
        contract = submitted(company.rep1)
        services.approve_contract(contract_id=contract.pk, actor=PROCESS)
        services.seal_contract(
            contract_id=contract.pk,
            actor=company.seal,
            seal_kind="contract",
            copies=2,
            cross_page=True,
        )
        (row,) = asked(company.legal, "seal-register").rows
        contract.refresh_from_db()
        said = {name: row.values[name] for name in ("contract", "seal", "copies", "cross_page", "sealed_by")}
        assert said == {
            "contract": contract.no,
            "seal": "合同专用章",
            "copies": 2,
            "cross_page": "骑缝章",
            "sealed_by": company.seal.name,
        }
        assert row.values["at"] <= clock.now()
        assert row.urls["contract"] == contract.get_absolute_url()
        assert asked(company.rep3, "seal-register").rows == []
