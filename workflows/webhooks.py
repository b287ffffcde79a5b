"""What other programs can hear about cases and tasks."""

from core.webhooks import declare

_SUBJECT = {"type": "contracts.contract", "id": "42", "title": "年度会员服务 · 东方阀门有限公司"}
_CASE = {
    "instance": "1201",
    "definition": "contract_lifecycle",
    "version": 3,
    "status": "active",
    "business_key": "XS-2026-0042",
    "subject": _SUBJECT,
    "started_by": "rep1",
    "by": "rep1",
}
_ITEM = {
    "id": "9001",
    "instance": "1201",
    "definition": "contract_lifecycle",
    "element": "review_contract",
    "name": {"zh": "审核合同", "en": "Review the contract"},
    "role": "manager",
    "assignee": None,
    "priority": 50,
    "due_at": "2026-12-21T09:00:00Z",
    "subject": _SUBJECT,
}

declare("process.started", zh="流程已发起", en="Case started", sample=_CASE)
declare("process.completed", zh="流程已办结", en="Case finished", sample={**_CASE, "status": "completed"})
declare(
    "process.cancelled",
    zh="流程已终止",
    en="Case terminated",
    sample={**_CASE, "status": "cancelled", "reason": "客户取消"},
)
declare("work_item.created", zh="产生新任务", en="Task arrived", sample=_ITEM)
declare(
    "work_item.completed",
    zh="任务已完成",
    en="Task done",
    sample={
        **_ITEM,
        "assignee": "manager1",
        "outcome": "approve",
        "completed_by": "manager1",
        "completed_at": "2026-12-20T06:30:00Z",
    },
)
declare(
    "incident.opened",
    zh="出现异常",
    en="Failure",
    sample={
        "id": "77",
        "instance": "1201",
        "definition": "contract_lifecycle",
        "element": "activate_contract",
        "error_type": "refused: not_signed",
        "message": "A contract takes effect when both parties have signed.",
        "subject": _SUBJECT,
    },
)

_ALERT = {
    "id": "12",
    "code": "not_seen",
    "about": "beat",
    "level": "red",
    "count": 0,
    "opened_at": "2026-12-20T06:30:00Z",
    "closed_at": None,
}
declare("alert.opened", zh="出现告警", en="Alert", sample=_ALERT)
declare("alert.raised", zh="告警升级", en="Alert got worse", sample=_ALERT)
declare(
    "alert.closed",
    zh="告警已解除",
    en="Alert is over",
    sample={**_ALERT, "closed_at": "2026-12-20T06:41:00Z"},
)
