"""Every action of the API: 401 to the anonymous, 403 to readers, 404 to strangers, and nothing changes.

The table below names each action of the OpenAPI description; a new one without a line here fails.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from core.api.docs import description
from tests.api.conftest import told
from tests.api.diagrams import travel
from tests.api.test_hostile_diagrams import everything
from tests.api.world import build

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Action:
    """One action: its address with the world's keys, and what readers and strangers hear.

    A reader may look at the row but not do this; a stranger does not know that the row exists.
    """

    method: str
    path: str
    body: dict[str, Any] | None = None
    readers: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


def reading(path: str, *strangers: str, readers: tuple[str, ...] = ()) -> Action:
    return Action("GET", path, None, readers, strangers)


def writing(path: str, body: dict[str, Any], *, readers=(), strangers=(), method: str = "POST") -> Action:
    return Action(method, path, body, readers, strangers)


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
    reading("auth/me/"),
    reading("auth/tokens/"),
    writing("auth/tokens/", {}),
    writing("auth/tokens/{token}/", {}, method="DELETE", strangers=("rep2", "admin")),
    # Customers
    reading("customers/"),
    writing("customers/", {"name": "新客户有限公司"}, readers=("boss", "finance", "content")),
    reading(CUSTOMER, "rep3", "rep2", "content"),
    writing(CUSTOMER, {"name": "改名", "revision": 1}, method="PATCH", readers=("boss", "legal"), strangers=("rep3",)),
    writing(CUSTOMER + "transfer/", {"owner": "rep2"}, readers=("boss", "gm"), strangers=("rep3", "rep2")),
    writing(CUSTOMER + "addresses/", {"kind": "postal", "address": "某路1号"}, readers=("boss",), strangers=("rep3",)),
    reading("contacts/"),
    writing("contacts/", {"customer": "{customer}", "name": "乙", "mobile": "13800138000"}, readers=("boss",), strangers=("rep3",)),
    reading("contacts/{contact}/", "rep3", "content"),
    writing("contacts/{contact}/", {"name": "乙", "revision": 1}, method="PATCH", readers=("boss",), strangers=("rep3",)),
    # Products, templates, contracts
    reading("products/", readers=("content",)),
    reading("products/{product}/", readers=("content",)),
    writing("products/", {"code": "X", "name": "X", "kind": "service", "unit": "年", "list_price": "2", "floor_price": "1"}, readers=("rep1", "boss")),
    writing("products/{product}/", {"name": "X"}, method="PATCH", readers=("rep1", "boss")),
    reading("contract-templates/", readers=("content",)),
    reading("contract-templates/{template}/", readers=("content",)),
    reading("contracts/"),
    writing("contracts/", {"customer": "{customer}"}, readers=("boss", "finance"), strangers=("rep3",)),
    reading(CONTRACT, "rep3", "rep2", "content"),
    writing(CONTRACT, {"title": "改名", "revision": 1}, method="PATCH", readers=("boss", "legal"), strangers=("rep3",)),
    writing(CONTRACT + "submit/", {}, readers=("boss", "legal"), strangers=("rep3",)),
    writing(CONTRACT + "void/", WHY, readers=("boss", "legal"), strangers=("rep3",)),
    reading(CONTRACT + "pdf/", "rep3", "content"),
    reading(CONTRACT + "payment-plan/", "rep3", "content"),
    writing(CONTRACT + "payment-plan/", {"payment_plan": PLAN, "revision": 1}, method="PUT", readers=("boss",), strangers=("rep3",)),
    # Money
    reading("payments/"),
    writing("payments/", {"customer": "{customer}", "amount": "1.00", "received_on": "2020-01-01"}, readers=("rep1", "boss"), strangers=("rep3",)),
    reading(PAYMENT, "rep3", "content"),
    writing(PAYMENT + "allocate/", {"allocations": []}, readers=("rep1", "boss"), strangers=("rep3",)),
    writing(PAYMENT + "confirm/", {}, readers=("rep1", "boss"), strangers=("rep3",)),
    writing(PAYMENT + "reverse/", WHY, readers=("rep1", "boss"), strangers=("rep3",)),
    reading("receivables/"),
    reading("receivables/ageing/"),
    reading("dunning-runs/"),
    reading("dunning-runs/{run}/", "rep3", "content"),
    reading("dunning-runs/{run}/pdf/", readers=("rep1", "boss")),
    writing("dunning-runs/preview/", {}, readers=("rep1", "boss")),
    writing("dunning-runs/print/", {"customers": ["{customer}"]}, readers=("rep1", "boss")),
    reading("dunning-letters/"),
    reading("dunning-letters/{letter}/", "rep3", "content"),
    reading("dunning-letters/{letter}/pdf/", readers=("rep1", "boss")),
    reading("search/"),
    reading("notifications/"),
    writing("notifications/read/", {"until": 1}),
    reading("notification-choices/"),
    writing("notification-choices/", {"results": []}, method="PUT"),
    # Around a row
    reading("comments/?subject_type=crm.customer&subject_id={customer}", "rep3", "content"),
    writing("comments/", {**ABOUT, "text": "你好"}, strangers=("rep3", "content")),
    reading("comments/{comment}/", "rep3", "content"),
    writing("comments/{comment}/", {"text": "改"}, method="PATCH", readers=("boss", "legal"), strangers=("rep3",)),
    writing("comments/{comment}/", {}, method="DELETE", readers=("legal", "manager1"), strangers=("rep3",)),
    reading("attachments/?subject_type=crm.customer&subject_id={customer}", "rep3", "content"),
    writing("attachments/", {}),
    reading("attachments/{attachment}/", "rep3", "content"),
    reading("attachments/{attachment}/file/", "rep3", "content"),
    writing("attachments/{attachment}/", {}, method="DELETE", readers=("legal", "manager1"), strangers=("rep3",)),
    writing("attachments/{attachment}/restore/", {}, readers=("legal", "manager1"), strangers=("rep3",)),
    reading("field-changes/?subject_type=crm.customer&subject_id={customer}", "rep3", "content"),
    # Background work
    reading("background-jobs/"),
    reading("background-jobs/{job}/", "rep3", "content", "boss"),
    # Processes
    reading("operations/"),
    reading("process-definitions/"),
    writing("process-definitions/import/", BPMN, readers=("rep1", "boss")),
    reading(TRAVEL, "content"),
    reading(TRAVEL + "draft/", "content", readers=("rep1", "boss")),
    writing(TRAVEL + "draft/", {**BPMN, "revision": 1}, method="PUT", readers=("rep1", "boss")),
    writing(TRAVEL + "draft/lint/", {}, readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/mend/", {"problem": {"code": "unknown_name"}}, readers=("rep1", "boss"), strangers=("content",)),
    writing(TRAVEL + "draft/publish/", {}, readers=("rep1", "boss")),
    writing(TRAVEL + "operations/", {"operations": []}, method="PUT", readers=("rep1", "boss")),
    reading(TRAVEL + "versions/", "content"),
    reading(TRAVEL + "versions/1/", "content"),
    reading(TRAVEL + "versions/1/bpmn/", "content"),
    reading(TRAVEL + "versions/1/diff/2/", "content"),
    reading("process-instances/"),
    writing("process-instances/", {"definition": "travel"}, readers=("boss",), strangers=("content",)),
    reading(CASE, "content", "finance"),
    reading(CASE + "history/", "content", "finance"),
    reading(CASE + "diagram/", "content", "finance"),
    writing(CASE + "cancel/", WHY, readers=("rep1", "boss"), strangers=("content",)),
    writing(CASE + "suspend/", WHY, readers=("rep1", "boss"), strangers=("content",)),
    writing(CASE + "resume/", WHY, readers=("rep1", "boss"), strangers=("content",)),
    reading("work-items/"),
    reading(ITEM, "content", "finance"),
    reading(ITEM + "form/", "content", "finance"),
    writing(ITEM + "claim/", {}, readers=("boss", "admin"), strangers=("content",)),
    writing(ITEM + "release/", {}, readers=("boss", "admin"), strangers=("content",)),
    writing(ITEM + "complete/", {"data": {"amount": 1}}, readers=("boss", "admin"), strangers=("content",)),
    writing(ITEM + "transfer/", {"to": "rep2", "reason": "忙"}, readers=("boss", "gm"), strangers=("content",)),
    writing("work-items/bulk/", {"ids": ["{item}"], "action": "claim"}),
    reading("messages/", readers=("rep1", "boss")),
    writing("messages/", {"name": "paid"}, readers=("rep1", "boss", "content")),
    reading("incidents/", readers=("rep1", "boss")),
    reading("incidents/{incident}/", readers=("rep1", "boss")),
    writing("incidents/{incident}/retry/", {}, readers=("rep1", "boss")),
    writing("incidents/{incident}/skip/", WHY, readers=("rep1", "boss")),
    writing("incidents/{incident}/fail/", {**WHY, "code": "declined"}, readers=("rep1", "boss")),
    writing("incidents/{incident}/edit/", {**WHY, "values": {"amount": 1}}, readers=("rep1", "boss")),
    writing("incidents/{incident}/mend/", WHY, readers=("rep1", "boss")),
    writing("incidents/bulk/", {"ids": ["{incident}"], "action": "retry"}, readers=("rep1", "boss")),
    # Webhooks
    # Whoever may not see money does not learn that there is a report of it.
    reading("reports/", readers=("content", "legal")),
    reading("reports/money-received/", "admin", readers=("content",)),
    reading("webhooks/", readers=("rep1", "boss")),
    reading("webhook-events/", readers=("rep1", "boss")),
    writing("webhooks/", {**HOOK, "name": "OA"}, readers=("rep1", "boss")),
    reading("webhooks/{webhook}/", "rep1", "boss"),
    writing("webhooks/{webhook}/", {"name": "OA"}, method="PATCH", strangers=("rep1", "boss")),
    writing("webhooks/{webhook}/", {}, method="DELETE", strangers=("rep1", "boss")),
    writing("webhooks/{webhook}/test/", {}, strangers=("rep1", "boss")),
    writing("webhooks/{webhook}/secret/", {}, strangers=("rep1", "boss")),
    writing("webhooks/{webhook}/replay/", {"since": "2020-01-01T00:00:00Z"}, strangers=("rep1", "boss")),
    reading("webhooks/{webhook}/deliveries/", "rep1", "boss"),
    reading("webhook-deliveries/{delivery}/", "rep1", "boss"),
    writing("webhook-deliveries/{delivery}/replay/", {}, strangers=("rep1", "boss")),
]  # fmt: skip


@pytest.fixture
def world(company):
    return vars(build(company))


def filled(value: Any, world: dict[str, Any]) -> Any:
    """The value with the world's keys in place of their names."""
    if isinstance(value, str) and "<" not in value:
        return value.format(**world)
    if isinstance(value, dict):
        return {name: filled(inner, world) for name, inner in value.items()}
    return [filled(inner, world) for inner in value] if isinstance(value, list) else value


