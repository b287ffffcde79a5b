"""A customer on its way through its statuses, as people carry it; time is travelled, news comes as by the workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from config.reference import STARTERS
from core import clock
from core.models import Notification, User
from crm.models import Customer
from tests.contracts.factory import customer_of
from tests.processes import walk
from workflows.audit import audit
from workflows.models import ProcessDefinition, ProcessInstance, Subscription, Timer, WorkItem
from workflows.services import complete_work_item, publish_shipped

KEY = "customer_status"
FOLLOW_UP, APPROVE = "follow_up", "approve_status"


def settle() -> None:
    """What found nobody at the place it was addressed to is looked for anew, and counts as no move: so twice."""
    for _round in range(3):
        walk.settle()


def publish() -> None:
    publish_shipped(only={KEY})
    ProcessDefinition.objects.filter(key=KEY).update(start_roles=STARTERS[KEY])


class StatusWalk:
    """One tracked customer: does the steps as people, says where it stands."""

    def __init__(self, company: Any, owner: str = "rep1", **fields: Any) -> None:
        publish()
        self.people = company
        self.customer_pk = customer_of(getattr(company, owner), **fields).pk
        settle()

    @property
    def customer(self) -> Customer:
        return Customer.objects.get(pk=self.customer_pk)

    @property
    def case(self) -> ProcessInstance:
        """The newest case of the customer."""
        found = ProcessInstance.objects.filter(
            definition__key=KEY, subject_type="crm.customer", subject_id=str(self.customer_pk)
        )
        return found.latest("pk")

    @property
    def cases(self) -> int:
        return ProcessInstance.objects.filter(definition__key=KEY, subject_id=str(self.customer_pk)).count()

    @property
    def task(self) -> WorkItem:
        return WorkItem.objects.get(instance=self.case, status="open")

    @contextmanager
    def later(self, days: float) -> Iterator[None]:
        """So many days from now, with everything done that fell due."""
        with clock.travel(timedelta(days=days)):
            settle()
            yield

    def follow_up(
        self,
        outcome: str = "stay",
        *,
        who: str = "rep1",
        comment: str = "",
        in_days: int | None = None,
        **fields: Any,
    ) -> None:
        """The owner says what was done, and when the next contact is."""
        data = {
            "type": "phone_call",
            "occurred_on": clock.today().isoformat(),
            "description": "电话沟通，客户在比较方案。",
            "next_on": day(in_days) if in_days else "",
            **fields,
        }
        self.do(who, FOLLOW_UP, outcome, comment, **data)

    def do(self, who: str, element: str, outcome: str = "", comment: str = "", **data: Any) -> None:
        item = WorkItem.objects.get(instance=self.case, element=element, status="open")
        complete_work_item(
            work_item_id=item.pk,
            actor=getattr(self.people, who),
            outcome=outcome,
            comment=comment,
            data=data,
        )
        settle()

    def stands(self, status: str, *waiting: str, case: str = "active") -> None:
        """The customer's status, the open tasks and the case's status, all at once."""
        found = self.case
        items = WorkItem.objects.filter(instance=found, status="open").order_by("element")
        assert (self.customer.status, [one.element for one in items], found.status) == (
            status,
            sorted(waiting),
            case,
        )
        assert audit() == []

    def waits(self) -> list[str]:
        """What waits for something that is nobody's task, by its element."""
        timers = Timer.objects.filter(instance=self.case, status="open").values_list("element", flat=True)
        places = Subscription.objects.filter(instance=self.case, status="open")
        return sorted({*timers, *places.values_list("element", flat=True)})

    def steps(self) -> list[str]:
        """What was completed, in order."""
        done = self.case.events.filter(kind="completed").order_by("pk")
        return [name for name in done.values_list("element", flat=True) if name]

    def asked(self) -> int:
        """How often the owner was asked to follow up."""
        return WorkItem.objects.filter(instance=self.case, element=FOLLOW_UP).count()


def day(in_days: int) -> str:
    found: date = clock.today() + timedelta(days=in_days)
    return found.isoformat()


def hints(person: User) -> int:
    return Notification.objects.filter(person=person, kind="crm.stalls").count()
