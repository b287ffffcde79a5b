"""Amounts in capitals: the vectors of the rule text, and a reader of our own that reads every amount back."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money_words import amount_in_words

VECTORS = [
    ("0", "人民币零元整"),
    ("0.05", "人民币伍分"),
    ("0.50", "人民币伍角整"),
    ("10", "人民币壹拾元整"),
    ("1005", "人民币壹仟零伍元整"),
    ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
    ("6007.14", "人民币陆仟零柒元壹角肆分"),
    ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
    ("325.04", "人民币叁佰贰拾伍元零肆分"),
    ("30000", "人民币叁万元整"),
    ("10000001", "人民币壹仟万零壹元整"),
    ("100010000", "人民币壹亿零壹万元整"),
    ("123456789.01", "人民币壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元零壹分"),
    # The rules allow both forms here; we write the 零.
    ("1680.32", "人民币壹仟陆佰捌拾元零叁角贰分"),
    ("107000.53", "人民币壹拾万柒仟元零伍角叁分"),
    # Where cn2an alone goes wrong, or the groups of four meet.
    ("10.50", "人民币壹拾元零伍角整"),
    ("0.15", "人民币壹角伍分"),
    ("100000000", "人民币壹亿元整"),
    ("1000001000", "人民币壹拾亿零壹仟元整"),
    ("110001000", "人民币壹亿壹仟万壹仟元整"),
    ("20000000.20", "人民币贰仟万元零贰角整"),
    ("1000000000000", "人民币壹万亿元整"),
    ("1000000010000", "人民币壹万亿零壹万元整"),
    ("128400.00", "人民币壹拾贰万捌仟肆佰元整"),
]


@pytest.mark.parametrize(("figures", "words"), VECTORS)
def test_says_the_amounts_of_the_rule_text(figures, words):
    assert amount_in_words(Decimal(figures)) == words


def read_back(words: str) -> int:
    """Cents of an amount in capitals, read from left to right: a second opinion that shares no code."""
    figures = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
    small_units = {"拾": 10, "佰": 100, "仟": 1000}
    assert words.startswith("人民币")
    text = words.removeprefix("人民币").removesuffix("整")
    hundred_millions = section = figure = cents = 0
    for sign in text:
        if sign in figures:
            figure = figures[sign]
            continue
        if sign in small_units:
            section += figure * small_units[sign]
        elif sign == "万":
            section = (section % 10_000 + figure) * 10_000 if section < 10_000 else section + figure
        elif sign == "亿":
            hundred_millions, section = section + figure, 0
        elif sign == "元":
            cents += (hundred_millions * 10**8 + section + figure) * 100
        elif sign == "角":
            cents += figure * 10
        elif sign == "分":
            cents += figure
        else:
            raise AssertionError(f"{sign} does not belong into an amount: {words}")
        figure = 0
    return cents


@given(st.integers(min_value=0, max_value=10**14))
def test_every_amount_up_to_a_million_millions_reads_back_to_itself(cents):
    words = amount_in_words(Decimal(cents) / 100)
    assert read_back(words) == cents
    assert "零零" not in words
    assert words.endswith("分") != words.endswith("整")


@given(st.lists(st.sampled_from("01"), min_size=1, max_size=12), st.sampled_from(["", ".01", ".10", ".11"]))
def test_amounts_full_of_zeros_read_back_too(figures, fraction):
    amount = Decimal("".join(figures) + fraction)
    words = amount_in_words(amount)
    assert read_back(words) == int(amount * 100)
    assert "零零" not in words
    assert "零元" not in words or amount < 1


@given(st.integers(min_value=0, max_value=10**12))
def test_no_two_amounts_share_their_words(cents):
    assert amount_in_words(Decimal(cents) / 100) != amount_in_words(Decimal(cents + 1) / 100)


def written(cents: int) -> str:
    """The rules once more, figure by figure from the left, without cn2an: what we are held against."""
    figures = "零壹贰叁肆伍陆柒捌玖"
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words, gap = "", False
    digits = str(yuan) if yuan else ""
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        # Within a group of four: 拾, 佰, 仟; behind it 万, 亿, 万亿.
        within, group = place % 4, place // 4
        if digit == "0":
            gap = True
        else:
            words += ("零" if gap and words else "") + figures[int(digit)] + ("", "拾", "佰", "仟")[within]
            gap = False
        # A group that holds nothing is named only where it closes the millions of millions.
        is_said = any(one != "0" for one in digits[max(0, len(digits) - place - 4) : len(digits) - place])
        if within == 0 and group and (is_said or (group == 2 and yuan >= 10**12)):
            words += ("", "万", "亿", "万")[group]
        if within == 0 and is_said:
            # Zeros at the end of a group give no 零 where the next one begins with a figure.
            gap = False
    if yuan or not cents:
        words = (words or "零") + "元"
    if not jiao and not fen:
        return f"人民币{words}整"
    if yuan and (not jiao or yuan % 10 == 0):
        words += "零"
    words += f"{figures[jiao]}角" if jiao else ""
    return f"人民币{words}" + (f"{figures[fen]}分" if fen else "整")


@pytest.mark.parametrize(("figures", "words"), VECTORS)
def test_the_second_opinion_knows_the_amounts_of_the_rule_text(figures, words):
    assert written(int(Decimal(figures) * 100)) == words


def test_a_hundred_thousand_amounts_of_every_size_are_written_as_the_rules_say():
    chance = random.Random(20261128)
    for _number in range(100_000):
        # As many small amounts as large ones, and as many zeros in them as in prices.
        cents = chance.randrange(10 ** chance.randint(1, 14))
        if chance.random() < 0.5:
            cents -= cents % 10 ** chance.randint(1, 8)
        assert amount_in_words(Decimal(cents) / 100) == written(cents)


def test_trailing_zeros_of_the_figure_change_nothing():
    assert amount_in_words(Decimal("30000.0000")) == amount_in_words(30000) == "人民币叁万元整"


@pytest.mark.parametrize(
    ("amount", "part_of_the_reason"),
    [
        (Decimal("-0.01"), "negative"),
        (Decimal("0.001"), "finer than one cent"),
        (Decimal("1E-30"), "finer than one cent"),
        (Decimal("NaN"), "not an amount"),
        (Decimal("Infinity"), "not an amount"),
        (Decimal("1E+16"), "too large"),
    ],
)
def test_refuses_what_cannot_stand_on_a_contract(amount, part_of_the_reason):
    with pytest.raises(ValueError, match=part_of_the_reason):
        amount_in_words(amount)


@pytest.mark.parametrize("amount", [1.5, True, "12", None])
def test_refuses_everything_but_decimals_and_whole_numbers(amount):
    with pytest.raises(TypeError, match="needs a Decimal"):
        amount_in_words(amount)
