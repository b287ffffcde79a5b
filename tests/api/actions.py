"""Each action of the API, how it is asked, and what everybody hears: the table of the permission tests."""

from dataclasses import dataclass
from typing import Any

from tests.api.diagrams import travel
from tests.permissions.people import ASKING


@dataclass(frozen=True)
class Action:
    """One action: its address with the world's keys, and what everybody hears.

    ``hears``: the answers to stranger, reader, other and allowed (tests/permissions/people.py), who hold rights
    made from the list of all rights. ``readers`` and ``strangers`` are people of the shipped company: a reader
    may look at the row but not do this (403); a stranger does not know that the row exists (404).
    """

    method: str
    path: str
    hears: str
    body: dict[str, Any] | None = None
    readers: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    # Who asks in place of the fourth: a deed that only one person may do.
    only: str = ""
    # Why the deed is refused to who may do it: the state of the row does not allow it.
    refusal: str = ""
    # Sent as a form with a file.
    with_file: bool = False

    @property
    def noun(self) -> str:
        return self.path.partition("/")[0]

    def expected(self, person: str) -> int:
        return int(self.hears.split()[ASKING.index(person)])


def reading(path: str, hears: str, /, *strangers: str, readers: tuple[str, ...] = ()) -> Action:
    return Action("GET", path, hears, None, readers, strangers)


def writing(path: str, hears: str, body: dict[str, Any], /, *, method: str = "POST", **more: Any) -> Action:
    return Action(method, path, hears, body, **more)


# Rows of the whole company: they have no department.
HOUSE = {
    "products", "contract-templates", "background-jobs", "process-definitions", "incidents", "alerts", "departments",
    "legal-holds",
    "calendar", "number-rules", "activity-types", "onboarding-items", "customer-statuses",
}  # fmt: skip
CUSTOMER = "customers/{customer}/"
CONTRACT = "contracts/{contract}/"
PAYMENT = "payments/{payment}/"
TRAVEL = "process-definitions/travel/"
CASE = "process-instances/{case}/"
ITEM = "work-items/{item}/"
ABOUT = {"subject_type": "crm.customer", "subject_id": "{customer}"}
WHY = {"reason": "因为"}
PLAN = [{"due_on": "2030-01-01", "amount": "1.00"}]
BPMN = {"bpmn": travel()}
HOOK = {"name": "ERP", "url": "https://erp.example.com/in", "events": ["contract.signed"]}

