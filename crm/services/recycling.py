"""The recycle bin: where copies of a customer go, and how they come back (F6)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor, SystemActor
from core.errors import ApplicationError, Conflict
from core.rights import require_on
from crm.models import Customer, DuplicateCase
from crm.services import dedupe
from crm.services.dedupe import JUDGE, Match
from crm.services.ownership import EndReason, take_ownership
from crm.services.rows import TOUCHED, person_of, touch
from workflows import selectors as workflow_selectors
from workflows import services as workflow_services

Pool = Customer.PoolState
ENDING = SystemActor("crm.merge_customer")


def recycle_copy(match: Match, *, into: Customer, actor: Actor) -> Customer:
    """Put a copy that stands in the pool into the bin; the caller has asked for the right."""
    copy = _locked(match.customer.pk)
    if copy.pool_state != Pool.POOL:
        raise Conflict(
            _("A copy of this customer was taken at this moment. Try again."), code="changed_meanwhile"
        )
    _put_away(copy, into, match.kinds, actor)
    return copy


@transaction.atomic
def merge_customer(*, customer_id: int, copy_id: int, actor: Actor, note: str = "") -> Customer:
    """Judge that one customer is a copy of another and put it into the recycle bin.

    A copy that has contracts, money or other business stays where it is: what it holds would be out of sight.
    """
    for pk in (customer_id, copy_id):
        require_on(actor, JUDGE, Customer.objects.all(), pk)
    if customer_id == copy_id:
        raise ApplicationError(_("A customer is no copy of itself."), code="same_customer")
    # The cases before the rows, as every step takes them.
    _end_cases(copy_id, customer_id, actor)
    rows = {pk: _locked(pk) for pk in sorted((customer_id, copy_id))}
    customer, copy = rows[customer_id], rows[copy_id]
    for row in (customer, copy):
        if row.pool_state == Pool.RECYCLED:
            raise Conflict(_("%(no)s is in the recycle bin already.") % {"no": row.no}, code="in_recycle_bin")
    if kept := business_of(copy):
        raise Conflict(
            _("%(no)s has %(kinds)s: it cannot be put away as a copy.")
            % {"no": copy.no, "kinds": ", ".join(kept)},
            code="has_business",
        )
    if copy.owner_id is not None:
        take_ownership(
            customer=copy, owner=None, how="", actor=actor, end_reason=EndReason.MERGE, reason=note
        )
    shared = {kind for kind, _value in dedupe.stored_keys(customer.pk) & dedupe.stored_keys(copy.pk)}
    _put_away(copy, customer, shared, actor, note)
    audit.record(actor, "crm.merge_customer", customer, after={"copy": copy.no}, note=note)
    return copy


@transaction.atomic
def restore_customer(*, customer_id: int, actor: Actor) -> Customer:
    """Take a customer out of the recycle bin: it is no copy after all, and is not taken for one again."""
    require_on(actor, JUDGE, Customer.objects.all(), customer_id)
    customer = _locked(customer_id)
    stays = customer.merged_into
    if customer.pool_state != Pool.RECYCLED or stays is None:
        raise Conflict(_("This customer is not in the recycle bin."), code="not_in_recycle_bin")
    customer.pool_state, customer.merged_into = Pool.POOL, None
    touch(customer, actor)
    customer.save(update_fields=["pool_state", "merged_into", *TOUCHED])
    shared = {kind for kind, _value in dedupe.stored_keys(customer.pk) & dedupe.stored_keys(stays.pk)}
    dedupe.note_pair(customer, stays, shared, DuplicateCase.Verdict.NOT_DUPLICATE, actor=actor)
    audit.record(actor, "crm.restore_customer", customer, before={"copy_of": stays.no})
    return customer


def _end_cases(copy_id: int, customer_id: int, actor: Actor) -> None:
    """What runs about a copy has lost its subject: it ends, and its tasks are withdrawn."""
    copy, stays = Customer.objects.get(pk=copy_id), Customer.objects.get(pk=customer_id)
    reason = _("It is a copy of %(no)s %(name)s.") % {"no": stays.no, "name": stays.name}
    for case in workflow_selectors.cases_about([copy]):
        if case.status in case.OPEN:
            workflow_services.cancel_instance(
                instance_id=case.pk, reason=reason, actor=ENDING, on_behalf_of=person_of(actor)
            )


def business_of(customer: Customer) -> list[str]:
    """What other apps hold of a customer, in words: contracts, payments, letters."""
    found = set()
    for relation in Customer._meta.related_objects:
        model = relation.related_model
        if isinstance(model, str) or model._meta.app_label == "crm" or relation.field.name is None:
            continue
        if model._default_manager.filter(**{relation.field.name: customer.pk}).exists():
            found.add(str(model._meta.verbose_name_plural))
    return sorted(found)


def _put_away(copy: Customer, into: Customer, kinds: Iterable[str], actor: Actor, note: str = "") -> None:
    copy.pool_state, copy.merged_into = Pool.RECYCLED, into
    touch(copy, actor)
    copy.save(update_fields=["pool_state", "merged_into", *TOUCHED])
    dedupe.note_pair(into, copy, kinds, DuplicateCase.Verdict.RECYCLED, actor=actor, note=note)
    audit.record(actor, "crm.recycle_customer", copy, after={"copy_of": into.no}, note=note)


def _locked(pk: int) -> Customer:
    return Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
