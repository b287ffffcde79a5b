"""The frozen content of a contract as the printer wants it: parties, articles, tables, and the values in the text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cn2an import an2cn

from contracts.models import Product
from contracts.seed.membership_contract import ALTERNATIVES
from contracts.services.english_words import english_values, is_bilingual
from contracts.services.late_terms import late_words, stored_clauses
from contracts.services.signing_order import order_words
from core.models import DocumentContent
from core.pdf.contract import GENERAL_TERMS
from core.pdf.documents import (
    ClausePrint,
    ContractPrint,
    EnglishPrint,
    InstalmentPrint,
    Letterhead,
    LinePrint,
    ParagraphPrint,
    PartyBlock,
)
from core.pdf.filters import chinese_date

# What the paper calls a contract that has no number yet.
NO_NUMBER = "（待编号）"
_PARTY_FIELDS = tuple(PartyBlock.__dataclass_fields__)
# The words of the paper, which is Chinese in every language of the screens.
_CATEGORIES = {
    Product.Kind.MEMBERSHIP: "会员",
    Product.Kind.ADVERTISEMENT: "广告",
    Product.Kind.ARTICLE: "推广文章",
    Product.Kind.SERVICE: "服务",
}


def printed(content: Mapping[str, Any], *, draft: bool) -> ContractPrint:
    """The content as the printer wants it."""
    texts = content["template"]["texts"]
    special = [line.strip() for line in content["special_terms"].splitlines() if line.strip()]
    return ContractPrint(
        number=content["no"] or NO_NUMBER,
        title=content["title"],
        party_a=_party(content["party_a"]),
        party_b=_party(content["party_b"]),
        preamble=texts.get("preamble", ""),
        layout=content["template"].get("layout", "full"),
        annexes=_annexes(content),
        clauses=_clauses(stored_clauses(content), special),
        lines=tuple(_line(one) for one in content["lines"]),
        instalments=tuple(
            InstalmentPrint(
                seq=one["seq"],
                amount=Decimal(one["amount"]),
                due_on=date.fromisoformat(one["due_on"]),
                note=one["note"],
            )
            for one in content["plan"]
        ),
        amount=Decimal(content["amount"]),
        sign_place=content["sign_place"],
        letterhead=_letterhead(content.get("letterhead", {})),
        values={**_values(content), **{f"special_{n}": text for n, text in enumerate(special, start=1)}},
        draft=draft,
        english=_english(content) if is_bilingual(content) else None,
    )


def _english(content: Mapping[str, Any]) -> EnglishPrint:
    texts = content["template"]["texts"]
    return EnglishPrint(
        title=texts.get("title_en", ""),
        preamble=texts.get("preamble_en", ""),
        values=english_values(content),
    )


def _annexes(content: Mapping[str, Any]) -> tuple[str, ...]:
    return (GENERAL_TERMS,) if any(one.get("part") == "annex" for one in stored_clauses(content)) else ()


def _letterhead(data: Mapping[str, str]) -> Letterhead | None:
    """As it was frozen; nothing for contracts frozen before there was one, nor without line and logo."""
    if not data.get("line") and not data.get("logo"):
        return None
    content = DocumentContent.objects.filter(pk=data["logo"]).first()
    logo = bytes(content.content) if content else b""
    return Letterhead(name=data["name"], line=data["line"], logo=logo)


def _party(data: Mapping[str, Any]) -> PartyBlock:
    return PartyBlock(**{name: data[name] for name in _PARTY_FIELDS if name in data})


def _clauses(stored: list[dict[str, Any]], special: list[str]) -> tuple[ClausePrint, ...]:
    """The template's clauses; special terms stand before the last one and win over the template."""
    clauses = [
        ClausePrint.from_data(
            {
                "key": one["code"],
                "title": one["title"],
                "title_en": one.get("title_en", ""),
                "paragraphs": one["paragraphs"],
                "part": one.get("part", "body"),
                "group": one.get("group", ""),
            }
        )
        for one in stored
    ]
    if special:
        # Typed by people: as values, so that braces in them stay braces.
        paragraphs = tuple(ParagraphPrint(text=f"{{special_{n}}}") for n in range(1, len(special) + 1))
        body = [index for index, one in enumerate(clauses) if one.part == "body"]
        place = body[-1] if body else len(clauses)
        clauses.insert(place, ClausePrint(title="特别约定", key="special_terms", paragraphs=paragraphs))
    return tuple(clauses)


def _line(data: Mapping[str, Any]) -> LinePrint:
    list_price, price = Decimal(data["list_price"]), Decimal(data["price"])
    return LinePrint(
        name=data["name"],
        category=_CATEGORIES[data["kind"]],
        unit=data["unit"],
        list_price=list_price,
        price=price,
        quantity=Decimal(data["quantity"]),
        amount=Decimal(data["amount"]),
        discount=_discount(list_price, price),
        description=data["description"],
    )


def _discount(list_price: Decimal, price: Decimal) -> str:
    """As a price list says it: 9折, 8.5折, 赠送."""
    if price == 0:
        return "赠送"
    if price >= list_price:
        return ""
    tenths = (price / list_price * 10).quantize(Decimal("0.01")).normalize()
    return f"{tenths:f}折"


def _values(content: Mapping[str, Any]) -> dict[str, str]:
    """What the clauses ask for: the template's usual answers and this contract's own."""
    copies = int(content["copies"])
    rate = Decimal(content["tax_rate"]).normalize()
    return {
        **content.get("values", content["template"]["texts"].get("values", {})),
        **_effect(content),
        **order_words(content),
        **late_words(content),
        "platform_name": content["platform_name"],
        "platform_url": content["platform_url"],
        "service_term": _term(content),
        "tax_note": f"含税，税率{rate:f}%",
        "title": content["title"],
        "previous_contract": content.get("previous_contract", ""),
        **_main_contract(content.get("main", {})),
        "copies": _count(copies),
        "copies_each": _count(copies // 2),
    }


def _term(content: Mapping[str, Any]) -> str:
    """Nothing for a supplement that has no term of its own."""
    if not content["start_on"] or not content["end_on"]:
        return ""
    start, end = (chinese_date(date.fromisoformat(content[name])) for name in ("start_on", "end_on"))
    return f"自{start}起至{end}止"


def _main_contract(main: Mapping[str, str]) -> dict[str, str]:
    """What a supplement says about the contract that it changes."""
    if not main:
        return {}
    signed_on = main["signed_on"]
    return {
        "main_number": main["no"],
        "main_title": main["title"],
        "main_signed_on": chinese_date(date.fromisoformat(signed_on)) if signed_on else "",
    }


def _effect(content: Mapping[str, Any]) -> dict[str, str]:
    """When it takes effect, in the template's words; what was submitted before there was a choice has its own."""
    rule = content.get("effective_rule")
    if not rule:
        return {}
    words = content["template"]["texts"].get("effective_rules", ALTERNATIVES["effective_rule"])[rule]
    day = content["effective_due_on"]
    date_of_effect = chinese_date(date.fromisoformat(day)) if day else ""
    return {"effective_rule": words.replace("{effective_date}", date_of_effect)}


def _count(number: int) -> str:
    """Two copies are 两份, not 二份."""
    return "两" if number == 2 else str(an2cn(number, "low"))
