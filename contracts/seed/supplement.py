"""The supplement: what it changes of a contract that has been signed, told in words; what else holds stays as it is.

The changes are written by the program from what the drafter entered, one numbered paragraph each; a new text of a
clause stands below its paragraph. A supplement that sells something says so with a price and a plan of its own.
"""

from typing import Any

from contracts.seed import supplement_english
from contracts.seed.membership_english import with_english

CODE = "supplement"
LAYOUT = "supplement"
TITLE = "补充协议"
NAME = {"zh-hans": "补充协议", "en": "Supplement to a contract"}
PREAMBLE = (
    "甲乙双方于{main_signed_on}签订了《{main_title}》（合同编号：{main_number}，以下称“原合同”）。"
    "经协商一致，双方就原合同的变更和补充订立本协议，共同遵守。"
)
# From when interest runs where there are no days of grace.
VALUES: dict[str, str] = {"late_from": "逾期之次日"}
TITLE_EN = supplement_english.TITLE
PREAMBLE_EN = supplement_english.PREAMBLE
VALUES_EN = supplement_english.VALUES

_CHINESE: list[dict[str, Any]] = [
    {
        "key": "changes",
        "kind": "locked",
        "title": "对原合同的变更",
        "paragraphs": [{"text": "{change_text}", "each": "changes"}],
    },
    {
        "key": "products",
        "kind": "locked",
        "title": "增订的服务与价款",
        "paragraphs": [
            {
                "text": "甲方向乙方增订下列产品及服务，服务期限{service_term}：",
                "table": "lines",
                "when": "products > 0",
            },
            {
                "text": "增订部分的价款为{amount_in_words}（小写：{amount}），{tax_note}，独立于原合同价款。甲方按照下列计划支付，"
                "汇入乙方账户（户名：{payee_name}；开户行：{payee_bank}；账号：{payee_account}），并注明本协议编号{number}：",
                "table": "payment_plan",
                "when": "instalments > 0",
            },
            {
                "text": "甲方逾期支付增订部分价款的，自{late_from}起至付清之日止，每逾期一日，应当按照逾期未付金额的{late_rate}"
                "向乙方支付违约金。",
                "when": "late_interest and instalments > 0",
            },
        ],
    },
    {
        "key": "unchanged",
        "kind": "locked",
        "title": "原合同的效力",
        "paragraphs": [
            {
                "text": "除本协议明确变更或者补充的内容以外，原合同的其他条款继续有效。本协议与原合同不一致的，以本协议为准。"
            },
            {
                "text": "本协议是原合同的组成部分，与原合同具有同等法律效力；本协议未约定的通知、违约责任和争议解决，适用原合同的约定。"
            },
        ],
    },
    {
        "key": "general",
        "kind": "locked",
        "title": "生效与文本",
        "paragraphs": [
            {"text": "本协议{effective_rule}。"},
            {"text": "本协议{signing_order}。", "when": "signing_order != 'either'"},
            {"text": "本协议一式{copies}份，双方各执{copies_each}份，各份具有同等法律效力。"},
        ],
    },
]
CLAUSES = with_english(_CHINESE, supplement_english.CLAUSES)
