"""What can be done after the sale."""

from service.services.activation import ask_for_activation, record_answer
from service.services.complaint_work import (
    explain,
    finish_handling,
    instruct,
    plan_follow_up,
    record_action,
    record_follow_up,
    sum_up,
)
from service.services.complaints import (
    acknowledge,
    check_deadline,
    close_complaint,
    escalate_breach,
    pause_for_customer,
    receive_complaint,
    reopen_complaint,
    resume_for_customer,
    set_deadlines,
    withdraw_complaint,
)
from service.services.rulings import Share, rule

__all__ = [
    "Share",
    "acknowledge",
    "ask_for_activation",
    "check_deadline",
    "close_complaint",
    "escalate_breach",
    "explain",
    "finish_handling",
    "instruct",
    "pause_for_customer",
    "plan_follow_up",
    "receive_complaint",
    "record_action",
    "record_answer",
    "record_follow_up",
    "reopen_complaint",
    "resume_for_customer",
    "rule",
    "set_deadlines",
    "sum_up",
    "withdraw_complaint",
]