def send(client, action: Action, world: dict[str, Any]):
    return client.send(action.method, filled(action.path, world), filled(action.body, world))


def shape(path: str) -> str:
    """An address without its keys, whatever they are called."""
    fixed = {"travel", "money-received", "1", "2"}
    parts = path.partition("?")[0].strip("/").split("/")
    return "/".join("*" if part.startswith("{") or part in fixed else part for part in parts)


def test_the_table_names_every_action():
    described = {
        (method.upper(), shape(path.removeprefix("/api/v1/")))
        for path, methods in description()["paths"].items()
        for method in methods
        if path != "/api/v1/auth/token/"
    }
    assert described == {(action.method, shape(action.path)) for action in ACTIONS}


def test_the_anonymous_hear_401(world, anonymous):
    before = everything()
    for action in ACTIONS:
        answer = send(anonymous, action, world)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), action
        assert answer["WWW-Authenticate"] == "Token"
    assert everything() == before


def test_readers_hear_403_and_change_nothing(world, as_):
    clients, before = {}, everything()
    for action in ACTIONS:
        for username in action.readers:
            client = clients.setdefault(username, as_(username))
            answer = send(client, action, world)
            assert answer.status_code == 403, (username, action, answer.content.decode()[:500])
            assert answer.json()["code"] == "forbidden"
    assert without_tokens(everything()) == without_tokens(before)


