"""Open an onboarding when a contract takes effect, do its items, and close it when none is left (F83, F84)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import Contract
from core import audit, calendar, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.models import User
from core.rights import require_on, users_with_role
from service import events, onboarding_notices
from service.models import Onboarding, OnboardingItem, OnboardingItemTemplate
from service.services.memberships import plan_of

PROCESS = "onboarding"
VIEW, DO, SKIP = "service.view_onboarding", "service.do_onboarding", "service.skip_item"
State = Onboarding.State
ItemState = OnboardingItem.State
# Items that are done by finishing the step of their name; the others are ticked off on the page.
ACTIVATION = "activate_member"
STEPS = (
    "collect_materials",
    "check_contract",
    ACTIVATION,
    "build_shop",
    "review_content",
    "accept",
    "first_week_call",
)
# A customer who renews has been here before: these are done again, the rest stands.
FOR_RENEWALS = (ACTIVATION, "first_week_call")
# Where no template says anything, the work is still one thing to do.
LAST_RESORT = OnboardingItemTemplate(
    code="first_week_call", title_zh="首周回访", title_en="First-week call", role="aftersales", offset_days=7
)
# Who hears of an onboarding that is late, besides the owner's manager.
DIRECTOR = "director"


@transaction.atomic
def open_onboarding(*, contract_id: int, actor: Actor) -> Onboarding:
    """The onboarding of a contract in effect, with the items of what it sells. One that was called off goes on."""
    _require_process(actor)
    contract = _locked_contract(contract_id)
    found = Onboarding.objects.select_for_update(of=("self",), no_key=True).filter(contract=contract).first()
    if found is not None and found.state != State.CANCELLED:
        return found
    now = clock.now()
    if found is not None:
        found.state, found.cancel_reason = State.OPEN, ""
        found.save(update_fields=["state", "cancel_reason"])
        audit.record(actor, "service.reopen_onboarding", found)
        _close_if_nothing_is_left(found, actor)
        return found
    templates = templates_for(contract)
    onboarding = Onboarding.objects.create(
        contract=contract, due_at=_due(now, max(one.offset_days for one in templates)), opened_at=now
    )
    OnboardingItem.objects.bulk_create(
        OnboardingItem(
            onboarding=onboarding,
            seq=number,
            code=one.code,
            title_zh=one.title_zh,
            title_en=one.title_en,
            role=one.role,
            due_at=_due(now, one.offset_days),
        )
        for number, one in enumerate(templates, 1)
    )
    audit.record(
        actor, "service.open_onboarding", onboarding, after={"items": [one.code for one in templates]}
    )
    return onboarding


def templates_for(contract: Contract) -> list[OnboardingItemTemplate]:
    """What is to be done for all the products of a contract, each once, with the longest time any of them gives."""
    products = list(contract.lines.select_related("product"))
    kinds = {line.product.kind for line in products}
    wanted = OnboardingItemTemplate.objects.filter(is_active=True, product_kind__in=kinds).filter(
        Q(product__isnull=True) | Q(product__in=[line.product_id for line in products])
    )
    found: dict[str, OnboardingItemTemplate] = {}
    for one in wanted.order_by("order", "pk"):
        if contract.kind == Contract.Kind.RENEWAL and one.code in STEPS and one.code not in FOR_RENEWALS:
            continue
        known = found.get(one.code)
        if known is None or known.offset_days < one.offset_days:
            found[one.code] = one
    return sorted(found.values(), key=lambda one: (one.offset_days, one.order)) or [LAST_RESORT]


def days_to_do(onboarding: Onboarding) -> str:
    """The working time after which it is late, as a process counts it."""
    contract = onboarding.contract
    return f"P{max(one.offset_days for one in templates_for(contract))}D"


def opens_membership(contract: Contract) -> bool:
    return bool(plan_of(contract))


@transaction.atomic
def finish_item(*, item_id: int, actor: Actor) -> OnboardingItem:
    """Tick off an item that has no step of its own. A second tick changes nothing."""
    onboarding_id = OnboardingItem.objects.values_list("onboarding_id", flat=True).get(pk=item_id)
    require_on(actor, DO, Onboarding.objects.all(), onboarding_id)
    onboarding = locked(onboarding_id)
    item = onboarding.items.get(pk=item_id)
    if item.state == ItemState.DONE:
        return item
    _require_todo(item)
    if item.code in STEPS and isinstance(actor, User):
        raise Conflict(
            _("“%(item)s” is done by finishing its task.") % {"item": item}, code="done_by_its_task"
        )
    _finish(onboarding, [item], actor)
    return item


@transaction.atomic
def finish_step(*, contract_id: int, code: str, actor: Actor) -> None:
    """The step of the process is done, and so is the item of its name, where there is one that is left to do."""
    onboarding = _of(contract_id)
    if onboarding is not None:
        _finish(onboarding, onboarding.items.filter(code=code, state=ItemState.TODO), actor)


@transaction.atomic
def redo_steps(*, contract_id: int, codes: Collection[str], actor: Actor) -> None:
    """What was done is to be done again: somebody has sent it back."""
    onboarding = _of(contract_id)
    if onboarding is not None:
        onboarding.items.filter(code__in=codes, state=ItemState.DONE).update(
            state=ItemState.TODO, done_at=None, done_by=None
        )


@transaction.atomic
def skip_item(*, item_id: int, reason: str, actor: User) -> OnboardingItem:
    """A leader lets an item be: it takes a reason, and it stays to be read."""
    onboarding_id = OnboardingItem.objects.values_list("onboarding_id", flat=True).get(pk=item_id)
    require_on(actor, SKIP, Onboarding.objects.all(), onboarding_id)
    onboarding = locked(onboarding_id)
    item = onboarding.items.get(pk=item_id)
    _require_todo(item)
    reason = reason.strip()
    if not reason:
        missing = _("Say why it is skipped.")
        raise ApplicationError(missing, code="reason_required", errors={"reason": [missing]})
    item.state, item.done_at = ItemState.SKIPPED, clock.now()
    item.skip_reason, item.skip_by = reason[:300], actor
    item.save(update_fields=["state", "done_at", "skip_reason", "skip_by"])
    audit.record(actor, "service.skip_item", onboarding, after={"item": item.code}, note=item.skip_reason)
    _close_if_nothing_is_left(onboarding, actor)
    return item


@transaction.atomic
def close_onboarding(*, contract_id: int, actor: Actor) -> Onboarding:
    """Whether it is done: done is what has nothing left to do."""
    _require_process(actor)
    onboarding = _of(contract_id)
    if onboarding is None:
        raise Conflict(_("The contract has no onboarding."), code="no_onboarding")
    return onboarding


@transaction.atomic
def call_off_onboarding(*, contract_id: int, reason: str, actor: Actor) -> None:
    """Its process was cancelled. What has been done stays; a new start goes on from there."""
    onboarding = _of(contract_id)
    if onboarding is None or onboarding.state != State.OPEN:
        return
    onboarding.state = State.CANCELLED
    onboarding.cancel_reason = reason.strip()[:500] or "—"
    onboarding.save(update_fields=["state", "cancel_reason"])
    audit.record(actor, "service.call_off_onboarding", onboarding, note=onboarding.cancel_reason)


@transaction.atomic
def escalate_onboarding(*, contract_id: int, actor: Actor) -> None:
    """The prescribed time is over: the owner's manager and the director hear what is left to do."""
    _require_process(actor)
    onboarding = _of(contract_id)
    if onboarding is None or onboarding.state != State.OPEN:
        return
    onboarding.escalated_at = clock.now()
    onboarding.save(update_fields=["escalated_at"])
    owner = onboarding.contract.owner
    people = [owner, *([owner.manager] if owner.manager else []), *users_with_role(DIRECTOR)]
    onboarding_notices.tell_late(onboarding, people)
    audit.record(actor, "service.escalate_onboarding", onboarding)


