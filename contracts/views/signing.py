"""While the copies are signed: each party's signature as it comes, and how the copies travel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, SignatureRecord, SigningDispatch
from contracts.services.signing import (
    PERMISSION,
    Party,
    finish_signing,
    record_party_signature,
    record_signing_dispatch,
    travels_in,
)
from contracts.services.signing_order import signs_first
from contracts.signing_forms import CARRIERS, DispatchForm, PartySignatureForm, usual_signature
from contracts.uploads import file_scan
from contracts.views.crumbs import CONTRACTS
from core import clock
from core.generic import ActionView
from core.generic.base import Crumb
from core.models import User

State = Contract.State
# Whoever signs second is still awaited, or about to be.
TO_BE_SIGNED = (State.APPROVED, State.SIGNING)


@dataclass(frozen=True)
class Side:
    """One party in the panel: its signature, or none yet."""

    party: str
    label: str
    signature: SignatureRecord | None
    # By the contract the other party signs first, and has not yet.
    waits: bool = False


def signing_panel(contract: Contract, user: User) -> dict[str, Any] | None:
    """What the contract's page shows of signing; None as long as nothing is to be signed and nothing was sent."""
    dispatches = list(contract.signing_dispatches.select_related("recorded_by"))
    first = signs_first(contract)
    sent_unsealed = contract.state == State.APPROVED and first == Party.A
    if contract.state != State.SIGNING and not sent_unsealed and not dispatches:
        return None
    found = {one.party: one for one in contract.signatures.select_related("recorded_by", "scan")}
    may = Contract.objects.reachable_by(user, PERMISSION).filter(pk=contract.pk).exists()
    return {
        "sides": [
            Side(
                party.value,
                party.label,
                found.get(party),
                waits=bool(first) and party != first and first not in found,
            )
            for party in Party
        ],
        "first": first if contract.state in TO_BE_SIGNED else "",
        "one_signed": len(found) == 1,
        "both_signed": len(found) == len(Party),
        "dispatches": dispatches,
        "may_sign": may and contract.state == State.SIGNING,
        "may_dispatch": may and contract.state in travels_in(contract),
        "is_waiting": contract.state == State.SIGNING,
        "carriers": CARRIERS,
    }


class OfContract(ActionView):
    """A deed about one contract's signing."""

    permission = PERMISSION
    submit_label = _("Record")

    def get_queryset(self):
        return Contract.objects.visible_to(self.request.user).select_related("customer", "owner")

    def is_allowed(self):
        rows = Contract.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.object.pk).exists()

    def crumbs(self):
        return [CONTRACTS, Crumb(str(self.object), self.object.get_absolute_url())]


class PartySign(OfContract):
    """One party has signed; the last of the two ends the contract's step."""

    form_class = PartySignatureForm
    # Said by ``run``, which knows how far the contract has come.
    done_message = ""

    @cached_property
    def party(self) -> Party:
        name = self.kwargs["party"].upper()
        if name not in Party.values:
            raise Http404("There is no such party.")
        return Party(name)

    def get_title(self):
        return (
            gettext("Record the customer's signature")
            if self.party == Party.A
            else gettext("Record our signature")
        )

    def get_question(self):
        if self.object.signatures.exclude(party=self.party).exists():
            return gettext("The other party's signature is there: with this one the contract is signed.")
        return gettext("The other party's signature may follow later. What is recorded stays.")

    def initial(self):
        return {"signed_on": clock.today(), **usual_signature(self.object, self.party)}

    def run(self, form):
        upload, actor = form.cleaned_data.pop("scan"), self.request.user
        # A scan that is filed for a signature that is refused would prove nothing.
        with transaction.atomic():
            scan = file_scan(upload, contract=self.object, actor=actor) if upload else None
            record_party_signature(
                contract_id=self.object.pk, party=self.party, actor=actor, scan=scan, **form.cleaned_data
            )
        signed = finish_signing(contract_id=self.object.pk, actor=actor)
        messages.success(
            self.request,
            gettext("Both parties have signed.") if signed else gettext("The signature is recorded."),
        )


class DispatchCreate(OfContract):
    title = _("Record a dispatch")
    question = _("How the copies to be signed left for the customer, or came back.")
    form_class = DispatchForm
    done_message = _("The dispatch is recorded.")

    def initial(self):
        sent = self.object.signing_dispatches.filter(direction=SigningDispatch.Direction.OUT).last()
        return {
            "sent_on": clock.today(),
            "direction": SigningDispatch.Direction.BACK if sent else SigningDispatch.Direction.OUT,
            "carrier": sent.carrier if sent else "",
        }

    def run(self, form):
        record_signing_dispatch(contract_id=self.object.pk, actor=self.request.user, **form.cleaned_data)
