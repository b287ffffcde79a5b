"""Who may draw and publish the processes that come with the program, from their first day on.

Sales managers know where a process pinches, so they draw it. What they draw changes contracts, money and promises to
customers, so the heads of sales and of the house publish it, and never what they have drawn themselves
(``require_second_person``). An administrator changes all of this later, process by process.
"""

from __future__ import annotations

from config.company_roles import GIVEN
from core import clock
from core.models import Setting
from workflows.models import ProcessDefinition

# key: (who draws, who publishes)
CHANGERS: dict[str, tuple[list[str], list[str]]] = {
    key: (["director", "manager"], ["director", "gm"])
    for key in (
        "collection",
        "complaint",
        "contract_lifecycle",
        "contract_obligation",
        "contract_performance",
        "customer_status",
        "membership_extension",
        "onboarding",
        "renewal",
        "service_end",
    )
}


def give_process_roles() -> None:
    """Give the rights above to the processes that never got them, each right only where nobody has it yet.

    What was given is remembered beside the grants of the roles: what a company takes away stays away.
    """
    memory = Setting.objects.select_for_update().get(code=GIVEN)
    given = set(memory.value or [])
    wanted = [key for key in CHANGERS if f"process:{key}" not in given]
    rows = ProcessDefinition.objects.select_for_update(no_key=True).filter(key__in=wanted, is_shipped=True)
    fresh = list(rows.order_by("key")) if wanted else []
    for definition in fresh:
        draw, publish = CHANGERS[definition.key]
        definition.draw_roles = definition.draw_roles or draw
        definition.publish_roles = definition.publish_roles or publish
        definition.save(update_fields=["draw_roles", "publish_roles"])
    if fresh:
        memory.value = sorted(given | {f"process:{one.key}" for one in fresh})
        memory.changed_at = clock.now()
        memory.save(update_fields=["value", "changed_at"])
