"""The order form: what was ordered on one page, the general terms of the membership contract as its annex.

For phone sales (domain 0, 订单式合同): the customer sees on one page what it costs, signs it and sends it back; fax and
scan count as originals by the general terms.
"""

from typing import Any

from contracts.seed import membership_contract as membership
from contracts.seed import order_english
from contracts.seed.membership_english import with_english

CODE = "order"
LAYOUT = "order"
TITLE = "会员服务订单"
NAME = {"zh-hans": "会员服务订单（一页，附通用条款）", "en": "Order form (one page, general terms as annex)"}
PREAMBLE = ""
VALUES = membership.VALUES
TITLE_EN = order_english.TITLE
PREAMBLE_EN = ""
VALUES_EN = membership.VALUES_EN

# What the page itself says; all else stands in the annex.
_BODY: list[dict[str, Any]] = [
    {
        "key": "order",
        "kind": "locked",
        "title": "订购内容与价款",
        "paragraphs": [
            {"text": "甲方向乙方订购下列产品及服务，{tax_note}：", "table": "lines"},
            {
                "text": "付款计划如下。请汇入{payee_bank}，户名{payee_name}，账号{payee_account}（唯一收款账户，请勿付至个人账户），"
                "并注明合同编号{number}：",
                "table": "payment_plan",
            },
        ],
    },
    {
        "key": "effect",
        "kind": "locked",
        "title": "期限、生效与附件",
        "paragraphs": [
            {"text": "服务期限{service_term}。本订单{effective_rule}。"},
            {"text": "本订单{signing_order}。", "when": "signing_order != 'either'"},
            {
                "text": "附件一《通用条款》是本订单的组成部分，甲方确认已经阅读并理解，特别是其中加粗的条款。签章的传真件、扫描件与原件具有"
                "同等效力。本订单一式{copies}份，双方各执{copies_each}份。",
                "bold": True,
            },
        ],
    },
]
# What the page says already, or what only a contract of several annexes needs.
_NOT_IN_THE_ANNEX = {"services", "price", "general"}


def _annex() -> list[dict[str, Any]]:
    """The clauses of the membership contract that hold of an order too."""
    return [{**one, "part": "annex"} for one in membership.CLAUSES if one["key"] not in _NOT_IN_THE_ANNEX]


_CHINESE: list[dict[str, Any]] = [
    *_BODY,
    {
        "key": "payment_terms",
        "kind": "locked",
        "title": "价款的支付",
        "part": "annex",
        "paragraphs": [
            {
                "text": "款项到达乙方账户之日为付款之日。乙方未授权任何单位或者个人代收款项；甲方向其他账户或者个人付款的，不视为履行了付款义务。",
                "bold": True,
            },
            {"text": "甲方支付的款项不足以清偿全部到期债务的，按照{allocation_order}的顺序抵充。"},
        ],
    },
    *_annex(),
]
CLAUSES = with_english(_CHINESE, order_english.CLAUSES)
