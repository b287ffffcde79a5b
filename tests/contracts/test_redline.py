"""What differs between two submissions, and from the template: on the page, and as a sheet."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from contracts import services
from contracts.models import Contract, ContractVersion
from contracts.services.redline import clauses_between, rows_between
from contracts.services.wording import Change
from core import clock
from core.redline import IN, KEPT, OUT
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of, instalments, membership
from tests.contracts.test_printing import pages_of

SOFTER = {"text": "甲方逾期付款超过90日的，乙方可以暂停服务。"}
HOSTILE = "<script>alert(1)</script>{number}</p><img src=file:///etc/passwd>𠮷\u0e02"


def again(company: Any, contract: Contract, **changes: Any) -> Contract:
    """Returned, changed and submitted once more."""
    services.record_decision(
        contract_id=contract.pk, actor=company.legal, outcome="return", step="legal_review", comment="请改"
    )
    services.return_contract(contract_id=contract.pk, actor=PROCESS)
    contract.refresh_from_db()
    services.update_contract(
        contract_id=contract.pk, revision=contract.revision, actor=company.rep1, **changes
    )
    return services.submit_contract(contract_id=contract.pk, actor=PROCESS, submitted_by=company.rep1)


@pytest.fixture
def reworded(company, submitted) -> Contract:
    """Submitted twice, the second time with another refund, one instalment more and another place."""
    return again(
        company,
        submitted,
        fields={"sign_place": "南通", "end_on": submitted.end_on + timedelta(days=30)},
        clauses=[Change("refund", "changed", paragraphs=[SOFTER], reason="客户账期较长", risk="high")],
        plan=instalments((10, "6800.00"), (40, "6000.00")),
    )


def versions_of(contract: Contract) -> tuple[ContractVersion, ContractVersion]:
    newer, older = contract.versions.all()
    return older, newer


def text_of(content: bytes) -> str:
    return re.sub(r"\s", "", "".join(pages_of(content)))


def page(name: str, contract: Contract, query: str = "") -> str:
    return reverse(f"contracts:{name}", args=[contract.pk]) + query


class TestBetweenTwoSubmissions:
    def test_words_are_compared_with_their_values_filled_in(self, reworded):
        found = {one.code: one for one in clauses_between(*versions_of(reworded))}
        assert set(found) == {"term", "refund"}
        pieces = [piece for part in found["term"].paragraphs for piece in part.pieces]
        assert {piece.kind for piece in pieces} == {KEPT, OUT, IN}
        assert "{" not in "".join(piece.text for piece in pieces)

    def test_both_texts_can_be_read_from_it(self, reworded):
        older, newer = versions_of(reworded)
        (one,) = (one for one in clauses_between(older, newer) if one.code == "refund")
        new = [piece.text for part in one.paragraphs for piece in part.pieces if piece.kind != OUT]
        assert "".join(new) == SOFTER["text"]

    def test_products_instalments_and_what_stands_around_are_compared_too(self, reworded):
        with translation.override("zh-hans"):
            found = {one.what: (one.before, one.after) for one in rows_between(*versions_of(reworded))}
        assert found["签订地"] == (reworded.own_company.sign_place, "南通")
        assert found["第 2 期"][0] == ""
        assert "¥6,000.00" in found["第 2 期"][1]
        assert "产品 1" not in found

    def test_the_same_text_differs_nowhere(self, company, submitted):
        contract = again(company, submitted)
        assert clauses_between(*versions_of(contract)) == []
        assert rows_between(*versions_of(contract)) == []


@pytest.fixture
def rep(company, client: Client) -> Client:
    client.force_login(company.rep1)
    return client


class TestTheSheet:
    @pytest.mark.parametrize(
        ("language", "said"),
        [("zh-hans", ("修订对照", "旧版本", "有改动")), ("en", ("Redline", "Olderversion", "changed"))],
    )
    def test_it_names_both_versions_and_shows_what_differs(self, company, reworded, rep, language, said):
        with translation.override(language):
            rep.cookies["django_language"] = language
            answer = rep.get(page("contract-redline", reworded))
        assert answer["Content-Type"] == "application/pdf"
        text = text_of(answer.content)
        older, newer = versions_of(reworded)
        for part in (*said, reworded.no, older.sha256, newer.sha256, SOFTER["text"], "南通"):
            assert part in text
        assert "保密" not in text.replace("保密与个人信息保护", "")

    def test_the_versions_are_the_ones_asked_for(self, company, reworded, rep):
        contract = again(company, reworded, fields={"sign_place": "常州"})
        text = text_of(rep.get(page("contract-redline", contract, "?older=1&newer=2")).content)
        assert ("南通" in text, "常州" in text) == (True, False)
        last = text_of(rep.get(page("contract-redline", contract, "?older=99&newer=x")).content)
        assert "常州" in last

    def test_the_same_text_twice_says_so(self, company, submitted, rep):
        contract = again(company, submitted)
        assert "文本相同" in text_of(rep.get(page("contract-redline", contract)).content)

    def test_what_was_submitted_once_has_none(self, submitted, rep):
        assert rep.get(page("contract-redline", submitted)).status_code == 409

    def test_hostile_words_are_letters(self, company, submitted, rep):
        change = Change("refund", "changed", paragraphs=[{"text": "见<b>{number}</b>"}], reason="x")
        contract = again(company, submitted, fields={"special_terms": HOSTILE[:-2]}, clauses=[change])
        text = text_of(rep.get(page("contract-redline", contract)).content)
        assert "<script>alert(1)</script>{number}</p><imgsrc=file:///etc/passwd>" in text
        assert f"<b>{contract.no}</b>" in text

    def test_strangers_find_nothing(self, company, reworded, client):
        client.force_login(company.rep3)
        assert client.get(page("contract-redline", reworded)).status_code == 404
        assert client.get(page("contract-deviations", reworded)).status_code == 404

    def test_the_tab_leads_to_it(self, reworded, rep):
        body = rep.get(f"{reworded.get_absolute_url()}?tab=text").content.decode()
        assert page("contract-redline", reworded, "?older=1&amp;newer=2") in body
        assert page("contract-deviations", reworded) in body
        assert "<ins>南通</ins>" in body


class TestDeviations:
    def test_of_the_last_submission_with_reason_and_risk(self, reworded, rep):
        text = text_of(rep.get(page("contract-deviations", reworded)).content)
        for part in ("偏离", "客户账期较长", "高", SOFTER["text"], versions_of(reworded)[1].sha256):
            assert part in text

    def test_of_a_draft_as_it_stands(self, company, rep):
        draft = draft_of(
            company.rep1, lines=[membership()], clauses=[Change("changes", "left_out", reason="客户要求")]
        )
        text = text_of(rep.get(page("contract-deviations", draft)).content)
        assert "客户要求" in text
        assert f"{clock.today():%Y-%m-%d}" in text

    def test_none_says_so(self, draft, rep):
        assert "文本与模板一致" in text_of(rep.get(page("contract-deviations", draft)).content)
