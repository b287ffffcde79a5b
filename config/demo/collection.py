"""The collection of the demo: every state in which it waits is there to be seen.

Most of it comes by itself, while the stories of the contracts are told: nobody calls, and the demand goes on. Told
here is what people decided on the way, and what was agreed with customers in the last days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from config.demo.contracts import Teller
from contracts import services
from contracts.models import PaymentPlanLine
from core import clock
from core.acting import acting_as
from core.models import User
from crm.models import Customer
from workflows.selectors import open_work_item_of
from workflows.services import complete_work_item

FIRST_LOOK, EVERY = 120, 4
# firm, who decides, at which step, how many days ago
DECISIONS = (
    ("苏州吴越机床", "manager1", "approve_level_manager", 80),
    ("苏州吴越机床", "director", "approve_level_director", 50),
    ("宁波东海紧固件", "manager1", "approve_level_manager", 60),
)


def plan_collection(teller: Teller) -> None:
    """What was approved in the meantime: one customer's papers are ready for counsel, one waits for the director."""
    for days in range(FIRST_LOOK, 0, -EVERY):
        # Days on which nothing is told: what falls due in the meantime comes when it should.
        teller.on(teller.today - timedelta(days=days), lambda: None, minutes=500)
    for firm, who, element, days in DECISIONS:
        teller.on(
            teller.today - timedelta(days=days),
            lambda firm=firm, who=who, element=element: _approve(teller, firm, who, element),  # type: ignore[misc]
            minutes=400,
        )


def _approve(teller: Teller, firm: str, who: str, element: str) -> None:
    person, customer = teller.people[who], teller.customers[firm]
    item = open_work_item_of(customer, element=element, actor=person)
    if item is None:
        raise RuntimeError(f"{firm}: {who} has no step {element}.")
    complete_work_item(work_item_id=item.pk, actor=person, outcome="approve", data={"again_on": ""})


def agree_with_customers(people: Mapping[str, User], customers: Mapping[str, Customer]) -> None:
    """The last days: a promise that is still open, a dispute for the manager, a run of letters to be approved."""
    rep1, rep2, finance = people["rep1"], people["rep2"], people["finance"]
    with acting_as(rep1):
        services.record_promise(
            customer_id=customers["上海浦江密封件"].pk,
            amount=Decimal("5980.00"),
            promised_on=clock.today() + timedelta(days=5),
            note="财务已排款，下周一付。",
            actor=rep1,
        )
    overdue = PaymentPlanLine.objects.filter(
        contract__customer=customers["常州龙城电机"].pk, due_on__lt=clock.today()
    ).order_by("due_on")
    with acting_as(rep2):
        services.open_dispute(
            plan_line_id=overdue[0].pk, reason="首页广告晚上线两周，要求扣减相应款项。", actor=rep2
        )
    with acting_as(finance):
        proposal = services.propose_run(actor=finance)
        services.submit_run(proposal_id=proposal.pk, actor=finance)
