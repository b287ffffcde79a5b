"""Deeds after the sale that timelines tell (what only changes fields is told by the fields), and tabs of contracts."""

from django.utils.translation import gettext_lazy as _

from core.around.own import tell_deed
from service import contract_dates, contract_tabs

__all__ = ["contract_dates", "contract_tabs"]

tell_deed("service.receive_complaint", "megaphone", _("complaint registered"))
tell_deed("service.acknowledge_complaint", "phone", _("answered the customer"))
tell_deed("service.rule_complaint", "shield-check", _("ruled on responsibility"))
tell_deed("service.record_action", "pencil", _("wrote down what was done"))
tell_deed("service.finish_handling", "check", _("handled the complaint"))
tell_deed("service.explain_complaint", "message-square", _("explained to the customer"))
tell_deed("service.instruct_complaint", "stamp", _("gave an instruction"))
tell_deed("service.sum_up_complaint", "file-text", _("summed up"))
tell_deed("service.follow_up_complaint", "phone", _("called the customer"))
tell_deed("service.pause_complaint", "hourglass", _("waits for the customer"))
tell_deed("service.resume_complaint", "play", _("goes on after the customer's answer"))
tell_deed("service.escalate_complaint", "triangle-alert", _("late: those above were told"))
tell_deed("service.reopen_complaint", "rotate-ccw", _("opened again"))
tell_deed("service.close_complaint", "circle-check", _("complaint closed"))
tell_deed("service.withdraw_complaint", "ban", _("complaint withdrawn"))
tell_deed("service.give_complaint", "arrow-right", _("given to a new handler"))
