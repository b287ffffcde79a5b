"""A contract on the customer's own paper: what may be uploaded, what is frozen, who reads it, what legal notes."""

from __future__ import annotations

import hashlib

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from contracts import services
from contracts.models import ClauseDeviation, Contract, CounterpartyPaper, PaperDeviation
from contracts.services.appraisal import require_accepted_deviations
from contracts.services.checks import lacks_of
from contracts.services.counterparty import notes_of
from contracts.services.in_force import clauses_in_words
from contracts.services.moves import current_version
from contracts.services.printing import contract_document, contract_pdf
from contracts.subjects import ContractSubject
from contracts.texts.differences import differences
from contracts.texts.foreign import articles_of_pages
from core.documents import documents_of
from core.errors import ApplicationError, Conflict
from core.models import Document
from core.pdf.foreign import read_foreign_pdf
from core.tokens import create_token
from tests.api.conftest import ApiClient
from tests.contracts import foreign_papers as papers
from tests.contracts.conftest import PROCESS
from tests.contracts.factory import draft_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(draft) -> Contract:
    """A draft on the customer's paper."""
    services.take_counterparty_paper(contract_id=draft.pk, content=papers.their_contract(), actor=draft.owner)
    draft.refresh_from_db()
    return draft


@pytest.fixture
def handed_in(theirs) -> Contract:
    return submitted(theirs)


def submitted(contract: Contract) -> Contract:
    return services.submit_contract(contract_id=contract.pk, actor=PROCESS, submitted_by=contract.owner)


def note(contract: Contract, actor, **more) -> PaperDeviation:
    fields = {
        "code": "refund",
        "text": "迟延每日百分之一",
        "risk": "high",
        "reason": "上限须谈到百分之二十",
        **more,
    }
    return services.note_deviation(contract_id=contract.pk, actor=actor, **fields)


def decide(contract: Contract, actor, outcome: str = "approve", **more):
    return services.record_decision(
        contract_id=contract.pk, actor=actor, outcome=outcome, step="legal_review", **more
    )


def fact(contract: Contract, name: str):
    return ContractSubject().read(Contract.objects.get(pk=contract.pk), name)


