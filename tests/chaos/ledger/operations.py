"""What the storm's diagrams call."""

from tests.chaos.ledger.models import Entry
from workflows.registry import OperationContext, operation


@operation(name="ledger.write", label=("记一笔", "Write a line"))
def write(context: OperationContext) -> None:
    """Undone with its step, if the step is."""
    Entry.objects.create(instance=context.instance_id, element=context.element)
