"""What people are told about renewals, and in which words."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from core import clock
from core.notifications import Kind, Params, People, Said, notify, register
from core.rights import users_with_role
from service.models import RenewalCase

SOON = "renewal.soon"
DIRECTOR = "director"
# What a record says where nobody said why; kept as a text, so in the language of the company.
COMPANY_LANGUAGE = "zh-hans"


def ran_out() -> str:
    with translation.override(COMPANY_LANGUAGE):
        return _("The term and the days of grace ran out without a new contract.")


def tell_soon(case: RenewalCase, *, with_director: bool) -> None:
    """So many days are left of the term; the owner hears it, and the director with the second word."""
    people = [case.contract.owner, *(users_with_role(DIRECTOR) if with_director else ())]
    days = max((case.due_on - clock.today()).days, 0)
    notify(
        people,
        SOON,
        f"renewal:{case.pk}:{clock.today().isoformat()}",
        {"contract": str(case.contract.no), "customer": case.customer.name, "days": days},
        case.get_absolute_url(),
        subject=case,
    )


def _soon(params: Params, people: People) -> Said:
    left = ngettext("%(days)s day left", "%(days)s days left", params["days"]) % {"days": params["days"]}
    title = _("The term of %(contract)s ends soon") % {"contract": params["contract"]}
    return Said(title, f"{params['customer']} · {left}")


register(Kind(SOON, "calendar-clock", _soon, by_mail=True, name=_lazy("A term ends soon")))
