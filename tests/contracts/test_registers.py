"""Registers of contracts: which clauses yield most, and what our seals were put on, as far as the reader sees them."""

from __future__ import annotations

import statistics
from datetime import timedelta
from typing import Any

import pytest

from contracts import services
from contracts.services.wording import Change
from core import clock
from core.reports import Result, find, run
from core.reports.params import ParamsForm
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of
from tests.processes.walk import Walk

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


class TestRegisterOfNumbers:
    def test_has_no_gap_and_keeps_those_of_voided_contracts(self, company):
        first, second, third = (submitted(owner) for owner in (company.rep1, company.rep2, company.rep1))
        services.void_contract(contract_id=second.pk, reason="客户取消", actor=company.director)
        rows = [row.values for row in asked(company.legal, "contract-numbers").rows]
        assert [row["no"] for row in rows] == [first.no, second.no, third.no]
        assert [int(row["no"][-4:]) for row in rows] == [1, 2, 3]
        assert [(row["state"], row["reason"]) for row in rows][1] == ("已作废", "客户取消")

    def test_a_draft_has_no_number_and_a_stranger_sees_none(self, company):
        draft_of(company.rep1)
        assert asked(company.legal, "contract-numbers").rows == []
        submitted(company.rep1)
        assert asked(company.rep3, "contract-numbers").rows == []


class TestCycleTimes:
    def test_tells_of_each_step_what_python_finds_in_the_tasks(self, company):
        hours = [1, 2, 3, 30]
        for wait in hours:
            walk = Walk(company)
            walk.submit()
            with clock.travel(timedelta(hours=wait)):
                walk.manager()
        # Waits still, and is not counted.
        Walk(company).submit()
        found = {
            row.values["step"]: row.values
            for row in asked(company.legal, "contract-cycle-times", period="custom", **days_around()).rows
        }
        row = found["业务审核"]
        assert row["done"] == 4
        assert float(row["median"]) == pytest.approx(statistics.median(hours), abs=0.01)
        assert float(row["slowest"]) == pytest.approx(3 + 0.7 * 27, abs=0.01)
        assert float(row["average"]) == pytest.approx(statistics.mean(hours), abs=0.01)
        assert list(found) == ["草拟合同", "业务审核"]

    def test_nobody_reads_of_more_than_they_see(self, company):
        walk = Walk(company)
        walk.submit()
        assert asked(company.rep3, "contract-cycle-times").rows == []
        assert len(asked(company.rep1, "contract-cycle-times").rows) == 1


def days_around() -> dict[str, str]:
    """From yesterday to the day after tomorrow: what is done later than now is in it."""
    today = clock.today()
    return {
        "from": (today - timedelta(days=1)).isoformat(),
        "to": (today + timedelta(days=2)).isoformat(),
    }
