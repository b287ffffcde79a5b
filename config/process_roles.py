"""Who may draw and publish the processes that come with the program, from their first day on.

Sales managers know where a process pinches, so they draw it. What they draw changes contracts, money and promises to
customers, so the heads of sales and of the house publish it, and never what they have drawn themselves
(``require_second_person``). An administrator changes all of this later, process by process.
"""

from __future__ import annotations

from core import clock
from core.models import Setting
from workflows.models import ProcessDefinition

# key: (who draws, who publishes)
CHANGERS: dict[str, tuple[list[str], list[str]]] = {
    key: (["director", "manager"], ["director", "gm"])
    for key in ("collection", "complaint", "contract_lifecycle", "customer_status", "onboarding", "renewal")
}

# The processes whose rights above were ever given: what a company takes away stays away.
GIVEN = "config.given_process_roles"


def give_process_roles() -> None:
    """Give the rights above to the processes that never got them, each right only where nobody has it yet."""
    memory = Setting.objects.select_for_update().filter(code=GIVEN).first()
    given: set[str] = set((memory.value or []) if memory is not None else [])
    wanted = CHANGERS.keys() - given
    if not wanted:
        return
    rows = ProcessDefinition.objects.select_for_update(no_key=True).filter(key__in=wanted, is_shipped=True)
    for definition in rows.order_by("key"):
        draw, publish = CHANGERS[definition.key]
        definition.draw_roles = definition.draw_roles or draw
        definition.publish_roles = definition.publish_roles or publish
        definition.save(update_fields=["draw_roles", "publish_roles"])
        given.add(definition.key)
    Setting.objects.update_or_create(code=GIVEN, defaults={"value": sorted(given), "changed_at": clock.now()})