class TestUpload:
    def test_the_draft_is_written_on_their_paper(self, theirs):
        paper = theirs.counterparty_paper
        assert (paper.seq, paper.pages, paper.is_scan) == (1, 1, False)
        assert paper.document.sha256 == hashlib.sha256(papers.their_contract()).hexdigest()
        assert "每日按合同总价的百分之一" in "".join(paper.texts[0].split())
        assert lacks_of(theirs) == []

    def test_uploading_again_replaces_it_and_loses_nothing(self, theirs):
        first = theirs.counterparty_paper
        softer = papers.their_contract((*papers.THEIRS[:2], ("违约责任", "按法律规定。"), papers.THEIRS[3]))
        services.take_counterparty_paper(contract_id=theirs.pk, content=softer, actor=theirs.owner)
        theirs.refresh_from_db()
        assert theirs.counterparty_paper.seq == 2
        assert first.document.read() == papers.their_contract()

    def test_our_template_comes_back(self, theirs):
        services.drop_counterparty_paper(contract_id=theirs.pk, actor=theirs.owner)
        theirs.refresh_from_db()
        assert theirs.counterparty_paper is None
        with pytest.raises(Conflict):
            services.drop_counterparty_paper(contract_id=theirs.pk, actor=theirs.owner)

    @pytest.mark.parametrize(
        "content",
        [
            papers.with_script,
            papers.with_a_hidden_script,
            papers.with_attachment,
            papers.with_launch,
            papers.locked_with_a_password,
            lambda: papers.of_many_pages(201),
            lambda: b"%PDF-1.7\nnothing",
            lambda: papers.their_contract()[:1500],
            lambda: b"",
        ],
        ids=["script", "hidden", "attachment", "launch", "locked", "pages", "empty", "cut", "nothing"],
    )
    def test_what_may_not_be_kept_is_refused_and_leaves_nothing(self, draft, content):
        with pytest.raises(ApplicationError) as refusal:
            services.take_counterparty_paper(contract_id=draft.pk, content=content(), actor=draft.owner)
        assert refusal.value.code == "pdf_refused"
        assert refusal.value.errors["file"]
        draft.refresh_from_db()
        assert draft.counterparty_paper is None
        assert not Document.objects.filter(kind="counterparty_paper").exists()

    @pytest.mark.long
    def test_a_page_that_swells_to_gigabytes_ends_its_reader_alone(self, draft):
        with pytest.raises(ApplicationError) as refusal:
            services.take_counterparty_paper(
                contract_id=draft.pk, content=papers.that_swells(), actor=draft.owner
            )
        assert refusal.value.code == "pdf_refused"
        draft.refresh_from_db()
        assert draft.counterparty_paper is None

    def test_a_scan_is_taken_though_nothing_can_be_read(self, draft):
        paper = services.take_counterparty_paper(
            contract_id=draft.pk, content=papers.scanned(), actor=draft.owner
        )
        assert paper.is_scan
        contract = submitted(Contract.objects.get(pk=draft.pk))
        assert current_version(contract).content["clauses"] == []

    def test_only_the_drafter_uploads_and_only_to_a_draft(self, company, draft, handed_in):
        for person in (company.rep2, company.legal):
            with pytest.raises((ApplicationError, PermissionDenied, Contract.DoesNotExist)):
                services.take_counterparty_paper(
                    contract_id=handed_in.pk, content=papers.their_contract(), actor=person
                )
        with pytest.raises(Conflict):
            services.take_counterparty_paper(
                contract_id=handed_in.pk, content=papers.their_contract(), actor=handed_in.owner
            )
        assert handed_in.counterparty_papers.count() == 1

    def test_special_terms_that_their_paper_does_not_say_are_lacking(self, theirs):
        contract = services.update_contract(
            contract_id=theirs.pk,
            revision=theirs.revision,
            actor=theirs.owner,
            fields={"special_terms": "另赠广告一期。"},
        )
        assert [one.field for one in lacks_of(contract)] == ["special_terms"]

    def test_the_database_keeps_it(self, handed_in, submitted_by_others):
        deeds = [
            lambda: Contract.objects.filter(pk=handed_in.pk).update(counterparty_paper=None),
            lambda: CounterpartyPaper.objects.update(texts=[]),
            lambda: CounterpartyPaper.objects.all().delete(),
            lambda: Contract.objects.filter(pk=submitted_by_others.pk).update(
                counterparty_paper=handed_in.counterparty_paper
            ),
        ]
        for deed in deeds:
            with pytest.raises(IntegrityError), transaction.atomic():
                deed()
        handed_in.refresh_from_db()
        assert handed_in.counterparty_paper.seq == 1


@pytest.fixture
def submitted_by_others(company) -> Contract:
    return draft_of(company.rep2)


class TestFrozen:
    def test_their_articles_are_frozen_as_clauses(self, handed_in):
        content = current_version(handed_in).content
        assert [one["title"] for one in content["clauses"]] == [title for title, _text in papers.THEIRS]
        assert "百分之一" in content["clauses"][2]["paragraphs"][0]["text"]
        assert content["template"]["texts"] == {"preamble": "采购合同\n甲方与乙方经协商一致，订立本合同。"}
        assert content["counterparty_paper"]["sha256"] == handed_in.counterparty_paper.document.sha256

    def test_they_are_read_as_clauses_in_force_are(self, handed_in):
        clauses = clauses_in_words(current_version(handed_in).content)
        assert [one.number for one in clauses] == ["第一条", "第二条", "第三条", "第四条"]
        assert clauses[3].text.endswith("｛not_a_placeholder｝")

    def test_the_paper_that_is_signed_is_theirs_byte_by_byte(self, company, handed_in):
        assert contract_pdf(contract_id=handed_in.pk, actor=company.rep1)[1] == papers.their_contract()
        decide(handed_in, company.legal, comment="与模板一致")
        services.approve_contract(contract_id=handed_in.pk, actor=PROCESS)
        filed = contract_document(Contract.objects.get(pk=handed_in.pk))
        assert filed.read() == papers.their_contract()
        assert documents_of(current_version(handed_in), kind="contract").get() == filed

    def test_two_uploads_differ_by_article(self):
        older, newer = (
            [one.data() for one in articles_of_pages(read_foreign_pdf(content).texts).articles]
            for content in (papers.their_contract(), softer())
        )
        found = [one for one in differences(older, newer) if one.kind != "same"]
        assert [(one.code, one.kind) for one in found] == [("article_3", "changed")]


