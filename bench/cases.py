"""Cases by the hundred thousand, for whatever is measured over many of them: figures, lists, purging.

A hundred or so cases go through the services, by chance and with the clock set back: people decide and send back,
moments come, a message arrives, some are terminated, a step fails. Their rows are then copied by SQL, each copy with ids, number,
subject, department and time of its own. What holds of a case holds of its copies: ``audit_instances`` is clean.

    people = create_people()
    publish(people["admin"])
    fill(models(people), finished=200_000, running=50_000)
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

KEY = "bench_cases"
MODELS = 120
# Of so many cases one meets a step that fails, and waits there for an operator.
ONE_FAILS = 20
# Cases began within so many days before now.
FINISHED_DAYS, RUNNING_DAYS = 365, 30
AT_ONCE = 20_000

_OUTCOMES = "".join(
    f'<flow:outcome code="{code}"><flow:label lang="zh-hans">{name}</flow:label></flow:outcome>'
    for code, name in (("approve", "同意"), ("reject", "驳回"))
)
_DUE = '<flow:due in="P2D"/>'


def _user(id: str, name: str, role: str, *words: str) -> str:
    extensions = f'<flow:assign role="{role}"/>{_DUE}{"".join(words)}'
    return (
        f'<bpmn:userTask id="{id}" name="{name}"><bpmn:extensionElements>{extensions}</bpmn:extensionElements>'
        "</bpmn:userTask>"
    )


def _flow(id: str, source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'
    )


DIAGRAM = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:flow="urn:xiaoliu:bpmn:flow:1"
  id="definitions" targetNamespace="urn:xiaoliu:bench">
<bpmn:message id="paid" name="paid"/>
<bpmn:process id="{KEY}" name="订单" isExecutable="true">
<bpmn:extensionElements><flow:variable name="number" type="text" required="true"/>
<flow:variable name="odds" type="integer" required="true"/></bpmn:extensionElements>
<bpmn:startEvent id="start"/><bpmn:endEvent id="end" name="完成"/><bpmn:endEvent id="chased"/>
{_user("draft", "起草", "rep")}{_user("review", "审批", "manager", _OUTCOMES)}
<bpmn:exclusiveGateway id="decided" name="同意？" default="on"/>
{_user("check", "复核", "finance", _OUTCOMES)}<bpmn:exclusiveGateway id="checked" name="通过？" default="passed"/>
<bpmn:intermediateCatchEvent id="cool" name="冷静期"><bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>
<bpmn:intermediateCatchEvent id="payment" name="到账"><bpmn:extensionElements><flow:correlate value="number"/>
</bpmn:extensionElements><bpmn:messageEventDefinition messageRef="paid"/></bpmn:intermediateCatchEvent>
{_user("pack", "备货", "rep")}{_user("chase", "催办", "manager")}
<bpmn:boundaryEvent id="late" name="逾期" attachedToRef="review" cancelActivity="false"><bpmn:timerEventDefinition>
<bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
{_flow("f1", "start", "draft")}{_flow("f2", "draft", "review")}{_flow("f3", "review", "decided")}
{_flow("back", "decided", "draft", 'review.outcome == "reject"')}{_flow("on", "decided", "check")}
{_flow("f4", "check", "checked")}{_flow("again", "checked", "review", 'check.outcome == "reject" or 6 / odds &lt; 1')}
{_flow("passed", "checked", "cool")}{_flow("f5", "cool", "fork")}{_flow("f6", "fork", "pack")}
{_flow("f7", "fork", "payment")}{_flow("f8", "pack", "join")}{_flow("f9", "payment", "join")}
{_flow("f10", "join", "end")}{_flow("f11", "late", "chase")}{_flow("f12", "chase", "chased")}
</bpmn:process></bpmn:definitions>"""


def publish(admin: Any) -> Any:
    from workflows.services import import_bpmn, publish_draft

    import_bpmn(bpmn=DIAGRAM.encode(), actor=admin)
    return publish_draft(definition_key=KEY, actor=admin, note="bench")


# The cases that are copied -----------------------------------------------------------------------


def models(people: dict[str, Any], number: int = MODELS) -> list[int]:
    """Cases that went through the services, three in four of them to their end; their ids."""
    from workflows.models import Delivery

    chance = random.Random(1)
    found = [
        _Model(people, chance, odds=n % ONE_FAILS).go(200 if chance.random() < 0.75 else chance.randint(0, 6))
        for n in range(number)
    ]
    if Delivery.objects.filter(status="open").exists():
        raise RuntimeError("A message is still on its way.")
    return found


