"""Who has to look at a contract: the fast lane, legal, the panel with its vetoes, the general manager."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from contracts import services
from contracts.models import ClauseMark, ContractDecision
from contracts.services.appraisal import accepted_by
from contracts.services.seal_request import seal_request_pdf
from contracts.views.marks import shown_marks
from core.actors import SystemActor
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Role
from tests.contracts.factory import instalments, membership
from tests.contracts.foreign_papers import their_contract
from tests.contracts.test_printing import pages_of
from tests.processes.walk import LARGE, SMALL, Walk
from workflows.models import HistoryEvent, WorkItem

CHEAP = "5980.00"
VERY_LARGE = "200000.00"


@pytest.fixture
def deviating(company) -> Walk:
    walk = Walk(company)
    walk.deviate()
    walk.submit()
    return walk


def to_the_panel(walk: Walk) -> Walk:
    for step in (walk.manager, walk.legal, walk.finance):
        step()
    return walk


def roles_asked(walk: Walk) -> list[str]:
    rows = WorkItem.objects.filter(instance=walk.case, element="panel_review", status="open")
    return sorted(rows.values_list("role", flat=True))


class TestTheFastLane:
    def test_a_standard_text_at_list_price_within_the_limit_needs_the_manager_alone(self, company):
        walk = Walk(company, CHEAP)
        services.update_contract(
            contract_id=walk.contract.pk,
            revision=walk.contract.revision,
            actor=walk.owner,
            lines=[membership(CHEAP, "VIP-B")],
            plan=instalments((10, CHEAP)),
        )
        walk.submit()
        walk.manager()
        walk.stands("approved", "seal_contract")
        assert walk.trail() == [
            ("rep1", "draft_contract", "submit"),
            ("manager1", "manager_review", "approve"),
        ]

    def test_a_discount_leads_out_of_it(self, company):
        walk = Walk(company, "5000.00")
        walk.submit()
        walk.manager()
        walk.stands("reviewing", "finance_review")

    def test_so_does_an_amount_above_the_limit(self, company):
        walk = Walk(company, SMALL)
        walk.submit()
        walk.manager()
        walk.stands("reviewing", "finance_review")

    def test_the_history_says_which_row_of_the_table_sent_it_there(self, company):
        walk = Walk(company)
        walk.submit()
        (told,) = HistoryEvent.objects.filter(instance=walk.case, element="choose_reviews")
        assert (told.data["table"], told.data["rules"]) == ("contract_reviews", [2])


class TestLegal:
    def test_a_deviation_takes_legal_and_the_panel_but_not_the_general_manager(self, deviating):
        deviating.manager()
        deviating.stands("reviewing", "legal_review")
        deviating.legal()
        deviating.stands("reviewing", "finance_review")
        deviating.finance()
        deviating.stands("appraising", *["panel_review"] * 4)
        assert roles_asked(deviating) == ["aftersales", "director", "finance", "legal"]

    def test_legal_returns_it(self, deviating):
        deviating.manager()
        deviating.legal("return", "请改回原条款")
        deviating.stands("draft", "draft_contract")

    def test_legal_rejects_it(self, deviating):
        deviating.manager()
        deviating.legal("reject", "条款不合法")
        deviating.stands("rejected", case="completed")

    def test_the_approval_of_legal_accepts_the_deviations(self, deviating):
        deviating.manager()
        assert accepted_by(deviating.contract_now()) is None
        deviating.legal()
        accepted = accepted_by(deviating.contract_now())
        assert accepted is not None
        assert (accepted.decided_by, accepted.step) == (deviating.people.legal, "legal_review")

    def test_no_process_approves_what_nobody_entitled_has_accepted(self, deviating):
        Role.objects.get(code="legal").grants.filter(permission="contracts.accept_deviations").delete()
        deviating.manager()
        deviating.legal()
        with pytest.raises(ApplicationError) as refused:
            services.approve_contract(
                contract_id=deviating.contract.pk, actor=SystemActor("contracts.approve_contract")
            )
        assert refused.value.code == "deviations_not_accepted"
        assert deviating.contract_now().state == "reviewing"

    def test_what_was_accepted_is_not_accepted_for_the_next_submission(self, deviating):
        deviating.manager()
        deviating.legal()
        deviating.finance("return", "付款条件请调整")
        deviating.submit()
        assert accepted_by(deviating.contract_now()) is None


class TestTheCustomersPaper:
    @pytest.fixture
    def theirs(self, company) -> Walk:
        """On the customer's own paper, so small and dear that our text would go the fast lane."""
        walk = Walk(company, CHEAP)
        services.update_contract(
            contract_id=walk.contract.pk,
            revision=walk.contract.revision,
            actor=walk.owner,
            lines=[membership(CHEAP, "VIP-B")],
            plan=instalments((10, CHEAP)),
        )
        services.take_counterparty_paper(
            contract_id=walk.contract.pk, content=their_contract(), actor=walk.owner
        )
        walk.submit()
        walk.manager()
        return walk

    def note(self, walk: Walk, risk: str) -> None:
        services.note_deviation(
            contract_id=walk.contract.pk,
            actor=walk.people.legal,
            code="refund",
            text="每日百分之一",
            risk=risk,
            reason="上限未约定",
        )

    def test_legal_looks_whatever_it_says_and_does_not_approve_in_silence(self, theirs):
        theirs.stands("reviewing", "legal_review")
        with pytest.raises(ApplicationError) as refused:
            theirs.legal()
        assert refused.value.code == "nothing_noted"
        theirs.stands("reviewing", "legal_review")
        theirs.legal(comment="与我方模板一致")
        theirs.stands("reviewing", "finance_review")

    def test_the_panel_appraises_it_and_legal_need_not_say_it_twice(self, theirs):
        theirs.legal(comment="与我方模板一致")
        theirs.finance()
        theirs.stands("appraising", *["panel_review"] * 4)
        for who in ("legal", "finance", "director", "aftersales"):
            theirs.appraise(who, who)
        theirs.stands("approved", "seal_contract")

    def test_a_high_risk_that_legal_noted_takes_the_general_manager(self, theirs):
        self.note(theirs, "high")
        theirs.legal()
        theirs.finance()
        for who in ("legal", "finance", "director", "aftersales"):
            theirs.appraise(who, who)
        theirs.stands("appraising", "gm_review")
        theirs.gm()
        theirs.stands("approved", "seal_contract")

    def test_returned_it_comes_back_with_what_was_noted(self, theirs):
        self.note(theirs, "high")
        theirs.legal("return", "违约金要有上限")
        theirs.stands("draft", "draft_contract")
        theirs.submit()
        theirs.manager()
        theirs.legal()
        assert [one.risk for one in theirs.contract_now().versions.first().deviations.all()] == ["high"]


