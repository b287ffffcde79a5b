"""Published test processes and what starts them."""

from collections.abc import Callable

import pytest

from core import clock
from core.actors import SystemActor
from core.models import Department
from tests.workflows import diagrams
from workflows import services
from workflows.models import HistoryEvent, Incident, ProcessDefinition, ProcessInstance, WorkItem
from workflows.services.definitions import publish

SETUP = SystemActor("tests")


def publish_diagram(
    key: str, bpmn: str, *, operations: tuple[str, ...] = ("tests.rename",)
) -> ProcessDefinition:
    """Publish a diagram as the set-up would."""
    definition = ProcessDefinition.objects.create(
        key=key, allowed_operations=list(operations), created_at=clock.now()
    )
    publish(definition, bpmn=bpmn, decisions={}, forms={}, actor=SETUP, note="")
    return definition


@pytest.fixture
def subject(cast) -> Department:
    """The business row of the cases: the department of rep1, rep2 and manager1."""
    return Department.objects.get(code="sales1")


@pytest.fixture
def start(cast, subject) -> Callable[..., ProcessInstance]:
    """start("approval") -> a running case, started by rep1 unless another actor is named."""

    def start_case(key: str, *, actor=None, about: Department | None = None, data=None) -> ProcessInstance:
        bpmn = getattr(diagrams, key.upper())
        if not ProcessDefinition.objects.filter(key=key).exists():
            publish_diagram(key, bpmn)
        row = (about or subject) if "flow:subject" in bpmn else None
        return services.start_process(definition_key=key, subject=row, data=data, actor=actor or cast.rep1)

    return start_case


def open_item(instance: ProcessInstance, element: str) -> WorkItem:
    """The open work item of a case at an element."""
    return WorkItem.objects.get(instance=instance, element=element, status=WorkItem.Status.OPEN)


def rows_of(instance: ProcessInstance) -> tuple:
    """Everything stored about a case: two equal ones mean that nothing was changed."""
    return (
        ProcessInstance.objects.values().get(pk=instance.pk),
        list(WorkItem.objects.filter(instance=instance).order_by("pk").values()),
        list(HistoryEvent.objects.filter(instance=instance).order_by("seq").values()),
        list(Incident.objects.filter(instance=instance).order_by("pk").values()),
        list(Department.objects.order_by("pk").values()),
    )


class Unchanged:
    """with Unchanged(case): ...  fails unless the case and its business row stay as they are."""

    def __init__(self, instance: ProcessInstance) -> None:
        self.instance = instance

    def __enter__(self) -> None:
        self.before = rows_of(self.instance)

    def __exit__(self, *_error: object) -> None:
        assert rows_of(self.instance) == self.before
