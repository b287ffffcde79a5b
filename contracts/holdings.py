"""What people hold among contracts, and which of its rows carry a department."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Contract
from contracts.services.owners import (
    give_contracts,
    give_obligations,
    open_contracts_of,
    open_obligations_of,
)
from core.actors import Actor, SystemActor
from core.departments import path_holder
from core.holdings import Holding, Outcome, Part, not_held, register
from core.models import User

MOST_NAMED = 5
# Whoever administers people need not be allowed to see contracts: the deed is the system's, recorded as such.
ACTOR = SystemActor("contracts.hand_over")


def _contracts(person: User) -> list[Part]:
    """Drafts, and what is under way or in effect."""
    mine = open_contracts_of(person)
    count = mine.count()
    names = [str(one) for one in mine.order_by("-pk")[:MOST_NAMED]] if count else []
    return [Part("", _("Open contracts and drafts"), count, names)] if count else []


def _give(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    if to is None:
        return Outcome()
    reviewed = open_contracts_of(person).filter(state=Contract.State.REVIEWING).count()
    count = give_contracts(person=person, to=to, actor=ACTOR)
    notes = []
    if reviewed and to.pk in {one.pk for one in person.chain_of_command()}:
        notes.append(
            _(
                "Contracts under review are now %(name)s's own: nobody reviews their own, so hand the review on."
            )
            % {"name": to.name}
        )
    return Outcome(count, notes)


register(
    Holding(
        "contracts.contracts",
        gettext_lazy("Open contracts and drafts"),
        _contracts,
        _give,
        icon="file-text",
        order=22,
        fields=("contracts.Contract.owner",),
    )
)


def _obligations(person: User) -> list[Part]:
    """What contracts ask for by a day and this person looks after."""
    mine = open_obligations_of(person)
    count = mine.count()
    names = [one.what for one in mine.order_by("due_on", "pk")[:MOST_NAMED]] if count else []
    return [Part("", _("Obligations of contracts"), count, names)] if count else []


def _give_obligations(person: User, to: User | None, part: str, actor: Actor) -> Outcome:
    return Outcome(give_obligations(person=person, to=to, actor=ACTOR) if to is not None else 0)


register(
    Holding(
        "contracts.obligations",
        gettext_lazy("Obligations of contracts"),
        _obligations,
        _give_obligations,
        icon="calendar-clock",
        order=23,
        fields=("contracts.Obligation.responsible",),
    )
)
not_held(
    "Says who did something.",
    "contracts.Contract.updated_by",
    "contracts.CounterpartyPaper.uploaded_by",
    "contracts.PaperDeviation.noted_by",
    "contracts.DunningRun.created_by",
    "contracts.DunningNotice.printed_by",
    "contracts.DunningProposal.made_by",
    "contracts.DunningProposal.approved_by",
    "contracts.DunningDispatch.sent_by",
    "contracts.DunningDispatch.delivery_recorded_by",
    "contracts.CollectionLevel.approved_by",
    "contracts.PaymentChase.chased_by",
    "contracts.PromiseToPay.recorded_by",
    "contracts.DisputeHold.opened_by",
    "contracts.DisputeHold.released_by",
    "contracts.Payment.recorded_by",
    "contracts.Payment.confirmed_by",
    "contracts.PaymentReversal.reversed_by",
    "contracts.SealRecord.sealed_by",
    "contracts.SignatureRecord.recorded_by",
    "contracts.SigningDispatch.recorded_by",
    "contracts.SigningLink.made_by",
    "contracts.SigningLink.revoked_by",
    "contracts.ContractVersion.submitted_by",
    "contracts.ContractDecision.decided_by",
    "contracts.Obligation.recorded_by",
    "contracts.Obligation.settled_by",
    "contracts.ContractTermination.requested_by",
    "contracts.ContractTermination.settled_by",
    "contracts.ContractTermination.decided_by",
    "contracts.ContractTermination.refunded_by",
    "contracts.TerminationDecision.decided_by",
    "contracts.ClauseMark.made_by",
    "contracts.ClauseMark.answered_by",
    "contracts.ContractTemplate.updated_by",
    "contracts.ContractTemplate.published_by",
)
path_holder(Contract)
