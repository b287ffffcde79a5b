"""One deal from the first day to the renewal, over the REST API alone: each step by the person whose work it is.

The platform is the real fake one: what it tells comes signed, what it is asked for stands in its journal. Time is
travelled; messages, timers and jobs are done by what the workers call.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.demo.codes import mobile, uscc
from config.demo.company import product
from config.reference import load_all
from core import clock
from core.models import NumberRule
from tests.api.storyteller import Story, settle
from tests.crm.test_members import pool_of
from tests.processes.onboarding_walk import member_platform, photo
from workflows.models import ProcessDefinition

pytestmark = pytest.mark.django_db
NAME = "湖州南浔电梯配件有限公司"
MEMBER = "M-88001"
PROCESSES = {
    "customer_status", "contract_lifecycle", "contract_performance", "contract_obligation", "collection",
    "onboarding", "complaint", "renewal", "service_end",
    "membership_extension",
}  # fmt: skip


@pytest.fixture
def story(company, as_) -> Iterator[Story]:
    load_all()
    assert {one.key for one in ProcessDefinition.objects.all()} == PROCESSES
    pool_of(company.rep1, company.rep2)
    NumberRule.objects.filter(code="dunning").update(last_value=0)
    with member_platform() as outside:
        yield Story(as_, outside)


def test_one_deal_from_a_new_member_to_its_renewal(story):
    a_member_arrives(story)
    is_followed_up(story)
    buys(story)
    pays_the_first_instalment(story)
    is_onboarded(story)
    pays_the_second_one_late(story)
    complains(story)
    renews(story)


def a_member_arrives(story: Story) -> None:
    with story.day(0):
        profile = {"company": NAME, "contact_name": "陈经理", "mobile": mobile(88_001)}
        story.outside.teller.tell("approved", MEMBER, profile)
        assert story.platform_tells() == [201]
        (found,) = story.rows("rep1", f"customers/?q={NAME}")
        story.customer = found["id"]
        assert (found["owner"], found["status"]) == ("rep1", "interested")
        assert story.rows("rep3", f"customers/?q={NAME}") == []
        (account,) = story.rows("rep1", f"member-accounts/?customer={story.customer}")
        assert (account["external_id"], account["plan"]) == (MEMBER, "")
        assert story.waiting(story.of_customer) == {"follow_up": "rep1"}


def is_followed_up(story: Story) -> None:
    def follow_up(outcome: str, said: str, **data: Any) -> None:
        given = {"type": "phone_call", "occurred_on": clock.today().isoformat(), "description": said, **data}
        story.step("rep1", story.of_customer, "follow_up", outcome, **given)

    with story.day(0):
        follow_up(
            "advance",
            "需要推广电梯导轨。",
            to_status="planned",
            facts="年底前要上三个新品",
            next_on=story.on(2),
        )
        assert story.read("rep1", f"customers/{story.customer}/")["status"] == "planned"
        assert story.waiting(story.of_customer) == {}
    with story.day(2):
        follow_up("advance", "报价已发。", to_status="quoted", facts="报价单 29800 元", next_on=story.on(3))
        assert story.read("rep1", f"customers/{story.customer}/")["status"] == "quoted"
    with story.day(3):
        follow_up("stay", "同意签约，分两期付款。", next_on=story.on(30))
        customer = story.read("rep1", f"customers/{story.customer}/")
        changes = {
            "uscc": uscc("330500", 88),
            "legal_representative": "陈国强",
            "revision": customer["revision"],
        }
        story.send("rep1", f"customers/{story.customer}/", changes, method="PATCH")
        for kind in ("registered", "postal"):
            address = {
                "kind": kind,
                "address": "浙江省湖州市南浔区联谊路88号",
                "addressee": "财务部",
                "postcode": "313009",
            }
            story.send("rep1", f"customers/{story.customer}/addresses/", address)


def buys(story: Story) -> None:
    with story.day(3):
        body = {
            "customer": story.customer,
            "start_on": story.on(7),
            "end_on": story.on(7 + 364),
            "lines": [{"product": str(product("VIP-G").pk), "quantity": "1"}],
            "payment_plan": [
                {"due_on": story.on(10), "amount": "15000.00"},
                {"due_on": story.on(67), "amount": "14800.00"},
            ],
        }
        contract = story.send("rep1", "contracts/", body)
        story.contract = contract["id"]
        assert (contract["state"], contract["amount"]) == ("draft", "29800.00")
        story.step("rep1", story.of_contract, "draft_contract", "submit")
        assert story.waiting(story.of_contract) == {"manager_review": "manager1"}
        story.step("manager1", story.of_contract, "manager_review", "approve", "价格合理，同意。")
        story.step("finance", story.of_contract, "finance_review", "approve", "付款条件无异议。")
        sealed = {"seal_kind": "contract", "copies": 2, "cross_page": True}
        story.step("seal", story.of_contract, "seal_contract", **sealed)
    with story.day(4):
        scan = SimpleUploadedFile("signed.pdf", b"%PDF-1.4 signed", content_type="application/pdf")
        signed = {
            "signed_on": story.on(4),
            "customer_signer": "陈国强",
            "our_signer": "沈立军",
            "method": "paper",
        }
        story.step("assistant", story.of_contract, "record_signature", scan=scan, **signed)
        contract = story.contract_now()
        assert (contract["state"], contract["effective_rule"]) == ("signed", "on_first_payment")
        assert [one["decided_by"] for one in contract["decisions"]] == ["manager1", "finance"]
        pages = story.pdf("rep1", f"contracts/{story.contract}/pdf/")
        assert contract["no"] in pages[0]
        for piece in (NAME, "陈国强", "人民币贰万玖仟捌佰元整", "15,000.00", "14,800.00", uscc("330500", 88)):
            assert piece in "".join(pages), piece
        assert f"第{len(pages)}页" in pages[-1]
        assert "草稿" not in "".join(pages)


def pay(story: Story, contract: dict[str, Any], seq: int) -> None:
    """Finance records what one instalment asks for, and its colleague confirms it."""
    line = contract["payment_plan"][seq - 1]
    body = {
        "customer": contract["customer"],
        "amount": line["amount"],
        "received_on": clock.today().isoformat(),
        "allocations": [{"instalment": line["id"], "amount": line["amount"]}],
    }
    payment = story.send("finance", "payments/", body)
    assert (
        story.send("finance", f"payments/{payment['id']}/confirm/", {}, status=400)["code"]
        == "second_person_needed"
    )
    assert story.send("finance2", f"payments/{payment['id']}/confirm/", {})["state"] == "confirmed"
    settle()


def pays_the_first_instalment(story: Story) -> None:
    with story.day(7):
        assert "remind_due" in story.waiting(story.of_customer), "three days before it is due"
        pay(story, story.contract_now(), 1)
        contract = story.contract_now()
        assert (contract["state"], contract["effective_on"]) == ("active", story.on(7))
        assert story.read("rep1", f"customers/{story.customer}/")["status"] == "signed"
        assert story.cases(story.of_customer) == {"customer_status": "completed", "collection": "active"}
        assert story.cases(story.of_contract) == {
            "contract_lifecycle": "completed",
            "contract_performance": "active",
            "onboarding": "active",
            "renewal": "active",
        }


def onboarding(story: Story, contract: str) -> dict[str, Any]:
    (found,) = story.rows("assistant", f"onboardings/?contract={contract}")
    return story.read("assistant", f"onboardings/{found['id']}/")


def is_onboarded(story: Story) -> None:
    with story.day(7):
        assert set(story.waiting(story.of_contract)) == {"collect_materials", "check_contract"}
        story.step(
            "rep1", story.of_contract, "collect_materials", kind="photo",
            material_files=[photo("navy", "gate.jpg"), photo("red", "hall.jpg")],
        )  # fmt: skip
        story.step("assistant", story.of_contract, "check_contract", "ok")
        assert story.outside.effects == {}
        assert story.workers_call() == 1
        # The platform tells it by an event as well: it counts once.
        assert story.platform_tells() == [201]
        assert story.workers_call() == 0
        assert list(story.outside.effects.values()) == [1]
        (member,) = story.outside.journal.told()["members"].values()
        assert (member["company"], member["until"], member["is_active"]) == (NAME, story.on(371), True)
        (account,) = [
            one for one in story.rows("rep1", f"member-accounts/?customer={story.customer}") if one["plan"]
        ]
        assert account["paid_until"] == story.on(371)
        story.step("assistant", story.of_contract, "build_shop")
        story.step("content", story.of_contract, "review_content", "approve")
    with story.day(8):
        story.step("rep1", story.of_contract, "accept", "accept")
        assert story.waiting(story.of_contract) == {}
    with story.day(15):
        story.step("aftersales", story.of_contract, "first_week_call")
        found = onboarding(story, story.contract)
        assert (found["state"], {one["state"] for one in found["items"]}) == ("done", {"done"})
        assert story.cases(story.of_contract)["onboarding"] == "completed"


def letters(story: Story, day: int) -> dict[str, Any]:
    """Finance proposes the run, a colleague approves it, finance prints it: the letter of our customer."""
    proposal = story.send("finance", "dunning-proposals/", {"as_of": story.on(day)})
    pk = proposal["id"]
    assert [one["customer"] for one in proposal["letters"]] == [story.customer]
    story.send("finance", f"dunning-proposals/{pk}/submit/", {})
    story.send("finance", f"dunning-proposals/{pk}/approve/", {}, status=400)
    assert story.send("finance2", f"dunning-proposals/{pk}/approve/", {})["state"] == "approved"
    run = story.send("finance", f"dunning-proposals/{pk}/print/", {}, status=201)
    assert run["notice_count"] == 1
    settle()
    return story.rows("finance", f"dunning-letters/?customer={story.customer}")[0]


def pays_the_second_one_late(story: Story) -> None:
    account = f"collections/{story.customer}/"
    with story.day(60):
        story.step("rep1", story.of_customer, "remind_due", result="told", note="财务说会按时付")
        assert story.waiting(story.of_customer) == {}
    with story.day(68):
        assert story.read("finance", account)["overdue"] == "14800.00"
        story.step(
            "rep1", story.of_customer, "chase_payment", result="promised", promised_on=story.on(70), amount="",
            note="老板出差，回来就付",
        )  # fmt: skip
        assert story.read("rep1", account)["promise"]["promised_on"] == story.on(70)
        assert story.waiting(story.of_customer) == {}
    with story.day(72):
        found = story.read("finance", account)
        assert (found["promise"]["state"], found["level"]) == ("broken", 1)
        notice = letters(story, 72)
        assert (notice["no"][:3], notice["kind"], notice["level"]) == ("CK-", "notice", 1)
        (page,) = story.pdf("finance", f"dunning-letters/{notice['id']}/pdf/")
        for piece in ("催款单", notice["no"], NAME, story.contract_now()["no"], "14,800.00"):
            assert piece in page, piece
    with story.day(76):
        # Called once more meanwhile; after a fortnight the next level is the manager's to approve.
        story.step("rep1", story.of_customer, "chase_payment", result="no_answer")
    with story.day(84):
        assert story.waiting(story.of_customer) == {"approve_level_manager": "manager1"}
        story.step("manager1", story.of_customer, "approve_level_manager", "approve", again_on="")
        assert story.read("finance", account)["level"] == 2
        letter = letters(story, 84)
        assert (letter["kind"], letter["level"]) == ("letter", 2)
        pages = story.pdf("finance", f"dunning-letters/{letter['id']}/pdf/")
        for piece in ("催款函", letter["no"], "人民币壹万肆仟捌佰元整", "财务部", "催款函回执"):
            assert piece in "".join(pages), piece
    with story.day(86):
        pay(story, story.contract_now(), 2)
        found = story.read("finance", account)
        assert (found["principal"], found["instalments"]) == ("0.00", [])
        assert story.cases(story.of_customer)["collection"] == "completed"
        assert story.waiting(story.of_customer) == {}


def complains(story: Story) -> None:
    with story.day(90):
        body = {
            "customer": story.customer,
            "contract": story.contract,
            "channel": "phone",
            "severity": 3,
            "description": "商铺三天打不开，客服没有回电。",
        }
        complaint = story.send("aftersales", "complaints/", body)
        settle()
        subject, path = f"service.complaint:{complaint['id']}", f"complaints/{complaint['id']}/"
        story.step("aftersales", subject, "acknowledge", severity="3", response="已致电说明处理安排。")
        people = {one["username"]: one["id"] for one in story.rows("admin", "people/?page_size=100")}
        story.step(
            "aftersales", subject, "rule", "justified", party_1=f"person:{people['content']}", share_1="100",
            basis="服务器日志", handler=people["aftersales2"],
        )  # fmt: skip
        story.step("aftersales2", subject, "handle", kind="rectify", description="已恢复商铺。", cost="0")
        story.step("director", subject, "instruct_director", "agree")
        story.step("aftersales", subject, "sum_up", root_cause="证书过期", prevention="到期前提醒", lesson="")
        assert story.waiting(subject) == {}
    with story.day(104):
        story.step("aftersales", subject, "call_customer", "satisfied", score="5", note="满意")
        found = story.read("aftersales", path)
        assert found["state"] == "closed"
        assert story.cases(subject) == {"complaint": "completed"}


def renews(story: Story) -> None:
    end = 7 + 364
    with story.day(end - 61):
        assert story.rows("rep1", "renewals/") == []
    with story.day(end - 60):
        (renewal,) = story.rows("rep1", f"renewals/?contract={story.contract}")
        assert (renewal["state"], renewal["due_on"]) == ("open", story.on(end))
        story.step("rep1", story.of_contract, "talk_renewal", "renew")
        new = next(
            one
            for one in story.rows("rep1", f"contracts/?customer={story.customer}")
            if one["state"] == "draft"
        )
    old, story.contract = story.contract, new["id"]
    with story.day(end - 59):
        draft = story.contract_now()
        assert (draft["start_on"], draft["kind"], draft["parent"]) == (story.on(end + 1), "renewal", old)
        assert (draft["amount"], draft["payment_plan"]) == ("29800.00", [])
        plan = {
            "revision": draft["revision"],
            "payment_plan": [{"due_on": story.on(end), "amount": "29800.00"}],
        }
        story.send("rep1", f"contracts/{story.contract}/payment-plan/", plan, method="PUT")
        story.step("rep1", story.of_contract, "draft_contract", "submit")
        story.step("manager1", story.of_contract, "manager_review", "approve")
        story.step("finance", story.of_contract, "finance_review", "approve")
        story.step(
            "seal", story.of_contract, "seal_contract", seal_kind="contract", copies=2, cross_page=True
        )
        signed = {
            "signed_on": clock.today().isoformat(), "customer_signer": "陈国强", "our_signer": "沈立军",
            "method": "electronic",
        }  # fmt: skip
        story.step("assistant", story.of_contract, "record_signature", **signed)
        pay(story, story.contract_now(), 1)
        assert story.contract_now()["state"] == "active"
        (renewal,) = story.rows("rep1", f"renewals/?contract={old}")
        assert (renewal["state"], renewal["new_contract"]) == ("renewed", int(story.contract))
        assert story.cases(f"contracts.contract:{old}")["renewal"] == "completed"
        # The membership goes on for another year, and nothing is collected or built anew.
        assert story.workers_call() == 1
        assert story.platform_tells() == [201]
        assert sorted(story.outside.effects.values()) == [1, 1]
        (member,) = story.outside.journal.told()["members"].values()
        assert (member["until"], member["is_active"]) == (draft["end_on"], True)
    with story.day(end - 50):
        story.step("aftersales", story.of_contract, "first_week_call")
        assert onboarding(story, story.contract)["state"] == "done"
    with story.day(end + 5):
        # Nobody is left with anything to do; the next renewal and the end of the term wait for their days.
        assert story.rows("admin", "work-items/?box=all") == []
        running = story.rows("admin", "process-instances/?status=active")
        assert sorted((one["definition"], one["subject"]["id"]) for one in running) == [
            ("contract_performance", story.contract),
            ("renewal", story.contract),
        ]
        assert date.fromisoformat(story.contract_now()["end_on"]) > clock.today()
