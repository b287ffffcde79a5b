"""What both sides have to do by a day after a contract is signed: recorded, looked after by a case, settled (P4).

Each obligation has a case of its own from its record to its end: it waits until it is time to remind, gives the task
to whoever looks after it, and tells their manager when the day has passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from contracts import events, notices
from contracts.models import Contract, Obligation
from contracts.services.moves import person, require_process
from core import audit, clock
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict, Text
from core.models import Document, User
from core.rights import require_on
from crm.services.cleaning import clean_each
from workflows import selectors as workflow_selectors
from workflows import services as workflow_services

PROCESS = "contract_obligation"
MANAGE = "contracts.manage_obligation"
FIELDS = ("party", "what", "due_on", "remind_days")
State = Obligation.State
# Contracts that bind both sides; of drafts nothing is due yet, of ended ones nothing any more.
BINDING = (Contract.State.SIGNED, Contract.State.ACTIVE, Contract.State.EXPIRED)


def may_settle(obligation: Obligation, actor: Actor) -> bool:
    """Whether it is open, and this person may say how it ended."""
    return obligation.state == State.OPEN and _is_entitled(obligation, actor)


def _is_entitled(obligation: Obligation, actor: Actor) -> bool:
    """Whoever looks after it, whoever was handed its task, and whoever may manage what its contract asks for."""
    if obligation.responsible_id == actor.pk:
        return True
    if Contract.objects.reachable_by(actor, MANAGE).filter(pk=obligation.contract_id).exists():
        return True
    return isinstance(actor, User) and workflow_selectors.has_work_on(obligation, actor=actor)


@transaction.atomic
def record_obligation(
    *, contract_id: int, actor: Actor, fields: Mapping[str, Any], responsible_id: int | None = None
) -> Obligation:
    """Write down what is to be done and start its case: one is never without the other.

    Without ``responsible_id`` the contract's owner looks after it. Raises ApplicationError naming the field, Conflict
    for a contract that does not bind (yet, or any more).
    """
    require_on(actor, MANAGE, Contract.objects.all(), contract_id)
    contract = _binding(contract_id)
    clean, errors = clean_each(Obligation, fields, FIELDS)
    if not str(clean.get("what") or "").strip() and "what" not in errors:
        errors["what"] = [_("Say what has to be done.")]
    if "due_on" not in clean and "due_on" not in errors:
        errors["due_on"] = [_("Enter the day by which it is to be done.")]
    due_on: date | None = clean.get("due_on")
    if due_on is not None and due_on < clock.today():
        errors["due_on"] = [_("This day has passed.")]
    if clean.get("remind_days", 0) > 365:
        errors["remind_days"] = [_("At most a year before.")]
    responsible = _responsible(contract, responsible_id, errors)
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    clean["what"] = str(clean["what"]).strip()
    obligation = Obligation.objects.create(
        contract=contract,
        responsible=responsible,
        recorded_by=actor if isinstance(actor, User) else None,
        **clean,
    )
    audit.record(
        actor,
        "contracts.record_obligation",
        contract,
        after={
            "what": obligation.what,
            "due_on": obligation.due_on,
            "responsible": obligation.responsible.name,
        },
    )
    workflow_services.start_process(
        definition_key=PROCESS,
        subject=obligation,
        data={},
        actor=SystemActor("contracts.record_obligation"),
    )
    return obligation


@transaction.atomic
def settle_obligation(
    *,
    obligation_id: int,
    actor: Actor,
    is_waived: bool = False,
    done_on: date | None = None,
    note: str = "",
    evidence: Document | None = None,
) -> Obligation:
    """It was done on a day, or the other side was let off with a reason. This is what the step of its case does.

    Raises PermissionDenied for whoever does not look after it, ApplicationError naming the field, Conflict if it is
    settled already.
    """
    obligation = _locked(obligation_id)
    if not _is_entitled(obligation, actor):
        raise PermissionDenied("Only whoever looks after an obligation settles it.")
    if obligation.state != State.OPEN:
        raise _settled(obligation)
    today = clock.today()
    day = today if is_waived else done_on or today
    if day > today:
        text = _("This day has not come yet.")
        raise ApplicationError(text, code="invalid", errors={"done_on": [text]})
    if is_waived and not note.strip():
        text = _("Say why it need not be done.")
        raise ApplicationError(text, code="comment_required", errors={"comment": [text], "note": [text]})
    _settle(
        obligation,
        State.WAIVED if is_waived else State.DONE,
        by=person(actor),
        day=day,
        note=note,
        evidence=None if is_waived else evidence,
    )
    audit.record(
        actor,
        "contracts.settle_obligation",
        obligation.contract,
        after={"what": obligation.what, "state": obligation.state, "on": day},
        note=note,
    )
    return obligation


@transaction.atomic
def settle_ahead(*, obligation_id: int, actor: Actor, **said: Any) -> Obligation:
    """As ``settle_obligation``, beside its case: that hears of it and ends, whether it waits for the day or has given
    the task out already."""
    obligation = settle_obligation(obligation_id=obligation_id, actor=actor, **said)
    events.obligation_settled(obligation, actor=actor)
    return obligation


@transaction.atomic
def drop_obligation(*, obligation_id: int, actor: Actor, reason: str) -> Obligation:
    """It was recorded by mistake, or has become another one: its case ends with it. Raises ApplicationError without a
    reason, Conflict if it is settled already."""
    obligation = Obligation.objects.visible_to(actor).get(pk=obligation_id)
    require_on(actor, MANAGE, Contract.objects.all(), obligation.contract_id)
    if not reason.strip():
        text = _("Say why it is dropped.")
        raise ApplicationError(text, code="reason_required", errors={"reason": [text]})
    if obligation.state != State.OPEN:
        raise _settled(obligation)
    _cancel_case(obligation, reason, actor)
    obligation.refresh_from_db()
    if obligation.state != State.DROPPED:
        # Somebody settled it while this person looked at it.
        raise _settled(obligation)
    return obligation


def drop_with_case(obligation_id: int, *, actor: Actor, reason: str) -> None:
    """The case was cancelled: what it was about is given up with it, in the same transaction."""
    obligation = Obligation.objects.select_for_update(of=("self",), no_key=True).get(pk=obligation_id)
    if obligation.state != State.OPEN:
        return
    words = reason.strip() or _("Its case was cancelled.")
    by = actor if isinstance(actor, User) else None
    _settle(obligation, State.DROPPED, by=by, day=clock.today(), note=words)
    audit.record(
        actor,
        "contracts.drop_obligation",
        obligation.contract,
        before={"what": obligation.what},
        note=words,
    )


def drop_all_of(contract: Contract, *, actor: Actor, reason: str) -> int:
    """The contract has ended early: nothing of it has to be done any more. Returns how many were open."""
    rows = list(contract.obligations.filter(state=State.OPEN).order_by("pk"))
    for one in rows:
        _cancel_case(one, reason, actor)
    return len(rows)


@transaction.atomic
def remind_obligation(*, obligation_id: int, actor: Actor) -> None:
    """Its day has passed and it is not settled: tell whoever looks after it, and their manager."""
    require_process(actor)
    obligation = _locked(obligation_id)
    if obligation.state != State.OPEN:
        return
    responsible = obligation.responsible
    people = [responsible, *([responsible.manager] if responsible.manager else [])]
    notices.obligation_is_late(obligation, people)
    audit.record(actor, "contracts.remind_obligation", obligation.contract, after={"what": obligation.what})


def _binding(contract_id: int) -> Contract:
    contract = (
        Contract.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "owner")
        .get(pk=contract_id)
    )
    if contract.state not in BINDING:
        raise Conflict(
            _(
                "Contract %(contract)s is %(state)s: obligations are recorded of contracts that bind both sides."
            )
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )
    return contract


def _responsible(contract: Contract, key: int | None, errors: dict[str, list[Text]]) -> User:
    if key is None or key == contract.owner_id:
        return contract.owner
    found = User.objects.filter(pk=key, is_active=True).first()
    if found is None or not Contract.objects.visible_to(found).filter(pk=contract.pk).exists():
        errors["responsible_id"] = [_("Choose somebody who works here and sees this contract.")]
        return contract.owner
    return found


def _locked(obligation_id: int) -> Obligation:
    return (
        Obligation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("contract__customer", "responsible__manager")
        .get(pk=obligation_id)
    )


def _settle(
    obligation: Obligation,
    state: str,
    *,
    by: User | None,
    day: date,
    note: str = "",
    evidence: Document | None = None,
) -> None:
    if obligation.state != State.OPEN:
        raise _settled(obligation)
    obligation.state, obligation.settled_on, obligation.settled_at = state, day, clock.now()
    obligation.settled_by, obligation.note, obligation.evidence = by, note.strip()[:500], evidence
    obligation.save(update_fields=["state", "settled_on", "settled_at", "settled_by", "note", "evidence"])


def _cancel_case(obligation: Obligation, reason: str, actor: Actor) -> None:
    case = workflow_selectors.running_process_of(obligation)
    if case is None:
        drop_with_case(obligation.pk, actor=actor, reason=reason)
        return
    workflow_services.cancel_instance(
        instance_id=case.pk,
        reason=reason,
        actor=SystemActor("contracts.drop_obligation"),
        on_behalf_of=actor if isinstance(actor, User) else None,
    )


def _settled(obligation: Obligation) -> Conflict:
    return Conflict(
        _("“%(what)s” is %(state)s already; load the page again.")
        % {"what": obligation.what, "state": obligation.get_state_display()},
        code="wrong_state",
    )
