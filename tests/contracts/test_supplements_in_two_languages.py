"""Supplements on paper in Chinese and English: each kind of change told in both, what is asked for, what is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contracts import services
from contracts.amendment_rows import shown_changes
from contracts.models import Contract, ContractVersion
from contracts.seed import order_form, supplement
from contracts.services import Amendment, Instalment, in_force, templates
from contracts.services.checks import lacks_of
from contracts.services.in_force import clauses_in_force
from contracts.services.in_force_paper import in_force_pdf
from contracts.services.moves import current_version
from contracts.services.paper import printed
from contracts.services.printing import contract_document, reading_copy_pdf
from contracts.services.proof import proof_of
from contracts.services.redline import clauses_between
from contracts.services.snapshot import content_of
from contracts.services.template_preview import preview_pdf
from contracts.services.wording import deviations_of
from core import clock
from core.errors import ApplicationError, Conflict
from core.pdf.documents import articles_of, render_contract
from core.pdf.english import english_date
from core.pdf.placeholders import names_in
from core.redline import IN
from tests.contracts import foreign_papers
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of, membership, term
from tests.contracts.supplement_world import (
    add_clause,
    changed_by,
    in_effect,
    move,
    reword,
    sign,
    submit,
    supplement_to,
    take_effect,
    term_to,
)
from tests.contracts.test_two_languages import flat, stands_in

WORDS, WORDS_EN = "不退款。\n双方另有约定的除外。", "No refund.\nUnless the Parties agree otherwise."


@pytest.fixture
def main(company) -> Contract:
    """In effect, in both languages."""
    return in_effect(company, fields={**term(), "paper_language": "both"})


@pytest.fixture
def main_in_chinese(company) -> Contract:
    return in_effect(company)


def reworded(**more: Any) -> Amendment:
    return reword(**{"text": WORDS, "text_en": WORDS_EN, **more})


def added(**more: Any) -> Amendment:
    english = {"title_en": "Confidentiality", "text_en": "Both Parties keep this Contract confidential."}
    return add_clause(**{**english, **more})


def told(draft: Contract) -> list[str]:
    """The sentences in English."""
    return [one["words_en"] for one in content_of(draft)["changes"]]


def lacks(contract: Contract) -> str:
    return " ".join(str(one.text) for one in lacks_of(contract))


class TestWhatChangesInEnglish:
    def test_the_end_of_the_term(self, main):
        new = clock.today() + timedelta(days=400)
        assert told(supplement_to(main, term_to(400))) == [
            "The last day of the service term under the Main Contract is changed from"
            f" {english_date(main.in_force_until)} to {english_date(new)}."
        ]

    def test_the_due_date_of_an_instalment(self, main):
        old, new = (english_date(clock.today() + timedelta(days=days)) for days in (10, 90))
        assert told(supplement_to(main, move(1, 90))) == [
            f"The due date of instalment 1 (¥6,800.00) under the Main Contract is changed from {old} to {new}."
        ]

    def test_a_clause_in_other_words(self, main):
        number = [one.code for one in clauses_in_force(main)].index("refund") + 1
        (change,) = content_of(supplement_to(main, reworded()))["changes"]
        assert change["words_en"] == (
            f"Article {number} “Termination and Refunds” of the Main Contract is amended to read:"
        )
        assert change["texts_en"] == WORDS_EN.splitlines()

    def test_a_clause_under_another_title(self, main):
        draft = supplement_to(main, reworded(title="退款", title_en="Refunds"))
        assert told(draft)[0].endswith("of the Main Contract is renamed “Refunds” and amended to read:")

    def test_a_clause_that_is_added(self, main):
        placed, last = (supplement_to(main, added(after=after)) for after in ("term", ""))
        assert told(placed) == [
            "An article “Confidentiality” is added to the Main Contract after Article 2 “Term and"
            " Activation”:"
        ]
        assert told(last) == ["An article “Confidentiality” is added to the Main Contract:"]

    def test_a_clause_that_an_earlier_supplement_added(self, company, main):
        first = changed_by(company, main, added())
        (row,) = first.amendments.all()
        change = reworded(code=row.code)
        assert told(supplement_to(main, change)) == [
            f"The article “Confidentiality” (added by Supplementary Agreement {first.no}) of the Main Contract is"
            " amended to read:"
        ]

    def test_a_clause_that_a_supplement_in_chinese_replaced_keeps_its_english_title(self, company, main):
        changed_by(company, main, reworded(text_en=""), paper_language="zh")
        clause = next(one for one in clauses_in_force(main) if one.code == "refund")
        assert (clause.title_en, clause.text_en) == ("Termination and Refunds", "")
        again = supplement_to(main, reworded(text="按比例退款。", text_en="Refunds are made pro rata."))
        assert "“Termination and Refunds” of the Main Contract is amended" in told(again)[0]
        assert lacks(again) == ""

    def test_a_clause_of_the_annex(self, company):
        template = templates.load_template(order_form, actor=PROCESS)
        main = in_effect(company, fields={**term(), "paper_language": "both", "template_id": template.pk})
        clauses = clauses_in_force(main)
        clause = next(one for one in clauses if one.code == "refund")
        (change,) = content_of(supplement_to(main, reworded()))["changes"]
        assert change["words_en"].startswith(f"Article {clause.index} “{clause.title_en}” of Annex 1 of the")
        assert change["words"].startswith(f"原合同附件一{clause.number}“{clause.title}”")

    def test_a_contract_in_chinese_is_called_by_its_chinese_titles(self, main_in_chinese):
        draft = supplement_to(main_in_chinese, reworded(), paper_language="both")
        clause = next(one for one in clauses_in_force(main_in_chinese) if one.code == "refund")
        assert told(draft)[0].startswith(f"Article {clause.index} “{clause.title}” of the Main Contract")
        assert "title_en" not in content_of(draft)["main"]

    def test_what_it_sells(self, main):
        due = clock.today() + timedelta(days=30)
        draft = supplement_to(
            main,
            lines=[membership()],
            plan=[Instalment(due_on=due, amount=Decimal("12800.00"))],
            start_on=date(2026, 12, 20),
            end_on=date(2027, 12, 19),
        )
        text = flat(services.contract_pdf(contract_id=draft.pk, actor=draft.owner)[1])
        for said in (
            "for a service term from 20 December 2026 to 19 December 2027:",
            "Renminbi twelve thousand eight hundred yuan only (in figures: ¥12,800.00)",
            english_date(due),
        ):
            assert stands_in(text, said)

    def test_the_shipped_english_names_what_the_chinese_names(self):
        for clause in supplement.CLAUSES:
            assert clause["title_en"]
            for part in clause["paragraphs"]:
                assert names_in(part["text_en"]) == names_in(part["text"])

    def test_the_preview_of_its_template(self, company):
        template = templates.load_supplement_template(actor=PROCESS)
        text = flat(preview_pdf(template, english=True))
        assert stands_in(text, "The membership service runs from the day on which Party A first logs in.")


class TestThePaper:
    @pytest.fixture
    def submitted(self, company, main) -> Contract:
        draft = supplement_to(main, term_to(400), move(1, 90), reworded(), added(after="term"))
        return submit(company, draft)

    def test_it_says_what_was_frozen_in_both_languages(self, company, submitted):
        content = current_version(submitted).content
        sign(company, submitted)
        text = flat(contract_document(Contract.objects.get(pk=submitted.pk)).read())
        articles = articles_of(printed(content, draft=False))
        assert [one["title_en"] for one in articles] == [
            "Amendments to the Main Contract",
            "Effect of the Main Contract",
            "Effect and Copies",
        ]
        for article in articles:
            assert stands_in(text, f"{article['number_en']} {article['title_en']}")
            for part in article["paragraphs"]:
                assert part["text_en"]
                assert stands_in(text, "".join(run for run, _marks in part["runs"]))
                assert stands_in(text, part["text_en"])
        for said in (
            "SupplementaryAgreement",
            "signedthe“MembershipServiceContract”(ContractNo.",
            "本协议以中文和英文书写",
            "ThisAgreementiswritteninChineseandEnglish",
        ):
            assert said in text
        assert "Confidentiality”isadded" in text

    def test_the_same_content_gives_the_same_bytes(self, company, submitted):
        services.record_decision(
            contract_id=submitted.pk, actor=company.legal, outcome="approve", step="legal_review"
        )
        services.approve_contract(contract_id=submitted.pk, actor=PROCESS)
        filed = contract_document(Contract.objects.get(pk=submitted.pk)).read()
        version = ContractVersion.objects.get(contract=submitted)
        for _again in range(2):
            paper = replace(printed(version.content, draft=False), proof=proof_of(version))
            assert render_contract(paper) == filed

    def test_its_english_is_read_alone(self, company, submitted):
        name, paper = reading_copy_pdf(contract_id=submitted.pk, actor=company.rep1)
        assert name == f"{submitted.no}-EN.pdf"
        text = flat(paper)
        assert stands_in(text, WORDS_EN.splitlines()[1])
        for gone in ("盖章", "合同编号", "不退款", "以中文文本为准", "补充协议"):
            assert gone not in text
        assert "ThisAgreementiswritten" in text

    def test_one_in_chinese_alone_freezes_no_english(self, company, main):
        content = content_of(supplement_to(main, reworded(), added(), paper_language="zh"))
        assert "paper_language" not in content
        for change in content["changes"]:
            assert not [name for name in change if name.endswith("_en")]
        assert "title_en" not in content["main"]


class TestWhichLanguage:
    def test_it_follows_its_main_contract(self, main, main_in_chinese):
        assert supplement_to(main, term_to(400)).is_bilingual
        assert not supplement_to(main_in_chinese, term_to(400)).is_bilingual

    def test_its_drafter_may_choose_otherwise(self, main, main_in_chinese):
        assert not supplement_to(main, term_to(400), paper_language="zh").is_bilingual
        assert supplement_to(main_in_chinese, term_to(400), paper_language="both").is_bilingual

    def test_a_contract_on_their_paper_has_supplements_in_chinese(self, company):
        draft = draft_of(company.rep1, fields={**term(), "paper_language": "both"})
        services.take_counterparty_paper(
            contract_id=draft.pk, content=foreign_papers.their_contract(), actor=draft.owner
        )
        note = {"code": "refund", "text": "迟延每日百分之一", "risk": "low", "reason": "可以接受"}
        theirs = submit(company, Contract.objects.get(pk=draft.pk))
        services.note_deviation(contract_id=theirs.pk, actor=company.legal, **note)
        main = take_effect(company, theirs)
        assert not supplement_to(main, term_to(400)).is_bilingual
        draft = supplement_to(main, reworded(code="article_1"), paper_language="both")
        assert told(draft)[0].startswith("Article 1 “")

    def test_their_own_paper_is_not_printed_in_both(self, company):
        draft = draft_of(company.rep1)
        services.take_counterparty_paper(
            contract_id=draft.pk, content=foreign_papers.their_contract(), actor=draft.owner
        )
        with pytest.raises(ApplicationError) as refusal:
            services.update_contract(
                contract_id=draft.pk,
                revision=Contract.objects.get(pk=draft.pk).revision,
                fields={"paper_language": "both"},
                actor=draft.owner,
            )
        assert "请先改用我方模板" in str(refusal.value.errors["paper_language"][0])
        assert not Contract.objects.get(pk=draft.pk).is_bilingual
        with pytest.raises(Conflict, match="使用客户文本"):
            reading_copy_pdf(contract_id=draft.pk, actor=draft.owner)

    def test_a_template_without_english_is_named_at_submission(self, company, main):
        template = templates.load_supplement_template(actor=PROCESS)
        template = templates.draft_template(template_id=template.pk, actor=company.legal)
        clause = template.clauses.get(code="unchanged")
        clause.paragraphs[0]["text_en"] = ""
        clause.save(update_fields=["paragraphs"])
        templates.publish_template(
            template_id=template.pk, revision=template.revision, note="x", actor=company.legal
        )
        draft = supplement_to(main, term_to(400))
        assert "原合同的效力" in lacks(draft)
        with pytest.raises(ApplicationError):
            submit(company, draft)
        with pytest.raises(ApplicationError):
            supplement_to(main, term_to(400), paper_language="both")


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (reworded(text_en=""), "中文2段，英文0段"),
            (reworded(text_en="No refund."), "中文2段，英文1段"),
            (added(text_en=""), "中文1段，英文0段"),
            (added(title_en=""), "请填写英文标题"),
            (reworded(title="退款"), "请填写英文标题"),
        ],
    )
    def test_new_words_without_english_are_named(self, company, main, change, said):
        draft = supplement_to(main, change)
        assert said in lacks(draft)
        with pytest.raises(ApplicationError):
            submit(company, draft)
        draft.refresh_from_db()
        assert (draft.state, draft.versions.count()) == ("draft", 0)

    def test_english_that_is_still_the_old_one(self, main):
        old = next(one for one in clauses_in_force(main) if one.code == "refund")
        lines = len(old.text.splitlines())
        draft = supplement_to(main, reword(text="\n".join(["新。"] * lines), text_en=old.text_en))
        assert "英文仍是原来的" in lacks(draft)

    def test_in_chinese_alone_nothing_is_missing(self, main):
        draft = supplement_to(main, reworded(text_en=""), added(title_en="", text_en=""), paper_language="zh")
        assert lacks(draft) == ""

    @pytest.mark.parametrize(
        "english", [{"title_en": "x" * 121}, {"text_en": "x" * 18_001}, {"text_en": "a\u202eb"}]
    )
    def test_what_is_no_english_is_refused(self, main, english):
        with pytest.raises(ApplicationError):
            supplement_to(main, reworded(**english))
        assert not Contract.objects.filter(kind="supplement").exists()

    def test_days_have_no_english_in_the_database(self, main):
        draft = supplement_to(main, term_to(400))
        with (
            pytest.raises(IntegrityError, match="amendment_has_english_of_its_words"),
            transaction.atomic(),
        ):
            draft.amendments.update(text_en="Forever.")


class TestWhatIsRead:
    def test_in_force_are_the_words_of_the_supplement(self, company, main):
        first = changed_by(company, main, term_to(400), reworded(), added())
        clauses = {one.title: one for one in in_force(main).clauses}
        refund = clauses["合同的解除与退款"]
        assert (refund.text, refund.text_en, refund.title_en) == (WORDS, WORDS_EN, "Termination and Refunds")
        assert (refund.source, clauses["保密"].title_en) == (first, "Confidentiality")
        text = flat(in_force_pdf(contract_id=main.pk, actor=company.rep1)[1])
        assert first.no in text
        assert "不退款。" in text

    def test_legal_reads_the_english_that_is_new(self, company, main):
        draft = supplement_to(main, reworded())
        old = next(one for one in clauses_in_force(main) if one.code == "refund")
        for found in (draft, submit(company, draft)):
            (deviation,) = deviations_of(found)
            assert [one["text_en"] for one in deviation.new] == WORDS_EN.splitlines()
            assert [one["text_en"] for one in deviation.old] == old.text_en.splitlines()
            (shown,) = shown_changes(found)
            new = [part.text for one in shown.redline[0].paragraphs for part in one.pieces if part.kind == IN]
            assert any("agree otherwise" in one for one in new)

    def test_english_that_was_changed_stands_in_the_redline(self, company, main):
        draft = submit(company, supplement_to(main, reworded()))
        draft = services.return_contract(contract_id=draft.pk, actor=PROCESS)
        draft = services.update_contract(
            contract_id=draft.pk,
            revision=draft.revision,
            changes=[reworded(text_en=WORDS_EN.replace("No refund", "No refund at all"))],
            actor=draft.owner,
        )
        submit(company, draft)
        newer, older = ContractVersion.objects.filter(contract=draft).order_by("-seq")
        (found,) = clauses_between(older, newer)
        changed = [one for one in found.paragraphs if one.is_changed]
        assert [part.text for part in changed[0].pieces if part.kind == IN] == [" at all"]


class TestOnScreen:
    @pytest.fixture
    def rep(self, company, client: Client) -> Client:
        client.force_login(company.rep1)
        return client

    def test_english_is_asked_for_where_it_is_printed(self, main, rep):
        draft = supplement_to(main)
        address = reverse("contracts:supplement-changes", args=[draft.pk])
        form = rep.get(address).context["form"]
        number = [one.code for one in form.clauses].index("refund")
        old = form.clauses[number]
        assert form[f"c{number}_text_en"].value() == old.text_en
        first = rep.get(address)
        sent = {name: first.context["form"][name].value() or "" for name in form.fields}
        sent |= {"seen_version": first.context["version"]}
        sent[first.context["opening_name"]] = first.context["opening_values"]
        sent |= {
            f"c{number}_text": WORDS, f"c{number}_text_en": WORDS_EN, f"c{number}_reason": "客户要求",
            "a0_title": "保密", "a0_title_en": "Confidentiality", "a0_text": "保密。",
            "a0_text_en": "Keep it secret.", "a0_reason": "客户要求",
        }  # fmt: skip
        assert rep.post(address, sent).status_code == 302
        assert [(one.title_en, one.text_en) for one in draft.amendments.order_by("pk")] == [
            (old.title_en, WORDS_EN),
            ("Confidentiality", "Keep it secret."),
        ]
        assert lacks(Contract.objects.get(pk=draft.pk)) == ""

    def test_one_in_chinese_asks_for_none(self, main, rep):
        draft = supplement_to(main, paper_language="zh")
        form = rep.get(reverse("contracts:supplement-changes", args=[draft.pk])).context["form"]
        assert not [name for name in form.fields if name.endswith("_en")]

    def test_through_the_api(self, main, rep):
        change = {"kind": "added", "title": "保密", "title_en": "Secrecy", "text": "保密。", "reason": "x",
                  "text_en": "Keep it secret.", "risk": "low"}  # fmt: skip
        sent = {"customer": main.customer_id, "kind": "supplement", "parent": main.pk,
                "effective_rule": "on_signature", "changes": [change]}  # fmt: skip
        made = rep.post("/api/v1/contracts/", sent, content_type="application/json")
        assert made.status_code == 201, made.json()
        assert made.json()["paper_language"] == "both"
        (row,) = made.json()["changes"]
        assert (row["title_en"], row["text_en"]) == ("Secrecy", "Keep it secret.")
