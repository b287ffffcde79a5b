"""Decision tables beside a diagram: drafts, publishing, what is wrong with them, what the history keeps."""

import pytest

from tests.workflows.engine.drawing import Drawing
from tests.workflows.running import Hand, form, publish_drawing, text_of, user
from workflows import services
from workflows.models import Incident, ProcessDefinition, ProcessDraft, ProcessVersion
from workflows.services.definitions import lint

pytestmark = pytest.mark.django_db
HEAD = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:flow="urn:xiaoliu:bpmn:flow:1"'
    ' id="d" name="d" namespace="urn:tests">'
)


def table(*rules: str, policy: str = "UNIQUE", default: str = "") -> str:
    """A table over amount that gives a discount: "<= 100 -> 0.05"."""
    rows = ""
    for rule in rules:
        condition, _, result = rule.partition(" -> ")
        condition = condition.replace("<", "&lt;")
        rows += (
            f"<rule><inputEntry><text>{condition}</text></inputEntry>"
            f"<outputEntry><text>{result}</text></outputEntry></rule>"
        )
    otherwise = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    return (
        f'{HEAD}<decision id="discount" name="折扣"><extensionElements><flow:label lang="en">Discount</flow:label>'
        f'</extensionElements><decisionTable hitPolicy="{policy}">'
        '<input label="金额"><inputExpression><text>amount</text></inputExpression></input>'
        f'<output name="rate" label="折扣率">{otherwise}</output>{rows}</decisionTable></decision></definitions>'
    )


GOOD = table("<= 100 -> 0.01", "(100..1000] -> 0.05", "> 1000 -> 0.1")


def selling() -> Drawing:
    drawing = Drawing("selling").start().end()
    user(drawing, "ask", form("amount:integer"), name="下单")
    words = '<flow:decision ref="discount" result="terms"/>'
    drawing.element("businessRuleTask", "rate", extensions=words, name="定折扣")
    drawing.choice("large", default="small")
    user(drawing, "look", name="复核")
    drawing.chain("start", "ask", "rate", "large").flow("large", "look", "terms.rate > 0.05")
    return drawing.flow("large", "end", id="small").flow("look", "end")


@pytest.fixture
def draft(cast):
    """A saved draft with the diagram, without its table."""
    services.import_bpmn(bpmn=selling().bytes(), actor=cast.admin)
    return ProcessDraft.objects.get()


def save(draft: ProcessDraft, actor, **decisions: str) -> ProcessDraft:
    return services.save_draft(
        definition_key="selling",
        bpmn=draft.bpmn,
        revision=ProcessDraft.objects.get().revision,
        actor=actor,
        decisions=decisions,
    )


class TestDrafts:
    def test_a_table_comes_with_the_draft_and_stays_with_the_version(self, cast, draft):
        save(draft, cast.admin, discount=GOOD)
        version = services.publish_draft(definition_key="selling", actor=cast.admin)
        assert version.decisions == {"discount": GOOD}

    def test_without_its_table_the_step_is_refused(self, cast, draft):
        with pytest.raises(services.DiagramRefusedError) as refusal:
            services.publish_draft(definition_key="selling", actor=cast.admin)
        assert ("unknown_decision", "rate") in {(one.code, one.element) for one in refusal.value.problems}

    @pytest.mark.parametrize(
        "wrong",
        [
            table("<= 100 -> nobody"),
            table("<= 100 -> 0.1", '"many" -> 0.2'),
            GOOD.replace("amount", "price"),
            GOOD.replace("UNIQUE", "PRIORITY"),
            "<html/>",
            "no xml",
            '<!DOCTYPE d [<!ENTITY a "x">]>' + GOOD,
        ],
    )
    def test_what_is_wrong_with_it_names_the_step_and_the_table(self, cast, draft, wrong):
        save(draft, cast.admin, discount=wrong)
        with pytest.raises(services.DiagramRefusedError) as refusal:
            services.publish_draft(definition_key="selling", actor=cast.admin)
        # What reads the result of the wrong table is named as well.
        errors = [
            one for one in refusal.value.problems if one.severity == "error" and one.code != "unknown_name"
        ]
        assert {(one.element, one.params["table"]) for one in errors} == {("rate", "discount")}
        assert not ProcessVersion.objects.exists()

    def test_a_changed_table_is_a_new_version_and_running_cases_keep_the_old_one(self, cast, draft):
        save(draft, cast.admin, discount=GOOD)
        services.publish_draft(definition_key="selling", actor=cast.admin)
        running = Hand.start("selling", cast.rep1)
        changed = GOOD.replace("0.01", "0.09")
        services.save_draft(
            definition_key="selling",
            bpmn=draft.bpmn,
            revision=0,
            actor=cast.admin,
            decisions={"discount": changed},
        )
        assert services.publish_draft(definition_key="selling", actor=cast.admin).number == 2
        assert running.do("ask", cast.rep1, amount=5).variables["terms"] == {"rate": "0.01"}
        assert Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=5).names == ["look"]

    def test_importing_the_diagram_again_takes_no_table_away(self, cast, draft):
        save(draft, cast.admin, discount=GOOD)
        (again,) = services.import_bpmn(bpmn=selling().bytes(), actor=cast.admin).processes
        assert again.draft.decisions == {"discount": GOOD}
        assert [one for one in again.problems if one.severity == "error"] == []
        services.publish_draft(definition_key="selling", actor=cast.admin)
        (anew,) = services.import_bpmn(bpmn=selling().bytes(), actor=cast.admin).processes
        assert anew.draft.decisions == {"discount": GOOD}, "those of the version in use"

    def test_the_lint_sees_the_tables_that_are_being_drawn(self, cast, draft):
        definition = ProcessDefinition.objects.get(key="selling")
        found = lint(draft.bpmn, definition, {"discount": table("<= 100 -> 0.1", "< 200 -> 0.2")})
        overlap = [
            one for one in found if one.severity == "warning" and one.params.get("table") == "discount"
        ]
        assert overlap
        assert {one.element for one in overlap} == {"rate"}