def softer() -> bytes:
    return papers.their_contract(
        (*papers.THEIRS[:2], ("违约责任", "乙方迟延履行的，依法承担责任。"), papers.THEIRS[3])
    )


class TestLegalReads:
    def test_it_is_never_a_standard_text(self, draft, theirs):
        assert (fact(theirs, "is_standard"), fact(theirs, "is_on_counterparty_paper")) == (False, True)
        assert (fact(theirs, "deviations"), fact(theirs, "risk")) == (1, "mid")

    def test_nobody_accepts_it_in_silence(self, company, handed_in):
        with pytest.raises(ApplicationError) as refusal:
            decide(handed_in, company.legal)
        assert refusal.value.code == "nothing_noted"
        assert not handed_in.decisions.exists()

    def test_no_diagram_leads_around_legal(self, company, handed_in):
        decide(handed_in, company.manager1)
        with pytest.raises(ApplicationError) as refusal:
            services.approve_contract(contract_id=handed_in.pk, actor=PROCESS)
        assert refusal.value.code == "deviations_not_accepted"
        handed_in.refresh_from_db()
        assert handed_in.state == "reviewing"

    def test_what_is_noted_goes_on_record_with_the_word_that_accepts_it(self, company, handed_in):
        note(handed_in, company.legal)
        note(
            handed_in,
            company.legal,
            code="",
            title="管辖",
            text="甲方所在地法院",
            risk="low",
            reason="可以接受",
        )
        assert (fact(handed_in, "deviations"), fact(handed_in, "risk")) == (2, "high")
        decide(handed_in, company.legal)
        rows = ClauseDeviation.objects.filter(version=current_version(handed_in)).order_by("pk")
        assert [(one.template_code, one.code, one.kind, one.risk) for one in rows] == [
            ("membership", "refund", "changed", "high"),
            ("membership", "noted_2", "added", "low"),
        ]
        assert rows[0].old == handed_in.template.clauses.get(code="refund").paragraphs
        require_accepted_deviations(handed_in.pk)
        with pytest.raises(Conflict):
            note(handed_in, company.legal, code="invoice")

    def test_a_note_is_corrected_and_taken_back(self, company, handed_in):
        note(handed_in, company.legal)
        again = note(handed_in, company.legal, risk="low")
        assert [one.risk for one in notes_of(handed_in)] == ["low"]
        with pytest.raises(PermissionDenied):
            services.remove_deviation_note(note_id=again.pk, actor=company.rep1)
        services.remove_deviation_note(note_id=again.pk, actor=company.legal)
        assert notes_of(handed_in) == []

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"code": "no_such"}, "code"),
            ({"code": "", "title": " "}, "title"),
            ({"code": "", "title": "长" * 81}, "title"),
            ({"text": "长" * 1001}, "text"),
            ({"risk": "none"}, "risk"),
            ({"reason": " "}, "reason"),
            ({"reason": "长" * 301}, "reason"),
        ],
    )
    def test_what_is_wrong_with_a_note_is_named(self, company, handed_in, fields, field):
        with pytest.raises(ApplicationError) as refusal:
            note(handed_in, company.legal, **fields)
        assert list(refusal.value.errors) == [field]
        assert notes_of(handed_in) == []

    def test_only_who_may_accept_deviations_notes_them(self, company, handed_in):
        for person in (company.rep1, company.manager1, company.finance):
            with pytest.raises(PermissionDenied):
                note(handed_in, person)
        assert notes_of(handed_in) == []

    def test_what_was_noted_is_judged_again_at_the_next_submission(self, company, handed_in):
        note(handed_in, company.legal)
        decide(handed_in, company.legal, "return", comment="违约金要有上限")
        services.return_contract(contract_id=handed_in.pk, actor=PROCESS)
        services.take_counterparty_paper(contract_id=handed_in.pk, content=softer(), actor=company.rep1)
        again = submitted(Contract.objects.get(pk=handed_in.pk))
        assert [(one.title, one.noted_by) for one in notes_of(again)] == [
            (handed_in.template.clauses.get(code="refund").title, company.legal)
        ]
        assert current_version(again).seq == 2
        assert not ClauseDeviation.objects.exists()


