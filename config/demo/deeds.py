"""What people of the demo do about a contract besides the steps of its process: marks, links, signatures, parcels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts import services
from contracts.models import ClauseMark, Contract
from contracts.services.signing_links import acknowledge
from core import clock
from core.models import User
from crm.selectors import primary_contact


@dataclass(frozen=True)
class Deed:
    """So many days after the draft somebody does a step of the process (``what`` is its element, ``detail`` the
    outcome), or one of ``OTHERS``."""

    days: int
    who: str
    what: str
    detail: str = ""
    comment: str = ""


def mark(contract: Contract, person: User, clause: str, note: str) -> None:
    services.mark_clause(contract_id=contract.pk, actor=person, code=clause, note=note)


def answer(contract: Contract, person: User, clause: str, answer: str) -> None:
    for one in ClauseMark.objects.filter(version__contract=contract.pk, code=clause):
        services.answer_mark(mark_id=one.pk, actor=person, answer=answer)


def share(contract: Contract, person: User, _detail: str, _comment: str) -> None:
    """The customer gets a link, reads the text at once and confirms it."""
    made = services.make_signing_link(contract_id=contract.pk, actor=person)
    contact = primary_contact(contract.customer)
    if contact is None:
        raise RuntimeError(f"{contract.customer}: nobody reads the contract.")
    acknowledge(
        token=made.token,
        name=contact.name,
        title=contact.title,
        mobile=contact.mobile,
        is_confirmed=True,
        address="203.0.113.24",
    )


def send(contract: Contract, person: User, number: str, carrier: str) -> None:
    services.record_signing_dispatch(
        contract_id=contract.pk, direction="out", carrier=carrier, tracking_no=number, actor=person
    )


def sign(contract: Contract, person: User, party: str, signer: str) -> None:
    """One party has signed; the other may follow."""
    services.record_party_signature(
        contract_id=contract.pk, party=party, signed_on=clock.today(), signer=signer, actor=person
    )


def note(contract: Contract, person: User, clause: str, text: str) -> None:
    """Legal notes where the customer's own paper yields from our template."""
    services.note_deviation(
        contract_id=contract.pk,
        actor=person,
        code=clause,
        text=text,
        risk="high",
        reason="须约定上限，建议不超过合同总价的百分之二十",
    )


OTHERS: Mapping[str, Callable[[Contract, User, str, str], None]] = {
    "mark": mark,
    "note": note,
    "answer": answer,
    "share": share,
    "send": send,
    "sign": sign,
}
