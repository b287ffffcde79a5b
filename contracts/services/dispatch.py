"""How a letter left the house and arrived: a demand interrupts the limitation period only when its arrival is proven."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import DunningDispatch, DunningNotice
from core import audit, clock
from core.actors import Actor
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import Document, User
from core.rights import require_on

PERMISSION = "contracts.dispatch_dunning"
Channel, Grade = DunningDispatch.Channel, DunningDispatch.Grade


@transaction.atomic
def mark_sent(
    *,
    notice_id: int,
    channel: str,
    actor: Actor,
    sent_on: date | None = None,
    tracking_no: str = "",
) -> DunningDispatch:
    """The letter has left: how, when, and under which number."""
    person = _person(actor)
    require_on(actor, PERMISSION, DunningNotice.objects.all(), notice_id)
    notice = DunningNotice.objects.select_for_update(of=("self",), no_key=True).get(pk=notice_id)
    day, number = sent_on or clock.today(), tracking_no.strip()[:40]
    errors: dict[str, list[Text]] = {}
    if channel not in Channel.values:
        errors["channel"] = [_("Choose how it was sent.")]
    elif channel in DunningDispatch.TRACKED and not number:
        errors["tracking_no"] = [_("Enter the number under which it is followed.")]
    if day > clock.today():
        errors["sent_on"] = [_("This day lies in the future.")]
    elif day < notice.printed_at.astimezone(clock.COMPANY_ZONE).date():
        errors["sent_on"] = [_("It was printed after this day.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    with refusing(_refusals()):
        dispatch = DunningDispatch.objects.create(
            notice=notice, channel=channel, tracking_no=number, sent_on=day, sent_by=person
        )
    audit.record(actor, "contracts.mark_sent", notice, after={"channel": channel, "tracking_no": number})
    return dispatch


@transaction.atomic
def mark_delivered(
    *,
    notice_id: int,
    actor: Actor,
    delivered_on: date | None = None,
    grade: str = Grade.SIGNED,
    receipt: Document | None = None,
) -> DunningDispatch:
    """The letter has arrived, and how that can be proven."""
    person = _person(actor)
    require_on(actor, PERMISSION, DunningNotice.objects.all(), notice_id)
    dispatch = (
        DunningDispatch.objects.select_for_update(of=("self",), no_key=True).filter(notice=notice_id).first()
    )
    if dispatch is None:
        raise ApplicationError(_("Record first how it was sent."), code="not_sent")
    if dispatch.delivered_on is not None:
        raise Conflict(_("Its arrival is recorded already."), code="delivered_already")
    day = delivered_on or clock.today()
    errors: dict[str, list[Text]] = {}
    if day < dispatch.sent_on:
        errors["delivered_on"] = [_("It was sent after this day.")]
    elif day > clock.today():
        errors["delivered_on"] = [_("This day lies in the future.")]
    if grade not in Grade.values:
        errors["grade"] = [_("Choose how its arrival can be proven.")]
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    dispatch.delivered_on, dispatch.grade = day, grade
    dispatch.delivery_recorded_by, dispatch.receipt = person, receipt
    dispatch.save(update_fields=["delivered_on", "grade", "delivery_recorded_by", "receipt"])
    audit.record(actor, "contracts.mark_delivered", dispatch.notice, after={"on": day, "evidence": grade})
    return dispatch


def _person(actor: Actor) -> User:
    if not isinstance(actor, User):
        raise PermissionDenied("Letters are sent by people.")
    return actor


def _refusals() -> dict[str, ApplicationError]:
    sent = gettext_lazy("It is recorded already how this letter was sent.")
    return {"contracts_dunningdispatch_notice_id_key": Conflict(sent, code="sent_already")}
