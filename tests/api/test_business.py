"""Customers, contracts and their money over the API, from the first draft to the printed notice."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts.models import Contract, DunningNotice, Payment
from core import clock
from core.files.downloads import NEVER_RUN
from crm.models import Customer
from tests.contracts.factory import customer_of, product
from tests.processes.walk import settle
from workflows.models import ProcessInstance

pytestmark = pytest.mark.django_db


def day(number: int) -> str:
    """A day counted from today."""
    return (clock.today() + timedelta(days=number)).isoformat()


@pytest.fixture
def rep1(company, as_):
    return as_("rep1")


@pytest.fixture
def customer(company) -> str:
    return str(customer_of(company.rep1, name="昆山精密轴承有限公司").pk)


@pytest.fixture
def draft(rep1, customer) -> dict:
    body = {
        "customer": customer,
        "start_on": day(0),
        "end_on": day(364),
        "effective_rule": "on_signature",
        "lines": [{"product": str(product("VIP-B").pk), "quantity": "2", "price": "6400.00"}],
        "payment_plan": [
            {"due_on": day(-20), "amount": "5000.00", "note": "首期"},
            {"due_on": day(30), "amount": "7800.00"},
        ],
    }
    made = rep1.send("POST", "contracts/", body)
    assert made.status_code == 201, made.content.decode()
    return made.json()


def step(client, contract: str, element: str, **body):
    """Finish the open step of a contract's process, as somebody's client."""
    query = f"work-items/?box=all&subject=contracts.contract:{contract}&element={element}"
    (item,) = client.read(query).json()["results"]
    answer = client.send("POST", f"work-items/{item['id']}/complete/", body)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def sign(as_, contract: str) -> None:
    """Carry a draft through everybody to effective."""
    assert as_("rep1").send("POST", f"contracts/{contract}/submit/", {}).json()["state"] == "reviewing"
    step(as_("manager1"), contract, "manager_review", outcome="approve")
    step(as_("finance"), contract, "finance_review", outcome="approve")
    step(
        as_("seal"),
        contract,
        "seal_contract",
        data={"seal_kind": "contract", "copies": 2, "cross_page": True},
    )
    signed = {"signed_on": day(0), "customer_signer": "刘经理", "our_signer": "郑国栋", "method": "paper"}
    step(as_("assistant"), contract, "record_signature", data=signed)


class TestCustomers:
    def test_is_entered_with_contacts_and_addresses(self, rep1):
        body = {
            "name": "苏州华东机电有限公司",
            "level": "A",
            "contacts": [
                {"name": "刘经理", "mobile": "13800138000"},
                {"name": "张工", "phone": "0512-62880001"},
            ],
            "addresses": [
                {"kind": "postal", "address": "星湖街1号", "addressee": "财务部", "postcode": "215000"}
            ],
        }
        made = rep1.send("POST", "customers/", body)
        assert made.status_code == 201, made.content.decode()
        found = rep1.read(f"customers/{made.json()['id']}/").json()
        assert found == made.json()
        assert (found["owner"], found["owner_name"], found["level"]) == ("rep1", "Li Lei", "A")
        assert [one["is_primary"] for one in found["contacts"]] == [True, False]
        assert found["addresses"][0]["addressee"] == "财务部"
        assert found["no"].startswith("KH-")

    def test_a_second_one_of_the_name_is_refused_in_words(self, rep1, customer):
        answer = rep1.send("POST", "customers/", {"name": "昆山精密轴承有限公司"})
        assert (answer.status_code, answer.json()["code"]) == (400, "already_tracked")
        assert "name" in answer.json()["errors"]
        assert Customer.objects.count() == 1

    def test_a_change_on_top_of_an_older_state_is_409_and_says_who(self, rep1, customer):
        first = rep1.send("PATCH", f"customers/{customer}/", {"revision": 1, "level": "A"})
        assert (first.json()["level"], first.json()["revision"]) == ("A", 2)
        late = rep1.send("PATCH", f"customers/{customer}/", {"revision": 1, "level": "D"})
        assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
        assert "Li Lei" in late.json()["detail"]
        assert Customer.objects.get().level == "A"

    def test_a_change_names_the_revision_it_was_made_on(self, rep1, customer):
        assert "revision" in rep1.send("PATCH", f"customers/{customer}/", {"level": "A"}).json()["errors"]

    def test_goes_to_a_colleague_within_reach(self, company, as_, customer):
        manager1 = as_("manager1")
        moved = manager1.send("POST", f"customers/{customer}/transfer/", {"owner": "rep2"})
        assert moved.json()["owner"] == "rep2"
        assert as_("rep1").read(f"customers/{customer}/").status_code == 404
        assert manager1.send("POST", f"customers/{customer}/transfer/", {"owner": "rep3"}).status_code == 400
        assert (
            "owner"
            in manager1.send("POST", f"customers/{customer}/transfer/", {"owner": "x"}).json()["errors"]
        )

    def test_contacts_are_added_and_changed(self, rep1, customer):
        body = {"customer": customer, "name": "新联系人", "wechat": "liu", "is_primary": True}
        made = rep1.send("POST", "contacts/", body)
        assert made.status_code == 201, made.content.decode()
        rows = rep1.read(f"contacts/?customer={customer}").json()["results"]
        assert [row["name"] for row in rows if row["is_primary"]] == ["新联系人"]
        revision = rep1.read(f"customers/{customer}/").json()["revision"]
        change = {"name": "改名", "revision": revision}
        assert rep1.send("PATCH", f"contacts/{made.json()['id']}/", change).json()["name"] == "改名"


class TestContracts:
    def test_a_draft_comes_with_its_process(self, draft):
        contract = Contract.objects.get(pk=draft["id"])
        assert (draft["state"], draft["amount"], draft["revision"]) == (
            "draft",
            "12800.00",
            contract.revision,
        )
        assert draft["amount_in_words"].endswith("元整")
        assert draft["lines"][0]["amount"] == "12800.00"
        assert [(one["seq"], one["amount"], one["paid"]) for one in draft["payment_plan"]] == [
            (1, "5000.00", "0.00"),
            (2, "7800.00", "0.00"),
        ]

    def test_the_case_is_found_by_its_subject(self, rep1, draft):
        subject = f"contracts.contract:{draft['id']}"
        (case,) = rep1.read(f"process-instances/?subject={subject}").json()["results"]
        assert (case["definition"], case["status"], case["subject"]["id"]) == (
            "contract_lifecycle",
            "active",
            draft["id"],
        )
        (item,) = rep1.read(f"work-items/?subject={subject}").json()["results"]
        assert (item["element"], item["assignee"], item["amount"]) == ("draft_contract", "rep1", "12800.00")

    def test_one_case_at_a_time_and_only_about_what_may_be_seen(self, as_, company, draft):
        def start(client, kind: str, pk: str):
            body = {"definition": "contract_lifecycle", "subject": {"type": kind, "id": pk}}
            return client.send("POST", "process-instances/", body)

        again = start(as_("rep1"), "contracts.contract", draft["id"])
        assert (again.status_code, again.json()["code"]) == (409, "already_running")
        assert "Li Lei" in again.json()["detail"]
        assert start(as_("rep3"), "contracts.contract", draft["id"]).status_code == 404
        assert start(as_("rep1"), "contracts.contract", "999999").status_code == 404
        assert start(as_("rep1"), "core.user", str(company.rep1.pk)).status_code == 404
        missing = as_("rep1").send("POST", "process-instances/", {"definition": "contract_lifecycle"})
        assert (missing.status_code, missing.json()["code"]) == (400, "subject_needed")
        assert ProcessInstance.objects.count() == 1

    def test_without_a_price_the_list_price_holds(self, rep1, customer):
        body = {"customer": customer, "lines": [{"product": str(product("VIP-S").pk)}]}
        line = rep1.send("POST", "contracts/", body).json()["lines"][0]
        assert line["price"] == line["list_price"]

    def test_a_plan_that_does_not_add_up_is_refused_at_submission_with_the_difference(self, rep1, draft):
        plan = {"revision": draft["revision"], "payment_plan": [{"due_on": day(1), "amount": "12700.00"}]}
        assert rep1.send("PUT", f"contracts/{draft['id']}/payment-plan/", plan).status_code == 200
        answer = rep1.send("POST", f"contracts/{draft['id']}/submit/", {})
        assert (answer.status_code, answer.json()["code"]) == (400, "contract_incomplete")
        assert "¥100.00" in answer.json()["errors"]["plan"][0]
        assert Contract.objects.get(pk=draft["id"]).state == "draft"

    def test_lines_replace_all_there_are_and_a_stale_change_is_409(self, rep1, draft):
        change = {
            "revision": draft["revision"],
            "lines": [{"product": draft["lines"][0]["product"], "price": "1.00"}],
        }
        changed = rep1.send("PATCH", f"contracts/{draft['id']}/", change)
        assert (changed.status_code, changed.json()["amount"]) == (200, "1.00")
        assert rep1.send("PATCH", f"contracts/{draft['id']}/", change).status_code == 409

    def test_goes_through_everybody_and_then_cannot_be_changed(self, as_, draft):
        sign(as_, draft["id"])
        contract = as_("rep1").read(f"contracts/{draft['id']}/").json()
        assert (contract["state"], contract["signed_on"]) == ("active", day(0))
        assert contract["no"].startswith("XS-")
        assert [one["decided_by"] for one in contract["decisions"]] == ["manager1", "finance"]
        change = {"revision": contract["revision"], "title": "anders"}
        answer = as_("rep1").send("PATCH", f"contracts/{draft['id']}/", change)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_a_draft")

    def test_says_when_it_takes_effect_and_waits_for_it(self, as_, draft):
        def read() -> dict:
            return as_("rep1").read(f"contracts/{draft['id']}/").json()

        change = {"revision": draft["revision"], "effective_rule": ""}
        changed = as_("rep1").send("PATCH", f"contracts/{draft['id']}/", change).json()
        assert (changed["effective_rule"], changed["effective_due_on"]) == ("", None)
        unknown = {"revision": changed["revision"], "effective_rule": "never"}
        assert as_("rep1").send("PATCH", f"contracts/{draft['id']}/", unknown).status_code == 400
        sign(as_, draft["id"])
        # It sells a membership.
        assert (read()["effective_rule"], read()["state"]) == ("on_first_payment", "signed")
        instalment = draft["payment_plan"][0]["id"]
        payment = {
            "customer": draft["customer"],
            "amount": "100.00",
            "received_on": day(0),
            "allocations": [{"instalment": instalment, "amount": "100.00"}],
        }
        pk = as_("finance").send("POST", "payments/", payment).json()["id"]
        assert as_("finance2").send("POST", f"payments/{pk}/confirm/", {}).status_code == 200
        settle()
        assert (read()["state"], read()["effective_on"]) == ("active", day(0))

    def test_says_who_signs_first(self, as_, draft):
        assert draft["signing_order"] == "either"
        change = {"revision": draft["revision"], "signing_order": "customer_first"}
        changed = as_("rep1").send("PATCH", f"contracts/{draft['id']}/", change).json()
        assert changed["signing_order"] == "customer_first"
        wrong = {"revision": changed["revision"], "signing_order": "nobody"}
        answer = as_("rep1").send("PATCH", f"contracts/{draft['id']}/", wrong)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["signing_order"])
        assert as_("rep1").read(f"contracts/{draft['id']}/").json()["signing_order"] == "customer_first"

    def test_takes_effect_on_a_date(self, as_, draft):
        change = {
            "revision": draft["revision"],
            "effective_rule": "on_date",
            "effective_due_on": day(9),
        }
        changed = as_("rep1").send("PATCH", f"contracts/{draft['id']}/", change).json()
        assert (changed["effective_rule"], changed["effective_due_on"]) == ("on_date", day(9))
        sign(as_, draft["id"])
        contract = as_("rep1").read(f"contracts/{draft['id']}/").json()
        assert (contract["state"], contract["effective_on"]) == ("signed", None)

    def test_a_form_with_a_file_comes_as_multipart(self, as_, draft):
        as_("rep1").send("POST", f"contracts/{draft['id']}/submit/", {})
        step(as_("manager1"), draft["id"], "manager_review", outcome="approve")
        step(as_("finance"), draft["id"], "finance_review", outcome="approve")
        seal = {"seal_kind": "contract", "copies": "2", "cross_page": True}
        step(as_("seal"), draft["id"], "seal_contract", data=seal)
        assistant, query = as_("assistant"), f"work-items/?box=all&subject=contracts.contract:{draft['id']}"
        (item,) = assistant.read(query).json()["results"]
        form = assistant.read(f"work-items/{item['id']}/form/").json()
        types = {one["id"]: one["type"] for one in form["fields"]}
        assert (types["signed_on"], types["method"], types["scan"]) == ("date", "choice", "file")
        answers = {
            "signed_on": day(0),
            "customer_signer": "刘经理",
            "our_signer": "郑国栋",
            "method": "paper",
        }
        scan = SimpleUploadedFile("signed.pdf", b"%PDF-1.4 signed", content_type="application/pdf")
        body = {"data": json.dumps(answers), "comment": "齐了", "scan": scan}
        done = assistant.post(f"/api/v1/work-items/{item['id']}/complete/", body)
        assert done.status_code == 200, done.content.decode()
        contract = Contract.objects.get(pk=draft["id"])
        assert contract.state == "active"
        assert contract.signatures.first().scan.read() == b"%PDF-1.4 signed"

    def test_a_form_refuses_a_file_it_does_not_ask_for(self, as_, draft):
        query = f"work-items/?box=all&subject=contracts.contract:{draft['id']}"
        (item,) = as_("rep1").read(query).json()["results"]
        file = SimpleUploadedFile("evil.exe", b"MZ")
        answer = as_("rep1").post(
            f"/api/v1/work-items/{item['id']}/complete/", {"outcome": "submit", "evil": file}
        )
        assert answer.status_code == 400, answer.content.decode()
        assert Contract.objects.get(pk=draft["id"]).state == "draft"

    def test_the_paper_is_a_file_to_save(self, rep1, draft):
        answer = rep1.read(f"contracts/{draft['id']}/pdf/", Accept="application/pdf")
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Security-Policy"] == NEVER_RUN

    def test_the_drafter_gives_it_up_with_its_case(self, rep1, draft):
        voided = rep1.send("POST", f"contracts/{draft['id']}/void/", {"reason": "客户不买了"})
        assert (voided.json()["state"], voided.json()["void_reason"]) == ("voided", "客户不买了")
        subject = f"contracts.contract:{draft['id']}"
        (case,) = rep1.read(f"process-instances/?subject={subject}").json()["results"]
        assert case["status"] == "cancelled"


class TestMoney:
    @pytest.fixture
    def owed(self, as_, draft) -> dict:
        sign(as_, draft["id"])
        return draft

    def test_is_recorded_by_one_confirmed_by_another_and_then_counts(self, as_, owed, customer):
        finance, finance2 = as_("finance"), as_("finance2")
        first = owed["payment_plan"][0]["id"]
        body = {
            "customer": customer,
            "amount": "3000.00",
            "received_on": day(0),
            "bank_ref": "ICBC-1",
            "allocations": [{"instalment": first, "amount": "3000.00"}],
        }
        payment = finance.send("POST", "payments/", body)
        assert payment.status_code == 201, payment.content.decode()
        assert (payment.json()["state"], payment.json()["recorded_by"]) == ("draft", "finance")
        pk = payment.json()["id"]
        same = finance.send("POST", f"payments/{pk}/confirm/", {})
        assert (same.status_code, same.json()["code"]) == (400, "second_person_needed")
        assert self.outstanding(finance, first) == "5000.00"
        assert finance2.send("POST", f"payments/{pk}/confirm/", {}).json()["confirmed_by"] == "finance2"
        assert self.outstanding(finance, first) == "2000.00"
        again = finance2.send("POST", f"payments/{pk}/confirm/", {})
        assert (again.status_code, again.json()["code"]) == (409, "payment_confirmed")
        assert "Qian Jin" in again.json()["detail"]
        reversed_ = finance.send("POST", f"payments/{pk}/reverse/", {"reason": "退回"})
        assert reversed_.json()["state"] == "reversed"
        assert self.outstanding(finance, first) == "5000.00"

    def outstanding(self, client, instalment: str) -> str:
        rows = client.read("receivables/").json()["results"]
        return next(row["outstanding"] for row in rows if row["id"] == instalment)

    def test_never_pays_more_than_is_open_or_than_it_is(self, as_, owed, customer):
        finance = as_("finance")
        payment = {"customer": customer, "amount": "9000.00", "received_on": day(0)}
        pk = finance.send("POST", "payments/", payment).json()["id"]
        first, second = (one["id"] for one in owed["payment_plan"])
        too_much = [{"instalment": first, "amount": "5000.01"}]
        refused = finance.send("POST", f"payments/{pk}/allocate/", {"allocations": too_much})
        assert refused.status_code == 400
        more = [{"instalment": first, "amount": "5000.00"}, {"instalment": second, "amount": "4000.01"}]
        assert finance.send("POST", f"payments/{pk}/allocate/", {"allocations": more}).status_code == 400
        assert Payment.objects.get().allocations.count() == 0

    def test_the_same_bank_reference_comes_in_once(self, as_, owed, customer):
        finance = as_("finance")
        body = {"customer": customer, "amount": "1.00", "received_on": day(0), "bank_ref": "ICBC-1"}
        assert finance.send("POST", "payments/", body).status_code == 201
        second = finance.send("POST", "payments/", body)
        assert (second.status_code, second.json()["code"]) == (400, "bank_ref_taken")
        assert Payment.objects.count() == 1

    def test_what_is_owed_has_its_age(self, as_, owed, customer):
        finance = as_("finance")
        rows = finance.read(f"receivables/?customer={customer}").json()["results"]
        assert [(row["outstanding"], row["days_overdue"], row["ageing"]) for row in rows] == [
            ("5000.00", 20, "1_30"),
            ("7800.00", 0, "current"),
        ]
        assert [
            row["outstanding"] for row in finance.read("receivables/?overdue=true").json()["results"]
        ] == ["5000.00"]
        later = finance.read(f"receivables/?as_of={day(80)}&ageing=over_90").json()["results"]
        assert [row["days_overdue"] for row in later] == [100]
        ages = {row["ageing"]: row["total"] for row in finance.read("receivables/ageing/").json()["ages"]}
        assert (ages["current"], ages["1_30"], ages["over_90"]) == ("7800.00", "5000.00", "0.00")

    def test_notices_are_previewed_printed_once_and_printed_again_as_they_were(self, as_, owed, customer):
        finance = as_("finance")
        (preview,) = finance.send("POST", "dunning-runs/preview/", {}).json()["notices"]
        # 20 days at five per ten thousand, as the contract says.
        assert (preview["interest"], preview["instalments"][0]["outstanding"]) == ("50.00", "5000.00")
        assert (preview["customer"], preview["total"], preview["problem"]) == (customer, "5050.00", "")
        run = finance.send("POST", "dunning-runs/print/", {"customers": [customer]})
        assert run.status_code == 201, run.content.decode()
        assert (run.json()["notice_count"], run.json()["total"]) == (1, "5050.00")
        assert finance.read(f"dunning-runs/{run.json()['id']}/pdf/").content.startswith(b"%PDF")
        (letter,) = finance.read(f"dunning-letters/?customer={customer}").json()["results"]
        pdf = [finance.read(f"dunning-letters/{letter['id']}/pdf/").content for _ in range(2)]
        assert pdf[0] == pdf[1]
        again = finance.send("POST", "dunning-runs/print/", {"customers": [customer]})
        assert (again.status_code, again.json()["code"]) == (409, "printed_already")
        assert letter["no"] in again.json()["detail"]
        assert DunningNotice.objects.count() == 1
