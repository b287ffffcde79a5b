"""A made-up contract on which a text is shown while it is written; it names nobody that exists."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from core.money_words import amount_in_words

SAMPLE_NO: Final = "XS-0000-0000"
_AMOUNT: Final = Decimal("21800.00")

_PARTY_A: Final = {
    "name": "示例精密机械有限公司",
    "is_person": False,
    "uscc": "91320500MA0000000A",
    "tax_number": "91320500MA0000000A",
    "legal_representative": "张三",
    "agent": "李经理",
    "address": "江苏省苏州市工业园区示例路1号",
    "phone": "0512-00000000",
    "bank": "示例银行苏州分行",
    "account": "0000 0000 0000 0000",
    "service_address": "江苏省苏州市工业园区示例路1号行政楼",
    "service_contact": "财务部",
    "service_phone": "0512-00000000",
    "service_email": "sample@example.com",
}

_SUPPLEMENT: Final[dict[str, Any]] = {
    "kind": "supplement",
    "main": {
        "no": "XS-0000-0001",
        "title": "会员服务合同",
        "title_en": "Membership Service Contract",
        "signed_on": "2025-12-20",
    },
    "changes": [
        {
            "words": "原合同约定的服务期限届满日由2026年12月31日变更为2027年3月31日。",
            "words_en": "The last day of the service term under the Main Contract is changed from 31 December 2026 to 31"
            " March 2027.",
        },
        {
            "words": "原合同第二条“服务期限与开通”修改为：",
            "words_en": "Article 2 “Service Term and Activation” of the Main Contract is amended to read:",
            "texts": ["会员服务自甲方首次登录之日起算。"],
            "texts_en": ["The membership service runs from the day on which Party A first logs in."],
        },
    ],
}

# Our side as long as no company of ours is entered.
NOBODY_YET: Final = {"name": "本公司", "is_person": False, "bank": "—", "account": "—"}


def sample_content(template: dict[str, Any], party_b: dict[str, Any]) -> dict[str, Any]:
    """The content of a contract as it would be frozen, without its clauses: a membership and an advertisement in two
    instalments, with interest on late payment. A supplement also changes something."""
    return {
        **(_SUPPLEMENT if template.get("layout") == "supplement" else {"kind": "new"}),
        "no": SAMPLE_NO,
        "title": template["texts"].get("title") or template["name"],
        "template": template,
        "letterhead": {},
        "party_a": _PARTY_A,
        "party_b": party_b,
        "lines": [
            _line(1, "高级会员（一年）", "membership", "12800.00", "12800.00", "年"),
            _line(2, "首页广告位（一季度）", "ad", "10000.00", "9000.00", "季"),
        ],
        "plan": [
            {"seq": 1, "due_on": "2026-01-10", "amount": "12800.00", "note": "合同签订后"},
            {"seq": 2, "due_on": "2026-04-10", "amount": "9000.00", "note": ""},
        ],
        "amount": str(_AMOUNT),
        "amount_in_words": amount_in_words(_AMOUNT),
        "tax_rate": "6.00",
        "copies": 2,
        "start_on": "2026-01-01",
        "end_on": "2026-12-31",
        "effective_rule": "on_first_payment",
        "effective_due_on": "",
        "late": {
            "rule": "daily",
            "daily_rate": "0.0005",
            "lpr_markup": None,
            "day_base": 365,
            "grace_days": 0,
            "allocation_order": "principal_first",
        },
        "signing_order": "either",
        "sign_place": "苏州",
        "platform_name": "示例网",
        "platform_url": "www.example.com",
        "special_terms": "",
    }


def _line(seq: int, name: str, kind: str, list_price: str, price: str, unit: str) -> dict[str, Any]:
    return {
        "seq": seq,
        "code": f"S-{seq}",
        "name": name,
        "kind": kind,
        "description": "",
        "quantity": "1",
        "unit": unit,
        "list_price": list_price,
        "price": price,
        "amount": price,
    }