class TestThePanel:
    def test_all_agree(self, deviating):
        to_the_panel(deviating)
        for who, role in (("legal", "legal"), ("finance", "finance"), ("director", "director")):
            deviating.appraise(who, role)
        deviating.stands("appraising", "panel_review")
        deviating.appraise("aftersales", "aftersales")
        deviating.stands("approved", "seal_contract")
        said = AuditEntry.objects.get(action="contracts.conclude_appraisal").after
        assert said == {"passed": True, "vetoed": False, "agreed": 4, "disagreed": 0}

    def test_one_of_four_against_it_does_not_stop_it(self, deviating):
        to_the_panel(deviating)
        deviating.appraise("director", "director", "reject", "价格偏低")
        for who in ("legal", "finance", "aftersales"):
            deviating.appraise(who, who)
        deviating.stands("approved", "seal_contract")

    def test_two_of_four_against_it_send_it_back(self, deviating):
        to_the_panel(deviating)
        deviating.appraise("director", "director", "reject", "价格偏低")
        deviating.appraise("aftersales", "aftersales", "reject", "无法交付")
        deviating.appraise("legal", "legal")
        deviating.appraise("finance", "finance")
        deviating.stands("draft", "draft_contract")

    @pytest.mark.parametrize("who", ["legal", "finance"])
    def test_a_veto_ends_it_at_once_and_asks_nobody_any_more(self, deviating, who):
        to_the_panel(deviating)
        deviating.appraise(who, who, "reject", "风险不可接受")
        deviating.stands("draft", "draft_contract")
        assert ContractDecision.objects.get(outcome="reject").is_veto
        assert AuditEntry.objects.get(action="contracts.conclude_appraisal").after["vetoed"] is True
        statuses = WorkItem.objects.filter(instance=deviating.case, element="panel_review")
        assert sorted(statuses.values_list("status", flat=True)) == ["cancelled"] * 3 + ["completed"]

    def test_a_no_says_why(self, deviating):
        to_the_panel(deviating)
        with pytest.raises(ApplicationError):
            deviating.appraise("director", "director", "reject")
        deviating.stands("appraising", *["panel_review"] * 4)

    def test_nobody_speaks_for_a_role_that_is_not_theirs(self, deviating):
        to_the_panel(deviating)
        with pytest.raises((PermissionDenied, Conflict)):
            deviating.appraise("finance", "legal")
        deviating.stands("appraising", *["panel_review"] * 4)

    def test_after_a_veto_it_is_appraised_anew(self, deviating):
        to_the_panel(deviating)
        deviating.appraise("legal", "legal", "reject", "风险不可接受")
        deviating.submit()
        to_the_panel(deviating)
        for who in ("legal", "finance", "director", "aftersales"):
            deviating.appraise(who, who)
        deviating.stands("approved", "seal_contract")

    def test_silence_is_no_consent(self, deviating):
        to_the_panel(deviating)
        with pytest.raises(ApplicationError) as refused:
            services.conclude_appraisal(
                contract_id=deviating.contract.pk, actor=SystemActor("tests"), step="panel_review"
            )
        assert refused.value.code == "nobody_appraised"


