"""Tax codes and numbers that are valid in form and belong to nobody."""

from crm.normalise import uscc_check_character

_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def uscc(area: str, serial: int) -> str:
    """A unified social credit code of a company registered in an area (six digits of GB/T 2260)."""
    body = f"MA{serial:06d}"
    total = sum(_ORGANISATION.index(one) * weight for one, weight in zip(body, _WEIGHTS, strict=True))
    remainder = 11 - total % 11
    check = {10: "X", 11: "0"}.get(remainder, str(remainder))
    first_17 = f"91{area}{body}{check}"
    return first_17 + uscc_check_character(first_17)


def mobile(serial: int) -> str:
    """A mobile number of the range 13800…"""
    return f"138{(serial * 7919 + 10007) % 100_000_000:08d}"


def landline(area_code: str, serial: int) -> str:
    """A telephone of eight digits."""
    return f"{area_code}-{60_000_000 + (serial * 104_729) % 9_999_999}"
