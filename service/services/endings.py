"""What we do for a customer ends with a contract that is terminated before its time: onboarding, renewal, membership.

The contract's own process says that it has ended (``contract.terminated``). Cases about onboarding and renewal hear it
and end; what their rows say, and the membership on the platform, is the business of the process ``service_end``.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Contract, Product
from core import audit, clock
from core.actors import Actor
from core.errors import Conflict
from crm.models import Customer
from crm.services import set_customer_status
from service.models import MemberActivation, Onboarding, OnboardingItem, RenewalCase
from service.services.onboarding import call_off_onboarding
from service.services.renewals import LONGEST_REASON, locked_contract, require_process

PROCESS = "service_end"


@transaction.atomic
def end_services(*, contract_id: int, actor: Actor) -> bool:
    """Call off the onboarding, end the renewal as not renewed, and say whether the platform has to end a membership.

    The membership stays where another contract in effect sells one; who has no other contract is a lost customer.
    """
    require_process(actor)
    contract = locked_contract(contract_id)
    require_startable(contract)
    reason = _("The contract was terminated: %(reason)s") % {"reason": contract.void_reason or "—"}
    call_off_onboarding(contract_id=contract.pk, reason=reason, actor=actor)
    _end_renewal(contract, reason[:LONGEST_REASON], actor)
    others = Contract.objects.filter(
        customer=contract.customer_id, state__in=(Contract.State.ACTIVE, Contract.State.SIGNED)
    )
    if not others.exists():
        set_customer_status(customer_id=contract.customer_id, status=Customer.Status.LOST, actor=actor)
    audit.record(actor, "service.end_services", contract, note=reason)
    if others.filter(lines__product__kind=Product.Kind.MEMBERSHIP).exists():
        return False
    opened = MemberActivation.objects.filter(contract=contract, state=MemberActivation.State.OK)
    return opened.exclude(kind=MemberActivation.Kind.DEACTIVATE).exists()


def services_that_end(contract: Contract) -> list[str]:
    """What would end with a contract, in sentences for whoever asks to end it."""
    found = []
    todo = OnboardingItem.objects.filter(
        onboarding__contract=contract,
        onboarding__state=Onboarding.State.OPEN,
        state=OnboardingItem.State.TODO,
    ).count()
    if todo:
        found.append(_("Its onboarding is called off; %(count)s items are not done yet.") % {"count": todo})
    opened = MemberActivation.objects.filter(contract=contract, state=MemberActivation.State.OK)
    if opened.exclude(kind=MemberActivation.Kind.DEACTIVATE).exists():
        found.append(_("The membership on the platform ends."))
    if RenewalCase.objects.open().filter(contract=contract).exists():
        found.append(_("Its renewal is given up."))
    return found


def require_startable(contract: Contract) -> None:
    """Only what was terminated ends before its time."""
    if contract.state != Contract.State.TERMINATED:
        raise Conflict(
            _("Contract %(contract)s is %(state)s; its services end with it when it is terminated.")
            % {"contract": contract, "state": contract.get_state_display()},
            code="wrong_state",
        )


def _end_renewal(contract: Contract, reason: str, actor: Actor) -> None:
    case = RenewalCase.objects.select_for_update(of=("self",), no_key=True).filter(contract=contract).first()
    if case is None or not case.is_open:
        return
    case.state, case.lost_reason, case.closed_at = RenewalCase.State.LOST, reason, clock.now()
    case.save(update_fields=["state", "lost_reason", "closed_at"])
    audit.record(actor, "service.record_lost", case, after={"reason": reason})
