"""What a contract asks for by a day: every way through its process, who may settle it, and what stays."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader

from contracts import services
from contracts.models import Contract, Obligation
from core import clock
from core.errors import ApplicationError, Conflict
from core.models import Notification
from tests.contracts.factory import draft_of
from tests.contracts.pages import signed_contract
from tests.processes.walk import settle
from workflows.audit import audit
from workflows.models import ProcessInstance, WorkItem
from workflows.selectors import running_process_of
from workflows.services import cancel_instance, complete_work_item, publish_shipped, transfer_work_item

PROCESS = "contract_obligation"
PDF = b"%PDF-1.7 evidence"


class Obliged:
    """One obligation of a contract in effect, due in thirty days, to be reminded of a week before."""

    def __init__(self, company: Any, **fields: Any) -> None:
        publish_shipped(only={PROCESS})
        self.people = company
        self.contract = signed_contract(company, company.rep1, (10, "12800.00"))
        responsible = fields.pop("responsible", None)
        self.row = services.record_obligation(
            contract_id=self.contract.pk,
            actor=company.rep1,
            fields={
                "party": "A",
                "what": "提供营业执照复印件",
                "due_on": clock.today() + timedelta(days=30),
                **fields,
            },
            responsible_id=responsible.pk if responsible else None,
        )
        self.case = running_process_of(self.row)

    def item(self) -> WorkItem:
        return WorkItem.objects.get(instance=self.case, status="open")

    def do(self, who: str = "rep1", outcome: str = "done", comment: str = "", **data: Any) -> None:
        files = {name: data.pop(name) for name in list(data) if isinstance(data[name], SimpleUploadedFile)}
        complete_work_item(
            work_item_id=self.item().pk,
            actor=getattr(self.people, who),
            outcome=outcome,
            comment=comment,
            data=data,
            files=files,
        )

    def stands(self, state: str, case: str) -> None:
        self.row.refresh_from_db()
        self.case.refresh_from_db()
        assert (self.row.state, self.case.status) == (state, case)
        assert audit() == []


@pytest.fixture
def obliged(company) -> Obliged:
    return Obliged(company)


class TestTheProcess:
    def test_waits_until_it_is_time_and_then_is_a_task_of_whoever_looks_after_it(self, obliged):
        obliged.stands("open", "active")
        with clock.travel(timedelta(days=22)):
            settle()
            assert not WorkItem.objects.filter(instance=obliged.case).exists()
        with clock.travel(timedelta(days=24)):
            settle()
            item = obliged.item()
            assert item.due_at is not None
            assert item.due_at.astimezone(clock.COMPANY_ZONE).date() == obliged.row.due_on
            assert (item.element, item.assignee, item.subject_title) == (
                "follow_up",
                obliged.people.rep1,
                f"{obliged.contract.no} 提供营业执照复印件",
            )
            obliged.do(done_on=clock.today().isoformat(), scan=SimpleUploadedFile("a.pdf", PDF))
        obliged.stands("done", "completed")
        assert (obliged.row.settled_by, obliged.row.evidence.kind) == (
            obliged.people.rep1,
            "performance_evidence",
        )

    def test_is_waived_with_a_reason(self, obliged):
        with clock.travel(timedelta(days=24)):
            settle()
            with pytest.raises(ApplicationError):
                obliged.do(outcome="waive")
            obliged.stands("open", "active")
            obliged.do(outcome="waive", comment="客户已在平台上传")
        obliged.stands("waived", "completed")
        assert obliged.row.note == "客户已在平台上传"

    def test_the_manager_hears_once_that_its_day_has_passed(self, obliged):
        with clock.travel(timedelta(days=32)):
            settle()
            settle()
            told = Notification.objects.filter(kind="contract.obligation")
            assert sorted(told.values_list("person__username", flat=True)) == ["manager1", "rep1"]
            assert obliged.item().element == "follow_up"
            obliged.do()
        obliged.stands("done", "completed")

    def test_settled_ahead_of_its_day_the_case_ends(self, obliged):
        services.settle_ahead(
            obligation_id=obliged.row.pk, actor=obliged.people.rep1, done_on=clock.today(), note="已收到"
        )
        settle()
        obliged.stands("done", "completed")
        with clock.travel(timedelta(days=40)):
            settle()
        assert not WorkItem.objects.filter(instance=obliged.case).exists()
        assert not Notification.objects.filter(kind="contract.obligation").exists()

    def test_settled_beside_its_task_the_task_is_withdrawn(self, obliged):
        with clock.travel(timedelta(days=24)):
            settle()
            item = obliged.item()
            services.settle_ahead(obligation_id=obliged.row.pk, actor=obliged.people.manager1)
            settle()
            item.refresh_from_db()
            assert item.status == "cancelled"
        obliged.stands("done", "completed")

    def test_dropped_with_a_reason_its_case_is_cancelled(self, obliged):
        with pytest.raises(ApplicationError):
            services.drop_obligation(obligation_id=obliged.row.pk, actor=obliged.people.rep1, reason=" ")
        obliged.stands("open", "active")
        services.drop_obligation(obligation_id=obliged.row.pk, actor=obliged.people.rep1, reason="登记错误")
        obliged.stands("dropped", "cancelled")
        assert obliged.row.note == "登记错误"

    def test_a_cancelled_case_drops_it(self, obliged):
        cancel_instance(instance_id=obliged.case.pk, reason="流程有误", actor=obliged.people.admin)
        obliged.stands("dropped", "cancelled")

    def test_one_recorded_late_is_a_task_at_once(self, company):
        obliged = Obliged(company, due_on=clock.today() + timedelta(days=2))
        settle()
        assert obliged.item().element == "follow_up"

    def test_a_contract_that_ends_early_takes_them_along(self, obliged):
        found = services.obligations.drop_all_of(
            obliged.contract, actor=obliged.people.director, reason="合同终止"
        )
        assert found == 1
        obliged.stands("dropped", "cancelled")


class TestWhoAndWhat:
    def test_whoever_looks_after_it_settles_it_and_nobody_else(self, company):
        obliged = Obliged(company, responsible=company.assistant)
        with pytest.raises(PermissionDenied):
            services.settle_obligation(obligation_id=obliged.row.pk, actor=company.finance)
        obliged.stands("open", "active")
        services.settle_ahead(obligation_id=obliged.row.pk, actor=company.assistant)
        settle()
        obliged.stands("done", "completed")

    def test_whoever_was_handed_the_task_settles_it(self, obliged):
        with clock.travel(timedelta(days=24)):
            settle()
            transfer_work_item(
                work_item_id=obliged.item().pk,
                to=obliged.people.aftersales,
                reason="请协助",
                actor=obliged.people.rep1,
            )
            obliged.do("aftersales")
        obliged.stands("done", "completed")
        assert obliged.row.settled_by == obliged.people.aftersales

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"what": "  "}, "what"),
            ({"due_on": None}, "due_on"),
            ({"due_on": "2020-01-01"}, "due_on"),
            ({"party": "C"}, "party"),
            ({"remind_days": 400}, "remind_days"),
            ({"remind_days": -1}, "remind_days"),
        ],
    )
    def test_what_makes_no_sense_is_refused_by_its_field(self, company, changes, field):
        contract = signed_contract(company, company.rep1, (10, "12800.00"))
        given = {"party": "A", "what": "x", "due_on": clock.today(), **changes}
        with pytest.raises(ApplicationError) as refused:
            services.record_obligation(contract_id=contract.pk, actor=company.rep1, fields=given)
        assert list(refused.value.errors) == [field]
        assert not Obligation.objects.exists()
        assert not ProcessInstance.objects.filter(definition__key=PROCESS).exists()

    def test_somebody_who_does_not_see_the_contract_does_not_look_after_it(self, company):
        contract = signed_contract(company, company.rep1, (10, "12800.00"))
        with pytest.raises(ApplicationError) as refused:
            services.record_obligation(
                contract_id=contract.pk,
                actor=company.rep1,
                fields={"party": "A", "what": "x", "due_on": clock.today()},
                responsible_id=company.rep3.pk,
            )
        assert list(refused.value.errors) == ["responsible_id"]

    def test_a_draft_asks_for_nothing_yet(self, company):
        draft = draft_of(company.rep1)
        with pytest.raises(Conflict):
            services.record_obligation(
                contract_id=draft.pk,
                actor=company.rep1,
                fields={"party": "A", "what": "x", "due_on": clock.today()},
            )
        assert not Obligation.objects.exists()

    def test_strangers_find_no_contract_and_readers_may_not(self, company):
        contract = signed_contract(company, company.rep1, (10, "12800.00"))
        fields = {"party": "A", "what": "x", "due_on": clock.today()}
        with pytest.raises(Contract.DoesNotExist):
            services.record_obligation(contract_id=contract.pk, actor=company.rep3, fields=fields)
        with pytest.raises(PermissionDenied):
            services.record_obligation(contract_id=contract.pk, actor=company.finance, fields=fields)
        assert not Obligation.objects.exists()

    def test_is_settled_once(self, obliged):
        services.settle_ahead(obligation_id=obliged.row.pk, actor=obliged.people.rep1)
        for deed in (services.settle_obligation, services.settle_ahead):
            with pytest.raises(Conflict):
                deed(obligation_id=obliged.row.pk, actor=obliged.people.rep1, is_waived=True, note="x")
        with pytest.raises(Conflict):
            services.drop_obligation(obligation_id=obliged.row.pk, actor=obliged.people.rep1, reason="x")
        obliged.row.refresh_from_db()
        assert obliged.row.state == "done"

    @pytest.mark.parametrize(
        "change",
        [
            "what = '别的'",
            "due_on = due_on + 30",
            "state = 'done'",
            "state = 'waived', settled_on = now(), settled_at = now()",
        ],
    )
    def test_the_database_keeps_what_was_agreed_on(self, obliged, change):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE contracts_obligation SET " + change)  # noqa: S608
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM contracts_obligation")
        obliged.stands("open", "active")

    def test_goes_with_the_work_of_whoever_leaves(self, obliged):
        services.owners.give_obligations(
            person=obliged.people.rep1, to=obliged.people.rep2, actor=services.obligations.SystemActor("x")
        )
        obliged.row.refresh_from_db()
        assert obliged.row.responsible == obliged.people.rep2


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_two_who_settle_at_once_settle_it_once(company):
    obliged = Obliged(company)
    outcomes, start = [], threading.Barrier(2)

    def settle_it(who: Any, **said: Any) -> None:
        start.wait()
        try:
            services.settle_ahead(obligation_id=obliged.row.pk, actor=who, **said)
            outcomes.append("settled")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=settle_it, args=[company.rep1]),
        threading.Thread(target=settle_it, args=[company.manager1], kwargs={"is_waived": True, "note": "x"}),
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["refused", "settled"]


class TestThePages:
    def test_recorded_done_with_evidence_and_shown_with_the_other_days(self, company, client):
        publish_shipped(only={PROCESS})
        contract = signed_contract(company, company.rep1, (10, "12800.00"))
        client.force_login(company.rep1)
        url = reverse("contracts:obligation-create", args=[contract.pk])
        due = clock.today() + timedelta(days=20)
        answer = client.post(
            url,
            {
                "what": "提交首月效果报告",
                "party": "B",
                "due_on": due.isoformat(),
                "remind_days": "5",
                "responsible_id": company.rep1.pk,
            },
        )
        assert answer.status_code == 302
        page = client.get(f"{contract.get_absolute_url()}?tab=dates").content.decode()
        assert "提交首月效果报告" in page
        assert "第1期" in page or "¥12,800.00" in page
        row = Obligation.objects.get()
        answer = client.post(
            reverse("contracts:obligation-settle", args=[row.pk]),
            {"done_on": clock.today().isoformat(), "note": "", "scan": SimpleUploadedFile("a.pdf", PDF)},
        )
        assert answer.status_code == 302
        row.refresh_from_db()
        assert (row.state, row.evidence.read()) == ("done", PDF)
        assert "履约凭证" in client.get(f"{contract.get_absolute_url()}?tab=dates").content.decode()

    def test_the_statement_says_what_is_paid_and_still_to_come(self, company, client):
        contract = Obliged(company).contract
        client.force_login(company.rep1)
        answer = client.get(reverse("contracts:performance-statement", args=[contract.pk]))
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        for words in ("合同履行情况表", contract.no, "提供营业执照复印件", "第1期", "12,800.00", "待履行"):
            assert words in text.replace(" ", "")
        draft = draft_of(company.rep1)
        refused = client.get(reverse("contracts:performance-statement", args=[draft.pk]))
        assert refused.status_code == 409

    def test_the_list_finds_what_is_late(self, company, client):
        obliged = Obliged(company)
        client.force_login(company.rep1)
        url = reverse("contracts:obligation-list")
        assert "提供营业执照" in client.get(url, {"standing": "open"}).content.decode()
        assert "提供营业执照" not in client.get(url, {"standing": "late"}).content.decode()
        with clock.travel(timedelta(days=31)):
            assert "提供营业执照" in client.get(url, {"standing": "late", "whose": "mine"}).content.decode()
        client.force_login(company.rep3)
        assert "提供营业执照" not in client.get(url).content.decode()
        assert obliged.row.state == "open"
