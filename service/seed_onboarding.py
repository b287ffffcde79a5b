"""The items that onboardings start with, by kind of product; a company changes them on its own page later."""

from __future__ import annotations

from contracts.models import Product
from service.models import OnboardingItemTemplate

Kind = Product.Kind
# (code, Chinese, English, role, working days); a code that is a step of the process is done by that step.
_COLLECT = ("collect_materials", "收集资料", "Materials", "rep", 3)
_CHECK = ("check_contract", "核对合同", "Contract check", "assistant", 1)
_ACCEPT = ("accept", "客户验收", "Acceptance", "rep", 7)
_CALL = ("first_week_call", "首周回访", "First-week call", "aftersales", 14)
ITEMS: dict[str, list[tuple[str, str, str, str, int]]] = {
    Kind.MEMBERSHIP: [
        _COLLECT,
        _CHECK,
        ("activate_member", "开通会员", "Membership", "assistant", 3),
        ("build_shop", "装修商铺", "Shop", "assistant", 5),
        ("review_content", "审核内容", "Content review", "content", 6),
        _ACCEPT,
        _CALL,
    ],
    Kind.ADVERTISEMENT: [
        _COLLECT,
        _CHECK,
        ("place_ad", "广告上线", "Advertisement placed", "ad_designer", 6),
        _ACCEPT,
        _CALL,
    ],
    Kind.ARTICLE: [
        _COLLECT,
        _CHECK,
        ("publish_article", "文章发布", "Article published", "content", 6),
        _ACCEPT,
        _CALL,
    ],
    Kind.SERVICE: [
        _CHECK,
        ("render_service", "服务交付", "Service rendered", "aftersales", 7),
        _ACCEPT,
        _CALL,
    ],
}


def load_onboarding_templates() -> None:
    """Give them to a company that has none; what it changes or retires stays as it wants it."""
    if OnboardingItemTemplate.objects.exists():
        return
    OnboardingItemTemplate.objects.bulk_create(
        [
            OnboardingItemTemplate(
                product_kind=kind,
                code=code,
                title_zh=zh,
                title_en=en,
                role=role,
                offset_days=days,
                order=order,
            )
            for kind, items in ITEMS.items()
            for order, (code, zh, en, role, days) in enumerate(items, 1)
        ]
    )
