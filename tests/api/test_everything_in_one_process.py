"""A process with everything the engine runs but timers and post: imported, checked, published and run over the API.

Fifty cases with random answers go beside a model written here by hand. An order with lines: each line is
checked by the person it names, in a subprocess; a table decides on the discount; a called process asks for
the credit and may end with an error; finance and rep sign, who each must be another person.
"""

import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.diagrams import document, flow, form_field, node, user
from tests.workflows.test_decision_tables import table
from workflows.audit import audit
from workflows.models import ProcessInstance

pytestmark = pytest.mark.django_db
CASES = 50
DISCOUNT = table("<= 1000 -> 0.01", "(1000..50000] -> 0.05", "> 50000 -> 0.1")
REFUSED = '<bpmn:error id="refused" errorCode="refused"/>'


def words(*inside: str) -> str:
    return f"<bpmn:extensionElements>{''.join(inside)}</bpmn:extensionElements>"


def with_root(text: str) -> str:
    return text.replace("<bpmn:process", f"{REFUSED}<bpmn:process", 1)


CREDIT = with_root(
    document(
        words('<flow:variable name="amount" type="integer" required="true"/>')
        + node("startEvent", "c_begin")
        + user("score", group="finance", fields=[form_field("points", "long", required=True, min=0, max=100)])
        + node("exclusiveGateway", "good", default="c_fine")
        + '<bpmn:endEvent id="c_bad"><bpmn:errorEventDefinition errorRef="refused"/></bpmn:endEvent>'
        + node("endEvent", "c_done")
        + flow("c_begin", "score")
        + flow("score", "good")
        + flow("good", "c_bad", "points < 50")
        + flow("good", "c_done", id="c_fine"),
        key="credit",
        name="信用调查",
    )
)

EACH = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
    '<flow:each in="lines" as="line" value="quality" into="qualities"/>'
    "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
)
TWICE = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
ORDER = with_root(
    document(
        words('<flow:variable name="lines" type="list" item="text" required="true"/>')
        + '<bpmn:laneSet id="lanes"><bpmn:lane id="lane" name="rep">'
        + "".join(
            f"<bpmn:flowNodeRef>{id}</bpmn:flowNodeRef>" for id in ("ask", "lines_checked", "sign", "mend")
        )
        + "</bpmn:lane></bpmn:laneSet>"
        + node("startEvent", "begin")
        + user("ask", group="", fields=[form_field("amount", "long", required=True, min=1, max=100000)])
        + f'<bpmn:subProcess id="lines_checked" name="每行">{EACH}'
        + node("startEvent", "l_begin")
        + node(
            "userTask",
            "look",
            '<flow:assign person="line"/><flow:form><flow:field id="quality" type="integer" required="true" min="1"'
            ' max="5"/></flow:form>',
            name="验货",
        )
        + node("endEvent", "l_done")
        + flow("l_begin", "look")
        + flow("look", "l_done")
        + "</bpmn:subProcess>"
        + node("businessRuleTask", "rate", '<flow:decision ref="discount" result="terms"/>')
        + node("inclusiveGateway", "some", default="none_of_it")
        + node(
            "callActivity",
            "credit_check",
            '<flow:in name="amount" value="amount"/><flow:out name="points" value="points"/>',
            calledElement="credit",
        )
        + '<bpmn:boundaryEvent id="on_refused" attachedToRef="credit_check"><bpmn:errorEventDefinition errorRef="refused"/></bpmn:boundaryEvent>'
        + user("mend", group="")
        + node("endEvent", "given_up")
        + user("approve", group="manager")
        + node("inclusiveGateway", "gather")
        + node("userTask", "sign", '<flow:distinct from="sign"/>', TWICE, name="签字")
        + node("endEvent", "done")
        + flow("begin", "ask")
        + flow("ask", "lines_checked")
        + flow("lines_checked", "rate")
        + flow("rate", "some")
        + flow("some", "credit_check", "amount > 500")
        + flow("some", "approve", "terms.rate > 0.05")
        + flow("some", "gather", id="none_of_it")
        + flow("credit_check", "gather")
        + flow("on_refused", "mend")
        + flow("mend", "given_up")
        + flow("approve", "gather")
        + flow("gather", "sign")
        + flow("sign", "done"),
        key="order",
        name="订单",
    )
)