class TestThePages:
    def tab(self, client, person, contract: Contract) -> str:
        client.force_login(person)
        return client.get(contract.get_absolute_url(), {"tab": "text"}).content.decode()

    def test_the_drafter_uploads_and_reads_what_changed(self, client, theirs):
        services.take_counterparty_paper(contract_id=theirs.pk, content=softer(), actor=theirs.owner)
        said = self.tab(client, theirs.owner, theirs)
        for piece in (
            "客户文本-2.pdf",
            "与上一次上传相比，1 条有变化",
            "改用我方模板",
            "乙方不得以未付款为由中止服务",
        ):
            assert piece in said, piece
        assert client.get(reverse("contracts:contract-wording", args=[theirs.pk])).status_code == 302

    def test_legal_notes_and_afterwards_it_stands_on_record(self, client, company, handed_in):
        client.force_login(company.legal)
        address = reverse("contracts:paper-note", args=[handed_in.pk])
        wrong = client.post(address, {"code": "", "title": "", "risk": "low", "reason": "可以接受"})
        assert (wrong.status_code, notes_of(handed_in)) == (400, [])
        client.post(address, {"code": "refund", "text": "每日百分之一", "risk": "high", "reason": "须有上限"})
        said = self.tab(client, company.legal, handed_in)
        assert said.count("须有上限") == 1
        assert address in said
        assert address not in self.tab(client, company.rep1, handed_in)
        decide(handed_in, company.legal)
        said = self.tab(client, company.legal, handed_in)
        assert said.count("须有上限") == 1
        assert address not in said

    def test_all_that_a_note_lacks_is_said_at_once(self, client, company, handed_in):
        client.force_login(company.legal)
        answer = client.post(reverse("contracts:paper-note", args=[handed_in.pk]), {"risk": "low"})
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == ["reason", "title"]
        assert notes_of(handed_in) == []

    def test_special_terms_are_not_asked_for_beside_their_paper(self, client, company, draft):
        client.force_login(company.rep1)
        address = reverse("contracts:contract-edit", args=[draft.pk])
        assert 'name="special_terms"' in client.get(address).content.decode()
        services.take_counterparty_paper(
            contract_id=draft.pk, content=papers.their_contract(), actor=draft.owner
        )
        assert 'name="special_terms"' not in client.get(address).content.decode()

    def test_a_program_uploads_it_too(self, company, draft):
        program = ApiClient(create_token(actor=company.rep1)[1])
        address = f"/api/v1/contracts/{draft.pk}/counterparty-papers/"
        file = SimpleUploadedFile("theirs.pdf", papers.their_contract(), content_type="application/pdf")
        answer = program.post(address, {"file": file})
        assert answer.status_code == 201
        row = answer.json()
        assert (row["seq"], row["pages"], row["is_scan"], row["is_current"]) == (1, 1, False, True)
        assert program.get(address).json()["results"] == [row]
        assert program.send("POST", f"{address.removeprefix('/api/v1/')}drop/", {}).status_code == 204
        draft.refresh_from_db()
        assert draft.counterparty_paper is None

    def test_a_program_notes_what_deviates_and_takes_it_back(self, company, handed_in):
        program = ApiClient(create_token(actor=company.legal)[1])
        address = f"contracts/{handed_in.pk}/paper-notes/"
        noted = program.send("POST", address, {"code": "refund", "risk": "low", "reason": "可以接受"})
        assert noted.status_code == 201
        one = f"{address}{noted.json()['id']}/"
        # Of another contract it is not found.
        elsewhere = one.replace(f"contracts/{handed_in.pk}/", f"contracts/{draft_of(company.rep1).pk}/")
        assert program.send("DELETE", elsewhere).status_code == 404
        assert program.send("DELETE", f"{address}x/").status_code == 404
        assert [one.code for one in notes_of(handed_in)] == ["refund"]
        assert program.send("DELETE", one).status_code == 204
        assert notes_of(handed_in) == []
        assert program.send("DELETE", one).status_code == 404

    def test_what_is_on_record_is_not_taken_back(self, company, handed_in):
        kept = note(handed_in, company.legal)
        decide(handed_in, company.legal)
        program = ApiClient(create_token(actor=company.legal)[1])
        answer = program.send("DELETE", f"contracts/{handed_in.pk}/paper-notes/{kept.pk}/")
        assert (answer.status_code, answer.json()["code"]) == (409, "deviations_accepted")
        assert [one.pk for one in notes_of(handed_in)] == [kept.pk]


