"""Deeds on contracts and payments that their timelines tell; what only changes fields is told by the fields."""

from django.utils.translation import gettext_lazy as _

from core.around.own import tell_deed

tell_deed("contracts.submit_contract", "send", _("submitted for approval"))
tell_deed("contracts.return_contract", "undo-2", _("returned to the drafter"))
tell_deed("contracts.approve_contract", "check", _("approved"))
tell_deed("contracts.reject_contract", "circle-x", _("rejected"))
tell_deed("contracts.seal_contract", "stamp", _("sealed"))
tell_deed("contracts.record_signature", "signature", _("signed copy recorded"))
tell_deed("contracts.activate_contract", "circle-check", _("took effect"))
tell_deed("contracts.void_contract", "ban", _("voided"))
tell_deed("contracts.give_up_contract", "ban", _("given up"))
tell_deed("contracts.give_contract", "arrow-right", _("given to a new owner"))
tell_deed("contracts.remind_signature", "bell", _("reminded of the signed copy"))
tell_deed("contracts.remind_first_payment", "bell", _("reminded of the first payment"))
tell_deed("contracts.confirm_payment", "check", _("payment confirmed"))
tell_deed("contracts.reverse_payment", "undo-2", _("payment reversed"))
tell_deed("contracts.allocate_payment", "coins", _("payment allocated"))
tell_deed("contracts.reprint_notice", "printer", _("printed again"))