class TestTheGeneralManager:
    def test_a_high_risk_takes_the_panel_and_the_general_manager(self, company):
        walk = Walk(company)
        walk.deviate(risk="high")
        walk.submit()
        to_the_panel(walk)
        for who in ("legal", "finance", "director", "aftersales"):
            walk.appraise(who, who)
        walk.stands("appraising", "gm_review")
        walk.gm()
        walk.stands("approved", "seal_contract")

    def test_a_very_large_one_is_appraised_without_any_deviation(self, company):
        walk = Walk(company, VERY_LARGE)
        walk.submit()
        walk.manager()
        walk.finance()
        assert roles_asked(walk) == ["aftersales", "director", "finance", "legal"]

    def test_a_large_one_goes_to_the_general_manager_alone(self, company):
        walk = Walk(company, LARGE)
        walk.submit()
        walk.manager()
        walk.finance()
        walk.stands("appraising", "gm_review")


class TestMarks:
    def test_a_reviewer_marks_a_clause_and_the_drafter_answers(self, deviating):
        legal = deviating.people.legal
        deviating.manager()
        mark = services.mark_clause(
            contract_id=deviating.contract.pk, actor=legal, code="refund", note="90 日过长，最多 45 日"
        )
        assert (mark.title, mark.version.seq) == (
            deviating.contract.template.clauses.get(code="refund").title,
            1,
        )
        deviating.legal("return", "见批注")
        (shown,) = shown_marks(deviating.contract_now(), deviating.people.rep1)
        assert shown.may_answer
        services.answer_mark(mark_id=mark.pk, actor=deviating.people.rep1, answer="改为 45 日")
        mark.refresh_from_db()
        assert (mark.answer, mark.answered_by) == ("改为 45 日", deviating.people.rep1)

    def test_the_second_word_at_a_clause_replaces_the_first(self, deviating):
        deviating.manager()
        for note in ("太长", "最多 45 日"):
            services.mark_clause(
                contract_id=deviating.contract.pk, actor=deviating.people.legal, code="refund", note=note
            )
        assert [one.note for one in ClauseMark.objects.all()] == ["最多 45 日"]

    @pytest.mark.parametrize("who", ["rep1", "manager1", "finance", "rep2"])
    def test_whoever_has_no_step_of_its_review_marks_nothing(self, deviating, who):
        deviating.manager()
        with pytest.raises(PermissionDenied):
            services.mark_clause(
                contract_id=deviating.contract.pk,
                actor=getattr(deviating.people, who),
                code="refund",
                note="改",
            )
        assert not ClauseMark.objects.exists()

    @pytest.mark.parametrize(("code", "note"), [("no-such", "改"), ("refund", "  "), ("refund", "长" * 501)])
    def test_what_says_nothing_or_stands_nowhere_is_refused(self, deviating, code, note):
        deviating.manager()
        with pytest.raises(ApplicationError):
            services.mark_clause(
                contract_id=deviating.contract.pk, actor=deviating.people.legal, code=code, note=note
            )
        assert not ClauseMark.objects.exists()

    def test_a_mark_is_taken_back_by_its_maker_while_it_is_under_review(self, deviating):
        deviating.manager()
        mark = services.mark_clause(
            contract_id=deviating.contract.pk, actor=deviating.people.legal, code="", note="整体过长"
        )
        with pytest.raises(PermissionDenied):
            services.remove_mark(mark_id=mark.pk, actor=deviating.people.finance)
        services.remove_mark(mark_id=mark.pk, actor=deviating.people.legal)
        assert not ClauseMark.objects.exists()

    def test_afterwards_it_stays(self, deviating):
        deviating.manager()
        mark = services.mark_clause(
            contract_id=deviating.contract.pk, actor=deviating.people.legal, code="", note="整体过长"
        )
        deviating.legal("return", "见批注")
        with pytest.raises(Conflict):
            services.remove_mark(mark_id=mark.pk, actor=deviating.people.legal)
        assert ClauseMark.objects.exists()


