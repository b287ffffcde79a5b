"""Diagrams with several scopes for tests of the application, and a hand that goes through a case.

After each deed the hand proves the invariant of the whole database, and that the history is whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from core import clock
from core.actors import SystemActor
from core.models import User
from tests.workflows.engine.drawing import Drawing
from workflows import services
from workflows.audit import audit
from workflows.models import HistoryEvent, ProcessDefinition, ProcessInstance, ProcessVersion, WorkItem
from workflows.services.definitions import publish

SETUP = SystemActor("tests")
OPERATIONS = ("tests.rename", "tests.charge")
ABOUT_DEPARTMENT = '<flow:subject type="core.department"/>'
REP, FINANCE, MANAGER = (f'<flow:assign role="{role}"/>' for role in ("rep", "finance", "manager"))


def form(*fields: str) -> str:
    """form("amount:integer", "note:text?") -> a form; ? stands for what may be left empty."""
    rows = []
    for field in fields:
        name, _, kind = field.partition(":")
        required = "" if kind.endswith("?") else ' required="true"'
        rows.append(f'<flow:field id="{name}" type="{kind.rstrip("?")}"{required}/>')
    return f"<flow:form>{''.join(rows)}</flow:form>"


def user(
    drawing: Drawing, id: str, *words: str, name: str = "", inner: str = "", tag: str = "userTask"
) -> Drawing:
    """A step of a person, of the reps unless words say otherwise."""
    assigned = "" if any("flow:assign" in word for word in words) else REP
    return drawing.element(tag, id, inner, extensions=assigned + "".join(words), name=name)


def each(
    collection: str, item: str, *, sequential: bool = False, value: str = "", into: str = "", until: str = ""
) -> str:
    """The marker of a multi-instance."""
    more = f' value="{value}" into="{into}"' if value else ""
    words = f'<bpmn:extensionElements><flow:each in={quoteattr(collection)} as="{item}"{more}/></bpmn:extensionElements>'
    until = f"<bpmn:completionCondition>{until}</bpmn:completionCondition>" if until else ""
    kind = ' isSequential="true"' if sequential else ""
    return (
        f"<bpmn:multiInstanceLoopCharacteristics{kind}>{words}{until}</bpmn:multiInstanceLoopCharacteristics>"
    )


def inside(
    tag: str, id: str, content: Drawing, *, marker: str = "", extensions: str = "", **attributes: str
) -> str:
    """What stands in a subprocess, as one of its kinds."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    words = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return f'<bpmn:{tag} id="{id}"{more}>{words}{marker}{"".join(content.parts)}</bpmn:{tag}>'


def event(tag: str, id: str, kind: str, ref: str = "", **attributes: str) -> str:
    """An event with its definition; errors and escalations by their code, as root elements name them."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    named = {"error": "errorRef", "escalation": "escalationRef"}.get(kind, "")
    given = f' {named}="{ref}"' if named and ref else f' name="{ref}"' if kind == "link" else ""
    return f'<bpmn:{tag} id="{id}"{more}><bpmn:{kind}EventDefinition{given}/></bpmn:{tag}>'


ROOTS = "".join(
    [
        *(f'<bpmn:error id="{code}" errorCode="{code}"/>' for code in ("declined", "expired", "bad")),
        '<bpmn:escalation id="high" escalationCode="high"/>',
    ]
)


def text_of(drawing: Drawing) -> str:
    return drawing.bytes(ROOTS).decode()


def publish_drawing(
    drawing: Drawing | str,
    *,
    operations: tuple[str, ...] = OPERATIONS,
    decisions: Mapping[str, str] | None = None,
    key: str = "",
) -> ProcessVersion:
    """Publish a diagram, or its next version, as the set-up would."""
    text = drawing if isinstance(drawing, str) else text_of(drawing)
    definition, _created = ProcessDefinition.objects.get_or_create(
        key=key or getattr(drawing, "key", ""),
        defaults={"allowed_operations": list(operations), "created_at": clock.now()},
    )
    return publish(definition, bpmn=text, decisions=decisions or {}, forms={}, actor=SETUP, note="")


class Hand:
    """Goes through one case as people do."""

    def __init__(self, instance: ProcessInstance) -> None:
        self.instance = instance
        self.prove()

    @classmethod
    def start(cls, key: str, actor: User, **given: Any) -> Hand:
        return cls(services.start_process(definition_key=key, actor=actor, **given))

    @property
    def open(self) -> dict[str, WorkItem]:
        """What people can do now: by element, with the place in its multi-instance behind #."""
        return {
            _name(item): item
            for item in WorkItem.objects.open().filter(instance=self.instance).order_by("pk")
        }

    @property
    def names(self) -> list[str]:
        return sorted(self.open)

    def do(self, name: str, actor: User | None = None, *, outcome: str = "", **data: Any) -> Hand:
        """Complete an open item, as its assignee unless another person is named."""
        item = self.open[name]
        person = actor or item.assignee or User.objects.filter(roles__code=item.role, is_active=True).first()
        services.complete_work_item(work_item_id=item.pk, actor=person, outcome=outcome, data=data)
        return self.prove()

    def prove(self) -> Hand:
        assert audit(deep="all") == []
        self.instance.refresh_from_db()
        numbers = list(self.instance.events.order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        return self

    @property
    def status(self) -> str:
        return self.instance.status

    @property
    def variables(self) -> dict[str, Any]:
        return self.instance.state["vars"]

    def passed(self, *, people: bool | None = None) -> list[str]:
        """The elements that were completed, in order; those of people, of the system, or all."""
        rows = self.instance.events.filter(kind=HistoryEvent.Kind.COMPLETED).order_by("seq")
        if people is not None:
            rows = rows.filter(actor__isnull=not people)
        return [
            row.element + ("#" + ".".join(map(str, row.data["indices"])) if row.data.get("indices") else "")
            for row in rows
        ]


def _name(item: WorkItem) -> str:
    return item.element + ("#" + ".".join(map(str, item.indices)) if item.indices else "")