@dataclass
class Model:
    """The process as a person would tell it: what is open, by element and indices."""

    lines: list[str]
    open: set[tuple[str, tuple[int, ...]]] = field(default_factory=lambda: {("ask", ())})
    path: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    refused: bool = False
    signed: list[str] = field(default_factory=list)

    def complete(self, key: tuple[str, tuple[int, ...]], data: dict[str, Any], person: str) -> None:
        element, indices = key
        self.open.remove(key)
        self.path.append(key)
        if element == "ask":
            self.variables |= data
            self.open |= {("look", (index,)) for index in range(len(self.lines))}
            if not self.lines:
                self.decide({})
        elif element == "look":
            self.variables.setdefault("seen", {})[indices[0]] = data["quality"]
            if not self.open:
                self.decide(self.variables.pop("seen"))
        elif element == "credit_check/score":
            if data["points"] < 50:
                self.refused = True
                self.open.add(("mend", ()))
            else:
                self.variables["points"] = data["points"]
        elif element == "sign":
            self.signed.append(person)
        if element in ("credit_check/score", "approve", "mend"):
            self.gather()

    def decide(self, seen: dict[int, int]) -> None:
        self.variables["qualities"] = [seen[index] for index in sorted(seen)]
        amount = self.variables["amount"]
        rate = "0.01" if amount <= 1000 else "0.05" if amount <= 50000 else "0.1"
        self.variables["terms"] = {"rate": rate}
        taken = {("credit_check/score", ())} if amount > 500 else set()
        taken |= {("approve", ())} if rate == "0.1" else set()
        self.open |= taken
        self.gather()

    def gather(self) -> None:
        """The join waits for what can still come; where the credit was refused nothing came from there."""
        waits = {("credit_check/score", ()), ("approve", ())} & self.open
        arrived = (
            self.variables["amount"] <= 500 or not self.refused or self.variables["terms"]["rate"] == "0.1"
        )
        begun = any(element == "sign" for element, _ in self.open) or self.signed
        if not waits and arrived and not begun and ("sign", ()) not in self.path:
            self.open |= {("sign", (0,)), ("sign", (1,))}

    @property
    def is_over(self) -> bool:
        return not self.open


def answers(element: str, dice: random.Random) -> dict[str, Any]:
    if element == "ask":
        return {
            "amount": dice.choice([1, 500, 501, 1000, 1001, 50000, 50001, 100000, dice.randint(1, 100000)])
        }
    if element == "look":
        return {"quality": dice.randint(1, 5)}
    if element == "credit_check/score":
        return {"points": dice.choice([0, 49, 50, 100])}
    return {}


PEOPLE = {
    "ask": ("rep1", "rep2", "rep3"),
    "credit_check/score": ("finance", "finance2"),
    "approve": ("manager1", "manager2"),
    "mend": ("rep1", "rep2", "rep3"),
    "sign": ("rep1", "rep2", "rep3"),
}


@pytest.fixture
def clients(as_):
    people = {"admin", *[person for people in PEOPLE.values() for person in people]}
    return {username: as_(username) for username in sorted(people)}


@pytest.fixture
def published(clients):
    admin = clients["admin"]
    for key, text in (("credit", CREDIT), ("order", ORDER)):
        upload = {"file": SimpleUploadedFile(f"{key}.bpmn", text.encode())}
        assert admin.post("/api/v1/process-definitions/import/", upload).status_code == 201
        draft = admin.read(f"process-definitions/{key}/draft/").json()
        if key == "order":
            refused = admin.send("POST", "process-definitions/order/draft/publish/", {})
            assert refused.status_code == 400
            assert ("unknown_decision", "rate") in {
                (one["code"], one["element"]) for one in refused.json()["problems"]
            }
            body = {"bpmn": draft["bpmn"], "revision": draft["revision"], "decisions": {"discount": DISCOUNT}}
            assert admin.send("PUT", "process-definitions/order/draft/", body).status_code == 200
        lint = admin.send("POST", f"process-definitions/{key}/draft/lint/").json()
        assert [one for one in lint["problems"] if one["severity"] == "error"] == []
        version = admin.send("POST", f"process-definitions/{key}/draft/publish/", {"note": "first"})
        assert (version.status_code, version.json()["version"]) == (201, 1)
    return clients


def open_items(admin, case: str) -> dict[tuple[str, tuple[int, ...]], dict[str, Any]]:
    found = admin.read(f"work-items/?box=all&instance={case}").json()["results"]
    return {(item["element"], tuple(item["indices"])): item for item in found}


