"""The contract on paper: what it says, and where its pages break."""

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from contracts.seed import membership_contract as seed
from core.pdf.documents import ClausePrint, ParagraphPrint, render_contract
from core.pdf.placeholders import names_in
from tests.core import pdf_samples as samples
from tests.tiers import sampled


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def flat(content: bytes) -> str:
    """All text without line breaks, so that a sentence is found wherever it wraps."""
    return "".join("".join(pages_of(content)).split())


@pytest.fixture(scope="module")
def printed() -> bytes:
    return render_contract(samples.contract())


class TestWhatItSays:
    def test_names_both_parties_with_all_that_identifies_them(self, printed):
        text = flat(printed)
        for party in (samples.CUSTOMER, samples.OURS):
            for value in (party.name, party.uscc, party.legal_representative, party.address, party.account):
                assert "".join(value.split()) in text

    def test_says_the_amount_in_figures_and_in_words(self, printed):
        text = flat(printed)
        assert "合计（大写）：人民币壹拾贰万捌仟肆佰元整" in text
        assert "¥128,400.00" in text

    def test_lists_products_and_instalments(self, printed):
        text = flat(printed)
        for line in samples.LINES:
            assert line.name in text
        for piece in ("合同签订后5个工作日内", "64,200.00", "2027年3月31日", "尾款"):
            assert piece in text

    def test_counts_the_articles_and_refers_to_them(self, printed):
        text = flat(printed)
        assert "第一条服务内容" in text
        assert "第十四条其他约定" in text
        assert "甲方违反第五条约定" in text

    def test_carries_its_number_its_title_and_the_page_number_once_on_every_page(self, printed):
        pages = pages_of(printed)
        assert 3 <= len(pages) <= 5
        for number, text in enumerate(pages, 1):
            assert f"第 {number} 页 共 {len(pages)} 页" in text
            assert text.count("合同编号：XS-2026-0001") == 1
            assert "会员服务合同" in text

    def test_carries_title_author_language_and_bookmarks(self, printed):
        reader = PdfReader(io.BytesIO(printed))
        assert reader.metadata.title == "会员服务合同 XS-2026-0001"
        assert reader.metadata.author == samples.OURS.name
        assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
        top, articles = reader.outline
        assert top.title == "会员服务合同"
        assert len(articles) == len(seed.CLAUSES)

    def test_sets_limiting_clauses_in_bold(self, printed):
        assert "乙方提供的是信息展示" in bold_text(printed)
        assert "乙方应当按照本合同提供服务" not in bold_text(printed)

    def test_a_draft_is_marked_on_every_page_and_a_contract_on_none(self, printed):
        draft = pages_of(render_contract(samples.contract(draft=True)))
        assert all("草稿" in text for text in draft)
        assert "草稿" not in flat(printed)

    def test_a_discount_on_the_whole_is_shown_between_lines_and_total(self):
        text = flat(render_contract(samples.contract(whole_discount=Decimal("8400.00"))))
        assert "产品小计128,400.00" in text
        assert "整单优惠−8,400.00" in text
        assert "人民币壹拾贰万元整" in text

    def test_a_signed_contract_shows_its_day(self):
        assert "签订日期：2026年12月20日" in flat(
            render_contract(samples.contract(signed_on=date(2026, 12, 20)))
        )

    def test_without_annexes_nothing_announces_any(self):
        text = flat(render_contract(samples.contract(annexes=())))
        assert "附件包括" not in text
        assert "附件1" not in text

    def test_a_person_signs_without_seal_and_representative(self):
        person = replace(
            samples.CUSTOMER, name="沈国梁", uscc="330102198001011234", is_person=True, tax_number=""
        )
        text = flat(render_contract(samples.contract(party_a=person)))
        assert "身份证号：330102198001011234" in text
        assert "甲方（签字）沈国梁" in text


