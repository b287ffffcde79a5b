"""Say an amount of money in capitals: ¥16,409.02 is 人民币壹万陆仟肆佰零玖元零贰分.

The rules are those for filling in cheques and settlement vouchers (《正确填写票据和结算凭证的基本规定》):
the words begin with 人民币 and no gap; an amount that ends at 元 or 角 takes 整, one that ends at 分 does not;
zeros inside the figure give one 零. Where the rules leave the 零 between 元 and 角 free (1680.32, 107000.53)
we write it, as the first of the two forms printed there does: one more sign is one less gap to fill in.

cn2an reads out each group of four figures. The 零 between the groups are ours, because cn2an drops the one
before 仟 even after 亿 (1,000,001,000), as it drops 整 after 角.
"""

from decimal import Decimal, InvalidOperation

from cn2an import an2cn

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 16
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"


def amount_in_words(amount: Decimal | int) -> str:
    """The amount in capitals; refuses what cannot be written on a contract: negative, or finer than a cent."""
    cents = _cents(amount)
    yuan, (jiao, fen) = cents // 100, divmod(cents % 100, 10)
    words = "人民币"
    if yuan or not cents:
        words += f"{_whole(yuan)}元"
    if not (jiao or fen):
        return f"{words}整"
    # 零 stands for a figure left out between two that are said; without 元 nothing stands before it.
    if yuan and (not jiao or yuan % 10 == 0):
        words += "零"
    if jiao:
        words += f"{_CAPITALS[jiao]}角"
    return f"{words}{_CAPITALS[fen]}分" if fen else f"{words}整"


def _cents(amount: Decimal | int) -> int:
    """The amount as a whole number of cents, or a ValueError that says what is wrong with it."""
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int):
        raise TypeError(
            f"An amount in words needs a Decimal, not {type(amount).__name__}: floats lose cents."
        )
    value = Decimal(amount)
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount of money.")
    if value < 0:
        raise ValueError(f"{value} is negative: say in the text who owes it, and write the amount itself.")
    if value >= LIMIT:
        raise ValueError(f"{value} is too large to be written in words.")
    try:
        exact = value.quantize(CENT) == value
    except InvalidOperation:
        exact = False
    if not exact:
        raise ValueError(f"{value} is finer than one cent: round it first, by the rule of its contract.")
    return int(value * 100)


def _whole(number: int) -> str:
    """A whole number below 10**16 in capitals."""
    if number == 0:
        return "零"
    if number >= 10**8:
        return _joined(number, 10**8, "亿")
    if number >= 10**4:
        return _joined(number, 10**4, "万")
    return str(an2cn(str(number), "up"))


def _joined(number: int, size: int, unit: str) -> str:
    """The part above ``unit``, the unit, and the rest: with one 零 where the rest begins with a zero."""
    high, low = divmod(number, size)
    if not low:
        return f"{_whole(high)}{unit}"
    gap = "零" if low < size // 10 else ""
    return f"{_whole(high)}{unit}{gap}{_whole(low)}"
