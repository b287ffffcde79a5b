"""The letter of demand 催款函: principal and interest part by part, its sign-off never alone, the same bytes again."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from core.pdf.documents import render_dunning_letter
from tests.core import pdf_samples as samples


def pages_of(content: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def flat(letter) -> str:
    return "".join(pages_of(render_dunning_letter(letter)))


class TestWhatItSays:
    def test_facts_figures_demand_and_consequence(self):
        text = flat(samples.letter(2))
        for piece in (
            "催款函", "CK-2026-0007", "致：杭州钱塘精密机械制造有限公司（财务部）", "《会员服务合同》（合同编号XS-2026-0001，2026年1月5日签订）",
            "本金（大写）：人民币伍万肆仟贰佰元整", "违约金（大写）：人民币贰仟肆佰陆拾肆元整", "应付合计（大写）：人民币伍万陆仟陆佰陆拾肆元整",
            "违约金计算明细", "2026-09-07至2026-09-26", "每日按未付金额的万分之五", "我方已于2026年11月20日以催款单（CK-2026-0001）向贵方催告",
            "不迟于2026年12月31日", "第一百九十五条", "唯一收款账户，请勿付至个人账户", "催款函回执",
        ):  # fmt: skip
            assert piece in text, piece
        assert "移交律师" not in text

    def test_the_last_one_says_that_it_is_the_last(self):
        text = flat(samples.letter(1, is_final=True, broken_promise_on=date(2026, 12, 10)))
        assert "最后催款函" in text
        assert "本函为我方就上述欠款的最后一次催告" in text
        assert "贵方曾承诺于2026年12月10日付款，但未兑现" in text

    def test_without_a_clause_there_is_no_interest_and_no_word_of_it(self):
        text = flat(samples.letter(1, with_interest=False, earlier=()))
        assert "违约金" not in text
        assert "我方已于" not in text

    def test_contradictions_are_refused(self):
        letter = samples.letter(1)
        for lines in (
            (),
            (replace(letter.lines[0], principal=Decimal(0)),),
            (replace(letter.lines[0], due_on=letter.as_of),),
        ):
            with pytest.raises(ValueError, match="CK-2026-0007"):
                replace(letter, lines=lines)
        with pytest.raises(ValueError, match="clause"):
            replace(letter, interest_basis="")


class TestPages:
    @pytest.mark.parametrize("rows", [1, 2, 4, 14, 30])
    def test_company_name_and_date_never_stand_alone(self, rows):
        pages = pages_of(render_dunning_letter(samples.letter(rows)))
        last = pages[-1]
        assert "汇款请注明合同编号" in last
        assert "诉讼时效自本函送达之日起中断" in last
        assert "催款函回执" in last
        assert all("催款函编号：CK-2026-0007" in page for page in pages[1:])

    def test_the_same_letter_gives_the_same_bytes(self):
        assert render_dunning_letter(samples.letter(3)) == render_dunning_letter(samples.letter(3))
