"""The form of a step, written into its diagram and nothing else changed."""

import random
from pathlib import Path

import pytest
from lxml import etree

from tests.workflows.engine.drawing import VOCABULARY, Drawing
from tests.workflows.running import FINANCE, form, user
from workflows.engine.differences import compare_versions
from workflows.engine.drawing_forms import ChoiceSheet, FieldSheet, form_fields, step_forms
from workflows.engine.formwriting import written_form
from workflows.engine.mends import ChangeError

SHIPPED = sorted(Path("workflows/bpmn").rglob("*.bpmn"))


def drawn() -> str:
    drawing = Drawing("buy", name="Buy").start().end("done")
    user(drawing, "ask", form("amount:integer"), name="Ask")
    user(drawing, "check", FINANCE, name="Check")
    return drawing.chain("start", "ask", "check", "done").bytes().decode()


def forms(bpmn: str, key: str = "buy"):
    return {one.id: one for one in step_forms(bpmn, key)}


def every(bpmn: str):
    process = etree.fromstring(bpmn.encode()).find("{*}process")
    return step_forms(bpmn, process.get("id"))


class TestWriting:
    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
    def test_a_form_that_was_not_changed_stays_as_it_is_written(self, path):
        bpmn = path.read_text()
        for one in every(bpmn):
            assert written_form(bpmn, one.id, one.fields) == bpmn

    def test_a_changed_label_changes_one_line(self):
        bpmn = written_form(drawn(), "check", [FieldSheet("a", label="甲"), FieldSheet("b", label="乙")])
        fields = forms(bpmn)["check"].fields
        fields[0].label = "丙"
        before, after = bpmn.splitlines(), written_form(bpmn, "check", fields).splitlines()
        assert len([line for line in before if line not in after]) == 1
        assert len(before) == len(after)

    def test_fields_are_written_as_they_are_read(self):
        fields = [
            FieldSheet("level", "choice", "级别", "Level", True, choices=[ChoiceSheet("gold", "金", "Gold")]),
            FieldSheet("why", "text", "原因 <b>", "", False, True, False, "", "", "2", "90", "x & y"),
            FieldSheet("price", "decimal", "价", "Price", minimum="0", maximum="9.5", readonly=True),
        ]
        after = written_form(drawn(), "check", fields)
        read = forms(after)["check"].fields
        assert [one.origin for one in read] == [0, 1, 2]
        for one in read:
            one.origin = None
        assert read == fields
        level, why, price = form_fields(after, "check", VOCABULARY)
        assert (level.label("en"), level.choices[0][0], why.max_length, price.maximum) == (
            "Level",
            "gold",
            90,
            "9.5",
        )
        assert forms(after)["ask"] == forms(drawn())["ask"]

    def test_the_last_field_takes_the_form_with_it(self):
        bpmn = drawn()
        after = written_form(bpmn, "ask", [])
        assert "flow:form" not in after
        assert forms(after)["ask"].fields == []
        again = written_form(bpmn, "check", [FieldSheet("more")])
        assert "flow:form" in written_form(again, "ask", [])
        back = written_form(again, "check", [])
        assert [change.text("en") for change in compare_versions(bpmn, back).changes] == []

    def test_what_the_page_does_not_know_of_a_field_stays(self):
        bpmn = drawn().replace('id="amount"', 'id="amount" xmlns:t="urn:tool" t:colour="red"', 1)
        fields = forms(bpmn)["ask"].fields
        fields[0].required = True
        fields.insert(0, FieldSheet("first", "boolean"))
        after = written_form(bpmn, "ask", fields)
        amount = etree.fromstring(after.encode()).findall(".//{*}field")[1]
        assert (amount.get("id"), amount.get("{urn:tool}colour"), amount.get("required")) == (
            "amount",
            "red",
            "true",
        )

    @pytest.mark.parametrize("element", ["done", "nobody", "buy"])
    def test_only_steps_of_people_have_forms(self, element):
        with pytest.raises(ChangeError):
            written_form(drawn(), element, [FieldSheet("a")])

    def test_what_xml_cannot_hold_does_not_break_the_diagram(self):
        after = written_form(drawn(), "check", [FieldSheet("a", label="x\x00\ud800", default='"<&')])
        assert form_fields(after, "check", VOCABULARY)[0].default == '"<&'

    @pytest.mark.parametrize("seed", range(8))
    def test_random_edits_change_this_form_alone(self, seed):
        chance, bpmn = random.Random(seed), drawn()
        for _ in range(6):
            fields = forms(bpmn)["check"].fields
            deed = chance.randrange(4)
            if deed == 0 or not fields:
                fields.insert(
                    0, FieldSheet(f"f{chance.randrange(10**6)}", chance.choice(["text", "date", "boolean"]))
                )
            elif deed == 1:
                fields.append(fields.pop(chance.randrange(len(fields))))
            elif deed == 2:
                del fields[chance.randrange(len(fields))]
            else:
                chance.choice(fields).label = chance.choice(["", "名称", "Name"])
            after = written_form(bpmn, "check", fields)
            read = forms(after)["check"].fields
            assert [(one.id, one.type, one.label) for one in read] == [
                (o.id, o.type, o.label) for o in fields
            ]
            bpmn = after
        assert written_form(bpmn, "check", []).count("flow:form") == drawn().count("flow:form")
