"""What people hold among customers, and which of its rows carry a department."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import Actor, SystemActor
from core.departments import path_holder
from core.holdings import Holding, Outcome, Part, not_held, register
from core.models import User
from crm.models import Customer, OwnershipPeriod
from crm.services import assign_customer

MOST_NAMED = 5
# Whoever administers people need not be allowed to see customers: the deed is the system's, recorded as such.
ACTOR = SystemActor("crm.hand_over")


def _customers(person: User) -> list[Part]:
    mine = Customer.objects.filter(owner=person)
    count = mine.count()
    names = [one.name for one in mine.by_name()[:MOST_NAMED]] if count else []
    return [Part("", _("Tracked customers"), count, names)] if count else []


def _give(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    if to is None:
        return Outcome()
    keys = list(Customer.objects.filter(owner=person).order_by("pk").values_list("pk", flat=True))
    for pk in keys:
        assign_customer(customer_id=pk, owner=to, actor=ACTOR, end_reason=OwnershipPeriod.EndReason.LEAVE)
    return Outcome(len(keys))


register(
    Holding(
        "crm.customers",
        gettext_lazy("Tracked customers"),
        _customers,
        _give,
        icon="users",
        order=20,
        fields=("crm.Customer.owner",),
    )
)
not_held(
    "Says who did something.",
    "crm.Customer.created_by",
    "crm.Customer.updated_by",
    "crm.OwnershipPeriod.by",
    "crm.DuplicateCase.by",
    "crm.StatusChange.by",
    "crm.Activity.recorded_by",
    "crm.Activity.executors",
)
not_held(
    "Says who tracked a customer and when; the hand-over of the customer begins a new stretch.",
    "crm.OwnershipPeriod.owner",
)
not_held("Whose deal it is stays with who tracked the customer first.", "crm.Customer.first_tracker")
not_held("Whoever has left is passed over in the rotation.", "crm.PoolMember.user")
not_held(
    "A group that activities name at once: whoever has left does nothing more in it.",
    "crm.ExecutorGroup.members",
)
not_held("Says who was given a customer in rotation.", "crm.AssignmentLog.user")
path_holder(Customer)
