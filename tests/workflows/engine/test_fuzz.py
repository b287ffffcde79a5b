"""Whatever is done to a diagram: it compiles, or there is a problem with a text. Never an exception."""

import copy
import random

import pytest
from lxml import etree

from tests.workflows.engine.drawing import VOCABULARY, FakeHost
from tests.workflows.engine.test_conformance import SCENARIOS
from tests.workflows.engine.test_import import EXPENSE
from tests.workflows.engine.test_layout import contract_process
from workflows.engine import Case, check_definition, compile_definition, ensure_layout, import_diagram

SEEDS = [EXPENSE, contract_process().bytes(), *(scenario[0].bytes() for scenario in SCENARIOS.values())]
TEXTS = [
    "",
    " ",
    "x",
    "_x",
    "é",
    "ｅval",
    "0",
    "true",
    "null",
    "${",
    "${}",
    "1 +",
    "a.b",
    "subject.amount",
    "\u202e",
    "x" * 300,
    "start",
    "end",
    "-1",
    "P1D",
]
TAGS = [
    "task",
    "userTask",
    "subProcess",
    "sequenceFlow",
    "lane",
    "laneSet",
    "extensionElements",
    "incoming",
    "process",
    "boundaryEvent",
    "documentation",
]


def spoil(root, chance):
    elements = [element for element in root.iter() if isinstance(element.tag, str) and element is not root]
    if not elements:
        return
    element = chance.choice(elements)
    what = chance.randrange(9)
    if what == 0 and element.getparent() is not None:
        element.getparent().remove(element)
    elif what == 1:
        chance.choice(elements).append(copy.deepcopy(element))
    elif what == 2 and element.attrib:
        element.attrib.pop(chance.choice(list(element.attrib)))
    elif what == 3 and element.attrib:
        element.set(chance.choice(list(element.attrib)), chance.choice(TEXTS))
    elif what == 4 and element.attrib:
        other = chance.choice(elements)
        element.set(chance.choice(list(element.attrib)), chance.choice([*other.attrib.values(), "x"]))
    elif what == 5:
        element.tag = "{http://www.omg.org/spec/BPMN/20100524/MODEL}" + chance.choice(TAGS)
    elif what == 6:
        element.text = chance.choice(TEXTS)
    elif what == 7:
        element.set(
            chance.choice(
                [
                    "id",
                    "name",
                    "default",
                    "type",
                    "x",
                    "sourceRef",
                    "from",
                    "in",
                    "person",
                    "roleFrom",
                    "value",
                ]
            ),
            chance.choice(TEXTS),
        )
    elif element.getparent() is not None and element.getparent() is not root:
        chance.choice(elements[:5]).append(element) if element not in elements[:5] else None


def attack(seed):
    chance = random.Random(seed)
    root = etree.fromstring(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 6)):
        spoil(root, chance)
    data = etree.tostring(root)
    problems = check_definition(data, VOCABULARY)
    for problem in problems:
        for lang in ("zh-hans", "en"):
            assert problem.message(lang)
            problem.hint(lang)
    report = import_diagram(data, VOCABULARY)
    ensure_layout(data)
    if not any(problem.severity == "error" for problem in problems):
        definition = compile_definition(data, VOCABULARY)
        host = FakeHost(
            {"amount": "5", "owner": "x", "due_on": "2026-01-01", "status": "x", "customer.name": "x"}
        )
        data = {
            field.id: 1
            for field in definition.start_fields
            if field.required and field.type in ("decimal", "integer")
        }
        assert Case.start(definition, host, data).state()["v"] == 2
    return report


@pytest.mark.parametrize("block", range(10))
def test_spoilt_diagrams(block):
    for seed in range(block * 60, block * 60 + 60):
        attack(seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(10, 300))
def test_many_spoilt_diagrams(block):
    for seed in range(block * 60, block * 60 + 60):
        attack(seed)


def test_bytes_at_random():
    chance = random.Random(1)
    for _ in range(300):
        data = bytearray(chance.choice(SEEDS))
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        assert check_definition(bytes(data), VOCABULARY) is not None
