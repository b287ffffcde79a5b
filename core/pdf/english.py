"""The English of what stands around the clauses of a contract in both languages: one place for every label, unit and
number that the program prints. Names, addresses and what people have typed stay as they are."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils.html import strip_tags

TITLE_OF_TERMS: Final = "General Terms"
PREVAILS: Final = (
    "本合同以中文和英文书写；两种文本不一致的，以中文文本为准。",
    "This Contract is written in Chinese and English. Where the two texts differ, the Chinese text shall prevail.",
)
# A supplement calls itself an agreement, since the contract is the one that it changes.
AGREEMENT_PREVAILS: Final = (
    "本协议以中文和英文书写；两种文本不一致的，以中文文本为准。",
    "This Agreement is written in Chinese and English. Where the two texts differ, the Chinese text shall prevail.",
)
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_LARGE: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
# Labels and short words as the paper prints them in Chinese.
WORDS: Final = {
    "甲方": "Party A",
    "乙方": "Party B",
    "甲方（客户）": "Party A (Customer)",
    "乙方（服务提供方）": "Party B (Service Provider)",
    "当事人": "Party",
    "名称": "Name",
    "统一社会信用代码": "Unified Social Credit Code",
    "身份证号：": "Identity number",
    "法定代表人": "Legal Representative",
    "委托代理人": "Authorised Agent",
    "地址": "Address",
    "电话": "Telephone",
    "开户行": "Bank",
    "账号": "Account No.",
    "税号": "Tax No.",
    "合同编号：": "Contract No.",
    "签订地点：": "Place of signing",
    "签订日期：": "Date of signing",
    "扫码核验真伪": "Scan to verify",
    "合同编号与指纹": "Contract no. and fingerprint",
    "序号": "No.",
    "产品名称": "Product",
    "类别": "Category",
    "单位": "Unit",
    "标价（元）": "List Price (RMB)",
    "单价（元）": "Price (RMB)",
    "数量": "Quantity",
    "折扣": "Discount",
    "小计（元）": "Subtotal (RMB)",
    "产品小计": "Subtotal of products",
    "整单优惠": "Discount on the whole",
    "期次": "No.",
    "应付日（条件）": "Due date (condition)",
    "应付金额（元）": "Amount due (RMB)",
    "说明": "Note",
    "合计": "Total",
    "送达地址": "Address for service",
    "收件人": "Addressee",
    "电子邮箱": "Email",
    "（以下无正文）": "(End of text)",
    "（签字）": "(Signature)",
    "（盖章）": "(Seal)",
    "签字": "Signature",
    "盖章处": "Place for seal",
    "本人（签字）": "In person (signature)",
    "法定代表人或委托代理人（签字）": "Legal Representative or Authorised Agent (signature)",
    "签署日期": "Date of signature",
    "通用条款": TITLE_OF_TERMS,
    "会员": "Membership",
    "广告": "Advertising",
    "推广文章": "Article",
    "服务": "Service",
    "赠送": "free",
    "年": "year",
    "季": "quarter",
    "季度": "quarter",
    "月": "month",
    "周": "week",
    "天": "day",
    "日": "day",
    "次": "time",
    "篇": "article",
    "个": "piece",
    "条": "item",
    "套": "set",
    "场": "session",
}
_TENTHS: Final = re.compile(r"(\d+(?:\.\d+)?)折")


def english(text: str) -> str:
    """The English of a label, a unit or a discount; empty where there is none, and the Chinese stands alone."""
    plain = strip_tags(text)
    if found := _TENTHS.fullmatch(plain):
        return f"{(100 - Decimal(found[1]) * 10).normalize():f}% off"
    return WORDS.get(plain, "")


def english_date(day: date) -> str:
    """20 December 2026"""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def english_number(number: int) -> str:
    """128,400 is one hundred and twenty-eight thousand four hundred."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return _TENS[tens] + (f"-{_SMALL[rest]}" if rest else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_SMALL[hundreds]} hundred" + (f" and {english_number(rest)}" if rest else "")
    size, name = next((size, name) for size, name in _LARGE if number >= size)
    high, rest = divmod(number, size)
    words = f"{english_number(high)} {name}"
    if not rest:
        return words
    return f"{words} {'and ' if rest < 100 else ''}{english_number(rest)}"


def english_amount(amount: Decimal) -> str:
    """Renminbi one hundred and twenty-eight thousand four hundred yuan and fifty fen"""
    yuan, fen = divmod(int(amount * 100), 100)
    return f"Renminbi {english_number(yuan)} yuan" + (f" and {english_number(fen)} fen" if fen else " only")


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th"""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"
