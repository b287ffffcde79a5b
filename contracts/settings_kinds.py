"""What a company sets for itself about contracts and their money."""

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Contract, DunningNotice, Payment
from core.configuration import declare
from core.numbers import describe

describe("contract", label=_("Contracts"), documents=Contract.objects.all)
describe("payment", label=_("Payments"), documents=Payment.objects.all)
describe("dunning", label=_("Dunning notices"), documents=DunningNotice.objects.all)

LINK_VALID_DAYS = declare(
    "contracts.link_valid_days",
    forms.IntegerField,
    default=14,
    group=_("Contracts"),
    label=_("Days that a customer's link to a contract holds"),
    help_text=_("Whoever makes a link can choose another number. Afterwards it leads nowhere."),
    min_value=1,
    max_value=90,
)

MONEY = _("Money")
# domain.md 0: two people for money that comes in; a company of one turns it off.
CONFIRMER_DIFFERS = declare(
    "contracts.confirmer_differs",
    forms.BooleanField,
    default=True,
    group=MONEY,
    label=_("Whoever records a payment does not confirm it"),
    help_text=_("Two people for money that comes in. A company with one person for money turns it off."),
)
PROMISE_WITHIN_DAYS = declare(
    "contracts.promise_within_days",
    forms.IntegerField,
    default=30,
    group=MONEY,
    label=_("Days that a promise to pay may lie ahead"),
    help_text=_("Until the promised day nobody presses the customer; what is later is no promise."),
    min_value=1,
    max_value=180,
)
PAY_WITHIN_DAYS = declare(
    "contracts.pay_within_days",
    forms.IntegerField,
    default=7,
    group=MONEY,
    label=_("Days to pay after a dunning notice"),
    help_text=_("By when the letter asks for the money, counted from the day its figures are true for."),
    min_value=1,
    max_value=90,
)