def require_startable(contract: Contract) -> None:
    """Only what is in effect is onboarded, and only once; a supplement that sells nothing has nothing to deliver."""
    if contract.state != Contract.State.ACTIVE:
        raise Conflict(
            _("Contract %(contract)s is %(state)s; onboarding begins when it is in effect.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )
    if contract.is_supplement and not contract.lines.exists():
        raise Conflict(_("This supplement sells nothing that is to be delivered."), code="nothing_to_deliver")
    if Onboarding.objects.filter(contract=contract, state=State.DONE).exists():
        raise Conflict(_("The onboarding of this contract is done."), code="wrong_state")


def locked(onboarding_id: int) -> Onboarding:
    """The onboarding until the end of the transaction, its contract first."""
    contract_id = Onboarding.objects.values_list("contract_id", flat=True).get(pk=onboarding_id)
    found = _of(contract_id)
    if found is None:
        raise Onboarding.DoesNotExist(onboarding_id)
    return found


def _of(contract_id: int) -> Onboarding | None:
    contract = _locked_contract(contract_id)
    found = Onboarding.objects.select_for_update(of=("self",), no_key=True).filter(contract=contract).first()
    if found is not None:
        found.contract = contract
    return found


def _locked_contract(contract_id: int) -> Contract:
    rows = Contract.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("customer", "owner__manager").get(pk=contract_id)


def _finish(onboarding: Onboarding, items: Iterable[OnboardingItem], actor: Actor) -> None:
    for item in items:
        item.state, item.done_at = ItemState.DONE, clock.now()
        item.done_by = actor if isinstance(actor, User) else None
        item.save(update_fields=["state", "done_at", "done_by"])
        audit.record(actor, "service.finish_item", onboarding, after={"item": item.code})
    _close_if_nothing_is_left(onboarding, actor)


def _close_if_nothing_is_left(onboarding: Onboarding, actor: Actor) -> None:
    if onboarding.state != State.OPEN or onboarding.items.filter(state=ItemState.TODO).exists():
        return
    onboarding.state, onboarding.done_at = State.DONE, clock.now()
    onboarding.save(update_fields=["state", "done_at"])
    audit.record(actor, "service.close_onboarding", onboarding)
    events.onboarding_done(onboarding, actor=actor)


def _require_todo(item: OnboardingItem) -> None:
    if item.state != ItemState.TODO or item.onboarding.state != State.OPEN:
        raise Conflict(
            _("“%(item)s” is %(state)s already; load the page again.")
            % {"item": item, "state": item.get_state_display()},
            code="wrong_state",
        )


def _due(moment: datetime, days: int) -> datetime:
    return calendar.current().add(moment, days, timedelta(0))


def _require_process(actor: Actor) -> None:
    if not isinstance(actor, SystemActor):
        raise PermissionDenied("The process does this.")
