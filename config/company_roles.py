"""The roles a sales company starts with, and what each is granted (domain.md F111 and section 0).

A company changes them on its own pages later; loading again adds what is missing and changes nothing else.
"""

from django.db import transaction

from core import clock
from core.models import Grant, NumberRule, Role, Setting

# code: (Chinese, English)
ROLES: dict[str, tuple[str, str]] = {
    "process_admin": ("流程管理员", "Process administrator"),
    "boss": ("老板", "Boss"),
    "gm": ("总经理", "General manager"),
    "director": ("销售总监", "Sales director"),
    "manager": ("销售经理", "Sales manager"),
    "rep": ("销售代表", "Sales representative"),
    "assistant": ("销售助理", "Sales assistant"),
    "aftersales": ("售后", "After-sales"),
    "finance": ("财务", "Finance"),
    "legal": ("法务", "Legal"),
    "seal_keeper": ("印章管理员", "Seal keeper"),
    "marketer": ("市场人员", "Marketer"),
    "content": ("内容", "Content"),
    "ad_planner": ("广告策划", "Ad planner"),
    "ad_designer": ("广告制作", "Ad designer"),
    "product": ("产品", "Product"),
    "tech": ("技术", "Tech"),
    "complaint_ruler": ("投诉裁定", "Complaint ruler"),
}

OWN, DEPARTMENT, SUBTREE, ALL = "own", "department", "subtree", "all"
_LOOK_AT_ALL = {
    "crm.view_customer": ALL,
    "crm.view_member": ALL,
    "contracts.view_contract": ALL,
    "contracts.view_product": ALL,
    "contracts.view_payment": ALL,
    "core.view_reports": ALL,
    "core.schedule_reports": ALL,
    "core.share_views": ALL,
}
_LOOK_AFTER_SALE = {
    "service.view_complaint": ALL,
    "service.view_renewal": ALL,
    "service.view_onboarding": ALL,
}
_SELL = {
    "crm.view_customer": OWN,
    "crm.view_member": OWN,
    "crm.edit_customer": OWN,
    "crm.claim_customer": ALL,
    "crm.release_customer": OWN,
    "crm.log_activity": OWN,
    "contracts.view_contract": OWN,
    "contracts.draft_contract": OWN,
    "contracts.share_contract": OWN,
    "contracts.request_termination": OWN,
    "contracts.view_product": ALL,
    "contracts.view_payment": OWN,
    "contracts.record_promise": OWN,
    "contracts.manage_obligation": OWN,
    "core.view_reports": OWN,
    "service.view_complaint": OWN,
    "service.receive_complaint": OWN,
    "service.handle_complaint": OWN,
    "service.view_renewal": OWN,
    "service.view_onboarding": OWN,
    "service.do_onboarding": OWN,
}
# Whoever does a part of what was sold, for any customer.
_ONBOARD = {"service.view_onboarding": ALL, "service.do_onboarding": ALL}
# Whoever may be given a complaint to handle sees those alone.
_HANDLE = {"service.view_complaint": OWN, "service.handle_complaint": OWN}
_LEAD = dict.fromkeys(_SELL, SUBTREE) | {
    "crm.override_status": SUBTREE,
    "crm.claim_customer": ALL,
    "contracts.view_product": ALL,
    "core.schedule_reports": ALL,
    "core.share_views": ALL,
    "contracts.void_contract": SUBTREE,
    "contracts.hold_dispute": SUBTREE,
    "contracts.approve_dunning": SUBTREE,
    "service.skip_item": SUBTREE,
}

