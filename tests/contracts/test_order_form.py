"""The order form says on one page what was ordered, in Chinese alone and in both languages."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from contracts import services
from contracts.models import ContractTemplate, Product
from contracts.seed import order_form
from contracts.services import templates
from contracts.services.paper import printed
from contracts.services.snapshot import content_of
from core.pdf.documents import ContractPrint, Letterhead, Proof, render_contract, render_reading_copy
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of, instalments, term
from tests.contracts.test_printing import pages_of

PROOF = Proof("https://example.com/verify/XS-2026-0001/5f584a5ba15027a6/", "5f584a5ba15027a6")


@pytest.fixture
def template(company) -> ContractTemplate:
    return templates.load_template(order_form, actor=PROCESS)


def ordered(company: Any, template: ContractTemplate, language: str, *, products: int = 4) -> ContractPrint:
    """An order of rep1 with a discount, in two instalments, in the longest of its wordings."""
    lines = [
        services.Line(product_id=one.pk, price=one.list_price * Decimal("0.85"), quantity=Decimal(1))
        for one in Product.objects.order_by("code")[:products]
    ]
    total = sum((one.price for one in lines), Decimal(0))
    draft = draft_of(
        company.rep1,
        lines=lines,
        plan=instalments((10, str(total - 1000)), (40, "1000.00")),
        fields={
            **term(rule="on_first_payment"),
            "paper_language": language,
            "template_id": template.pk,
            "signing_order": "customer_first",
        },
    )
    return replace(printed(content_of(draft), draft=False), proof=PROOF)


def stands_on_one_page(paper: ContractPrint) -> bool:
    first, second, *_others = pages_of(render_contract(paper))
    return first.count("签署日期") == 2 and "附件一" in second and "第一条" in second


@pytest.mark.parametrize("language", ["zh", "both"])
def test_four_products_and_two_instalments_stand_on_one_page(company, template, language):
    paper = ordered(company, template, language)
    assert len(paper.lines) == 4
    assert stands_on_one_page(paper)
    assert stands_on_one_page(replace(paper, draft=True, proof=None))


@pytest.mark.parametrize(("language", "products"), [("zh", 4), ("both", 1)])
def test_it_stays_on_its_page_below_a_letterhead(company, template, language, products):
    paper = ordered(company, template, language, products=products)
    head = Letterhead(name=paper.party_b.name, line="让工业品采购更简单", logo=b"")
    assert stands_on_one_page(replace(paper, letterhead=head))


def test_its_text_stays_legible_in_both_languages(company, template):
    """Chinese 9 pt, English 7.5 pt."""
    paper = render_contract(ordered(company, template, "both"))
    for words, size in (
        ("甲方向乙方订购", 9),
        ("本订单自双方加盖", 9),
        ("的组成部分", 9),
        ("以中文文本为准", 9),
        ("Party A orders", 7.5),
        ("first instalment", 7.5),
        ("in bold type", 7.5),
        ("List Price", 7.5),
        ("Date of signature", 7.5),
    ):
        assert size_of(paper, words) == pytest.approx(size, abs=0.01), words


def size_of(content: bytes, words: str) -> float:
    """The smallest letter of these words on the first page, in points."""
    with pypdfium2.PdfDocument(content) as document:
        page = document[0].get_textpage()
        letters = [(chr(pdfium.FPDFText_GetUnicode(page, at)), at) for at in range(page.count_chars())]
        letters = [(letter, at) for letter, at in letters if not letter.isspace()]
        start = "".join(letter for letter, _at in letters).index(words.replace(" ", ""))
        return min(_size(page, at) for _letter, at in letters[start : start + len(words.replace(" ", ""))])


def _size(page: Any, at: int) -> float:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(page, at, matrix)
    return float(pdfium.FPDFText_GetFontSize(page, at) * abs(matrix.d))


def test_its_reading_copy_has_one_page_and_its_annex(company, template):
    first, second, *_others = pages_of(render_reading_copy(ordered(company, template, "both")))
    assert "Article 2 Term, Effect and Annex" in first
    assert "Annex 1" in second
