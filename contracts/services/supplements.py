"""Supplements 补充协议: begun beside a contract in effect, numbered after it, applied to it when they take effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import events
from contracts.models import AmendmentChange, Contract
from contracts.services.amendments import main_contract, require_current
from contracts.services.in_force import supplements_of
from core import audit, clock, following
from core.actors import Actor, SystemActor
from core.errors import Conflict

Kind = AmendmentChange.Kind
# Where followers of a contract hear that it was changed.
SUPPLEMENTED = "contracts.supplemented"
following.news(SUPPLEMENTED, gettext_lazy("changed by a supplement"))


def supplement_number(contract: Contract) -> str:
    """XS-2026-0001-B1: without gaps for each contract, kept by supplements that are voided. The main contract is
    locked, so that nobody else takes the same number."""
    main = main_contract(contract)
    return f"{main.no}-B{supplements_of(main).filter(no__isnull=False).count() + 1}"


def apply_changes(contract: Contract, *, actor: Actor) -> None:
    """What a supplement changes takes effect; both contracts are locked.

    Raises Conflict (main_contract_ended, overtaken) and changes nothing where the main contract says something else by
    now than what the supplement names.
    """
    main = main_contract(contract)
    require_current(contract)
    rows = list(contract.amendments.select_related("plan_line"))
    _number(rows, main)
    before, after = _term(rows, main, contract)
    moved = False
    for one in rows:
        if one.kind == Kind.INSTALMENT and one.plan_line is not None:
            moved = True
            before[one.key], after[one.key] = one.old_day, one.new_day
            main.plan_lines.filter(pk=one.plan_line.pk).update(due_on=one.new_day)
        elif one.is_wording:
            after[one.key] = one.title
    main.revision += 1
    main.updated_at = clock.now()
    main.save(update_fields=["in_force_until", "revision", "updated_at"])
    audit.record(actor, "contracts.apply_changes", main, before=before, after=after, note=contract.no or "")
    following.tell(subject=main, what=SUPPLEMENTED, actor=SystemActor("contracts"))
    if "term" in after:
        events.term_changed(main, supplement=contract.no or "", actor=actor)
    if moved:
        events.receivables_changed(main.customer, "supplement", actor=actor, uid=f"supplement:{contract.pk}")


def _number(rows: Sequence[AmendmentChange], main: Contract) -> None:
    """The order in which supplements took effect is the order in which their texts hold."""
    known = AmendmentChange.objects.filter(contract__parent=main.pk)
    last = known.aggregate(last=Max("applied_no"))["last"] or 0
    AmendmentChange.objects.filter(pk__in=[one.pk for one in rows]).update(applied_no=last + 1)


def _term(
    rows: Sequence[AmendmentChange], main: Contract, contract: Contract
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The end of the term before and after, if it moves."""
    found = next((one for one in rows if one.kind == Kind.TERM), None)
    if found is None or found.new_day is None:
        return {}, {}
    if contract.effective_on is not None and found.new_day < contract.effective_on:
        raise Conflict(
            _("The supplement would end the term before it takes effect itself."), code="ends_in_the_past"
        )
    main.in_force_until = found.new_day
    return {"term": found.old_day}, {"term": found.new_day}