class TestTheSealRequest:
    def test_says_what_is_sealed_and_who_agreed(self, deviating):
        to_the_panel(deviating)
        for who in ("legal", "finance", "director", "aftersales"):
            deviating.appraise(who, who)
        contract = deviating.contract_now()
        name, content = seal_request_pdf(contract_id=contract.pk, actor=deviating.people.seal)
        (page, *_more) = pages_of(content)
        assert contract.no in name
        for said in (contract.no, contract.customer.name, "评审会签", "法务审核", "印章管理员", "申请人"):
            assert said in page

    def test_there_is_none_before_the_approval(self, deviating):
        with pytest.raises(Conflict):
            seal_request_pdf(contract_id=deviating.contract.pk, actor=deviating.people.rep1)


class TestTheirTasks:
    def page(self, walk: Walk, signed_in, role: str, who: str) -> str:
        item = WorkItem.objects.get(instance=walk.case, element="panel_review", role=role, status="open")
        client = signed_in(getattr(walk.people, who))
        return client.get(reverse("workflows:work-item", args=[item.pk])).content.decode()

    def test_whoever_may_veto_is_told_and_nobody_else(self, deviating, signed_in):
        to_the_panel(deviating)
        assert "您有一票否决权" in self.page(deviating, signed_in, "legal", "legal")
        assert "您有一票否决权" not in self.page(deviating, signed_in, "director", "director")

    def test_roles_and_columns_have_names(self, deviating, signed_in):
        to_the_panel(deviating)
        said = self.page(deviating, signed_in, "legal", "legal")
        assert "<dt>评审角色</dt><dd>法务</dd>" in said
        assert "<dt>可一票否决</dt><dd>是</dd>" in said

    def test_what_others_said_and_the_marks_stand_there(self, deviating, signed_in):
        to_the_panel(deviating)
        services.mark_clause(
            contract_id=deviating.contract.pk, actor=deviating.people.legal, code="refund", note="最多 45 日"
        )
        deviating.appraise("director", "director", "reject", "价格偏低")
        said = self.page(deviating, signed_in, "legal", "legal")
        assert "价格偏低" in said
        assert "最多 45 日" in said

    def test_the_drafter_sees_why_it_did_not_pass(self, deviating, signed_in):
        to_the_panel(deviating)
        deviating.appraise("legal", "legal", "reject", "风险不可接受")
        client = signed_in(deviating.people.rep1)
        said = client.get(deviating.contract.get_absolute_url()).content.decode()
        assert "评审未通过" in said
        assert "风险不可接受" in said

    def test_a_mark_is_made_answered_and_taken_back_on_pages(self, deviating, signed_in):
        deviating.manager()
        contract = deviating.contract
        legal = signed_in(deviating.people.legal)
        mark = reverse("contracts:contract-mark", args=[contract.pk])
        assert legal.post(mark, {"code": "refund", "note": ""}).status_code == 400
        assert legal.post(mark, {"code": "refund", "note": "最多 45 日"}).status_code == 302
        made = ClauseMark.objects.get()
        assert "最多 45 日" in legal.get(f"{contract.get_absolute_url()}?tab=text").content.decode()
        deviating.legal("return", "见批注")
        rep = signed_in(deviating.people.rep1)
        assert "最多 45 日" in rep.get(contract.get_absolute_url()).content.decode()
        answer = reverse("contracts:mark-answer", args=[made.pk])
        assert rep.post(answer, {"answer": "改为 45 日"}).status_code == 302
        made.refresh_from_db()
        assert made.answer == "改为 45 日"