class _Model:
    """One case on its way by chance; against odds of 0 it fails at its check."""

    def __init__(self, people: dict[str, Any], chance: random.Random, *, odds: int) -> None:
        from core import clock
        from workflows.services import start_process

        self.people, self.chance = people, chance
        self.number = f"N{chance.random()}"
        # Everything has happened by now: nothing of it lies in the future.
        self.now: datetime = clock.now() - timedelta(days=100)
        with clock.travel(self.now):
            starter = people[chance.choice(["rep1", "rep2", "rep3"])]
            data = {"number": self.number, "odds": min(odds, 6)}
            self.pk: int = start_process(definition_key=KEY, actor=starter, data=data).pk

    def go(self, deeds: int) -> int:
        from core import clock
        from workflows.models import ProcessInstance

        goes_on = ProcessInstance.objects.filter(pk=self.pk, ended_at=None, status="active")
        for _number in range(deeds):
            if not goes_on.exists():
                break
            self.now += timedelta(minutes=self.chance.choice([5, 60, 300, 1500, 3000]))
            with clock.travel(self.now):
                self._step()
        return self.pk

    def _step(self) -> None:
        from workflows.models import Delivery, Subscription, Timer, WorkItem
        from workflows.services import cancel_instance, complete_work_item, deliver, fire_timer, send_message

        for timer in Timer.objects.filter(instance=self.pk, status="open", due_at__lte=self.now):
            fire_timer(timer_id=timer.pk)
        if self.chance.random() < 0.004:
            cancel_instance(instance_id=self.pk, reason="bench", actor=self.people["admin"])
            return
        items = list(WorkItem.objects.open().filter(instance=self.pk).order_by("pk"))
        if items:
            item = self.chance.choice(items)
            outcome = (
                self.chance.choice(["approve"] * 4 + ["reject"])
                if item.element in ("review", "check")
                else ""
            )
            actor = item.assignee or self._of_role(item.role)
            complete_work_item(
                work_item_id=item.pk, actor=actor, outcome=outcome, comment="x" if outcome else ""
            )
        elif Subscription.objects.filter(instance=self.pk, status="open").exists():
            send_message(name="paid", correlation={"number": self.number}, actor=self.people["admin"])
            for delivery in Delivery.objects.filter(status="open"):
                deliver(delivery_id=delivery.pk)

    def _of_role(self, role: str) -> Any:
        from core.models import User

        return self.chance.choice(list(User.objects.filter(roles__code=role, is_active=True).order_by("pk")))


# Copying ------------------------------------------------------------------------------------------

# Each copy knows its model, its own id, by how much it lies earlier, and what differs in words.
_COPIES = """
CREATE TEMP TABLE copies ON COMMIT DROP AS
SELECT n AS number, nextval(pg_get_serial_sequence('workflows_processinstance', 'id')) AS id,
       (%(models)s::bigint[])[1 + (n * 7919) %% %(many)s] AS model,
       random() * %(days)s * interval '1 day' AS earlier,
       (%(paths)s::text[])[1 + (n * 31) %% %(departments)s] AS path
  FROM generate_series(%(first)s::int, %(last)s::int) n
"""
_PATH, _TITLE = "c.path", "'华东工业 ' || c.number || ' 有限公司'"
# What a copy has of its own; everything else is its model's. A moment lies earlier, unless it is still to come.
_OWN: dict[str, dict[str, str]] = {
    "workflows_processinstance": {
        "id": "c.id",
        "department_path": _PATH,
        "subject_title": _TITLE,
        "business_key": "'DD' || lpad(c.number::text, 7, '0')",
    },
    "workflows_workitem": {"department_path": _PATH, "subject_title": _TITLE},
    "workflows_timer": {"due_at": "r.due_at - c.earlier + {hold}", "try_at": "r.try_at - c.earlier + {hold}"},
    "workflows_subscription": {"key": "r.key || '-' || c.number", "follows_id": "NULL"},
    "workflows_historyevent": {},
    "workflows_incident": {},
}
# A timer that still waits does so for another year: nothing begins to move while something is measured.
_HOLD = "CASE WHEN r.status = 'open' THEN interval '400 days' ELSE interval '0' END"


def fill(cases: Sequence[int], *, finished: int, running: int) -> None:
    """Copy the cases until there are so many more that are over, and so many more that run."""
    from core.models import Department
    from workflows.models import ProcessInstance

    paths = list(Department.objects.order_by("path").values_list("path", flat=True))
    over = list(
        ProcessInstance.objects.filter(pk__in=cases, ended_at__isnull=False)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    open_ones = sorted(set(cases) - set(over))
    with connection.cursor() as cursor:
        # Foreign keys and triggers step aside: what is copied has kept them already.
        cursor.execute("SET session_replication_role = replica")
    try:
        for of, number, days in ((over, finished, FINISHED_DAYS), (open_ones, running, RUNNING_DAYS)):
            for first in range(1, number + 1, AT_ONCE):
                last = min(first + AT_ONCE - 1, number)
                _copy({"models": of, "many": len(of), "days": days, "paths": paths, "departments": len(paths),
                       "first": first, "last": last})  # fmt: skip
                print(f"    {last} of {number} cases", flush=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET session_replication_role")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copy(values: dict[str, Any]) -> None:
    from django.db import transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COPIES, values)
        cursor.execute("CREATE INDEX ON copies (model)")
        cursor.execute("ANALYZE copies")
        for table, own in _OWN.items():
            cursor.execute(_statement(table, own))


def _statement(table: str, own: dict[str, str]) -> str:
    from django.apps import apps

    model = next(one for one in apps.get_app_config("workflows").get_models() if one._meta.db_table == table)
    is_case = table == "workflows_processinstance"
    columns: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if field.generated or (field.primary_key and not is_case):
            continue
        if field.column in own:
            columns[field.column] = own[field.column].format(hold=_HOLD)
        elif field.column == "instance_id":
            columns[field.column] = "c.id"
        elif field.get_internal_type() == "DateTimeField":
            columns[field.column] = f'r."{field.column}" - c.earlier'
        else:
            columns[field.column] = f'r."{field.column}"'
    key = "id" if is_case else "instance_id"
    names = ", ".join(f'"{name}"' for name in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())}"
        f" FROM copies c JOIN {table} r ON r.{key} = c.model ORDER BY c.number, r.id"
    )
