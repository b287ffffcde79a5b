"""Every path of contract_lifecycle: what the contract, the case, its history and the inboxes say at each step."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import services
from contracts.models import Contract, ContractDecision
from core import clock
from core.documents import documents_of
from core.errors import ApplicationError, Conflict
from core.models import AuditEntry, Document
from tests.contracts.factory import customer_of, instalments, membership
from tests.processes.walk import LARGE, SMALL, Walk
from workflows.models import ProcessInstance, WorkItem
from workflows.selectors import running_process_of
from workflows.services import cancel_instance, complete_work_item, start_process


@pytest.fixture
def walk(company) -> Walk:
    return Walk(company)


@pytest.fixture
def large(company) -> Walk:
    return Walk(company, LARGE)


class TestBelowTheThreshold:
    def test_goes_from_draft_to_effect_without_the_general_manager(self, walk):
        walk.stands("draft", "draft_contract")
        assert walk.inbox_of("rep1", "mine") == ["draft_contract"]
        assert walk.contract.no is None

        walk.submit()
        walk.stands("reviewing", "manager_review")
        assert walk.inbox_of("manager1", "mine") == ["manager_review"]
        assert walk.inbox_of("manager2", "mine") == []
        assert walk.contract.no == f"XS-{clock.today():%Y}-0001"
        assert walk.contract.party_a["name"] == walk.contract.customer.name
        assert walk.contract.party_b["name"] == walk.contract.own_company.name

        walk.manager()
        walk.stands("reviewing", "finance_review")
        assert walk.inbox_of("finance", "queue") == walk.inbox_of("finance2", "queue") == ["finance_review"]

        walk.finance()
        walk.stands("approved", "seal_contract")
        assert walk.inbox_of("gm", "queue") == []
        assert walk.inbox_of("seal", "queue") == ["seal_contract"]

        walk.seal()
        walk.stands("signing", "record_signature")
        assert walk.contract.seal_records.get().sealed_by == walk.people.seal
        assert walk.inbox_of("assistant", "queue") == ["record_signature"]

        walk.sign()
        walk.stands("active", case="completed")
        assert walk.contract.signed_on == walk.contract.effective_on == clock.today()
        assert set(walk.contract.signatures.values_list("party", "signer")) == {
            ("A", "刘经理"),
            ("B", "郑国栋"),
        }
        walk.contract.customer.refresh_from_db()
        assert walk.contract.customer.status == "signed"
        assert walk.trail() == [
            ("rep1", "draft_contract", "submit"),
            ("manager1", "manager_review", "approve"),
            ("finance", "finance_review", "approve"),
            ("seal", "seal_contract", ""),
            ("assistant", "record_signature", ""),
        ]

    def test_what_was_submitted_is_frozen_with_its_fingerprint(self, walk):
        walk.submit()
        version = walk.contract.versions.get()
        assert version.submitted_by == walk.people.rep1
        assert version.content["amount"] == "12800.00"
        assert len(version.sha256) == 64

    def test_each_deed_is_in_the_audit(self, walk):
        for step in (walk.submit, walk.manager, walk.finance, walk.seal, walk.sign):
            step()
        actions = list(
            AuditEntry.objects.filter(subject_type="contracts.contract")
            .order_by("pk")
            .values_list("action", flat=True)
        )
        assert actions == [
            f"contracts.{name}"
            for name in (
                "create_contract",
                "submit_contract",
                "record_decision",
                "record_decision",
                "approve_contract",
                "seal_contract",
                "record_signature",
                "activate_contract",
            )
        ]

    def test_just_below_the_threshold_is_below(self, company):
        walk = Walk(company, "49999.99")
        for step in (walk.submit, walk.manager, walk.finance):
            step()
        walk.stands("approved", "seal_contract")


class TestFromTheThresholdOn:
    def test_the_general_manager_decides_too(self, large):
        for step in (large.submit, large.manager, large.finance):
            step()
        large.stands("appraising", "gm_review")
        assert large.inbox_of("gm", "queue") == ["gm_review"]
        large.gm()
        large.stands("approved", "seal_contract")
        large.seal()
        large.sign()
        large.stands("active", case="completed")
        assert ("gm", "gm_review", "approve") in large.trail()

    def test_the_amount_is_read_when_it_is_asked_not_when_the_case_began(self, walk):
        walk.contract.refresh_from_db()
        services.update_contract(
            contract_id=walk.contract.pk,
            revision=walk.contract.revision,
            actor=walk.people.rep1,
            lines=[membership(LARGE)],
            plan=instalments((5, LARGE)),
        )
        for step in (walk.submit, walk.manager, walk.finance):
            step()
        walk.stands("appraising", "gm_review")


REVIEWS = {
    "manager_review": ("manager1", 0),
    "finance_review": ("finance", 1),
    "gm_review": ("gm", 2),
}


def walk_to(large: Walk, review: str) -> str:
    """Carry a contract to one of its reviews; the name of who does it."""
    who, before = REVIEWS[review]
    for step in (large.submit, large.manager, large.finance)[: before + 1]:
        step()
    return who


@pytest.mark.parametrize("review", REVIEWS)
class TestReturn:
    def test_goes_to_the_drafter_and_all_reviews_start_over(self, large, review):
        who = walk_to(large, review)
        large.do(who, review, "return", "付款计划不合理")
        large.stands("draft", "draft_contract")
        assert large.inbox_of("rep1", "mine") == ["draft_contract"]
        number = large.contract.no
        decision = large.contract.decisions.last()
        assert (decision.outcome, decision.comment, decision.decided_by.username) == (
            "return",
            "付款计划不合理",
            who,
        )

        # Reworked to a smaller amount: the general manager is not asked any more.
        services.update_contract(
            contract_id=large.contract.pk,
            revision=large.contract.revision,
            actor=large.people.rep1,
            lines=[membership(SMALL)],
            plan=instalments((5, "6400.00"), (60, "6400.00")),
        )
        large.submit()
        large.stands("reviewing", "manager_review")
        large.manager()
        large.finance()
        large.stands("approved", "seal_contract")
        assert large.contract.no == number
        assert [version.content["amount"] for version in large.contract.versions.order_by("seq")] == [
            LARGE,
            SMALL,
        ]

    def test_takes_a_reason(self, large, review):
        who = walk_to(large, review)
        before = WorkItem.objects.get(instance=large.case, status="open").pk
        for comment in ("", "   "):
            with pytest.raises(ApplicationError) as refusal:
                large.do(who, review, "return", comment)
            assert "comment" in refusal.value.errors
        assert WorkItem.objects.get(instance=large.case, status="open").pk == before
        assert not large.contract.decisions.filter(step=review).exists()


@pytest.mark.parametrize("review", REVIEWS)
class TestReject:
    def test_ends_the_contract_and_the_case(self, large, review):
        who = walk_to(large, review)
        large.do(who, review, "reject", "客户信用不良")
        large.stands("rejected", case="completed")
        assert large.contract.void_reason == "客户信用不良"
        assert large.trail()[-1] == (who, review, "reject")
        assert large.contract.no

    def test_takes_a_reason(self, large, review):
        who = walk_to(large, review)
        with pytest.raises(ApplicationError) as refusal:
            large.do(who, review, "reject")
        assert "comment" in refusal.value.errors
        large.contract.refresh_from_db()
        assert large.contract.state in ("reviewing", "appraising")


class TestWhoMay:
    @pytest.mark.parametrize("who", ["rep1", "rep2", "manager2", "finance", "gm", "admin"])
    def test_only_the_drafters_manager_does_the_first_review(self, walk, who):
        walk.submit()
        with pytest.raises((PermissionDenied, WorkItem.DoesNotExist, ApplicationError)):
            walk.do(who, "manager_review", "approve")
        walk.stands("reviewing", "manager_review")
        assert not ContractDecision.objects.exists()

    @pytest.mark.parametrize(
        ("steps", "element", "who"),
        [
            (2, "finance_review", "manager1"),
            (2, "finance_review", "rep1"),
            (3, "seal_contract", "finance"),
            (3, "seal_contract", "rep1"),
            (4, "record_signature", "seal"),
        ],
    )
    def test_others_do_not_do_the_later_steps(self, walk, steps, element, who):
        for step in (walk.submit, walk.manager, walk.finance, walk.seal)[:steps]:
            step()
        state = Contract.objects.get(pk=walk.contract.pk).state
        with pytest.raises((PermissionDenied, WorkItem.DoesNotExist)):
            walk.do(who, element, "approve" if element == "finance_review" else "")
        walk.stands(state, element)

    def test_a_manager_who_drafts_is_reviewed_by_the_director(self, company):
        walk = Walk(company, owner="manager1")
        walk.do("manager1", "draft_contract", "submit")
        assert walk.inbox_of("director", "mine") == ["manager_review"]
        with pytest.raises((PermissionDenied, WorkItem.DoesNotExist, ApplicationError)):
            walk.do("manager1", "manager_review", "approve")
        walk.do("director", "manager_review", "approve")
        walk.stands("reviewing", "finance_review")

    def test_the_second_of_two_finance_people_hears_who_was_faster(self, walk):
        walk.submit()
        walk.manager()
        item = WorkItem.objects.get(instance=walk.case, status="open")
        walk.finance()
        with pytest.raises(Conflict, match="孙丽"):
            complete_work_item(work_item_id=item.pk, actor=walk.people.finance2, outcome="approve")
        walk.stands("approved", "seal_contract")
        assert ContractDecision.objects.filter(step="finance_review").count() == 1


class TestRefusals:
    def test_an_incomplete_draft_is_not_submitted_and_says_what_is_missing(self, company):
        contract = services.start_contract(customer_id=customer_of(company.rep1).pk, actor=company.rep1)
        with pytest.raises(ApplicationError) as refusal:
            services.send_for_approval(contract_id=contract.pk, actor=company.rep1)
        assert set(refusal.value.errors) == {"lines", "start_on", "end_on", "plan"}
        contract.refresh_from_db()
        assert (contract.state, contract.no) == ("draft", None)
        assert WorkItem.objects.get(instance=running_process_of(contract)).status == "open"

    def test_a_refused_submission_uses_up_no_number(self, company):
        incomplete = services.start_contract(customer_id=customer_of(company.rep1).pk, actor=company.rep1)
        with pytest.raises(ApplicationError):
            services.send_for_approval(contract_id=incomplete.pk, actor=company.rep1)
        walk = Walk(company)
        walk.submit()
        walk.contract.refresh_from_db()
        assert walk.contract.no.endswith("-0001")

    def test_nobody_submits_another_ones_draft(self, walk):
        with pytest.raises(ApplicationError):
            services.send_for_approval(contract_id=walk.contract.pk, actor=walk.people.manager1)
        walk.stands("draft", "draft_contract")

    def test_a_signature_of_tomorrow_is_refused_and_nothing_is_kept(self, walk):
        for step in (walk.submit, walk.manager, walk.finance, walk.seal):
            step()
        tomorrow = clock.today() + timedelta(days=1)
        with pytest.raises(ApplicationError) as refusal:
            walk.sign(signed_on=tomorrow.isoformat())
        assert list(refusal.value.errors) == ["signed_on"]
        walk.stands("signing", "record_signature")
        assert not walk.contract.signatures.exists()

    def test_a_seal_we_do_not_have_is_refused(self, walk):
        for step in (walk.submit, walk.manager, walk.finance):
            step()
        with pytest.raises(ApplicationError):
            walk.do("seal", "seal_contract", seal_kind="legal_representative", copies="2")
        walk.stands("approved", "seal_contract")
        assert not walk.contract.seal_records.exists()


class TestScan:
    def test_the_scan_is_filed_under_our_name(self, walk):
        for step in (walk.submit, walk.manager, walk.finance, walk.seal):
            step()
        walk.sign(scan=SimpleUploadedFile("../../x.pdf", b"%PDF-1.7 ...", content_type="text/html"))
        document = documents_of(walk.contract, kind="signed_contract").get()
        walk.contract.refresh_from_db()
        assert document.name == f"{walk.contract.no}-签章件.pdf"
        assert (document.media_type, document.read()) == ("application/pdf", b"%PDF-1.7 ...")
        assert walk.contract.signatures.first().scan == document

    def test_what_is_no_scan_is_refused_and_nothing_is_kept(self, walk):
        for step in (walk.submit, walk.manager, walk.finance, walk.seal):
            step()
        with pytest.raises(ApplicationError) as refusal:
            walk.sign(scan=SimpleUploadedFile("scan.pdf", b"<html>", content_type="application/pdf"))
        assert list(refusal.value.errors) == ["scan"]
        walk.stands("signing", "record_signature")
        assert not Document.objects.filter(kind="signed_contract").exists()


class TestOnlyOnce:
    """A contract lives through its process once: nobody begins it again beside the contract's state."""

    def test_a_contract_in_effect_gets_no_second_case(self, walk):
        for step in (walk.submit, walk.manager, walk.finance, walk.seal, walk.sign):
            step()
        with pytest.raises(Conflict):
            start_process(
                definition_key="contract_lifecycle", subject=walk.contract_now(), actor=walk.people.rep1
            )
        walk.stands("active", case="completed")
        assert ProcessInstance.objects.count() == 1

    def test_a_contract_given_up_gets_no_second_case(self, walk):
        services.void_contract(contract_id=walk.contract.pk, reason="取消", actor=walk.people.rep1)
        with pytest.raises(Conflict, match="已作废"):
            start_process(
                definition_key="contract_lifecycle", subject=walk.contract_now(), actor=walk.people.rep1
            )
        assert ProcessInstance.objects.count() == 1