GRANTS: dict[str, dict[str, str]] = {
    "process_admin": {
        "crm.manage_statuses": ALL,
        "workflows.view_instance": ALL,
        "workflows.start_process": ALL,
        "workflows.import_definition": ALL,
        "workflows.publish_definition": ALL,
        "workflows.cancel_instance": ALL,
        "workflows.retry_incident": ALL,
        "workflows.skip_incident": ALL,
        "workflows.edit_case_data": ALL,
        "workflows.move_case": ALL,
        "workflows.purge_cases": ALL,
        "workflows.hold_cases": ALL,
        "workflows.transfer_work_item": ALL,
        "workflows.send_message": ALL,
        "workflows.set_operations": ALL,
        "workflows.manage_outside_services": ALL,
        # Whoever sets the company up enters its name and accounts too.
        "contracts.manage_own_company": ALL,
        "service.manage_onboarding": ALL,
        "core.manage_people": ALL,
        "core.view_audit": ALL,
        "core.manage_jobs": ALL,
        "core.manage_webhooks": ALL,
        "core.manage_calendar": ALL,
        "core.manage_settings": ALL,
        "core.manage_numbers": ALL,
        "core.share_views": ALL,
        "core.view_reports": ALL,
        "core.schedule_reports": ALL,
        "core.view_imports": ALL,
        "core.remove_comments": ALL,
    },
    "boss": {
        **_LOOK_AT_ALL,
        **_LOOK_AFTER_SALE,
        "crm.manage_groups": ALL,
        "workflows.view_instance": ALL,
        "core.remove_comments": ALL,
    },
    "gm": {
        **_LOOK_AT_ALL,
        **_LOOK_AFTER_SALE,
        "service.instruct_complaint": ALL,
        "workflows.view_instance": ALL,
        "core.remove_comments": ALL,
    },
    "director": {
        **_LEAD,
        "crm.manage_pools": ALL,
        "crm.manage_statuses": ALL,
        "service.view_complaint": ALL,
        "service.instruct_complaint": ALL,
        "service.withdraw_complaint": ALL,
        "workflows.view_instance": SUBTREE,
    },
    # Team leaders' tasks lie with the leader of the team whose business it is.
    "manager": {**_LEAD, "workflows.view_instance": SUBTREE, "workflows.take_from_queue": SUBTREE},
    "rep": _SELL,
    "assistant": {
        "crm.view_customer": ALL,
        "crm.view_member": ALL,
        "crm.edit_customer": ALL,
        "crm.import_customers": ALL,
        "crm.release_customer": ALL,
        "crm.judge_duplicates": ALL,
        "crm.log_activity": ALL,
        "contracts.view_contract": ALL,
        "contracts.view_product": ALL,
        "contracts.record_signature": ALL,
        "contracts.share_contract": ALL,
        "contracts.manage_obligation": ALL,
        **_ONBOARD,
        "service.view_complaint": ALL,
        "service.receive_complaint": ALL,
    },
    "aftersales": {
        "crm.view_customer": ALL,
        "crm.log_activity": ALL,
        "crm.view_member": ALL,
        "contracts.hold_dispute": ALL,
        "contracts.view_contract": ALL,
        "contracts.view_product": ALL,
        "core.view_reports": ALL,
        **_ONBOARD,
        "service.manage_onboarding": ALL,
        "service.view_complaint": ALL,
        "service.receive_complaint": ALL,
        "service.handle_complaint": ALL,
        "service.withdraw_complaint": ALL,
        "service.view_renewal": ALL,
    },
    "complaint_ruler": {
        "crm.view_customer": ALL,
        "contracts.view_contract": ALL,
        "service.view_complaint": ALL,
        "service.rule_complaint": ALL,
    },
    "content": {**_HANDLE, **_ONBOARD},
    "ad_planner": {**_HANDLE, **_ONBOARD},
    "ad_designer": {**_HANDLE, **_ONBOARD},
    "tech": {**_HANDLE, **_ONBOARD},
    "finance": {
        **_LOOK_AT_ALL,
        "crm.log_activity": ALL,
        "contracts.record_payment": ALL,
        "contracts.confirm_payment": ALL,
        "contracts.reverse_payment": ALL,
        "contracts.settle_termination": ALL,
        "contracts.print_dunning": ALL,
        "contracts.record_promise": ALL,
        "contracts.approve_dunning": ALL,
        "contracts.dispatch_dunning": ALL,
        "contracts.manage_own_company": ALL,
    },
    "legal": {
        "workflows.hold_cases": ALL,
        "crm.view_customer": ALL,
        "contracts.view_contract": ALL,
        "contracts.view_product": ALL,
        "contracts.edit_template": ALL,
        "contracts.publish_template": ALL,
        "contracts.accept_deviations": ALL,
        "contracts.manage_obligation": ALL,
        "core.view_reports": ALL,
    },
    "seal_keeper": {"contracts.view_contract": ALL, "contracts.seal_contract": ALL},
    "marketer": {"crm.view_customer": ALL, "crm.import_customers": ALL},
    "product": {"contracts.view_product": ALL, "contracts.edit_product": ALL, **_HANDLE},
}

# code: (pattern, reset); domain.md 4A and 4C give the patterns.
NUMBER_RULES: dict[str, tuple[str, str]] = {
    "customer": ("KH-{SEQ:5}", NumberRule.Reset.NEVER),
    "contract": ("XS-{YYYY}-{SEQ:4}", NumberRule.Reset.YEAR),
    "payment": ("HK-{YYYY}-{SEQ:4}", NumberRule.Reset.YEAR),
    "dunning": ("CK-{YYYY}-{SEQ:4}", NumberRule.Reset.YEAR),
    "complaint": ("TS-{YYYY}-{SEQ:4}", NumberRule.Reset.YEAR),
}


# Which of the grants above were ever given: what a company takes away stays away, whatever is loaded again.
GIVEN = "config.given_grants"


def load_roles() -> dict[str, Role]:
    """Create the roles and number rules that do not exist yet, and give the grants that were never given: those
    of a later version reach the company once, those that it removed do not come back.
    """
    Role.objects.bulk_create(
        [Role(code=code, name_zh=zh, name_en=en) for code, (zh, en) in ROLES.items()], ignore_conflicts=True
    )
    roles = {role.code: role for role in Role.objects.filter(code__in=ROLES)}
    with transaction.atomic():
        _give_new_grants(roles)
    NumberRule.objects.bulk_create(
        [
            NumberRule(code=code, pattern=pattern, reset=reset)
            for code, (pattern, reset) in NUMBER_RULES.items()
        ],
        ignore_conflicts=True,
    )
    return roles


def _give_new_grants(roles: dict[str, Role]) -> None:
    memory = Setting.objects.select_for_update().filter(code=GIVEN).first()
    given: set[str] = set((memory.value or []) if memory is not None else [])
    shipped = {
        f"{code}:{permission}": Grant(role=roles[code], permission=permission, scope=scope)
        for code, granted in GRANTS.items()
        for permission, scope in granted.items()
    }
    fresh = shipped.keys() - given
    if not fresh:
        return
    Grant.objects.bulk_create([shipped[name] for name in sorted(fresh)], ignore_conflicts=True)
    Setting.objects.update_or_create(
        code=GIVEN, defaults={"value": sorted(given | fresh), "changed_at": clock.now()}
    )
