"""The statuses and types of activity a company starts with (domain.md P2, F40 to F42). It changes them on its pages."""

from __future__ import annotations

from django.db import transaction

from crm.models import ActivityType, CustomerStatus, StatusTransition
from crm.models.status import forget_statuses

Kind = CustomerStatus.Kind
Channel = ActivityType.Channel

# code: (Chinese, English, kind, probability, days until it stalls)
STATUSES: dict[str, tuple[str, str, str, int, int | None]] = {
    "interested": ("有兴趣/可能", "Interested", Kind.OPEN, 20, 30),
    "planned": ("有计划/需求", "Has a plan or need", Kind.OPEN, 40, 30),
    "quoted": ("已报价待批准", "Quoted, decision pending", Kind.WAITING, 70, 14),
    "signed": ("已签合同", "Contract signed", Kind.WON, 100, None),
    "dormant": ("休眠", "Dormant", Kind.DORMANT, 5, None),
    "lost": ("流失", "Lost", Kind.LOST, 0, None),
    "invalid": ("无效", "Invalid", Kind.INVALID, 0, None),
}
_OPEN = ("interested", "planned", "quoted")
# (from, to): whether a fact proves it (F54).
WAYS: dict[tuple[str, str], bool] = {
    ("interested", "planned"): True,
    ("interested", "quoted"): True,
    ("planned", "quoted"): True,
    ("quoted", "signed"): True,
    ("planned", "interested"): False,
    ("quoted", "planned"): False,
    ("dormant", "interested"): False,
    ("lost", "interested"): False,
    ("invalid", "interested"): False,
    ("signed", "planned"): True,
    **{(one, end): False for one in _OPEN for end in ("dormant", "lost", "invalid")},
    ("dormant", "lost"): False,
}
# code: (Chinese, English, channel, needs the chat record, counts as a contact, needs a next date)
TYPES: dict[str, tuple[str, str, str, bool, bool, bool]] = {
    "phone_call": ("电话拜访", "Phone call", Channel.PHONE, False, True, False),
    "inbound_call": ("对方来电", "Inbound call", Channel.PHONE, False, True, False),
    "visit": ("上门拜访", "Visit", Channel.VISIT, False, True, False),
    "reception": ("来访接待", "Reception", Channel.VISIT, False, True, False),
    "wechat": ("微信", "WeChat", Channel.CHAT, True, True, False),
    "wecom": ("企业微信", "WeCom", Channel.CHAT, True, True, False),
    "email": ("电子邮件", "E-mail", Channel.WRITTEN, False, True, False),
    "mailing": ("邮寄资料", "Mailing", Channel.WRITTEN, False, True, True),
    "meeting": ("会议", "Meeting", Channel.VISIT, False, True, False),
    "training": ("培训", "Training", Channel.VISIT, False, True, False),
    "business_meal": ("商务餐饮", "Business meal", Channel.VISIT, False, True, False),
    "outing": ("外出活动", "Outing", Channel.VISIT, False, True, False),
    "shipment": ("发货", "Shipment", Channel.OTHER, False, False, True),
    "payment_chasing": ("催款", "Payment chasing", Channel.PHONE, False, True, False),
    "invoicing": ("开票", "Invoicing", Channel.OTHER, False, False, False),
    "work_arrangement": ("工作安排", "Work arrangement", Channel.OTHER, False, False, False),
    "qq": ("QQ", "QQ", Channel.CHAT, True, True, False),
    "wangwang": ("阿里旺旺聊天记录", "Aliwangwang chat", Channel.CHAT, True, True, False),
    "msn": ("MSN", "MSN", Channel.CHAT, True, True, False),
    "other": ("其它", "Other", Channel.OTHER, False, False, False),
}


@transaction.atomic
def load_vocabulary() -> None:
    """Add what is missing and change nothing else; ways are added only beside the first statuses."""
    is_first = not StatusTransition.objects.exists()
    CustomerStatus.objects.bulk_create(
        [
            CustomerStatus(
                code=code,
                name_zh=zh,
                name_en=en,
                kind=kind,
                order=number * 10,
                probability=probability,
                max_days=days,
            )
            for number, (code, (zh, en, kind, probability, days)) in enumerate(STATUSES.items(), 1)
        ],
        ignore_conflicts=True,
    )
    ActivityType.objects.bulk_create(
        [
            ActivityType(
                code=code,
                name_zh=zh,
                name_en=en,
                channel=channel,
                order=number * 10,
                transcript_required=transcript,
                counts_as_contact=counts,
                next_required=following,
                is_active=code != "msn",
            )
            for number, (code, (zh, en, channel, transcript, counts, following)) in enumerate(
                TYPES.items(), 1
            )
        ],
        ignore_conflicts=True,
    )
    if is_first:
        known = {one.code: one for one in CustomerStatus.objects.all()}
        StatusTransition.objects.bulk_create(
            [
                StatusTransition(from_status=known[one], to_status=known[other], needs_fact=fact)
                for (one, other), fact in WAYS.items()
            ]
        )
    forget_statuses()