def bold_text(content: bytes) -> str:
    """What is set in a bold font."""
    found = []

    def visit(text, _matrix, _text_matrix, font, _size):
        if font and "Bold" in font["/BaseFont"]:
            found.append(text)

    for page in PdfReader(io.BytesIO(content)).pages:
        page.extract_text(visitor_text=visit)
    return "".join("".join(found).split())


class TestRefusals:
    def test_lines_that_do_not_make_the_amount(self):
        with pytest.raises(ValueError, match="lines of"):
            samples.contract(amount=Decimal("1.00"))

    def test_instalments_that_do_not_make_the_amount(self):
        with pytest.raises(ValueError, match="instalments of"):
            samples.contract(instalments=samples.contract().instalments[:2])

    def test_clauses_without_the_table_of_products(self):
        with pytest.raises(ValueError, match="payment_plan"):
            samples.contract(clauses=(ClausePrint("产品", (ParagraphPrint("如下：", table="lines"),)),))

    def test_a_placeholder_nobody_filled(self):
        values = {key: value for key, value in samples.VALUES.items() if key != "service_term"}
        with pytest.raises(ValueError, match="service_term"):
            render_contract(samples.contract(values=values))


class TestPageBreaks:
    """The signature page always holds part of the last article: a page of signatures alone could be put under
    any text."""

    @pytest.mark.parametrize("articles", sampled(range(1, 14), every=4))
    @pytest.mark.parametrize("sentences", [1, 3, 8])
    def test_signatures_never_stand_alone(self, articles, sentences):
        last = pages_of(render_contract(samples.short_contract(articles, sentences)))[-1]
        before, signatures = last.split("（以下无正文）")
        assert "协助、保密等义务" in before.replace("\n", "")
        for label in ("甲方（盖章）", "乙方（盖章）", "签署日期", "开户行"):
            assert label in signatures

    @pytest.mark.parametrize("count", [1, 14, 15, 16, 17, 18, 30, 51])
    def test_tables_break_between_rows_and_repeat_their_heading(self, count):
        pages = pages_of(render_contract(samples.short_contract(3, 2, products=count)))
        for text in pages:
            if "广告位" in text:
                assert "产品名称" in text
        announced = next(text for text in pages if "产品如下" in text)
        assert "广告位001" in announced
        total = next(text for text in pages if "合计（大写）" in text)
        assert f"广告位{count:03}" in total

    @pytest.mark.parametrize("articles", sampled(range(6, 16), every=3))
    def test_no_heading_stands_at_the_foot_of_a_page(self, articles):
        for text in pages_of(render_contract(samples.short_contract(articles, 2)))[:-1]:
            body = text[: text.index("第 ")].strip().splitlines()
            last = [line for line in body if "合同编号" not in line][-1]
            assert not re.match(r"第.{1,3}条", last), f"“{last}” ends the page"


class TestSeed:
    def test_every_placeholder_is_known(self):
        known = {
            *seed.VALUES,
            *seed.ALTERNATIVES,
            *samples.contract().own_values,
            *(f"article:{item['key']}" for item in seed.CLAUSES),
        }
        for clause in seed.CLAUSES:
            for paragraph in clause["paragraphs"]:
                assert names_in(paragraph["text"]) <= known
        assert names_in(seed.PREAMBLE) <= known

    def test_every_value_is_asked_for(self):
        asked = names_in(seed.PREAMBLE)
        for clause in seed.CLAUSES:
            for paragraph in clause["paragraphs"]:
                asked |= names_in(paragraph["text"])
        assert set(seed.VALUES) <= asked

    def test_covers_what_a_contract_must_say(self):
        keys = [clause["key"] for clause in seed.CLAUSES]
        assert len(keys) == len(set(keys))
        for needed in (
            "services",
            "term",
            "price",
            "invoice",
            "refund",
            "breach",
            "notices",
            "changes",
            "disputes",
        ):
            assert needed in keys

    def test_uses_chinese_punctuation_throughout(self):
        for clause in seed.CLAUSES:
            for paragraph in clause["paragraphs"]:
                assert not set('",;()') & set(paragraph["text"]), paragraph["text"]
                assert paragraph["text"].endswith(("。", "："))
