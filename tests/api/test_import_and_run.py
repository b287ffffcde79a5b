"""A diagram of another tool, without a drawing: imported, checked, published, started and run over the API.

Fifty cases with random answers go beside a model of the process written here by hand; after each step the
open work, and at the end path, variables and history, are what the model says.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.diagrams import document, flow, form_field, node, user
from workflows.models import ProcessInstance

pytestmark = pytest.mark.django_db
CASES = 50
CATEGORIES = ("travel", "office", "other")


def lane(id: str, name: str, *elements: str) -> str:
    refs = "".join(f"<bpmn:flowNodeRef>{element}</bpmn:flowNodeRef>" for element in elements)
    return f'<bpmn:lane id="{id}" name="{name}">{refs}</bpmn:lane>'


# Roles by code (lane rep), by the Chinese name (lane 财务), and by candidateGroups.
PURCHASE = document(
    '<bpmn:laneSet id="lanes">'
    + lane(
        "lane_rep", "rep", "begin", "request", "large", "review", "merge", "fork", "join", "confirm", "done"
    )
    + lane("lane_finance", "财务", "check_budget")
    + lane("lane_office", "Sales assistant", "prepare")
    + "</bpmn:laneSet>"
    + node("startEvent", "begin")
    + user(
        "request",
        group="",
        fields=[
            form_field("amount", "long", required=True, min=1, max=100000),
            form_field("purpose", "string", required=True, minlength=2, maxlength=20),
            form_field("urgent", "boolean"),
            form_field("needed_on", "date", required=True),
            form_field("category", "enum", values=CATEGORIES, required=True),
        ],
    )
    + node("exclusiveGateway", "large", default="large_merge")
    + user("review", group="manager", fields=[form_field("remark", "string", maxlength=50)])
    + node("exclusiveGateway", "merge")
    + node("parallelGateway", "fork")
    + user("check_budget", group="", fields=[form_field("account", "string", required=True)])
    + user("prepare", group="", fields=[form_field("copies", "long", required=True, min=1, max=5)])
    + node("parallelGateway", "join")
    + user("confirm", group="")
    + node("endEvent", "done")
    + flow("begin", "request")
    + flow("request", "large")
    + flow("large", "review", "amount > 1000")
    + flow("large", "merge")
    + flow("review", "merge")
    + flow("merge", "fork")
    + flow("fork", "check_budget")
    + flow("fork", "prepare")
    + flow("check_budget", "join")
    + flow("prepare", "join")
    + flow("join", "confirm")
    + flow("confirm", "done"),
    key="purchase",
    name="采购申请",
)

# Who does each step, and the role whose queue it comes from.
DOERS = {
    "request": ("rep", ("rep1", "rep2", "rep3")),
    "review": ("manager", ("manager1", "manager2")),
    "check_budget": ("finance", ("finance", "finance2")),
    "prepare": ("assistant", ("assistant",)),
    "confirm": ("rep", ("rep1", "rep2", "rep3")),
}


@dataclass
class Model:
    """The process as a person would tell it."""

    open: set[str] = field(default_factory=lambda: {"request"})
    path: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)

    def complete(self, element: str, data: dict[str, Any]) -> None:
        self.open.remove(element)
        self.path.append(element)
        self.variables.update(data)
        if element == "request":
            self.open |= {"review"} if data["amount"] > 1000 else {"check_budget", "prepare"}
        elif element == "review":
            self.open |= {"check_budget", "prepare"}
        elif element in ("check_budget", "prepare") and not self.open:
            self.open = {"confirm"}

    @property
    def is_over(self) -> bool:
        return not self.open


def right_answers(element: str, dice: random.Random) -> dict[str, Any]:
    if element == "request":
        answers = {
            "amount": dice.choice([1, 999, 1000, 1001, 1002, 100000, dice.randint(1, 100000)]),
            "purpose": dice.choice(["出差", "办公用品", "x" * 20, "电脑 & <配件>"]),
            "needed_on": (date(2026, 12, 20) + timedelta(days=dice.randint(-400, 400))).isoformat(),
            "category": dice.choice(CATEGORIES),
        }
        return answers | ({"urgent": dice.random() < 0.5} if dice.random() < 0.7 else {})
    if element == "review":
        return {"remark": "同意"} if dice.random() < 0.5 else {}
    if element == "check_budget":
        return {"account": f"6601-{dice.randint(1, 99):02}"}
    if element == "prepare":
        return {"copies": dice.randint(1, 5)}
    return {}


def wrong_answers(element: str, dice: random.Random) -> tuple[dict[str, Any], str]:
    """Right answers with one mistake, and the field that is wrong."""
    mistakes: dict[str, list[tuple[str, Any]]] = {
        "request": [
            ("amount", 0),
            ("amount", 100001),
            ("amount", None),
            ("amount", "many"),
            ("amount", 1.5),
            ("purpose", "x"),
            ("purpose", "x" * 21),
            ("purpose", 5),
            ("needed_on", "2026-02-30"),
            ("needed_on", "20.12.2026"),
            ("category", "bribes"),
            ("urgent", "perhaps"),
            ("approved", True),
        ],
        "review": [("remark", "x" * 51), ("amount", 1), ("starter", "rep1")],
        "check_budget": [("account", ""), ("account", ["a"]), ("copies", 1)],
        "prepare": [("copies", 0), ("copies", 6), ("copies", {}), ("account", "x")],
        "confirm": [("amount", 1), ("request", {"outcome": "approve"}), ("__class__", "x")],
    }
    name, value = dice.choice(mistakes[element])
    return {**right_answers(element, dice), name: value}, name


@pytest.fixture
def clients(as_):
    people = {"admin", *[person for _role, people in DOERS.values() for person in people]}
    return {username: as_(username) for username in sorted(people)}


@pytest.fixture
def published(clients):
    """Imported, checked and published over the API by the process administrator alone."""
    admin = clients["admin"]
    upload = {"file": SimpleUploadedFile("purchase.bpmn", PURCHASE.encode())}
    report = admin.post("/api/v1/process-definitions/import/", upload)
    assert report.status_code == 201, report.content
    assert [row["key"] for row in report.json()["processes"]] == ["purchase"]
    assert {one["code"] for one in report.json()["translated"]} == {"translated", "laid_out"}
    assert report.json()["understood"]["userTask"] == 5
    assert (report.json()["refused"], report.json()["tool"]) == ([], "Camunda 7")
    assert "BPMNShape" in admin.read("process-definitions/purchase/draft/").json()["bpmn"]
    lint = admin.send("POST", "process-definitions/purchase/draft/lint/").json()
    assert [one for one in lint["problems"] if one["severity"] == "error"] == []
    version = admin.send("POST", "process-definitions/purchase/draft/publish/", {"note": "first"})
    assert (version.status_code, version.json()["version"]) == (201, 1)
    return clients


def open_items(admin, case: str) -> dict[str, dict[str, Any]]:
    found = admin.read(f"work-items/?box=all&instance={case}").json()["results"]
    return {item["element"]: item for item in found}


def run(clients, dice: random.Random) -> tuple[str, Model]:
    """One case from start to end, with mistakes on the way that must change nothing."""
    admin = clients["admin"]
    started = admin.send("POST", "process-instances/", {"definition": "purchase"})
    assert started.status_code == 201, started.content
    case, model = started.json()["id"], Model()
    while not model.is_over:
        items = open_items(admin, case)
        assert set(items) == model.open
        element = dice.choice(sorted(model.open))
        role, people = DOERS[element]
        item, person = items[element], clients[dice.choice(people)]
        assert (item["role"], item["assignee"], item["version"]) == (role, None, 1)
        if dice.random() < 0.3:
            data, wrong = wrong_answers(element, dice)
            refused = person.send("POST", f"work-items/{item['id']}/complete/", {"data": data})
            assert refused.status_code == 400, (element, data, refused.content)
            assert set(refused.json()["errors"]) == {wrong}, data
            assert set(open_items(admin, case)) == model.open
        if dice.random() < 0.3:
            assert person.send("POST", f"work-items/{item['id']}/claim/").json()["status"] == "open"
        data = right_answers(element, dice)
        done = person.send("POST", f"work-items/{item['id']}/complete/", {"data": data})
        assert done.status_code == 200, (element, data, done.content)
        assert done.json()["status"] == "completed"
        model.complete(element, data)
    return case, model


def test_fifty_cases_go_as_the_model_says(published):
    admin = published["admin"]
    paths = set()
    for seed in range(CASES):
        case, model = run(published, random.Random(seed))
        instance = admin.read(f"process-instances/{case}/").json()
        assert instance["status"] == "completed", seed
        assert {name: instance["variables"].get(name) for name in model.variables} == model.variables, seed
        history = admin.read(f"process-instances/{case}/history/").json()["results"]
        done = [row["element"] for row in history if row["kind"] == "completed" and row["element"] in DOERS]
        assert done == model.path, seed
        assert [row["seq"] for row in history] == list(range(1, len(history) + 1))
        assert history[-1]["kind"] == "ended"
        assert open_items(admin, case) == {}
        paths.add(tuple(model.path))
    assert len(paths) == 4, "both sides of the choice, the parallel steps in both orders"
    assert ProcessInstance.objects.filter(status="completed", open_rows=0).count() == CASES


def test_the_form_says_what_a_step_asks_for(published):
    admin = published["admin"]
    case = admin.send("POST", "process-instances/", {"definition": "purchase"}).json()["id"]
    item = open_items(admin, case)["request"]
    form = published["rep1"].read(f"work-items/{item['id']}/form/").json()
    fields = {one["id"]: one for one in form["fields"]}
    assert {name: one["type"] for name, one in fields.items()} == {
        "amount": "integer",
        "purpose": "text",
        "urgent": "boolean",
        "needed_on": "date",
        "category": "choice",
    }
    assert (fields["amount"]["minimum"], fields["amount"]["maximum"]) == ("1", "100000")
    assert (fields["purpose"]["min_length"], fields["purpose"]["max_length"]) == (2, 20)
    assert fields["amount"]["required"]
    assert not fields["urgent"]["required"]
    assert [one["value"] for one in fields["category"]["choices"]] == list(CATEGORIES)
    rights = form["rights"]
    assert {name for name, may in rights.items() if may} == {"claim", "complete"}
    assert set(rights) == {"claim", "release", "complete", "transfer", "snooze", "wake"}
    assert published["finance"].read(f"work-items/{item['id']}/form/").status_code == 404
    assert published["admin"].read(f"work-items/{item['id']}/form/").json()["rights"]["complete"] is False


def test_the_diagram_is_drawn_and_shows_where_the_case_stands(published):
    admin = published["admin"]
    case = admin.send("POST", "process-instances/", {"definition": "purchase"}).json()["id"]
    item = open_items(admin, case)["request"]
    data = {"amount": 5, "purpose": "出差", "needed_on": "2026-12-20", "category": "travel"}
    published["rep1"].send("POST", f"work-items/{item['id']}/complete/", {"data": data})
    diagram = admin.read(f"process-instances/{case}/diagram/").json()
    assert "BPMNShape" in diagram["bpmn"]
    assert diagram["elements"]["request"]["done"] == 1
    assert {name for name, one in diagram["elements"].items() if one["active"]} == {"check_budget", "prepare"}
    assert diagram["flows"]["large_merge"] == 1
    assert "large_review" not in diagram["flows"]


def test_a_case_can_be_held_resumed_and_cancelled(published):
    admin, rep1 = published["admin"], published["rep1"]
    case = admin.send("POST", "process-instances/", {"definition": "purchase"}).json()["id"]
    item = open_items(admin, case)["request"]
    held = admin.send("POST", f"process-instances/{case}/suspend/", {"reason": "check"})
    assert held.json()["status"] == "suspended"
    assert rep1.send("POST", f"work-items/{item['id']}/claim/").status_code == 409
    assert admin.send("POST", f"process-instances/{case}/resume/", {}).json()["status"] == "active"
    assert admin.send("POST", f"process-instances/{case}/resume/", {}).status_code == 409
    assert admin.send("POST", f"process-instances/{case}/cancel/", {}).status_code == 400
    ended = admin.send("POST", f"process-instances/{case}/cancel/", {"reason": "a mistake"})
    assert ended.json()["status"] == "cancelled"
    assert admin.send("POST", f"process-instances/{case}/cancel/", {"reason": "again"}).status_code == 409
    assert rep1.send("POST", f"work-items/{item['id']}/complete/", {}).status_code in (404, 409)


def test_what_nobody_declared_is_refused_at_the_start(published):
    answer = published["admin"].send(
        "POST", "process-instances/", {"definition": "purchase", "data": {"amount": 5}}
    )
    assert answer.status_code == 400
    assert "amount" in answer.json()["errors"]
    assert not ProcessInstance.objects.exists()


def test_one_refusal_of_many_stops_no_other(published):
    admin, rep1 = published["admin"], published["rep1"]
    for _ in range(3):
        admin.send("POST", "process-instances/", {"definition": "purchase"})
    ids = [item["id"] for item in rep1.read("work-items/?box=queue").json()["results"]]
    published["rep2"].send("POST", f"work-items/{ids[1]}/claim/")
    results = rep1.send("POST", "work-items/bulk/", {"ids": [*ids, "999999"], "action": "claim"}).json()[
        "results"
    ]
    assert [row["ok"] for row in results] == [True, False, True, False]
    assert (results[1]["problem"]["status"], results[3]["problem"]["status"]) == (409, 404)
    assert "韩梅" in results[1]["problem"]["detail"] or "Han Mei" in results[1]["problem"]["detail"]
    data = {"amount": 5, "purpose": "出差", "needed_on": "2026-12-20", "category": "travel"}
    body = {"ids": [ids[0], ids[2]], "action": "complete", "data": {"data": data}}
    assert [row["ok"] for row in rep1.send("POST", "work-items/bulk/", body).json()["results"]] == [
        True,
        True,
    ]


def test_many_are_given_to_somebody_else_at_once(published):
    admin, rep1 = published["admin"], published["rep1"]
    for _ in range(3):
        admin.send("POST", "process-instances/", {"definition": "purchase"})
    ids = [item["id"] for item in rep1.read("work-items/?box=queue").json()["results"]]
    rep1.send("POST", "work-items/bulk/", {"ids": ids[:2], "action": "claim"})
    body = {"ids": ids, "action": "transfer", "data": {"to": "rep2", "reason": "休假"}}
    results = rep1.send("POST", "work-items/bulk/", body).json()["results"]
    single = rep1.send("POST", f"work-items/{ids[2]}/transfer/", body["data"])
    assert [row["problem"] for row in results[:2]] == [None, None]
    assert [row["ok"] for row in results] == [True, True, single.status_code == 200]
    assert [row["item"]["assignee"] for row in results[:2]] == ["rep2", "rep2"]
    for wrong in ({}, {"to": "nobody", "reason": "x"}, {"to": "rep2"}):
        answer = rep1.send("POST", "work-items/bulk/", {**body, "data": wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
