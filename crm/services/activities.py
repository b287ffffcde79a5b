"""Log what was done with customers (F40 to F45)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Text
from core.models import Document, User
from core.rights import require_on
from crm import events, notices
from crm.models import Activity, ActivityType, Contact, Customer
from crm.services.cleaning import clean_each, invalid
from crm.services.rows import TOUCHED, locked_customer, person_of, touch

LOG = "crm.log_activity"
ACTIVITY_FIELDS = (
    "subject",
    "occurred_on",
    "description",
    "transcript",
    "outcome",
    "next_on",
    "next_text",
)
# At these many contacts the manager looks: most deals come after the fourth, most reps stop before (F45).
MILESTONES = (4, 8, 11)


@transaction.atomic
def log_activity(
    *,
    customer_id: int,
    fields: Mapping[str, Any],
    actor: Actor,
    executors: Sequence[User] = (),
    contact_id: int | None = None,
    files: Iterable[Document] = (),
) -> Activity:
    """Record an activity; the customer's last and next contact and the count follow in the same moment.

    ``fields`` holds the type's code under "type" besides ACTIVITY_FIELDS; nobody named did it: whoever records.
    """
    customer = locked_customer(customer_id, actor=actor, revision=None, permission=LOG)
    documents = list(files)
    kind, values = _checked(fields, has_files=bool(documents))
    contact = Contact.objects.filter(pk=contact_id, customer=customer).first() if contact_id else None
    if contact_id and contact is None:
        text = _("This contact belongs to another customer.")
        raise ApplicationError(text, code="invalid", errors={"contact": [text]})
    activity = Activity.objects.create(
        customer=customer,
        contact=contact,
        type=kind,
        has_files=bool(documents),
        recorded_by=person_of(actor),
        recorded_at=clock.now(),
        **values,
    )
    did = list(executors) or [one for one in (person_of(actor),) if one is not None]
    activity.executors.set(did)
    if documents:
        activity.files.set(documents)
    _follow(customer, activity, actor)
    audit.record(actor, "crm.log_activity", customer, after={"type": kind.code, "subject": activity.subject})
    events.activity_logged(customer, activity, actor=actor)
    if kind.counts_as_contact and customer.contact_count in MILESTONES:
        notices.milestone(customer)
    return activity


@transaction.atomic
def correct_activity(
    *, activity_id: int, changes: Mapping[str, Any], actor: Actor, executors: Sequence[User] | None = None
) -> Activity:
    """Mend a record: by whoever recorded it or may change the customer. The history keeps what stood there."""
    customer_id = Activity.objects.values_list("customer_id", flat=True).get(pk=activity_id)
    customer = locked_customer(customer_id, actor=actor, revision=None, permission=LOG)
    activity = Activity.objects.select_for_update(of=("self",)).select_related("type").get(pk=activity_id)
    person = person_of(actor)
    if person is not None and activity.recorded_by_id != person.pk:
        require_on(actor, "crm.edit_customer", Customer.objects.all(), customer_id)
    now = {name: getattr(activity, name) for name in ACTIVITY_FIELDS}
    kind, values = _checked(
        {"type": activity.type.code, **now, **changes}, has_files=activity.has_files, was=activity
    )
    changed = {name: value for name, value in values.items() if now[name] != value}
    before = {name: now[name] for name in changed}
    for name, value in changed.items():
        setattr(activity, name, value)
    activity.type = kind
    activity.save(update_fields=[*changed, "type"])
    if executors is not None:
        activity.executors.set(executors)
    audit.record(actor, "crm.correct_activity", customer, before=_plain(before), after=_plain(changed))
    return activity


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in values.items()}


def _checked(
    fields: Mapping[str, Any], *, has_files: bool, was: Activity | None = None
) -> tuple[ActivityType, dict[str, Any]]:
    """The type and the values in their canonical form, or one refusal that names every wrong field."""
    rest = dict(fields)
    wanted = rest.pop("type", None)
    kind = (
        wanted if isinstance(wanted, ActivityType) else ActivityType.objects.filter(code=wanted or "").first()
    )
    values, errors = clean_each(
        Activity, {"subject": "", "occurred_on": clock.today(), **rest}, ACTIVITY_FIELDS
    )
    values = {name: value for name, value in values.items() if value is not None or name == "next_on"}
    if kind is None or not (kind.is_active or was is not None):
        errors["type"] = [_("Choose what was done.")]
    happened = values.get("occurred_on")
    if happened and happened > clock.today():
        errors["occurred_on"] = [_("An activity is recorded when it is done: not later than today.")]
    if kind is not None:
        _demand(kind, values, errors, has_files)
    if kind is None or errors:
        raise invalid(errors)
    return kind, values


def _demand(
    kind: ActivityType, values: dict[str, Any], errors: dict[str, list[Text]], has_files: bool
) -> None:
    following, happened = values.get("next_on"), values.get("occurred_on")
    if kind.transcript_required and not values.get("transcript") and not has_files:
        errors["transcript"] = [_("Paste the chat or add a picture of it.")]
    if kind.next_required and not following:
        errors["next_on"] = [_("Say when you ask what became of it.")]
    if following and happened and following < happened:
        errors["next_on"] = [_("The next contact lies before this one.")]


def _follow(customer: Customer, activity: Activity, actor: Actor) -> None:
    """The customer says when it was last spoken to, how often, and when it is again."""
    if activity.type.counts_as_contact:
        customer.contact_count += 1
        customer.last_contact_on = max(filter(None, (customer.last_contact_on, activity.occurred_on)))
    if activity.next_on:
        customer.next_contact_on = activity.next_on
    elif (
        activity.type.counts_as_contact
        and customer.next_contact_on
        and customer.next_contact_on <= activity.occurred_on
    ):
        # The contact that was planned has taken place.
        customer.next_contact_on = None
    touch(customer, actor)
    customer.save(update_fields=["contact_count", "last_contact_on", "next_contact_on", *TOUCHED])
