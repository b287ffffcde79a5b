"""Filters of the print templates: money, dates and punctuation as a Chinese contract wants them."""

import re
from datetime import date
from decimal import Decimal

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core.money_words import amount_in_words
from core.pdf.english import english, english_amount, english_date

register = template.Library()

# Signs that fill only half of their square: closing ones keep the left half, opening ones the right.
CLOSING = "」』】〕〉》）］｝，。、；：！？’”"
OPENING = "「『【〔〈《（［｛‘“"
_PAIRS = re.compile(f"[{CLOSING}](?=[{CLOSING}{OPENING}])|(?<=[{OPENING}])[{OPENING}]")


@register.filter
def money(amount: Decimal) -> str:
    """¥128,400.00"""
    return f"¥{amount:,.2f}"


@register.filter
def figures(amount: Decimal) -> str:
    """128,400.00, for columns whose heading names the currency."""
    return f"{amount:,.2f}"


@register.filter
def words(amount: Decimal) -> str:
    """人民币壹拾贰万捌仟肆佰元整"""
    return amount_in_words(amount)


@register.filter
def plain_number(value: Decimal) -> str:
    """A quantity without idle zeros: 12, 1.5"""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def chinese_date(day: date) -> str:
    """2026年12月20日"""
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def typeset(text: str) -> SafeString:
    """Close the gap between two signs of punctuation: 」） would otherwise leave a hole of half a square.

    The text is escaped here unless it is safe already. ``.half`` in base.css asks the font for the sign's half-width form; what can be
    selected and searched in the PDF stays the same text.
    """
    return mark_safe(_PAIRS.sub(r'<span class="half">\g<0></span>', conditional_escape(text)))  # noqa: S308


@register.simple_tag(takes_context=True)
def say(context: template.Context, text: str) -> SafeString:
    """A label or a unit; in a contract in both languages with its English below or behind it (``.en``), in a reading copy
    its English alone."""
    chinese = conditional_escape(text)
    said = english(text) if context.get("english") else ""
    if said and context.get("reading"):
        return format_html("{} ", said)
    return format_html('{}<span class="en">{}</span>', chinese, said) if said else mark_safe(chinese)  # noqa: S308


@register.filter
def in_english(value: date | Decimal | str) -> str:
    """A day, an amount or a label in English words."""
    if isinstance(value, str):
        return english(value)
    return english_amount(value) if isinstance(value, Decimal) else english_date(value)