class TestArticles:
    def test_chapters_counted_in_other_ways(self):
        for heads in ("一、", "二、", "三、"), ("1.", "2.", "3."), ("第1条", "第2条", "第3条"):
            lines = [f"{head} 标题{at}\n内容{at}。" for at, head in enumerate(heads)]
            found = articles_of_pages(["前言。\n" + "\n".join(lines)])
            assert [one.title for one in found.articles] == ["标题0", "标题1", "标题2"]
            assert [one.paragraphs for one in found.articles] == [("内容0。",), ("内容1。",), ("内容2。",)]
            assert found.preamble == "前言。"

    def test_a_number_that_does_not_count_on_is_no_head(self):
        found = articles_of_pages(
            ["第一条 甲\n见第五条。\n第五条 约定\n第二条 乙\n内容。\n第三条 丙\n内容。"]
        )
        assert [one.title for one in found.articles] == ["甲", "乙", "丙"]

    def test_a_text_without_articles_is_cut_into_its_pages(self):
        found = articles_of_pages(["甲方同意。", "", "乙方同意。"])
        assert [(one.code, one.paragraphs) for one in found.articles] == [
            ("page_1", ("甲方同意。",)),
            ("page_3", ("乙方同意。",)),
        ]

    @pytest.mark.parametrize(
        "numbers",
        [
            ("1 / 2", "2 / 2"),
            ("第1页 共2页", "第2页 共2页"),
            ("第 1 页，共 2 页", "第 2 页，共 2 页"),
            ("Page 1 of 2", "Page 2 of 2"),
            ("- 1 -", "- 2 -"),
            ("1", "2"),
        ],
    )
    def test_the_number_of_a_page_is_no_part_of_a_sentence(self, numbers):
        first = f"第一条 付款\n甲方收到发票后九十\n{numbers[0]}"
        found = articles_of_pages([first, f"{numbers[1]}\n日内付款。\n第二条 乙\n第三条 丙"])
        assert found.articles[0].paragraphs == ("甲方收到发票后九十日内付款。",)

    @pytest.mark.parametrize("line", ["30", "2 / 3", "1.5", "1年", "2026"])
    def test_another_number_at_the_end_of_a_page_stays(self, line):
        found = articles_of_pages([f"第一条 份数\n{line}", "份。\n第二条 乙\n第三条 丙"])
        assert "".join(found.articles[0].paragraphs).startswith(line)

    def test_lines_become_sentences_again(self):
        found = articles_of_pages(
            ["第一条 付款\n甲方收到发票后九十\n日内付款。\n（一）现金；\n第二条 乙\n第三条 丙"]
        )
        assert found.articles[0].paragraphs == ("甲方收到发票后九十日内付款。", "（一）现金；")

    def test_however_long_it_is_the_pieces_stay_short(self):
        found = articles_of_pages(["长" * 100_000 + "\n" + "短\n" * 5_000])
        (one,) = found.articles
        assert len(one.paragraphs) <= 60 + 60
        assert "长" * 1000 in one.paragraphs[0]
