"""Contracts on paper in Chinese and English side by side: what is written, what prevails, what is refused."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contracts import services
from contracts.models import Contract, ContractTemplate
from contracts.seed import advertising_contract, membership_contract, membership_english, order_form
from contracts.services import templates
from contracts.services.checks import lacks_of
from contracts.services.english_words import english_values
from contracts.services.moves import current_version
from contracts.services.paper import printed
from contracts.services.printing import reading_copy_pdf
from contracts.services.snapshot import content_of
from contracts.services.template_preview import preview_pages, sample_of
from contracts.services.template_texts import faults_of
from contracts.services.wording import Change, deviations_of
from contracts.texts.assembly import ClauseText, assembled
from contracts.texts.differences import differences
from contracts.texts.paragraphs import Paragraph, read_paragraphs
from contracts.texts.sample import sample_content
from core.errors import ApplicationError, Conflict
from core.pdf.documents import articles_of, render_contract
from core.pdf.english import english, english_amount, english_number, ordinal
from core.pdf.placeholders import names_in
from service.services.renewals import draft_renewal
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import customer_of, draft_of, term
from tests.contracts.supplement_world import in_effect
from tests.contracts.test_printing import pages_of

NEW_ZH, NEW_EN = (
    "甲方逾期付款超过90日的，乙方可以暂停服务。",
    "Party B may suspend the Services after 90 days.",
)


def both(company: Any, **more: Any) -> Contract:
    """A draft of rep1 in both languages."""
    fields = {**term(rule="on_first_payment"), "paper_language": "both", **more.pop("fields", {})}
    return draft_of(company.rep1, fields=fields, **more)


def flat(content: bytes) -> str:
    return re.sub(r"\s", "", "".join(pages_of(content)))


def stands_in(text: str, part: str) -> bool:
    """Whether it stands there, perhaps with its end on the next page."""
    said = re.sub(r"\s", "", part)
    return said in text or any(said[:at] in text and said[at:] in text for at in range(1, len(said)))


def lacks(contract: Contract) -> str:
    return " ".join(str(one.text) for one in lacks_of(contract) if one.field == "paper_language")


def changed(contract: Contract, *clauses: Change, **fields: Any) -> Contract:
    return services.update_contract(
        contract_id=contract.pk,
        revision=contract.revision,
        clauses=clauses,
        fields=fields,
        actor=contract.owner,
    )


def refund(title_en: str = "", **english_text: str) -> Change:
    words = {"text": NEW_ZH, **english_text}
    return Change("refund", "changed", paragraphs=[words], title_en=title_en, reason="账期", risk="high")


class TestThePaper:
    def test_it_says_what_was_frozen_in_both_languages(self, company):
        submitted = services.submit_contract(
            contract_id=both(company).pk, actor=PROCESS, submitted_by=company.rep1
        )
        content = current_version(submitted).content
        services.approve_contract(contract_id=submitted.pk, actor=PROCESS)
        _name, paper = services.contract_pdf(contract_id=submitted.pk, actor=company.rep1)
        text = flat(paper)
        for article in articles_of(printed(content, draft=False)):
            assert stands_in(text, f"{article['number_en']} {article['title_en']}")
            for part in article["paragraphs"]:
                assert part["text_en"]
                assert stands_in(text, "".join(run for run, _marks in part["runs"]))
                assert stands_in(text, part["text_en"])

    def test_it_says_which_text_prevails(self, company):
        _name, paper = services.contract_pdf(contract_id=both(company).pk, actor=company.rep1)
        text = flat(paper)
        assert "两种文本不一致的，以中文文本为准" in text
        assert "theChinesetextshallprevail" in text
        assert "MembershipServiceContract" in text
        assert "Page1of" in text

    def test_the_order_form_has_its_annex_in_both(self, company):
        template = templates.load_template(order_form, actor=PROCESS)
        contract = both(company, fields={"template_id": template.pk})
        text = flat(services.contract_pdf(contract_id=contract.pk, actor=company.rep1)[1])
        for said in ("MembershipServiceOrder", "附件一通用条款", "GeneralTerms", "Article1Products,Services"):
            assert said in text
        # In the annex a clause calls another one of the annex by its own number.
        assert "IfPartyAbreachesArticle4andPartyB" in text

    def test_the_english_alone_is_read_and_not_signed(self, company):
        contract = services.submit_contract(
            contract_id=both(company).pk, actor=PROCESS, submitted_by=company.rep1
        )
        name, paper = reading_copy_pdf(contract_id=contract.pk, actor=company.rep1)
        assert name == f"{contract.no}-EN.pdf"
        text = flat(paper)
        for article in articles_of(printed(current_version(contract).content, draft=True)):
            assert stands_in(text, f"{article['number_en']} {article['title_en']}")
            for part in article["paragraphs"]:
                assert stands_in(text, part["text_en"])
                assert not stands_in(text, "".join(run for run, _marks in part["runs"]))
        for said in ("notforsignature", "Chinesetextshallprevail", "Telephone", contract.customer.name):
            assert said in text
        for gone in ("盖章", "电话", "（大写）", "以中文文本为准", "会员服务合同", "合同编号", "草稿"):
            assert gone not in text
        for page in pages_of(paper)[1:]:
            assert f"Contract No. {contract.no}" in page

    def test_one_in_chinese_has_no_reading_copy(self, company, draft):
        with pytest.raises(Conflict) as refusal:
            reading_copy_pdf(contract_id=draft.pk, actor=company.rep1)
        assert refusal.value.code == "no_english"
        with pytest.raises(Contract.DoesNotExist):
            reading_copy_pdf(contract_id=draft.pk, actor=company.rep3)

    def test_one_in_chinese_has_no_english(self, company, draft):
        content = content_of(draft)
        assert "paper_language" not in content
        assert "_en" not in json.dumps(content["clauses"])
        text = flat(services.contract_pdf(contract_id=draft.pk, actor=company.rep1)[1])
        assert "prevail" not in text
        assert "PartyA" not in text

    def test_what_was_frozen_before_prints_the_same_bytes(self, draft):
        content = content_of(draft)
        older = json.loads(json.dumps(content))
        texts = older["template"]["texts"]
        older["template"]["texts"] = {name: text for name, text in texts.items() if not name.endswith("_en")}
        assert older != content
        papers = [render_contract(printed(one, draft=False)) for one in (content, older)]
        assert papers[0] == papers[1]

    def test_english_beside_it_changes_nothing_of_a_chinese_paper(self, draft):
        paper = printed(content_of(draft), draft=False)
        spoken = tuple(replace(one, title_en="Anything") for one in paper.clauses)
        assert render_contract(paper) == render_contract(replace(paper, clauses=spoken))


class TestItsWords:
    @pytest.mark.parametrize("seed", [membership_contract, order_form, advertising_contract])
    def test_the_english_of_a_shipped_text_names_what_the_chinese_names(self, seed):
        for clause in seed.CLAUSES:
            assert clause["title_en"]
            for part in clause["paragraphs"]:
                assert names_in(part["text_en"]) == names_in(part["text"])

    def test_a_paragraph_without_english_is_found_when_the_text_is_loaded(self):
        clause = {"key": "term", "title": "期限", "paragraphs": [{"text": "一"}]}
        with pytest.raises(ValueError, match="zip"):
            membership_english.with_english([clause], {"term": ("Term", ("One.", "Two."))})

    @pytest.mark.parametrize(
        ("late", "words"),
        [
            ({"late_rule": "daily", "late_daily_rate": Decimal("0.0005")}, "0.05%"),
            ({"late_rule": "daily", "late_daily_rate": Decimal("0.001")}, "0.1%"),
            ({"late_rule": "lpr_plus", "lpr_markup": Decimal(50)}, "increased by 50% of that rate"),
        ],
    )
    def test_interest_reads_as_in_chinese(self, company, late, words):
        found = english_values(content_of(both(company, fields=late)))
        assert words in found["late_rate"]

    def test_days_of_grace(self, company):
        fields = {"late_rule": "daily", "late_daily_rate": Decimal("0.0005"), "grace_days": 2}
        found = english_values(content_of(both(company, fields=fields)))
        assert found["late_from"] == "the 3rd day after the due date"

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"effective_rule": "on_signature"}, "takes effect on the day on which both Parties"),
            ({"effective_rule": "on_first_payment"}, "receives the first instalment"),
            ({"effective_rule": "on_date", "effective_due_on": date(2099, 3, 1)}, "on 1 March 2099"),
        ],
    )
    def test_when_it_takes_effect(self, company, fields, words):
        contract = both(company, fields={"end_on": date(2099, 12, 31), **fields})
        assert words in english_values(content_of(contract))["effective_rule"]

    def test_who_signs_first(self, company):
        contract = both(company, fields={"signing_order": "customer_first"})
        text = flat(services.contract_pdf(contract_id=contract.pk, actor=company.rep1)[1])
        assert stands_in(text, "This Contract is signed and sealed by Party A first")

    def test_term_copies_and_amount(self, company):
        start = date(2026, 12, 20)
        fields = {"start_on": start, "end_on": date(2027, 12, 19), "copies": 4}
        found = english_values(content_of(both(company, fields=fields)))
        assert found["service_term"] == "from 20 December 2026 to 19 December 2027"
        assert (found["copies"], found["copies_each"]) == ("four", "two")
        assert found["amount_in_words"] == "Renminbi twelve thousand eight hundred yuan only"

    @pytest.mark.parametrize(
        ("amount", "words"),
        [
            ("0.05", "Renminbi zero yuan and five fen"),
            ("21.00", "Renminbi twenty-one yuan only"),
            ("128400.50", "Renminbi one hundred and twenty-eight thousand four hundred yuan and fifty fen"),
            ("1000001.00", "Renminbi one million and one yuan only"),
            ("2000000300.10", "Renminbi two billion three hundred yuan and ten fen"),
        ],
    )
    def test_amounts(self, amount, words):
        assert english_amount(Decimal(amount)) == words

    def test_numbers_labels_and_discounts(self):
        assert [ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 91)] == (
            ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "91st"]
        )
        assert english_number(999_999) == "nine hundred and ninety-nine thousand nine hundred and ninety-nine"
        assert (english("8.5折"), english("统一社会<br>信用代码"), english("箱")) == (
            "15% off",
            "Unified Social Credit Code",
            "",
        )

    def test_a_repeated_paragraph_stands_for_each_row_in_both(self):
        part = Paragraph("{line_no}：{line_name}", each="lines", text_en="No. {line_no}: {line_name}")
        content = sample_content({"name": "x", "texts": {}}, {})
        (clause,), _values = assembled([ClauseText("a", "产品", (part,))], content)
        assert [one.text_en for one in clause.paragraphs] == [
            "No. {line_1_no}: {line_1_name}",
            "No. {line_2_no}: {line_2_name}",
        ]


def half_in_english() -> SimpleNamespace:
    """The contract on advertisements, of whose first clause nobody has written the English."""
    first, *others = advertising_contract.CLAUSES
    bare = {name: value for name, value in first.items() if name != "title_en"}
    bare["paragraphs"] = [{**part, "text_en": ""} for part in first["paragraphs"]]
    return SimpleNamespace(**{**vars(advertising_contract), "CLAUSES": [bare, *others]})


class TestWhoMayChooseIt:
    def test_a_template_without_english_is_refused_with_its_clauses(self, company, draft):
        template = templates.load_template(half_in_english(), actor=PROCESS)
        with pytest.raises(ApplicationError) as refusal:
            changed(draft, template_id=template.pk, paper_language="both")
        text = refusal.value.errors["paper_language"][0]
        assert "广告内容与位置" in text
        assert "合同价款与支付" not in text
        draft.refresh_from_db()
        assert (draft.paper_language, draft.template.code) == ("zh", "membership")

    def test_a_new_draft_is_refused_alike(self, company):
        template = templates.load_template(half_in_english(), actor=PROCESS)
        before = Contract.objects.count()
        with pytest.raises(ApplicationError):
            both(company, fields={"template_id": template.pk})
        assert Contract.objects.count() == before

    def test_what_a_process_drafts_is_completed_by_its_owner(self, company):
        template = templates.load_template(half_in_english(), actor=PROCESS)
        contract = services.create_contract(
            customer_id=customer_of(company.rep1).pk,
            owner=company.rep1,
            fields={**term(), "paper_language": "both", "template_id": template.pk},
            actor=PROCESS,
        )
        assert "广告内容与位置" in lacks(contract)

    def test_a_renewal_keeps_the_language(self, company):
        main = in_effect(company, fields={**term(), "paper_language": "both"})
        assert draft_renewal(contract_id=main.pk, actor=PROCESS).is_bilingual

    def test_a_clause_changed_for_this_customer_needs_its_english(self, company):
        contract = both(company)
        assert lacks(contract) == ""
        contract = changed(contract, refund())
        assert "合同的解除与退款" in lacks(contract)
        contract = changed(contract, refund(text_en=NEW_EN))
        assert lacks(contract) == ""
        text = flat(services.contract_pdf(contract_id=contract.pk, actor=company.rep1)[1])
        assert stands_in(text, NEW_EN)

    def test_english_that_is_still_the_templates_is_none(self, company):
        contract = both(company)
        old = contract.template.clauses.get(code="refund").paragraphs[0]["text_en"]
        assert "合同的解除与退款" in lacks(changed(contract, refund(text_en=old)))

    def test_a_clause_of_its_own_needs_title_and_words(self, company):
        own = Change("own-1", "added", "独家", [{"text": NEW_ZH, "text_en": NEW_EN}], reason="大客户")
        contract = changed(both(company), own)
        assert "独家" in lacks(contract)
        assert lacks(changed(contract, replace(own, title_en="Exclusivity"))) == ""

    def test_special_terms_are_written_as_clauses(self, company):
        assert lacks(changed(both(company), special_terms="送货上门。"))

    def test_an_answer_in_chinese_alone_is_named(self, company):
        template = ContractTemplate.objects.get(code="membership", state="published")
        draft = templates.draft_template(template_id=template.pk, actor=company.legal)
        texts = {
            **draft.texts,
            "variables": {"invoice_kind": {"label": "发票种类", "open": True, "choices": []}},
        }
        draft = templates.save_template(
            template_id=draft.pk, revision=draft.revision, fields={"texts": texts}, actor=company.legal
        )
        templates.publish_template(
            template_id=draft.pk, revision=draft.revision, note="发票", actor=company.legal
        )
        contract = both(company)
        assert lacks(contract) == ""
        assert "发票种类" in lacks(changed(contract, variables={"invoice_kind": "增值税专用发票"}))

    def test_nothing_of_it_is_submitted_without(self, company):
        contract = changed(both(company), refund())
        with pytest.raises(ApplicationError):
            services.submit_contract(contract_id=contract.pk, actor=PROCESS, submitted_by=company.rep1)
        contract.refresh_from_db()
        assert (contract.state, contract.versions.count()) == ("draft", 0)

    def test_a_submitted_contract_keeps_its_language(self, submitted):
        with pytest.raises(IntegrityError, match="language of its paper"), transaction.atomic():
            Contract.objects.filter(pk=submitted.pk).update(paper_language="both")

    def test_words_left_as_they_are_in_chinese_are_no_deviation(self, draft):
        same = [{"text": one["text"], **{name: one[name] for name in ("bold",) if name in one}}
                for one in draft.template.clauses.get(code="refund").paragraphs]  # fmt: skip
        contract = changed(draft, Change("refund", "changed", paragraphs=same, reason="x"))
        assert deviations_of(contract) == []


class TestTemplates:
    def test_a_name_that_nothing_fills_is_found_in_the_english_too(self, company):
        template = ContractTemplate.objects.get(code="membership", state="published")
        draft = templates.draft_template(template_id=template.pk, actor=company.legal)
        clause = draft.clauses.get(code="term")
        clause.paragraphs[0]["text_en"] = "Until {doomsday}."
        clause.save(update_fields=["paragraphs"])
        assert [one.clause for one in faults_of(draft)] == ["term"]
        assert "doomsday" in faults_of(draft)[0].text

    @pytest.mark.parametrize("english_text", [3, None, "a\u202eb", "x" * 12_001])
    def test_what_is_no_english_is_refused(self, english_text):
        with pytest.raises(ApplicationError):
            read_paragraphs([{"text": "一", "text_en": english_text}], where="x")

    def test_a_new_version_keeps_the_english(self, company):
        template = ContractTemplate.objects.get(code="membership", state="published")
        draft = templates.draft_template(template_id=template.pk, actor=company.legal)
        assert draft.texts["title_en"] == "Membership Service Contract"
        assert [one.title_en for one in draft.clauses.all()] == [
            one.title_en for one in template.clauses.all()
        ]

    def test_the_preview_shows_both_where_it_is_asked_to(self, company):
        template = ContractTemplate.objects.get(code="membership", state="published")
        assert "prevail" in flat(render_contract(printed(sample_of(template, english=True), draft=True)))
        assert "prevail" not in flat(render_contract(printed(sample_of(template), draft=True)))

    def test_a_table_that_stands_twice_is_said_instead_of_printed(self, company):
        template = ContractTemplate.objects.get(code="membership", state="published")
        draft = templates.draft_template(template_id=template.pk, actor=company.legal)
        clause = draft.clauses.get(code="services")
        clause.paragraphs[1]["table"] = "lines"
        clause.save(update_fields=["paragraphs"])
        pages, refused = preview_pages(draft)
        assert pages == 0
        assert "lines" in refused

    def test_english_stands_in_the_redline(self):
        old, new = (
            [
                {
                    "code": "a",
                    "title": "期限",
                    "title_en": "Term",
                    "paragraphs": [{"text": "一", "text_en": text}],
                }
            ]
            for text in ("One year.", "Two years.")
        )
        (found,) = differences(old, new)
        assert (found.kind, len(found.paragraphs)) == ("changed", 2)
        assert not found.paragraphs[0].is_changed


class TestTheApi:
    def test_it_is_chosen_told_and_refused_with_its_field(self, company, draft, client):
        client.force_login(company.rep1)
        address = f"/api/v1/contracts/{draft.pk}/"
        sent = {"revision": draft.revision, "paper_language": "both"}
        answer = client.patch(address, sent, content_type="application/json").json()
        assert answer["paper_language"] == "both"
        sent = {"revision": answer["revision"], "paper_language": "en"}
        refused = client.patch(address, sent, content_type="application/json")
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["paper_language"])

    def test_english_of_a_changed_clause_is_kept(self, company, client):
        contract = both(company)
        client.force_login(company.rep1)
        change = {
            "code": "refund",
            "kind": "changed",
            "title_en": "Refunds",
            "paragraphs": [{"text": NEW_ZH, "text_en": NEW_EN}],
            "reason": "账期",
        }
        sent = {"revision": contract.revision, "clause_changes": [change]}
        answer = client.patch(
            f"/api/v1/contracts/{contract.pk}/", sent, content_type="application/json"
        ).json()
        (kept,) = answer["clause_changes"]
        assert (kept["title_en"], kept["paragraphs"]) == ("Refunds", change["paragraphs"])
