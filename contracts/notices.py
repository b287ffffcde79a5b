"""What people are told about contracts, and in which words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from contracts.models import Contract, ContractTermination, Obligation, SigningLink
from contracts.money import shown
from core import clock
from core.models import User
from core.notifications import Kind, Params, People, Said, notify, register
from core.rights import users_with_role

SIGNATURE, FIRST_PAYMENT = "signature", "first_payment"
# Who sends the copies out and takes them back.
ASSISTANT = "assistant"


def tell(
    contract: Contract, about: str, people: Iterable[User], *, days: int, by: User | None, note: str
) -> None:
    """Tell people that a contract has waited so many days."""
    notify(
        people,
        f"contract.{about}",
        f"contract:{contract.pk}:{about}:{clock.now().isoformat()}",
        {
            "contract": str(contract.no),
            "customer": contract.customer.name,
            "days": days,
            "by": by.pk if by else None,
            "note": note,
        },
        contract.get_absolute_url(),
        subject=contract,
    )


def acknowledged(contract: Contract, link: SigningLink) -> None:
    """Tell the owner and the assistants that the customer has confirmed the text."""
    notify(
        [contract.owner, *users_with_role(ASSISTANT)],
        "contract.acknowledged",
        f"contract:{contract.pk}:acknowledged:{link.pk}",
        {
            "contract": str(contract.no),
            "customer": contract.customer.name,
            "name": link.name,
            "title": link.title,
        },
        contract.get_absolute_url(),
        subject=contract,
    )


def obligation_is_late(obligation: Obligation, people: Iterable[User]) -> None:
    """Tell whoever looks after it, and their manager, that its day has passed."""
    contract = obligation.contract
    notify(
        people,
        "contract.obligation",
        f"obligation:{obligation.pk}:late",
        {
            "contract": str(contract.no),
            "customer": contract.customer.name,
            "what": obligation.what,
            "due_on": obligation.due_on.isoformat(),
            "who": obligation.responsible_id,
        },
        obligation.get_absolute_url(),
        subject=contract,
    )


def tell_termination(termination: ContractTermination, *, by: User | None = None, note: str = "") -> None:
    """Tell whoever asked, and the owner, that a contract ends before its time, or why it goes on."""
    contract = termination.contract
    about = "terminated" if termination.state == ContractTermination.State.AGREED else "termination_refused"
    left = {"owed": termination.owed, "refund": termination.refund}
    notify(
        {termination.requested_by, contract.owner},
        f"contract.{about}",
        f"contract:{contract.pk}:{about}:{termination.pk}",
        {
            "contract": str(contract.no),
            "customer": contract.customer.name,
            "by": by.pk if by else None,
            "note": note[:500],
            **{name: shown(amount) for name, amount in left.items() if amount},
        },
        contract.get_absolute_url(),
        subject=contract,
    )


def tell_orphan(supplement: Contract, main: Contract, *, note: str = "") -> None:
    """Tell the owner that a supplement cannot take effect any more; ``note`` says why it was not given up by itself."""
    notify(
        [supplement.owner],
        "contract.orphaned",
        f"contract:{supplement.pk}:orphaned",
        {
            "contract": str(supplement.no or supplement.title),
            "main": str(main.no),
            "customer": supplement.customer.name,
            "note": note[:500],
        },
        supplement.get_absolute_url(),
        subject=supplement,
    )


def _waits(params: Params) -> str:
    days = params["days"]
    return ngettext("for %(days)s day", "for %(days)s days", days) % {"days": days}


def _lines(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _signature(params: Params, people: People) -> Said:
    by = people.get(params.get("by") or 0)
    title = _("The signed copy of %(contract)s is not back") % {"contract": params["contract"]}
    asks = _("%(name)s asks you to press for it") % {"name": by.name} if by is not None else ""
    return Said(title, _lines(params["customer"], _waits(params), asks, params["note"]))


def _first_payment(params: Params, people: People) -> Said:
    title = _("%(contract)s is signed and waits for its first payment") % {"contract": params["contract"]}
    return Said(title, _lines(params["customer"], _waits(params)))


def _acknowledged(params: Params, people: People) -> Said:
    title = _("The customer has confirmed the text of %(contract)s") % {"contract": params["contract"]}
    return Said(title, _lines(params["customer"], f"{params['name']} ({params['title']})"))


def _obligation(params: Params, people: People) -> Said:
    who = people.get(params.get("who") or 0)
    title = _("Overdue since %(day)s: %(what)s") % {"day": params["due_on"], "what": params["what"]}
    return Said(title, _lines(params["contract"], params["customer"], who.name if who is not None else ""))


def _terminated(params: Params, people: People) -> Said:
    title = _("%(contract)s has ended before its time") % {"contract": params["contract"]}
    owed = _("%(amount)s is still to be paid") % {"amount": params["owed"]} if params.get("owed") else ""
    refund = _("%(amount)s goes back") % {"amount": params["refund"]} if params.get("refund") else ""
    return Said(title, _lines(params["customer"], owed, refund))


def _orphaned(params: Params, people: People) -> Said:
    about = {"contract": params["contract"], "main": params["main"]}
    if params["note"]:
        title = _("%(contract)s cannot take effect: %(main)s is over") % about
    else:
        title = _("%(contract)s was given up: %(main)s is over") % about
    return Said(title, _lines(params["customer"], params["note"]))


def _termination_refused(params: Params, people: People) -> Said:
    by = people.get(params.get("by") or 0)
    title = _("%(contract)s goes on: its termination was refused") % {"contract": params["contract"]}
    who = _("Refused by %(name)s") % {"name": by.name} if by is not None else ""
    return Said(title, _lines(params["customer"], who, params["note"]))


register(
    Kind(
        "contract.obligation",
        "calendar-clock",
        _obligation,
        people=("who",),
        by_mail=True,
        name=_lazy("What a contract asks for by a day is overdue"),
    )
)
register(
    Kind(
        "contract.terminated",
        "circle-x",
        _terminated,
        by_mail=True,
        name=_lazy("A contract of mine has ended before its time"),
    )
)
register(
    Kind(
        "contract.termination_refused",
        "undo-2",
        _termination_refused,
        people=("by",),
        by_mail=True,
        name=_lazy("The termination that I asked for was refused"),
    )
)
register(
    Kind(
        "contract.orphaned",
        "circle-x",
        _orphaned,
        by_mail=True,
        name=_lazy("A supplement of mine cannot take effect: its contract is over"),
    )
)
register(
    Kind(
        "contract.acknowledged",
        "badge-check",
        _acknowledged,
        by_mail=True,
        name=_lazy("The customer has confirmed the text of a contract"),
    )
)
register(
    Kind(
        "contract.signature",
        "signature",
        _signature,
        people=("by",),
        by_mail=True,
        name=_lazy("The signed copy of a contract of mine is not back"),
    )
)
register(
    Kind(
        "contract.first_payment",
        "banknote",
        _first_payment,
        by_mail=True,
        name=_lazy("A contract of mine waits for its first payment"),
    )
)
