"""Both parties sign, at once or one after the other, and the copies travel between them.

Each signature is recorded as it comes. The contract's step ends, and the contract is signed, when both are there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import events, webhooks
from contracts.models import Contract, SignatureRecord, SigningDispatch
from contracts.services.moves import locked, move, person
from contracts.services.signing_order import out_of_order, signing_sequence, signs_first
from core import audit, clock
from core.actors import Actor
from core.constraints import refusing
from core.errors import ApplicationError, Conflict, Text
from core.models import Document
from core.rights import require_on
from workflows import selectors as workflow_selectors
from workflows import services as workflow_services

PERMISSION = "contracts.record_signature"
# The step of contract_lifecycle.bpmn in which the copies travel.
SIGNING_STEP = "record_signature"
State, Party, Method = Contract.State, SignatureRecord.Party, SignatureRecord.Method
# Who signs second sends a copy back, and by then the contract may have taken effect.
TRAVELLING = (State.SIGNING, State.SIGNED, State.ACTIVE)
_SIGNER_FIELDS: Mapping[str, str] = {Party.A: "customer_signer", Party.B: "our_signer"}


@transaction.atomic
def record_signature(
    *,
    contract_id: int,
    actor: Actor,
    signed_on: date | None = None,
    customer_signer: str = "",
    our_signer: str = "",
    method: str = Method.PAPER,
    scan: Document | None = None,
) -> Sequence[SignatureRecord]:
    """Both parties have signed: records what is not recorded yet, and the contract is signed.

    Names are asked of the parties whose signature is missing; on one day, they have signed as the contract says who
    is first. Raises Conflict (signed_already) for the name of a
    party that has been recorded meanwhile, ApplicationError (invalid) with the fields that are wrong. F73, F78.
    """
    require_on(actor, PERMISSION, Contract.objects.all(), contract_id)
    contract = locked(contract_id, (State.SIGNING,))
    names: dict[str, str] = {Party.A: customer_signer.strip(), Party.B: our_signer.strip()}
    given = {party: names[party] for party in signing_sequence(contract)}
    known = parties_that_signed(contract)
    for party in known:
        if given.pop(party):
            raise _signed_already(party)
    if given:
        errors = _wrong_day_or_method(contract, signed_on, method)
        missing: dict[str, Text] = {
            Party.A: _("Enter who signed for the customer."),
            Party.B: _("Enter who signed for us."),
        }
        errors |= {_SIGNER_FIELDS[party]: [missing[party]] for party, name in given.items() if not name}
        _raise_if(errors)
        if known and signed_on is not None:
            for party in given:
                _require_order(contract, party, signed_on=signed_on)
    records = [
        _recorded(contract, party, actor, signer=name, method=method, signed_on=signed_on, scan=scan)
        for party, name in given.items()
    ]
    all_records = list(contract.signatures.all())
    contract.signed_on = max(one.signed_on for one in all_records)
    move(contract, State.SIGNED, ["signed_on"])
    audit.record(
        actor,
        "contracts.record_signature",
        contract,
        after={
            "signed_on": contract.signed_on,
            "signers": [one.signer for one in sorted(all_records, key=lambda one: one.party)],
        },
    )
    webhooks.contract_signed(contract)
    events.contract_signed(contract, actor=actor)
    if contract.amount:
        events.receivables_opened(
            contract.customer, contract.no or "", actor=actor, uid=f"signed:{contract.pk}:{contract.revision}"
        )
    return records


@transaction.atomic
def record_party_signature(
    *,
    contract_id: int,
    party: str,
    signed_on: date,
    signer: str,
    actor: Actor,
    method: str = Method.PAPER,
    scan: Document | None = None,
) -> SignatureRecord:
    """One party has signed, the other may follow; the contract's step goes on waiting.

    Raises Conflict (signed_already) where this party's signature is recorded, ApplicationError (invalid) with the
    fields that are wrong, (wrong_order) where the contract has the other party sign first.
    """
    require_on(actor, PERMISSION, Contract.objects.all(), contract_id)
    contract = locked(contract_id, (State.SIGNING,))
    if party not in Party.values:
        raise ApplicationError(_("A contract has party A and party B."), code="unknown_party")
    if party in parties_that_signed(contract):
        raise _signed_already(party)
    errors = _wrong_day_or_method(contract, signed_on, method)
    if not signer.strip():
        errors["signer"] = [_("Enter who signed.")]
    _raise_if(errors)
    _require_order(contract, party, signed_on=signed_on)
    record = _recorded(
        contract, Party(party), actor, signer=signer, method=method, signed_on=signed_on, scan=scan
    )
    audit.record(
        actor,
        "contracts.record_party_signature",
        contract,
        after={"party": party, "signer": record.signer, "signed_on": signed_on, "method": method},
    )
    return record


def finish_signing(*, contract_id: int, actor: Actor) -> bool:
    """Complete the step of the contract if both have signed and the actor may; whether it is signed now.

    Not within the transaction that recorded the last signature: a step locks its case before the contract.
    """
    contract = Contract.objects.get(pk=contract_id)
    if contract.state != State.SIGNING or parties_that_signed(contract) != set(Party):
        return contract.state == State.SIGNED
    item = workflow_selectors.open_work_item_of(contract, element=SIGNING_STEP, actor=actor)
    if item is None:
        return False
    try:
        workflow_services.complete_work_item(work_item_id=item.pk, actor=actor)
    except ApplicationError:
        # Somebody else is at it this moment, or this diagram asks more of them; what is recorded stays.
        return False
    return True


def parties_that_signed(contract: Contract) -> set[str]:
    """A, B, both or none."""
    return set(contract.signatures.values_list("party", flat=True))


def travels_in(contract: Contract) -> tuple[str, ...]:
    """The states in which copies travel: where the customer signs first, they leave before they are sealed."""
    return (State.APPROVED, *TRAVELLING) if signs_first(contract) == Party.A else TRAVELLING


@transaction.atomic
def record_signing_dispatch(
    *,
    contract_id: int,
    direction: str,
    carrier: str,
    actor: Actor,
    sent_on: date | None = None,
    tracking_no: str = "",
    note: str = "",
) -> SigningDispatch:
    """Copies left for the customer, or came back: by whom, under which number, on which day.

    Raises Conflict (dispatched_already) for a number that is recorded in this direction, ApplicationError (invalid)
    with the fields that are wrong.
    """
    require_on(actor, PERMISSION, Contract.objects.all(), contract_id)
    contract = locked(contract_id, travels_in(Contract.objects.get(pk=contract_id)))
    day = sent_on or clock.today()
    fields = {
        "carrier": carrier.strip()[:60],
        "tracking_no": "".join(tracking_no.split())[:40],
        "note": note.strip()[:200],
    }
    errors = _wrong_day(contract, day, "sent_on")
    if direction not in SigningDispatch.Direction.values:
        errors["direction"] = [_("Choose whether they were sent out or came back.")]
    if not fields["carrier"]:
        errors["carrier"] = [_("Enter the courier company, or who handed them over.")]
    _raise_if(errors)
    twice = Conflict(_("This number is recorded already."), code="dispatched_already")
    with refusing({"signing_dispatch_recorded_once": twice}):
        dispatch = SigningDispatch.objects.create(
            contract=contract,
            direction=direction,
            sent_on=day,
            recorded_by=person(actor),
            recorded_at=clock.now(),
            **fields,
        )
    audit.record(
        actor,
        "contracts.record_signing_dispatch",
        contract,
        after={"direction": direction, "sent_on": day, **fields},
    )
    return dispatch


def _recorded(contract: Contract, party: str, actor: Actor, **fields: Any) -> SignatureRecord:
    with refusing({"party_signs_a_contract_once": _signed_already(party)}):
        return SignatureRecord.objects.create(
            contract=contract,
            party=party,
            recorded_by=person(actor),
            recorded_at=clock.now(),
            **{**fields, "signer": fields["signer"].strip()},
        )


def _signed_already(party: str) -> Conflict:
    texts: Mapping[str, Text] = {
        Party.A: gettext_lazy("The customer's signature is recorded already; load the page again."),
        Party.B: gettext_lazy("Our signature is recorded already; load the page again."),
    }
    return Conflict(texts[party], code="signed_already")


def _wrong_day_or_method(contract: Contract, day: date | None, method: str) -> dict[str, list[Text]]:
    errors = _wrong_day(contract, day, "signed_on")
    if method not in Method.values:
        errors["method"] = [_("Choose how it was signed.")]
    return errors


def _wrong_day(contract: Contract, day: date | None, field: str) -> dict[str, list[Text]]:
    """Nobody signs or sends tomorrow, nor before there was a text."""
    since = contract.submitted_at.astimezone(clock.COMPANY_ZONE).date() if contract.submitted_at else None
    signing = field == "signed_on"
    if day is None:
        return {field: [_("Enter the day of signing.")]}
    if day > clock.today():
        text = _("The signing date lies in the future.") if signing else _("This day lies in the future.")
        return {field: [text]}
    if since is not None and day < since:
        before = _("The signing date lies before the contract was submitted.")
        return {field: [before if signing else _("The contract was submitted after this day.")]}
    return {}


def _require_order(contract: Contract, party: str, *, signed_on: date) -> None:
    if texts := out_of_order(contract, party, signed_on):
        raise ApplicationError(texts[0], code="wrong_order", errors={"signed_on": texts})


def _raise_if(errors: Mapping[str, list[Text]]) -> None:
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=dict(errors))
