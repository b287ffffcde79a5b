"""What the editor asks of the server: what may be named, what is seen where, who else is there; and its page."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from core import clock
from core.models import User
from tests.workflows import diagrams
from tests.workflows.conftest import publish_diagram
from tests.workflows.engine.drawing import Drawing
from workflows import registry, services
from workflows.engine import check_definition
from workflows.models import ProcessDefinition
from workflows.registry.step_types import STEP_TYPES
from workflows.selectors.drawing import drawing_words
from workflows.selectors.drawing_names import names_at
from workflows.services.drawing_presence import GONE_AFTER, say_present
from workflows.services.shipped import shipped_processes

pytestmark = pytest.mark.django_db

OUTCOMES = (
    '<flow:assign role="rep"/><flow:outcome code="yes"><flow:label lang="zh-hans">好</flow:label>'
    '<flow:label lang="en">Fine</flow:label></flow:outcome><flow:outcome code="reject"/>'
)
FORM = (
    '<flow:assign role="rep"/><flow:form><flow:field id="amount" type="decimal"><flow:label>金额</flow:label>'
    '<flow:label lang="en">Amount</flow:label></flow:field></flow:form>'
)


def drawn() -> str:
    drawing = Drawing("asked", name="询问").start().end("done", "refused")
    drawing.user("check", extensions=OUTCOMES, name="检查").user("enter", extensions=FORM, name="填写")
    drawing.choice("is_fine", default="no").chain("start", "check", "is_fine")
    drawing.flow("is_fine", "enter", 'check.outcome == "yes"', id="yes").flow("is_fine", "refused", id="no")
    return drawing.chain("enter", "done").bytes().decode()


@pytest.fixture
def asked(cast) -> ProcessDefinition:
    services.import_bpmn(bpmn=drawn().encode(), actor=cast.admin)
    return ProcessDefinition.objects.get(key="asked")


class TestWhatMayBeNamed:
    def test_operations_say_whether_they_are_granted(self, cast):
        definition = publish_diagram("parallel", diagrams.PARALLEL, operations=("tests.rename",))
        found = {one["name"]: one for one in drawing_words(definition)["operations"]}
        assert set(found) == set(registry.operations())
        assert found["tests.rename"]["allowed"] is True
        assert [name for name, one in found.items() if one["allowed"]] == ["tests.rename"]

    def test_people_are_those_of_the_row_the_case_is_about(self, cast):
        plain = ProcessDefinition(key="plain")
        assert [one["expression"] for one in drawing_words(plain)["persons"]] == ["starter"]
        about = ProcessDefinition(key="about", subject_type="contracts.contract")
        assert [one["expression"] for one in drawing_words(about)["persons"]] == [
            "subject.owner",
            "subject.manager",
            "starter",
        ]

    def test_in_the_readers_language(self, cast):
        definition = ProcessDefinition(key="plain")
        with translation.override("en"):
            english = drawing_words(definition)
        with translation.override("zh-hans"):
            chinese = drawing_words(definition)
        assert english["step_types"][0]["label"] == "Approval"
        assert chinese["step_types"][0]["label"] == "审批"
        assert {one["code"] for one in english["roles"]} == {one["code"] for one in chinese["roles"]}

    @pytest.mark.parametrize(
        "kind", [one for one in STEP_TYPES if one.bpmn == "bpmn:UserTask"], ids=lambda one: one.id
    )
    def test_a_new_step_of_a_person_starts_with_words_that_the_engine_reads(self, kind):
        words = '<flow:assign role="rep"/>'
        for name, list_ in kind.words.items():
            for one in list_:
                attributes = "".join(f' {key}="{value}"' for key, value in one.items() if key != "labels")
                words += f"<flow:{name}{attributes}/>"
        drawing = Drawing().start().end().user("step", extensions=words).chain("start", "step", "end")
        problems = check_definition(drawing.bytes(), registry.vocabulary(roles={"rep": "rep"}))
        assert problems == []


class TestNames:
    def names(self, definition, element: str, bpmn: str | None = None) -> dict[str, dict]:
        found = names_at(definition, bpmn or drawn(), {})
        (sight,) = [one for one in found["groups"] if element in one["elements"]]
        return {one["path"]: one for one in sight["names"]}

    def test_have_types_choices_and_labels(self, asked):
        with translation.override("en"):
            names = self.names(asked, "yes")
        decision = names["check.outcome"]
        assert (decision["type"], decision["choices"]) == ("choice", ["yes", "reject"])
        assert decision["labels"] == {"yes": "Fine", "reject": "Reject"}
        assert (names["amount"]["type"], names["amount"]["label"], names["amount"]["by"]) == (
            "decimal",
            "Amount",
            "enter",
        )

    def test_tell_what_has_been_done_before(self, asked):
        before = names_at(asked, drawn(), {})["before"]
        assert before["yes"] == ["check", "is_fine", "start"]
        assert "enter" in before["done"]
        assert "enter" not in before["yes"]

    def test_of_what_the_case_is_about_are_called_as_on_its_pages(self, cast):
        text = diagrams.APPROVAL
        definition = publish_diagram("approval", text)
        found = names_at(definition, text, {})
        paths = {one["path"] for sight in found["groups"] for one in sight["names"]}
        fields = registry.subject_types()["core.department"].fields
        assert {f"subject.{name}" for name in fields} <= paths

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            (
                "en",
                ["Business review: decision", "Choose the reviews: Legal review", "Who appraises", "High"],
            ),
            ("zh-hans", ["业务审核: 处理结果", "确定审核路径: 法务审核", "评审角色", "高"]),
        ],
    )
    def test_are_words_of_the_diagram_and_of_its_tables_in_the_readers_language(self, cast, language, said):
        [shipped] = [one for one in shipped_processes() if one.key == "contract_lifecycle"]
        definition = ProcessDefinition(key=shipped.key, subject_type="contracts.contract")
        with translation.override(language):
            found = names_at(definition, shipped.bpmn, shipped.tables)
        [sight] = [one for one in found["groups"] if "panel_review" in one["elements"]]
        names = {one["path"]: one for one in sight["names"]}
        paths = ("manager_review.outcome", "reviews.legal", "member.role")
        risk = names["subject.risk"]["labels"]
        assert [*(names[path]["label"] for path in paths), risk["high"]] == said
        assert list(risk) == names["subject.risk"]["choices"]

    @pytest.mark.parametrize("text", ["", "no xml", "<a/>", drawn().replace("</bpmn:process>", "")])
    def test_of_what_cannot_be_read_there_are_none(self, asked, text):
        assert names_at(asked, text, {}) == {"groups": [], "before": {}}


class TestPresence:
    def test_two_people_see_each_other_until_one_has_gone(self, cast, asked):
        assert say_present(asked, cast.admin) == []
        User.objects.filter(username="director").update(is_superuser=True)
        other = User.objects.get(username="director")
        assert say_present(asked, other) == [cast.admin.name]
        assert say_present(asked, cast.admin) == [other.name]
        with clock.travel(timedelta(seconds=GONE_AFTER + 1)):
            assert say_present(asked, cast.admin) == []


class TestPage:
    def page(self, client) -> dict:
        answer = client.get(reverse("workflows:definition-edit", args=["asked"]))
        text = answer.content.decode()
        start = text.index('<script id="editor-page"')
        return json.loads(text[text.index(">", start) + 1 : text.index("</script>", start)])

    def test_shows_the_draft_with_its_revision(self, cast, asked, signed_in):
        page = self.page(signed_in(cast.admin))
        assert (page["revision"], page["saved_by"]) == (1, cast.admin.name)
        assert 'id="check"' in page["bpmn"]

    def test_shows_the_version_in_use_where_there_is_no_draft(self, cast, asked, signed_in):
        services.publish_draft(definition_key="asked", actor=cast.admin)
        page = self.page(signed_in(cast.admin))
        assert page["revision"] == 0
        assert 'id="check"' in page["bpmn"]

    def test_hostile_text_stays_text(self, cast, asked, signed_in):
        evil = "</script><script>alert(1)</script>"
        services.save_draft(
            definition_key="asked",
            bpmn=drawn().replace('name="检查"', 'name="&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"'),
            revision=1,
            actor=cast.admin,
            decisions={evil: "<x/>"},
        )
        client = signed_in(cast.admin)
        assert self.page(client)["decisions"] == {evil: "<x/>"}
        assert b"<script>alert" not in client.get("/processes/asked/edit/").content
