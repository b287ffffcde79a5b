"""Templates are written as drafts and published as versions that never change."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from contracts.models import Clause, ContractTemplate
from contracts.services import templates
from contracts.services.template_preview import preview_pdf
from contracts.services.template_texts import faults_of
from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry
from core.pdf.pages import page_count, page_picture
from tests.contracts.factory import draft_of
from tests.contracts.test_printing import pages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(company) -> ContractTemplate:
    return ContractTemplate.objects.get(state="published", code="membership")


@pytest.fixture
def draft(company, published) -> ContractTemplate:
    return templates.draft_template(template_id=published.pk, actor=company.legal)


def clauses_data(template):
    names = (
        "code",
        "title",
        "kind",
        "group",
        "is_default",
        "part",
        "law_reference",
        "risk",
        "guidance",
        "paragraphs",
    )
    return [{name: getattr(one, name) for name in names} for one in template.clauses.all()]


def saved(draft, actor, **more):
    return templates.save_template(template_id=draft.pk, revision=draft.revision, actor=actor, **more)


class TestDrafting:
    def test_a_new_version_starts_with_the_texts_of_this_one(self, company, published, draft):
        assert (draft.version, draft.state, draft.texts) == (2, "draft", published.texts)
        assert clauses_data(draft) == clauses_data(published)

    def test_there_is_one_draft_at_a_time(self, company, published, draft):
        with pytest.raises(Conflict) as refusal:
            templates.draft_template(template_id=published.pk, actor=company.legal)
        assert refusal.value.code == "draft_exists"
        assert ContractTemplate.objects.exclude(code="supplement").count() == 2

    def test_a_new_template_is_empty_or_a_copy(self, company, published):
        empty = templates.create_template(code="order", name="订单", layout="order", actor=company.legal)
        copy = templates.create_template(
            code="ad", name="广告合同", source_id=published.pk, actor=company.legal
        )
        assert (empty.clauses.count(), empty.layout) == (0, "order")
        assert clauses_data(copy) == clauses_data(published)

    @pytest.mark.parametrize("code", ["membership", "Order", "订单", "", "1a", "a b"])
    def test_its_code_is_new_and_plain(self, company, code):
        with pytest.raises(ApplicationError) as refusal:
            templates.create_template(code=code, name="订单", actor=company.legal)
        assert "code" in refusal.value.errors
        assert ContractTemplate.objects.exclude(code="supplement").count() == 1

    def test_whoever_may_not_is_refused(self, company, published, draft):
        deeds = [
            lambda: templates.create_template(code="x", name="x", actor=company.rep1),
            lambda: templates.draft_template(template_id=published.pk, actor=company.rep1),
            lambda: saved(draft, company.rep1, fields={"name": "x"}),
            lambda: templates.publish_template(
                template_id=draft.pk, revision=1, note="x", actor=company.rep1
            ),
            lambda: templates.discard_template(template_id=draft.pk, revision=1, actor=company.rep1),
            lambda: templates.retire_template(template_id=published.pk, reason="x", actor=company.rep1),
        ]
        for deed in deeds:
            with pytest.raises(PermissionDenied):
                deed()
        assert list(
            ContractTemplate.objects.filter(code="membership")
            .order_by("version")
            .values_list("state", "name")
        ) == [
            ("published", published.name),
            ("draft", published.name),
        ]

    def test_saving_replaces_the_clauses_and_counts_them_anew(self, company, draft):
        data = clauses_data(draft)[::-1]
        template = saved(draft, company.legal, clauses=data, fields={"name": "会员服务合同（2027）"})
        assert [one["code"] for one in clauses_data(template)] == [one["code"] for one in data]
        assert (template.name, template.revision) == ("会员服务合同（2027）", 2)

    def test_whoever_was_slower_is_told_who_was_faster(self, company, draft):
        saved(draft, company.legal, fields={"name": "第一"})
        with pytest.raises(Conflict, match=company.legal.name) as refusal:
            saved(draft, company.legal, fields={"name": "第二"})
        assert refusal.value.code == "changed_meanwhile"
        draft.refresh_from_db()
        assert draft.name == "第一"

    @pytest.mark.parametrize(
        ("change", "where"),
        [
            ({"title": ""}, "clauses.1"),
            ({"code": "Bad Code"}, "clauses.1"),
            ({"kind": "alternative"}, "clauses.1"),
            ({"group": "g"}, "clauses.1"),
            ({"kind": "secret"}, "clauses.1"),
            ({"risk": "huge"}, "clauses.1"),
            ({"paragraphs": []}, "clauses.1"),
            ({"paragraphs": [{"text": "x", "when": "amount >"}]}, "clauses.1"),
            ({"paragraphs": [{"text": "x", "onclick": "alert(1)"}]}, "clauses.1"),
            ({"html": "<script>"}, "clauses.1"),
            ({"code": "price"}, "clauses.3"),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_what_cannot_stand_is_named_and_nothing_is_kept(self, company, draft, change, where):
        before = clauses_data(draft)
        data = clauses_data(draft)
        data[0] = {**data[0], **change}
        with pytest.raises(ApplicationError) as refusal:
            saved(draft, company.legal, clauses=data, fields={"name": "x"})
        assert where in refusal.value.errors
        draft.refresh_from_db()
        assert (clauses_data(draft), draft.revision, draft.name == "x") == (before, 1, False)

    @pytest.mark.parametrize(
        ("texts", "where"),
        [
            ({"title": "长" * 61}, "texts.title"),
            ({"preamble": 5}, "texts.preamble"),
            ({"values": {"Bad": "x"}}, "texts.values.Bad"),
            ({"values": {"good": "{amount}"}}, "texts.values.good"),
            ({"values": []}, "texts.values"),
            ({"variables": {"amount": {"open": True}}}, "texts.variables.amount"),
            ({"effective_rules": {"on_date": "x"}}, "texts.effective_rules"),
            ({"late_terms": {"late_daily_rate": "2"}}, "texts.late_terms"),
            ({"late_terms": "x"}, "texts.late_terms"),
            ({"css": "body{}"}, "texts.css"),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_texts_that_cannot_stand_are_named(self, company, draft, texts, where):
        with pytest.raises(ApplicationError) as refusal:
            saved(draft, company.legal, fields={"texts": texts})
        assert where in refusal.value.errors
        draft.refresh_from_db()
        assert draft.revision == 1


class TestPublishing:
    def test_the_new_version_takes_the_place_of_the_old_one(self, company, published, draft):
        contract = draft_of(company.rep1)
        templates.publish_template(
            template_id=draft.pk, revision=1, note="退款条款更清楚", actor=company.legal
        )
        published.refresh_from_db()
        draft.refresh_from_db()
        assert (published.state, draft.state, draft.published_by) == ("retired", "published", company.legal)
        assert draft_of(company.rep2).template == draft
        contract.refresh_from_db()
        assert contract.template == published
        entry = AuditEntry.objects.get(action="contracts.publish_template")
        assert (entry.actor_id, entry.note) == (company.legal.pk, "退款条款更清楚")

    def test_says_what_is_new(self, company, draft):
        with pytest.raises(ApplicationError) as refusal:
            templates.publish_template(template_id=draft.pk, revision=1, note=" ", actor=company.legal)
        assert "note" in refusal.value.errors

    def test_what_is_unfinished_is_kept_but_not_published(self, company, published, draft):
        data = [one for one in clauses_data(draft) if one["code"] != "price"]
        template = saved(draft, company.legal, clauses=data)
        assert faults_of(template)
        with pytest.raises(ApplicationError) as refusal:
            templates.publish_template(template_id=draft.pk, revision=2, note="x", actor=company.legal)
        assert refusal.value.code == "template_incomplete"
        published.refresh_from_db()
        template.refresh_from_db()
        assert (published.state, template.state) == ("published", "draft")

    def test_a_draft_can_be_thrown_away_and_nothing_else(self, company, published, draft):
        templates.discard_template(template_id=draft.pk, revision=1, actor=company.legal)
        assert list(ContractTemplate.objects.filter(code="membership")) == [published]
        with pytest.raises(Conflict):
            templates.discard_template(template_id=published.pk, revision=1, actor=company.legal)

    def test_the_last_one_stays(self, company, published):
        with pytest.raises(Conflict) as refusal:
            templates.retire_template(template_id=published.pk, reason="旧", actor=company.legal)
        assert refusal.value.code == "last_template"
        other = templates.create_template(
            code="other", name="另一", source_id=published.pk, actor=company.legal
        )
        templates.publish_template(template_id=other.pk, revision=1, note="新", actor=company.legal)
        assert (
            templates.retire_template(template_id=published.pk, reason="旧", actor=company.legal).state
            == "retired"
        )


class TestTheDatabase:
    @pytest.mark.parametrize(
        "deed",
        [
            lambda one: ContractTemplate.objects.filter(pk=one.pk).update(texts={}),
            lambda one: ContractTemplate.objects.filter(pk=one.pk).update(name="x"),
            lambda one: ContractTemplate.objects.filter(pk=one.pk).update(state="draft"),
            lambda one: one.clauses.update(paragraphs=[]),
            lambda one: one.clauses.first().delete(),
            lambda one: Clause.objects.create(template=one, seq=99, code="x", title="x"),
            lambda one: one.delete(),
        ],
        ids=["texts", "name", "state", "clause", "clause-gone", "clause-new", "gone"],
    )
    def test_a_published_text_never_changes(self, published, deed):
        before = clauses_data(published)
        with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
            deed(published)
        published.refresh_from_db()
        assert (clauses_data(published), published.state) == (before, "published")


class TestPreview:
    def test_shows_the_text_on_a_made_up_contract(self, published):
        content = preview_pdf(published)
        text = "".join(pages_of(content)).replace("\n", "")
        assert "示例精密机械有限公司" in text
        assert "人民币贰万壹仟捌佰元整" in text
        picture = page_picture(content, page_count(content), width=700)
        assert picture.startswith(b"\x89PNG")
        with pytest.raises(IndexError):
            page_picture(content, page_count(content) + 1, width=700)

    def test_marks_sub_paragraphs_repeats_and_an_annex_are_printed(self, company, draft):
        data = clauses_data(draft)
        data[0]["paragraphs"].append(
            {
                "text": "明细：{line_name}，{line_amount}",
                "each": "lines",
                "level": 2,
                "marks": [[3, 14, "strong"]],
            }
        )
        data.append(
            {"code": "terms", "title": "账户安全", "kind": "locked", "part": "annex",
             "paragraphs": [{"text": "见{article:price}与{article:terms}。"}]}
        )  # fmt: skip
        template = saved(draft, company.legal, clauses=data)
        text = "".join(pages_of(preview_pdf(template))).replace("\n", "")
        assert "（1）明细：高级会员（一年），¥12,800.00" in text
        assert "（2）明细：首页广告位（一季度），¥9,000.00" in text
        assert "附件一　通用条款" in text
        assert "见本合同第三条与第一条。" in text
        assert "附件1：通用条款" in text


class TestShipped:
    @pytest.fixture
    def shipped(self, company):
        return [
            *templates.load_more_templates(actor=SystemActor("tests")),
            ContractTemplate.objects.get(code="membership"),
        ]

    def test_each_is_complete_printable_and_loaded_once(self, shipped):
        for template in shipped:
            assert faults_of(template) == [], template
            assert page_count(preview_pdf(template)) >= 2, template
        again = templates.load_more_templates(actor=SystemActor("tests"))
        assert [one.pk for one in again] == [one.pk for one in shipped[:2]]

    def test_a_contract_is_drafted_from_the_membership_contract_unless_another_is_chosen(
        self, company, shipped
    ):
        assert draft_of(company.rep1).template.code == "membership"

    def test_the_order_form_says_everything_on_its_first_page(self, shipped):
        first, *rest = pages_of(preview_pdf(shipped[0]))
        said = first.replace("\n", "")
        for needed in (
            "高级会员（一年）",
            "人民币贰万壹仟捌佰元整",
            "唯一收款账户",
            "盖章处",
            "以下无正文",
            "2026年4月10日",
        ):
            assert needed in said, needed
        annex = "".join(rest).replace("\n", "")
        assert "附件一　通用条款" in annex
        assert "违约责任" in annex
        assert "盖章处" not in annex

    def test_the_advertising_contract_lists_what_it_sells_and_settles_disputes_one_way(
        self, company, shipped
    ):
        text = "".join(pages_of(preview_pdf(shipped[1]))).replace("\n", "")
        assert "（1）高级会员（一年）：1年，¥12,800.00；" in text
        assert "人民法院提起诉讼" in text
        assert "仲裁裁决是终局的" not in text
        assert "争议按第十一条解决" in text
