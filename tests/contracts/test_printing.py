"""The contract on paper: draft until approved, then filed once and the same for everybody."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from contracts import services
from contracts.models import Contract
from contracts.services.paper import printed
from contracts.services.snapshot import content_of
from contracts.services.wording import contract_clauses
from core.documents import documents_of
from core.errors import ApplicationError
from core.models import Document
from tests.contracts.factory import draft_of, instalments, membership, term


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_a_draft_bears_the_watermark_and_no_number(company, draft):
    name, content = services.contract_pdf(contract_id=draft.pk, actor=company.rep1)
    text = "".join(pages_of(content))
    assert name == "会员服务合同.pdf"
    assert "草" in text
    assert "（待编号）" in text
    assert not Document.objects.filter(kind="contract").exists()


def test_an_incomplete_draft_says_what_it_lacks(company):
    contract = draft_of(company.rep1, plan=instalments((1, "1.00")))
    with pytest.raises(ApplicationError) as refusal:
        services.contract_pdf(contract_id=contract.pk, actor=company.rep1)
    assert refusal.value.code == "contract_incomplete"


def test_from_approval_on_it_is_filed_and_always_the_same(company, process, submitted):
    services.approve_contract(contract_id=submitted.pk, actor=process)
    first = services.contract_pdf(contract_id=submitted.pk, actor=company.rep1)
    second = services.contract_pdf(contract_id=submitted.pk, actor=company.gm)
    assert first == second
    assert first[0] == f"{submitted.no}.pdf"
    document = documents_of(submitted.versions.get(), kind="contract").get()
    assert document.read() == first[1]
    text = "".join(pages_of(first[1])).replace("\n", "")
    for piece in (submitted.no, submitted.customer.name, "人民币壹万贰仟捌佰元整", "以下无正文"):
        assert piece in text
    assert "草稿" not in text


def test_a_stranger_finds_no_contract_to_print(company, draft):
    with pytest.raises(Contract.DoesNotExist):
        services.contract_pdf(contract_id=draft.pk, actor=company.rep3)


class TestPrinted:
    def test_special_terms_are_an_article_of_their_own_and_their_braces_stay(self, company):
        contract = draft_of(
            company.rep1, fields={**term(), "special_terms": "送货到{仓库}。\n\n{number}不变。"}
        )
        paper = printed(content_of(contract), draft=True)
        article = paper.clauses[-2]
        assert (article.title, len(article.paragraphs)) == ("特别约定", 2)
        _name, content = services.contract_pdf(contract_id=contract.pk, actor=company.rep1)
        text = "".join(pages_of(content)).replace("\n", "")
        assert "送货到{仓库}。" in text
        assert "{number}不变。" in text

    @pytest.mark.parametrize(
        ("price", "discount"),
        [("12800.00", ""), ("11520.00", "9折"), ("10880.00", "8.5折"), ("0.00", "赠送")],
    )
    def test_discounts_read_as_on_a_price_list(self, company, price, discount):
        contract = draft_of(
            company.rep1,
            lines=[membership(price), membership("1.00", "ART-PRO")],
            plan=instalments((1, "1.00")),
        )
        services.update_contract(
            contract_id=contract.pk,
            revision=contract.revision,
            actor=company.rep1,
            plan=instalments((1, str(Contract.objects.get(pk=contract.pk).amount))),
        )
        contract.refresh_from_db()
        assert printed(content_of(contract), draft=True).lines[0].discount == discount

    @pytest.mark.parametrize(
        ("copies", "words", "each"), [(2, "两", "一"), (4, "四", "两"), (12, "十二", "六")]
    )
    def test_copies_are_counted_in_words(self, company, copies, words, each):
        contract = draft_of(company.rep1, fields={**term(), "copies": copies})
        values = printed(content_of(contract), draft=True).values
        assert (values["copies"], values["copies_each"]) == (words, each)

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            ("on_signature", "成立并生效"),
            ("on_first_payment", "自乙方收到首期款项之日起生效"),
            ("", "自乙方收到首期款项之日起生效"),
            ("on_date", "自2099年3月1日起生效"),
        ],
    )
    def test_the_clause_on_taking_effect_follows_the_contract(self, company, rule, words):
        day = {"effective_due_on": date(2099, 3, 1)} if rule == "on_date" else {}
        contract = draft_of(company.rep1, fields={**term(rule=rule), "end_on": date(2099, 12, 31), **day})
        _name, content = services.contract_pdf(contract_id=contract.pk, actor=company.rep1)
        assert words in "".join(pages_of(content)).replace("\n", "")

    def test_what_was_submitted_before_there_was_a_choice_keeps_its_words(self, company, draft):
        content = content_of(draft)
        del content["effective_rule"], content["values"], content["clauses"]
        content["template"]["clauses"] = [one.data() for one in contract_clauses(draft)]
        content["template"]["texts"] = {
            **content["template"]["texts"],
            "values": {**content["template"]["texts"]["values"], "effective_rule": "自签字之日起生效"},
        }
        assert printed(content, draft=True).values["effective_rule"] == "自签字之日起生效"
