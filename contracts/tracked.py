"""How the history of contracts, payments, products and our own companies is read."""

from django.utils.translation import gettext_lazy as _

from core.history import Tracked, register

register(Tracked("contracts.contract"))
register(Tracked("contracts.contractline", part=_("Line"), name=("seq", "description")))
register(Tracked("contracts.paymentplanline", part=_("Instalment"), name=("seq",)))
register(
    Tracked(
        "contracts.payment",
        labels={
            "confirmed_at": _("Confirmed at"),
            "second_person_waived": _("Confirmed without a second person"),
        },
    )
)
register(
    Tracked("contracts.allocation", part=_("Allocation"), labels={"plan_line_id": _("Instalment")}, name=())
)
register(Tracked("contracts.product"))
register(Tracked("contracts.owncompany"))
register(Tracked("contracts.bankaccount", part=_("Bank account"), name=("bank_name", "number")))
register(Tracked("contracts.seal", part=_("Seal")))