# rep3 sells in another team and sees nothing of rep1's business, but shares the queue of the representatives;
# content writes articles and sees nothing at all.
ACTIONS = [
    reading("auth/me/", "200 200 200 200"),
    reading("auth/tokens/", "200 200 200 200"),
    writing("auth/tokens/", "201 201 201 201", {}),
    writing("auth/tokens/{token}/", "404 404 404 204", {}, method="DELETE", strangers=("rep2", "admin"), only="rep1"),
    # Customers
    reading("customers/", "200 200 200 200"),
    writing("customers/", "403 403 201 201", {"name": "新客户有限公司"}, readers=("boss", "finance", "content")),
    reading(CUSTOMER, "404 200 404 200", "rep3", "rep2", "content"),
    writing(CUSTOMER, "404 403 404 200", {"name": "改名", "revision": 1}, method="PATCH", readers=("boss", "legal"), strangers=("rep3",)),
    writing(CUSTOMER + "transfer/", "404 403 404 200", {"owner": "rep2"}, readers=("boss", "gm"), strangers=("rep3", "rep2")),
    reading("customers/pool/", "200 200 200 200"),
    writing("customers/{pool_customer}/claim/", "403 403 200 200", {}, readers=("boss", "legal")),
    writing(CUSTOMER + "release/", "404 403 404 200", {"reason": "改行"}, readers=("boss", "gm"), strangers=("rep3",)),
    reading(CUSTOMER + "ownership/", "404 200 404 200", "rep3", "content"),
    reading(CUSTOMER + "duplicates/", "404 403 404 200", "rep3", "content", readers=("boss",)),
    writing(CUSTOMER + "duplicates/", "404 403 404 200", {"other": "{twin}", "verdict": "linked"}, readers=("boss",), strangers=("rep3",)),
    writing(CUSTOMER + "merge/", "404 403 404 200", {"copy": "{twin}"}, readers=("boss",), strangers=("rep3",)),
    writing("customers/{recycled}/restore/", "404 404 404 200", {}, strangers=("boss", "rep3")),
    writing(CUSTOMER + "addresses/", "404 403 404 201", {"kind": "postal", "address": "某路1号"}, readers=("boss",), strangers=("rep3",)),
    reading("contacts/", "200 200 200 200"),
    writing("contacts/", "404 403 404 201", {"customer": "{customer}", "name": "乙", "mobile": "13800138000"}, readers=("boss",), strangers=("rep3",)),
    reading("contacts/{contact}/", "404 200 404 200", "rep3", "content"),
    writing("contacts/{contact}/", "404 403 404 200", {"name": "乙", "revision": 1}, method="PATCH", readers=("boss",), strangers=("rep3",)),
    # Following up
    reading(CUSTOMER + "status/", "404 200 404 200", "rep3", "content"),
    writing(CUSTOMER + "status/", "404 403 404 200", {"to": "planned", "facts": "已列入预算"}, readers=("boss", "legal"), strangers=("rep3",)),
    reading("activities/", "200 200 200 200"),
    reading("activities/{activity}/", "404 200 404 200", "rep3", "content"),
    writing("activities/", "404 403 404 201", {"customer": "{customer}", "type": "visit", "subject": "拜访"}, readers=("boss", "legal"), strangers=("rep3",)),
    writing("activities/{activity}/", "404 403 404 200", {"subject": "询价二"}, method="PATCH", readers=("boss", "finance"), strangers=("rep3",)),
    reading("activity-types/", "403 200 200 200", readers=("content",)),
    reading("activity-types/{spare_type}/", "403 200 200 200", readers=("content",)),
    writing("activity-types/", "403 403 201 201", {"code": "sms", "name_zh": "短信", "name_en": "SMS"}, readers=("rep1", "boss")),
    writing("activity-types/{spare_type}/", "403 403 200 200", {"order": 5}, method="PATCH", readers=("rep1", "boss")),
    writing("activity-types/{spare_type}/", "403 403 204 204", {}, method="DELETE", readers=("rep1", "boss")),
    reading("customer-statuses/", "403 200 200 200", readers=("content",)),
    reading("customer-statuses/{spare_status}/", "403 200 200 200", readers=("content",)),
    writing("customer-statuses/", "403 403 201 201", {"code": "trial", "name_zh": "试用", "name_en": "Trial", "ways": [{"to": "lost"}]}, readers=("rep1", "boss")),
    writing("customer-statuses/{spare_status}/", "403 403 200 200", {"order": 5}, method="PATCH", readers=("rep1", "boss")),
    writing("customer-statuses/{spare_status}/", "403 403 204 204", {}, method="DELETE", readers=("rep1", "boss")),
    reading("member-accounts/", "200 200 200 200"),
    reading("member-accounts/{member}/", "404 200 404 200", "rep3", "content"),
    # After the sale
    reading("onboarding-items/", "403 403 200 200", readers=("rep1", "boss")),
    writing("onboarding-items/", "403 403 201 201", {"product_kind": "service", "code": "gift", "title_zh": "寄送礼品", "title_en": "Gift", "role": "rep", "offset_days": 5}, readers=("rep1", "boss")),
    writing("onboarding-items/{item_template}/", "403 403 200 200", {"offset_days": 4}, method="PATCH", readers=("rep1", "boss")),
    reading("onboardings/", "200 200 200 200"),
    reading("onboardings/{onboarding}/", "404 200 404 200", "rep3", "legal"),
    writing("onboardings/{onboarding}/finish/", "404 403 404 200", {"item": "{onboarding_item}"}, readers=("boss",), strangers=("rep3",)),
    writing("onboardings/{onboarding}/skip/", "404 403 404 200", {"item": "{onboarding_item}", **WHY}, readers=("boss", "rep1"), strangers=("rep3",)),
    reading("renewals/", "200 200 200 200"),
    reading("renewals/{renewal}/", "404 200 404 200", "rep3", "legal"),
    reading("complaints/", "200 200 200 200"),
    reading("complaints/{complaint}/", "404 200 404 200", "rep3", "legal"),
    writing("complaints/", "403 403 404 201", {"customer": "{customer}", "description": "打不开"}, readers=("boss", "legal"), strangers=("rep3",)),
    writing("complaints/{complaint}/act/", "404 403 404 200", {"kind": "apologise", "description": "上门道歉"}, readers=("boss", "assistant"), strangers=("rep3",)),
    writing("complaints/{complaint}/pause/", "404 403 404 200", {}, readers=("boss", "assistant"), strangers=("rep3",)),
    writing("complaints/{paused_complaint}/resume/", "404 403 404 200", {}, readers=("boss", "assistant"), strangers=("rep3",)),
    writing("complaints/{complaint}/withdraw/", "404 403 404 200", WHY, readers=("boss", "rep1"), strangers=("rep3",)),
    # Products, templates, contracts
    reading("products/", "403 200 200 200", readers=("content",)),
    reading("products/{product}/", "403 200 200 200", readers=("content",)),
    writing("products/", "403 403 201 201", {"code": "X", "name": "X", "kind": "service", "unit": "年", "list_price": "2", "floor_price": "1"}, readers=("rep1", "boss")),
    writing("products/{product}/", "403 403 200 200", {"name": "X"}, method="PATCH", readers=("rep1", "boss")),
    reading("contract-templates/", "403 200 200 200", readers=("content",)),
    reading("contract-templates/{template}/", "403 200 200 200", readers=("content",)),
    writing("contract-templates/", "403 403 201 201", {"code": "order", "name": "订单"}, readers=("rep1", "boss")),
    writing("contract-templates/{draft_template}/", "403 403 200 200", {"revision": 1, "name": "改名"}, method="PATCH", readers=("rep1", "boss")),
    writing("contract-templates/{template}/draft/", "403 403 409 409", {}, readers=("rep1", "boss"), refusal="draft_exists"),
    writing("contract-templates/{draft_template}/publish/", "403 403 200 200", {"revision": 1, "note": "新"}, readers=("rep1", "boss")),
    writing("contract-templates/{draft_template}/discard/", "403 403 204 204", {"revision": 1}, readers=("rep1", "boss")),
    writing("contract-templates/{template}/retire/", "403 403 409 409", WHY, readers=("rep1", "boss"), refusal="last_template"),
    reading("contract-templates/{draft_template}/check/", "403 200 200 200", readers=("content",)),
    reading("contract-templates/{draft_template}/pdf/", "403 200 200 200", readers=("content",)),
    reading("contracts/", "200 200 200 200"),
    writing("contracts/", "403 403 404 201", {"customer": "{customer}"}, readers=("boss", "finance"), strangers=("rep3",)),
    reading(CONTRACT, "404 200 404 200", "rep3", "rep2", "content"),
    writing(CONTRACT, "404 403 404 200", {"title": "改名", "revision": 1}, method="PATCH", readers=("boss", "legal"), strangers=("rep3",), only="rep1"),
    writing(CONTRACT + "submit/", "404 403 404 200", {}, readers=("boss", "legal"), strangers=("rep3",), only="rep1"),
    writing(CONTRACT + "void/", "404 403 404 200", WHY, readers=("boss", "legal"), strangers=("rep3",)),
    writing(CONTRACT + "terminate/", "404 403 404 409", {"kind": "breach", "reason": "不付款", "ends_on": "2030-01-01"}, readers=("boss", "legal"), strangers=("rep3",), refusal="wrong_state"),
    reading(CONTRACT + "terminations/", "404 200 404 200", "rep3", "content"),
    reading(CONTRACT + "pdf/", "404 200 404 200", "rep3", "content"),
    reading(CONTRACT + "counterparty-papers/", "404 200 404 200", "rep3", "content"),
    writing(CONTRACT + "counterparty-papers/", "404 403 404 400", {}, readers=("boss", "legal"), strangers=("rep3",), only="rep1", with_file=True, refusal="pdf_refused"),
    writing(CONTRACT + "counterparty-papers/drop/", "404 403 404 409", {}, readers=("boss", "legal"), strangers=("rep3",), only="rep1", refusal="no_counterparty_paper"),
    reading(CONTRACT + "paper-notes/", "404 200 404 200", "rep3", "content"),
    writing(CONTRACT + "paper-notes/", "404 403 404 409", {"title": "管辖", "risk": "low", "reason": "可以接受"}, readers=("rep1", "boss"), strangers=("rep3",), only="legal", refusal="wrong_state"),
    writing("contracts/{their_contract}/paper-notes/{paper_note}/", "404 403 404 204", {}, method="DELETE", readers=("rep1", "boss"), strangers=("rep3",), only="legal"),
    reading(CONTRACT + "signing-links/", "404 200 404 200", "rep3", "content"),
    writing(CONTRACT + "signing-links/", "404 403 404 409", {}, readers=("boss", "legal"), strangers=("rep3",), refusal="wrong_state"),
    writing(CONTRACT + "signing-links/revoke/", "404 403 404 409", {}, readers=("boss", "legal"), strangers=("rep3",), refusal="no_link"),
    reading(CONTRACT + "payment-plan/", "404 200 404 200", "rep3", "content"),
    writing(CONTRACT + "payment-plan/", "404 403 404 200", {"payment_plan": PLAN, "revision": 1}, method="PUT", readers=("boss",), strangers=("rep3",), only="rep1"),
    # Money
    reading("payments/", "200 200 200 200"),
    writing("payments/", "404 403 404 201", {"customer": "{customer}", "amount": "1.00", "received_on": "2020-01-01"}, readers=("rep1", "boss"), strangers=("rep3",)),
    reading(PAYMENT, "404 200 404 200", "rep3", "content"),
    writing(PAYMENT + "allocate/", "404 403 404 200", {"allocations": []}, readers=("rep1", "boss"), strangers=("rep3",)),
    writing(PAYMENT + "confirm/", "404 403 404 200", {}, readers=("rep1", "boss"), strangers=("rep3",)),
    writing(PAYMENT + "reverse/", "404 403 404 200", WHY, readers=("rep1", "boss"), strangers=("rep3",)),
    reading("receivables/", "200 200 200 200"),
    reading("receivables/ageing/", "200 200 200 200"),
    reading("dunning-runs/", "200 200 200 200"),
    reading("dunning-runs/{run}/", "404 200 404 200", "rep3", "content"),
    reading("dunning-runs/{run}/pdf/", "403 403 404 200", readers=("rep1", "boss")),
    writing("dunning-runs/preview/", "403 403 200 200", {}, readers=("rep1", "boss")),
    writing("dunning-runs/print/", "403 403 400 409", {"customers": ["{customer}"]}, readers=("rep1", "boss"), refusal="printed_already"),
    reading("dunning-letters/", "200 200 200 200"),
    reading("dunning-letters/{letter}/", "404 200 404 200", "rep3", "content"),
    reading("dunning-letters/{letter}/pdf/", "403 403 404 200", readers=("rep1", "boss")),
    writing("dunning-letters/{letter}/mark-sent/", "404 403 404 200", {"channel": "hand"}, readers=("rep1", "boss"), strangers=("rep3",)),
    writing("dunning-letters/{letter}/mark-delivered/", "404 403 404 400", {}, readers=("rep1", "boss"), strangers=("rep3",), refusal="not_sent"),
    reading("collections/{customer}/", "404 200 404 200", "rep3", "content"),
    writing("collections/{customer}/promise/", "404 403 404 400", {"amount": "10.00", "promised_on": "2199-01-01"}, readers=("boss",), strangers=("rep3",), refusal="invalid"),
    writing("collections/{customer}/dispute/", "404 403 404 200", {"instalment": "{overdue_line}", "reason": "未上线"}, readers=("boss",), strangers=("rep3",)),
    writing("collections/{customer}/settle/", "404 403 404 200", {"dispute": "{dispute}"}, readers=("boss", "rep1"), strangers=("rep3",)),
    reading("loan-prime-rates/", "403 403 200 200", readers=("rep1", "boss")),
    writing("loan-prime-rates/", "403 403 201 201", {"on": "2026-01-20", "one_year": "3.00"}, readers=("rep1", "boss")),
    reading("dunning-proposals/", "200 200 200 200"),
    writing("dunning-proposals/", "403 403 400 201", {}, readers=("rep1", "boss")),
    reading("dunning-proposals/{draft_proposal}/", "404 200 404 200", "rep3", "content"),
    writing("dunning-proposals/{draft_proposal}/exclude/", "404 403 404 200", {"letter": "{draft_letter}", **WHY}, readers=("boss",), strangers=("rep3",)),
    writing("dunning-proposals/{draft_proposal}/include/", "404 403 404 400", {"letter": "{draft_letter}"}, readers=("boss",), strangers=("rep3",), refusal="cannot_be_printed"),
    writing("dunning-proposals/{draft_proposal}/submit/", "404 403 404 200", {}, readers=("boss",), strangers=("rep3",)),
    writing("dunning-proposals/{submitted_proposal}/approve/", "404 403 404 200", {}, readers=("boss",), strangers=("rep3",)),
    writing("dunning-proposals/{submitted_proposal}/discard/", "404 403 404 200", WHY, readers=("boss",), strangers=("rep3",)),
    writing("dunning-proposals/{approved_proposal}/print/", "404 403 404 409", {}, readers=("boss",), strangers=("rep3",), refusal="nothing_left"),
    reading("search/", "200 200 200 200"),
    reading("notifications/", "200 200 200 200"),
    writing("notifications/read/", "200 200 200 200", {"until": 1}),
    reading("notification-choices/", "200 200 200 200"),
    writing("notification-choices/", "200 200 200 200", {"results": []}, method="PUT"),
    # Around a row
    reading("comments/?subject_type=crm.customer&subject_id={customer}", "404 200 404 200", "rep3", "content"),
    writing("comments/", "404 201 404 201", {**ABOUT, "text": "你好"}, strangers=("rep3", "content")),
    reading("comments/{comment}/", "404 200 404 200", "rep3", "content"),
    writing("comments/{comment}/", "404 403 404 200", {"text": "改"}, method="PATCH", readers=("boss", "legal"), strangers=("rep3",), only="rep1"),
    writing("comments/{comment}/", "404 403 404 204", {}, method="DELETE", readers=("legal", "manager1"), strangers=("rep3",)),
    reading("attachments/?subject_type=crm.customer&subject_id={customer}", "404 200 404 200", "rep3", "content"),
    writing("attachments/", "404 201 404 201", ABOUT, with_file=True),
    reading("attachments/{attachment}/", "404 200 404 200", "rep3", "content"),
    reading("attachments/{attachment}/file/", "404 200 404 200", "rep3", "content"),
    writing("attachments/{attachment}/", "404 403 404 204", {}, method="DELETE", readers=("legal", "manager1"), strangers=("rep3",)),
    writing("attachments/{attachment}/restore/", "404 403 404 200", {}, readers=("legal", "manager1"), strangers=("rep3",)),
    reading("field-changes/?subject_type=crm.customer&subject_id={customer}", "404 200 404 200", "rep3", "content"),
    # Background work
    reading("background-jobs/", "200 200 200 200"),
    reading("background-jobs/{job}/", "404 404 200 200", "rep3", "content", "boss"),
    # Processes
    reading("operations/", "200 200 200 200"),
    reading("process-definitions/", "200 200 200 200"),
    writing("process-definitions/import/", "403 403 200 200", BPMN, readers=("rep1", "boss")),
    reading(TRAVEL, "404 200 200 200", "content"),
    reading(TRAVEL + "draft/", "404 403 200 200", "content", readers=("rep1", "boss")),
    writing(TRAVEL + "draft/", "404 403 200 200", {**BPMN, "revision": 1}, method="PUT", readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/lint/", "404 403 200 200", {}, readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/mend/", "404 403 400 400", {"problem": {"code": "unknown_name"}}, readers=("rep1", "boss"), strangers=("content",), refusal="nothing_to_mend"),
    reading(TRAVEL + "editor/", "404 403 200 200", "content", readers=("rep1", "boss")),
    writing(TRAVEL + "draft/names/", "404 403 200 200", {}, readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/presence/", "404 403 200 200", {}, readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/publish/", "404 403 201 201", {}, readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/schedule/", "404 403 200 200", {"at": "2031-03-04T10:00:00+08:00", "revision": 1}, method="PUT", readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/schedule/", "404 403 400 400", {}, method="DELETE", readers=("rep1", "boss"), strangers=("content",), refusal="not_scheduled"),
    writing(TRAVEL + "draft/request/", "404 403 200 200", {"revision": 1}, method="PUT", readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/request/", "404 403 400 400", {}, method="DELETE", readers=("rep1", "boss"), strangers=("content",), refusal="not_asked_for"),
    writing(TRAVEL + "draft/send-back/", "404 403 400 400", {"reason": "因为"}, readers=("rep1", "boss"), strangers=("content",), refusal="not_asked_for"),
    reading(TRAVEL + "draft/history/", "404 403 200 200", "content", readers=("rep1", "boss")),
    reading(TRAVEL + "draft/history/{snapshot}/", "404 403 200 200", "content", readers=("rep1", "boss")),
    writing(TRAVEL + "draft/history/{snapshot}/restore/", "404 403 409 409", {"revision": 99}, readers=("rep1", "boss"), strangers=("content",), refusal="stale_revision"),
    writing(TRAVEL + "draft/discard/", "404 403 409 409", {"revision": 99}, readers=("rep1", "boss"), strangers=("content",), refusal="stale_revision"),
    writing(TRAVEL + "favourite/", "404 403 204 204", {}, method="PUT", readers=("boss",), strangers=("content",)),
    writing(TRAVEL + "favourite/", "404 204 204 204", {}, method="DELETE", strangers=("content",)),
    reading(TRAVEL + "offer/", "404 403 200 200", "content", readers=("rep1", "boss")),
    writing(TRAVEL + "offer/take/", "404 403 409 409", {"checksum": "{offer}", "revision": 99}, readers=("rep1", "boss"), strangers=("content",), refusal="stale_revision"),
    writing(TRAVEL + "offer/decline/", "404 403 200 200", {"checksum": "{offer}"}, readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "roles/", "403 403 200 200", {"draw_roles": ["manager"]}, method="PUT", readers=("rep1", "boss")),
    writing(TRAVEL + "versions/1/restore/", "404 403 409 409", {"revision": 99}, readers=("rep1", "boss"), strangers=("content",), refusal="stale_revision"),
    writing(TRAVEL + "operations/", "403 403 200 200", {"operations": []}, method="PUT", readers=("rep1", "boss")),
    reading(TRAVEL + "statistics/", "404 200 200 200", "content", readers=("rep1",)),
    reading(TRAVEL + "versions/", "404 200 200 200", "content"),
    reading(TRAVEL + "versions/1/", "404 200 200 200", "content"),
    reading(TRAVEL + "versions/1/bpmn/", "404 200 200 200", "content"),
    reading(TRAVEL + "versions/1/diff/2/", "404 200 200 200", "content"),
    reading("process-instances/", "200 200 200 200"),
    writing("process-instances/", "404 403 201 201", {"definition": "travel"}, readers=("boss",), strangers=("content",)),
    reading(CASE, "404 200 404 200", "content", "finance"),
    reading(CASE + "history/", "404 200 404 200", "content", "finance"),
    reading(CASE + "diagram/", "404 200 404 200", "content", "finance"),
    reading(CASE + "next/", "404 200 404 200", "content", "finance"),
    writing(CASE + "move/", "404 403 404 409", {"cancel": [], "at": [], "revision": 99, **WHY}, readers=("rep1", "boss"), strangers=("content",), refusal="stale_revision"),
    writing(CASE + "move/preview/", "404 200 404 200", {"at": ["nowhere"]}, strangers=("content",)),
    writing(CASE + "cancel/", "404 403 404 200", WHY, readers=("rep1", "boss"), strangers=("content",)),
    writing(CASE + "suspend/", "404 403 404 200", WHY, readers=("rep1", "boss"), strangers=("content",)),
    writing(CASE + "resume/", "404 403 404 409", WHY, readers=("rep1", "boss"), strangers=("content",), refusal="not_suspended"),
    reading("work-items/", "200 200 200 200"),
    reading(ITEM, "404 200 404 200", "content", "finance"),
    reading(ITEM + "form/", "404 200 404 200", "content", "finance"),
    writing(ITEM + "claim/", "404 403 404 200", {}, readers=("boss", "admin"), strangers=("content",)),
    writing(ITEM + "release/", "404 403 404 409", {}, readers=("boss", "admin"), strangers=("content",), refusal="not_claimed"),
    writing(ITEM + "complete/", "404 403 404 200", {"data": {"amount": 1}}, readers=("boss", "admin"), strangers=("content",)),
    writing(ITEM + "transfer/", "404 403 404 200", {"to": "rep2", "reason": "忙"}, readers=("boss", "gm"), strangers=("content",)),
    writing(ITEM + "snooze/", "404 403 404 409", {"until": "2031-01-01T09:00:00+08:00"}, readers=("boss", "gm"), strangers=("content",), refusal="not_claimed"),
    writing(ITEM + "wake/", "404 403 404 409", {}, readers=("boss", "gm"), strangers=("content",), refusal="not_claimed"),
    writing("work-items/bulk/", "200 200 200 200", {"ids": ["{item}"], "action": "claim"}),
    reading("messages/", "403 403 200 200", readers=("rep1", "boss")),
    writing("messages/", "403 403 201 201", {"name": "paid"}, readers=("rep1", "boss", "content")),
    reading("operations-status/", "403 403 200 200", readers=("rep1", "boss")),
    reading("alerts/", "403 403 200 200", readers=("rep1", "boss")),
    reading("alerts/{alert}/", "403 403 200 200", readers=("rep1", "boss")),
    writing("alerts/{alert}/take/", "403 403 200 200", {}, readers=("rep1", "boss")),
    writing("alerts/{alert}/release/", "403 403 409 409", {}, readers=("rep1", "boss"), refusal="not_taken"),
    reading(CASE + "export/", "404 200 404 200", "content"),
    writing("process-instances/purge/", "403 403 200 200", {"ids": ["{case}"], **WHY}, readers=("rep1", "boss")),
    reading("purged-cases/", "200 200 200 200"),
    reading("legal-holds/", "403 403 200 200", readers=("rep1", "boss")),
    writing("legal-holds/", "403 403 404 201", {"instance": "{case}", **WHY}, readers=("rep1", "boss")),
    writing("legal-holds/{hold}/lift/", "403 403 200 200", WHY, readers=("rep1", "boss")),
    reading("incidents/", "403 403 200 200", readers=("rep1", "boss")),
    reading("incidents/{incident}/", "403 403 200 200", readers=("rep1", "boss")),
    writing("incidents/{incident}/retry/", "403 403 200 200", {}, readers=("rep1", "boss")),
    writing("incidents/{incident}/skip/", "403 403 200 200", WHY, readers=("rep1", "boss")),
    writing("incidents/{incident}/fail/", "403 403 409 409", {**WHY, "code": "declined"}, readers=("rep1", "boss"), refusal="error_not_caught"),
    writing("incidents/{incident}/edit/", "403 403 400 400", {**WHY, "values": {"amount": 1}}, readers=("rep1", "boss"), refusal="invalid"),
    writing("incidents/{incident}/mend/", "403 403 409 409", WHY, readers=("rep1", "boss"), refusal="is_failure"),
    writing("incidents/bulk/", "403 403 200 200", {"ids": ["{incident}"], "action": "retry"}, readers=("rep1", "boss")),
    # Administration: manager1 leads people and administers nobody.
    reading("people/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("people/", "403 403 400 201", {"username": "new", "display_name": "新人"}, readers=("rep1", "manager1")),
    reading("people/{person}/", "404 404 404 200", "rep1", "manager1"),
    writing("people/{person}/", "403 403 404 200", {"position": "主管", "revision": "{person_revision}"}, method="PATCH", readers=("rep1", "manager1")),
    writing("people/{person}/invite/", "403 403 404 200", {}, readers=("rep1", "manager1")),
    writing("people/{person}/first-password/", "403 403 404 200", {}, readers=("rep1", "manager1")),
    writing("people/{person}/reset-second-factor/", "403 403 404 200", {}, readers=("rep1", "manager1")),
    writing("people/{person}/end-access/", "403 403 404 200", {}, readers=("rep1", "manager1")),
    reading("people/{person}/holdings/", "404 404 404 200", "rep1", "manager1"),
    reading("people/{person}/rights/", "404 404 404 200", "rep1", "manager1"),
    writing("people/{person}/deactivate/", "403 403 404 200", {"for_all": "rep3"}, readers=("rep1", "manager1")),
    writing("people/{person}/reactivate/", "403 403 404 400", {}, readers=("rep1", "manager1"), refusal="active"),
    reading("departments/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("departments/", "403 403 403 201", {"name": "新部门"}, readers=("rep1", "manager1")),
    reading("departments/{department}/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("departments/{department}/", "403 403 403 200", {"name": "改名"}, method="PATCH", readers=("rep1", "manager1")),
    writing("departments/{department}/", "403 403 403 204", {}, method="DELETE", readers=("rep1", "manager1")),
    writing("departments/{department}/move/", "403 403 403 200", {"parent": "service"}, readers=("rep1", "manager1")),
    writing("departments/{department}/merge/", "403 403 403 200", {"into": "service"}, readers=("rep1", "manager1")),
    reading("roles/", "403 403 403 200", readers=("rep1", "manager1")),
    writing("roles/", "403 403 403 201", {"name_zh": "新角色", "name_en": "New role"}, readers=("rep1", "manager1")),
    reading("roles/{role}/", "403 403 403 200", readers=("rep1", "manager1")),
    writing("roles/{role}/", "403 403 403 200", {"description": "改"}, method="PATCH", readers=("rep1", "manager1")),
    writing("roles/{role}/", "403 403 403 204", {}, method="DELETE", readers=("rep1", "manager1")),
    writing("roles/{role}/members/", "403 403 403 200", {"add": ["rep1"]}, readers=("rep1", "manager1")),
    writing("roles/{role}/grants/", "403 403 403 200", {"grants": {}, "revision": "{role_revision}"}, method="PUT", readers=("rep1", "manager1")),
    writing("roles/{role}/grants/preview/", "403 403 403 200", {"grants": {}}, readers=("rep1", "manager1")),
    reading("permissions/", "403 403 403 200", readers=("rep1", "manager1")),
    reading("permissions/crm.view_customer/holders/", "403 403 403 200", readers=("rep1", "manager1")),
    reading("substitutions/", "200 200 200 200"),
    writing("substitutions/", "403 403 403 201", {"person": "rep1", "substitute": "rep3", "starts_on": "{day}", "ends_on": "{day}"}, readers=("rep2", "finance")),
    reading("substitutions/{substitution}/", "404 404 404 200", "rep3", "finance"),
    writing("substitutions/{substitution}/end/", "404 404 404 200", {}, strangers=("rep3", "finance")),
    reading("calendar/years/", "403 403 200 200", readers=("rep1", "manager1")),
    reading("calendar/years/2026/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("calendar/years/2026/import/", "403 403 200 200", {}, readers=("rep1", "manager1")),
    writing("calendar/years/2026/confirm/", "403 403 200 200", {}, readers=("rep1", "manager1")),
    reading("calendar/days/", "403 403 200 200", readers=("rep1", "manager1")),
    reading("calendar/days/{holiday}/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("calendar/days/", "403 403 200 200", {"days": [{"day": "{day}", "kind": "holiday"}]}, readers=("rep1", "manager1")),
    writing("calendar/days/preview/", "403 403 200 200", {"days": [{"day": "{day}", "kind": "holiday"}]}, readers=("rep1", "manager1")),
    writing("calendar/days/{day}/", "403 403 200 200", {"kind": "holiday"}, method="PUT", readers=("rep1", "manager1")),
    reading("calendar/hours/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("calendar/hours/", "403 403 200 200", {"hours": [{"weekday": 0, "opens": "08:00", "closes": "16:00"}]}, method="PUT", readers=("rep1", "manager1")),
    reading("calendar/changes/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("calendar/changes/{change}/undo/", "403 403 200 200", {}, readers=("rep1", "manager1")),
    reading("settings/", "403 403 200 200", readers=("rep1", "manager1")),
    reading("settings/core.send_mail/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("settings/core.send_mail/", "403 403 200 200", {"value": False}, method="PUT", readers=("rep1", "manager1")),
    writing("settings/core.send_mail/default/", "403 403 200 200", {}, readers=("rep1", "manager1")),
    reading("number-rules/", "403 403 200 200", readers=("rep1", "manager1")),
    reading("number-rules/{rule}/", "403 403 200 200", readers=("rep1", "manager1")),
    writing("number-rules/{rule}/", "403 403 200 200", {"pattern": "SK-{{YYYY}}-{{SEQ:5}}", "next": "{next_number}"}, method="PATCH", readers=("rep1", "manager1")),
    writing("number-rules/{rule}/preview/", "403 403 200 200", {"next_value": 700}, readers=("rep1", "manager1")),
    # Webhooks
    # Whoever may not see money does not learn that there is a report of it.
    reading("reports/", "403 200 200 200", readers=("content",)),
    reading("reports/money-received/", "403 200 200 200", "admin", readers=("content",)),
    reading("webhooks/", "403 403 200 200", readers=("rep1", "boss")),
    reading("webhook-events/", "403 403 200 200", readers=("rep1", "boss")),
    writing("webhooks/", "403 403 201 201", {**HOOK, "name": "OA"}, readers=("rep1", "boss")),
    reading("webhooks/{webhook}/", "404 404 404 200", "rep1", "boss"),
    writing("webhooks/{webhook}/", "404 404 404 200", {"name": "OA"}, method="PATCH", strangers=("rep1", "boss")),
    writing("webhooks/{webhook}/", "404 404 404 204", {}, method="DELETE", strangers=("rep1", "boss")),
    writing("webhooks/{webhook}/test/", "404 404 404 201", {}, strangers=("rep1", "boss")),
    writing("webhooks/{webhook}/secret/", "404 404 404 200", {}, strangers=("rep1", "boss")),
    writing("webhooks/{webhook}/replay/", "404 404 404 200", {"since": "2020-01-01T00:00:00Z"}, strangers=("rep1", "boss")),
    reading("webhooks/{webhook}/deliveries/", "404 404 404 200", "rep1", "boss"),
    reading("webhook-deliveries/{delivery}/", "404 404 404 200", "rep1", "boss"),
    writing("webhook-deliveries/{delivery}/replay/", "404 404 404 409", {}, strangers=("rep1", "boss"), refusal="on_its_way"),
]  # fmt: skip