class TestDeciding:
    def test_the_history_keeps_the_values_and_the_rule(self, cast):
        publish_drawing(selling(), decisions={"discount": GOOD})
        hand = Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=500)
        assert hand.status == "completed"
        told = hand.instance.events.get(element="rate")
        assert (told.data["table"], told.data["rules"], told.data["reads"]) == (
            "discount",
            [2],
            {"amount": 500},
        )
        hand = Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=5000)
        assert hand.names == ["look"]
        assert hand.variables["terms"] == {"rate": "0.1"}

    def test_what_the_next_step_reads_as_it_begins_is_no_reason_of_the_table(self, cast):
        drawing = Drawing("selling", extensions='<flow:variable name="people" type="integer" default="2"/>')
        user(drawing.start().end(), "ask", form("amount:integer"))
        drawing.element(
            "businessRuleTask", "rate", extensions='<flow:decision ref="discount" result="terms"/>'
        )
        marker = (
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>people</bpmn:loopCardinality>"
            "</bpmn:multiInstanceLoopCharacteristics>"
        )
        user(drawing, "look", inner=marker)
        publish_drawing(drawing.chain("start", "ask", "rate", "look", "end"), decisions={"discount": GOOD})
        hand = Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=500)
        assert hand.instance.events.get(element="rate").data["reads"] == {"amount": 500}

    def test_a_case_that_no_rule_covers_is_held(self, cast):
        publish_drawing(selling(), decisions={"discount": table("<= 100 -> 0.01")})
        hand = Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=500)
        assert hand.status == "waiting_incident"
        incident = Incident.objects.get()
        assert incident.element == "rate"
        assert "500" in incident.message

    def test_the_default_decides_by_no_rule(self, cast):
        publish_drawing(selling(), decisions={"discount": table("<= 100 -> 0.01", default="0")})
        hand = Hand.start("selling", cast.rep1).do("ask", cast.rep1, amount=500)
        assert hand.instance.events.get(element="rate").data["rules"] == []

    def test_a_table_inside_a_called_process_is_its_own(self, cast):
        publish_drawing(selling(), decisions={"discount": GOOD})
        outer = Drawing("outer").start().end().element("callActivity", "sell", calledElement="selling")
        publish_drawing(outer.chain("start", "sell", "end"))
        hand = Hand.start("outer", cast.rep1).do("sell/ask", cast.rep1, amount=5)
        assert hand.status == "completed"
        assert hand.instance.events.get(element="sell/rate").data["rules"] == [1]


def test_the_text_of_a_diagram_is_published_as_it_is(cast):
    version = publish_drawing(selling(), decisions={"discount": GOOD})
    assert version.bpmn == text_of(selling())
