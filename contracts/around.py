"""Deeds on contracts and payments that their timelines tell; what only changes fields is told by the fields."""

from collections.abc import Collection

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contracts.services.signing_links import WHO
from core import history
from core.around.own import tell_deed

tell_deed("contracts.submit_contract", "send", _("submitted for approval"))
tell_deed("contracts.return_contract", "undo-2", _("returned to the drafter"))
tell_deed("contracts.approve_contract", "check", _("approved"))
tell_deed("contracts.reject_contract", "circle-x", _("rejected"))
tell_deed("contracts.seal_contract", "stamp", _("sealed"))
tell_deed("contracts.record_party_signature", "signature", _("signature of one party recorded"))
tell_deed("contracts.record_signing_dispatch", "package", _("dispatch of the signing copies recorded"))
tell_deed("contracts.record_signature", "signature", _("signed copy recorded"))
tell_deed("contracts.make_signing_link", "link", _("link for the customer made"))
tell_deed("contracts.revoke_signing_link", "ban", _("link for the customer revoked"))
tell_deed("contracts.mail_signing_link", "mail", _("link sent to the customer"))
tell_deed("contracts.acknowledge_contract", "badge-check", _("confirmed the text"))
tell_deed("contracts.activate_contract", "circle-check", _("took effect"))
tell_deed("contracts.close_contract", "calendar", _("its term is over"))
tell_deed("contracts.request_termination", "hand", _("asked to end it before its time"))
tell_deed("contracts.decide_termination", "message-square", _("termination decided on"))
tell_deed("contracts.settle_termination", "coins", _("termination settled"))
tell_deed("contracts.refuse_termination", "undo-2", _("termination refused"))
tell_deed("contracts.terminate_contract", "circle-x", _("ended before its time"))
tell_deed("contracts.record_refund", "banknote", _("refund recorded"))
tell_deed("contracts.void_contract", "ban", _("voided"))
tell_deed("contracts.give_up_contract", "ban", _("given up"))
tell_deed("contracts.give_contract", "arrow-right", _("given to a new owner"))
tell_deed("contracts.remind_signature", "bell", _("reminded of the signed copy"))
tell_deed("contracts.remind_first_payment", "bell", _("reminded of the first payment"))
tell_deed("contracts.record_obligation", "calendar-clock", _("obligation recorded"))
tell_deed("contracts.settle_obligation", "circle-check", _("obligation settled"))
tell_deed("contracts.give_obligation", "arrow-right", _("obligation given to somebody else"))
tell_deed("contracts.drop_obligation", "ban", _("obligation dropped"))
tell_deed("contracts.remind_obligation", "bell", _("reminded of an overdue obligation"))
tell_deed("contracts.confirm_payment", "check", _("payment confirmed"))
tell_deed("contracts.reverse_payment", "undo-2", _("payment reversed"))
tell_deed("contracts.allocate_payment", "coins", _("payment allocated"))
tell_deed("contracts.reprint_notice", "printer", _("printed again"))


def _names(labels: Collection[str]) -> dict[str, str]:
    return {WHO.name: gettext("The customer")} if WHO.name in labels else {}


history.name_parts_of_the_program(_names)