class TestGivingUp:
    def test_the_drafter_discards_the_draft_case_and_contract_together(self, walk):
        services.void_contract(contract_id=walk.contract.pk, reason="客户改变主意", actor=walk.people.rep1)
        walk.stands("voided", case="cancelled")
        assert walk.contract.no is None
        assert WorkItem.objects.get(instance=walk.case).status == "cancelled"

    def test_takes_a_reason(self, walk):
        with pytest.raises(ApplicationError):
            services.void_contract(contract_id=walk.contract.pk, reason=" ", actor=walk.people.rep1)
        walk.stands("draft", "draft_contract")

    def test_the_history_names_the_person_who_gave_it_up(self, walk, client):
        walk.submit()
        services.void_contract(contract_id=walk.contract.pk, reason="价格有误", actor=walk.people.director)
        event = walk.case.events.get(kind="cancelled")
        assert (event.actor, event.on_behalf_of) == (None, walk.people.director)
        entries = AuditEntry.objects.filter(
            subject_type="contracts.contract", action__endswith="void_contract"
        )
        assert entries.get().actor == walk.people.director
        client.force_login(
            walk.people.director, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        page = client.get(f"/cases/{walk.case.pk}/?tab=history").content.decode()
        said = page[page.index("价格有误") - 900 : page.index("价格有误")]
        assert walk.people.director.name in said
        assert "系统" not in said.rsplit("<li", 1)[-1]

    def test_cancelling_the_case_voids_the_contract(self, walk):
        walk.submit()
        cancel_instance(instance_id=walk.case.pk, reason="重复发起", actor=walk.people.admin)
        walk.stands("voided", case="cancelled")
        assert walk.contract.void_reason == "重复发起"
        assert walk.contract.no

    def test_the_drafter_does_not_void_what_is_submitted(self, walk):
        walk.submit()
        with pytest.raises(PermissionDenied):
            services.void_contract(contract_id=walk.contract.pk, reason="撤回", actor=walk.people.rep1)
        walk.stands("reviewing", "manager_review")

    def test_the_director_voids_what_is_submitted(self, walk):
        walk.submit()
        services.void_contract(contract_id=walk.contract.pk, reason="价格有误", actor=walk.people.director)
        walk.stands("voided", case="cancelled")

    def test_an_effective_contract_is_not_voided(self, walk):
        for step in (walk.submit, walk.manager, walk.finance, walk.seal, walk.sign):
            step()
        with pytest.raises(Conflict):
            services.void_contract(contract_id=walk.contract.pk, reason="作废", actor=walk.people.director)
        walk.stands("active", case="completed")

    def test_contract_and_case_start_together_or_not_at_all(self, company, monkeypatch):
        customer = customer_of(company.rep1)
        ProcessInstance.objects.all().delete()

        def fails(**_kwargs: Any) -> None:
            raise ApplicationError("no")

        monkeypatch.setattr("contracts.services.drafting.workflow_services.start_process", fails)
        with pytest.raises(ApplicationError):
            services.start_contract(customer_id=customer.pk, actor=company.rep1)
        assert not Contract.objects.exists()
        assert not ProcessInstance.objects.exists()