def run(clients, dice: random.Random) -> tuple[str, Model]:
    admin = clients["admin"]
    lines = [dice.choice(["rep1", "rep2", "rep3"]) for _ in range(dice.randint(0, 4))]
    started = admin.send("POST", "process-instances/", {"definition": "order", "data": {"lines": lines}})
    assert started.status_code == 201, started.content
    case, model = started.json()["id"], Model(lines)
    while not model.is_over:
        items = open_items(admin, case)
        assert set(items) == model.open
        key = dice.choice(sorted(model.open))
        element, indices = key
        item = items[key]
        if element == "look":
            person = lines[indices[0]]
            assert (item["assignee"], item["name"]) == (person, f"验货 ({indices[0] + 1}/{len(lines)})")
        else:
            person = dice.choice(PEOPLE[element])
        if element == "sign" and person in model.signed:
            refused = clients[person].send("POST", f"work-items/{item['id']}/complete/", {})
            assert refused.status_code in (400, 403, 409), refused.content
            assert set(open_items(admin, case)) == model.open
            continue
        if dice.random() < 0.2:
            wrong = clients[person].send(
                "POST", f"work-items/{item['id']}/complete/", {"data": {"nothing": 1}}
            )
            assert wrong.status_code == 400
            assert "nothing" in wrong.json()["errors"]
        data = answers(element, dice)
        done = clients[person].send("POST", f"work-items/{item['id']}/complete/", {"data": data})
        assert done.status_code == 200, (key, data, done.content)
        model.complete(key, data, person)
    assert audit(deep="all") == []
    return case, model


def test_fifty_cases_go_as_the_model_says(published):
    admin = published["admin"]
    refused, kinds = 0, set()
    for seed in range(CASES):
        case, model = run(published, random.Random(seed))
        instance = admin.read(f"process-instances/{case}/").json()
        assert instance["status"] == "completed", seed
        assert {name: instance["variables"].get(name) for name in model.variables} == model.variables, seed
        history = admin.read(f"process-instances/{case}/history/").json()["results"]
        assert [row["seq"] for row in history] == list(range(1, len(history) + 1))
        done = [
            (row["element"], tuple(row["data"].get("indices", ())))
            for row in history
            if row["kind"] == "completed" and row["actor"] is not None
        ]
        assert done == model.path, seed
        (ruled,) = [row for row in history if row["element"] == "rate"]
        rule = {"0.01": 1, "0.05": 2, "0.1": 3}[model.variables["terms"]["rate"]]
        assert (ruled["data"]["table"], ruled["data"]["rules"]) == ("discount", [rule])
        refused += model.refused
        kinds.add(tuple(sorted({element for element, _ in model.path})))
    assert refused > 3, "the error in the called process is met"
    assert len(kinds) > 5, "many ways through"
    assert ProcessInstance.objects.filter(status="completed", open_rows=0).count() == CASES


def test_the_version_tells_its_tables_and_what_it_calls(published):
    version = published["admin"].read("process-definitions/order/versions/1/").json()
    assert version["decisions"] == {"discount": DISCOUNT}
    assert version["calls"] == {"credit": 1}


def test_what_is_wrong_with_a_table_names_step_and_table(published):
    admin = published["admin"]
    draft = {"bpmn": ORDER, "decisions": {"discount": DISCOUNT.replace("0.05", "nothing")}}
    lint = admin.send("POST", "process-definitions/order/draft/lint/", draft).json()
    errors = [one for one in lint["problems"] if one["severity"] == "error"]
    assert {(one["element"], one["table"]) for one in errors if one["table"]} == {("rate", "discount")}
    assert all(one["message"] for one in errors)


def test_items_are_found_by_the_path_of_a_called_step(published):
    admin = published["admin"]
    started = admin.send("POST", "process-instances/", {"definition": "order", "data": {"lines": []}})
    case = started.json()["id"]
    (item,) = open_items(admin, case).values()
    published["rep1"].send("POST", f"work-items/{item['id']}/complete/", {"data": {"amount": 600}})
    found = admin.read("work-items/?box=all&element=credit_check/score").json()["results"]
    assert [one["instance"] for one in found] == [case]
    form = published["finance"].read(f"work-items/{found[0]['id']}/form/").json()
    assert [one["id"] for one in form["fields"]] == ["points"]
    diagram = admin.read(f"process-instances/{case}/diagram/").json()["elements"]
    assert (diagram["credit_check"]["active"], diagram["credit_check/score"]["active"]) == (1, 1)
    assert diagram["credit_check"]["roles"] == ["finance"]
    history = admin.read(f"process-instances/{case}/history/").json()["results"]
    assert "credit_check/c_begin" in {row["element"] for row in history}


def test_the_diagram_marks_a_subprocess_while_its_steps_wait(published):
    admin = published["admin"]
    data = {"lines": ["rep1", "rep2"]}
    case = admin.send("POST", "process-instances/", {"definition": "order", "data": data}).json()["id"]
    (item,) = open_items(admin, case).values()
    published["rep1"].send("POST", f"work-items/{item['id']}/complete/", {"data": {"amount": 6}})
    items = open_items(admin, case)
    published["rep1"].send(
        "POST", f"work-items/{items['look', (0,)]['id']}/complete/", {"data": {"quality": 5}}
    )
    elements = admin.read(f"process-instances/{case}/diagram/").json()["elements"]
    assert (elements["look"]["done"], elements["look"]["active"]) == (1, 1)
    assert elements["lines_checked"]["active"] == 1
    assert elements["lines_checked"]["assignees"] == elements["look"]["assignees"]