def test_strangers_hear_404_as_if_nothing_were_there(world, as_):
    clients, before = {}, everything()
    nowhere = dict.fromkeys(world, 987654321)
    for action in ACTIONS:
        for username in action.strangers:
            client = clients.setdefault(username, as_(username))
            answer = send(client, action, world)
            assert answer.status_code == 404, (username, action, answer.content.decode()[:500])
            if "{" in action.path:
                absent = send(client, action, nowhere)
                assert (absent.status_code, told(absent)) == (404, told(answer)), action
    assert without_tokens(everything()) == without_tokens(before)


def test_whoever_is_entitled_is_not_refused(world, as_):
    rep1, finance, admin = as_("rep1"), as_("finance"), as_("admin")
    people = {
        "customers": rep1, "contacts": rep1, "contracts": rep1, "contract-templates": rep1, "work-items": rep1,
        "payments": finance, "receivables": finance, "dunning-runs": finance, "dunning-letters": finance,
        "reports": finance, "products": rep1, "auth": rep1, "comments": rep1, "attachments": rep1, "field-changes": rep1,
    }  # fmt: skip
    for action in ACTIONS:
        client = people.get(action.path.split("/")[0], admin)
        if action.method == "GET":
            answer = send(client, action, world)
            assert answer.status_code == 200, (action, answer.content[:300])


def test_lists_hold_only_what_may_be_seen(world, as_):
    seen = {
        username: {
            path: len(as_(username).read(path).json()["results"])
            for path in (
                "customers/",
                "contacts/",
                "contracts/",
                "payments/",
                "receivables/",
                "process-instances/",
            )
        }
        for username in ("rep1", "rep3", "content")
    }
    assert set(seen["content"].values()) == {0}
    # The one case whose open step lies in the queue that rep3 shares.
    assert seen["rep3"] == {**seen["content"], "process-instances/": 1}
    assert all(seen["rep1"].values())


def without_tokens(state: dict[str, str]) -> dict[str, str]:
    """The clients of a test sign in while it runs, which is written down."""
    return {table: found for table, found in state.items() if table not in ("core_auditentry",)}
