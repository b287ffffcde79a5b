"""Days of a contract that belong to its service: what is delivered to the customer, and its renewal."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from contracts.dates import OURS, ContractDate, add_dates
from contracts.models import Contract
from core import clock
from core.actors import Actor
from core.models.people import in_reader_language
from service.models import Onboarding, OnboardingItem, RenewalCase
from service.tables import RENEWAL_COLOURS

ItemState = OnboardingItem.State


def delivered(contract: Contract, reader: Actor) -> Iterator[ContractDate]:
    """What was promised with the products, each by its day, and whether it is done."""
    seen = Onboarding.objects.visible_to(reader).filter(contract=contract)
    items = (
        OnboardingItem.objects.filter(onboarding__in=seen).select_related("done_by").order_by("due_at", "seq")
    )
    for item in items:
        is_late = item.state == ItemState.TODO and item.due_at < clock.now()
        moment = item.done_at if item.done_at is not None else item.due_at
        yield ContractDate(
            moment.astimezone(clock.COMPANY_ZONE).date(),
            in_reader_language(item.title_zh, item.title_en),
            OURS,
            _("Overdue") if is_late else str(item.get_state_display()),
            "red" if is_late else "green" if item.state == ItemState.DONE else "",
            item.done_by.name if item.done_by else item.skip_reason,
            icon="package",
        )


def renewal(contract: Contract, reader: Actor) -> Iterator[ContractDate]:
    """When it is to be renewed, once that is talked about."""
    for one in RenewalCase.objects.visible_to(reader).filter(contract=contract):
        yield ContractDate(
            one.due_on,
            _("Renewal"),
            "",
            str(one.get_state_display()),
            RENEWAL_COLOURS.get(RenewalCase.State(one.state), ""),
            one.lost_reason,
            icon="refresh-cw",
        )


add_dates(delivered)
add_dates(renewal)
