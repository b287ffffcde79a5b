"""One spelling for each name, tax number and phone, so that equals are found equal."""

import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Endings that say only the legal form; "上海华通有限公司" and "上海华通有限责任公司" are one company.
_LEGAL_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|股份公司)")
_NOT_A_LETTER = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|x|#)\s*(\d{1,6})\s*$", re.IGNORECASE)
_MOBILE = re.compile(r"1[3-9]\d{9}")
_SERVICE_NUMBER = re.compile(r"(400|800)(\d{3})(\d{4})")

# GB 32100-2015: the characters of a unified social credit code and the weights of its check digit.
USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_POSTCODE = re.compile(r"\d{6}")


def name_norm(name: str) -> str:
    """The name without width, case, spaces, punctuation and legal form."""
    plain = unicodedata.normalize("NFKC", name).lower()
    plain = _LEGAL_FORMS.sub("", plain)
    return _NOT_A_LETTER.sub("", plain)


def clean_text(text: str) -> str:
    """Without the blanks around and with single blanks inside; a line stays a line."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def uscc_check_character(first_17: str) -> str:
    """The 18th character of a unified social credit code."""
    total = sum(
        USCC_CHARACTERS.index(character) * weight
        for character, weight in zip(first_17, _USCC_WEIGHTS, strict=True)
    )
    return USCC_CHARACTERS[(31 - total % 31) % 31]


def clean_uscc(text: str) -> str | None:
    """A unified social credit code in capitals, or None for an empty text."""
    code = unicodedata.normalize("NFKC", text).replace(" ", "").upper()
    if not code:
        return None
    if len(code) != 18 or any(character not in USCC_CHARACTERS for character in code):
        raise ValidationError(
            _("A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z."),
            code="uscc_form",
        )
    if uscc_check_character(code[:17]) != code[17]:
        raise ValidationError(
            _("The check digit of this unified social credit code is wrong: look for a typing error."),
            code="uscc_check_digit",
        )
    return code


def clean_mobile(text: str) -> str:
    """A mobile number: 11 digits of the mainland, or +country and number."""
    number = _plain_number(text)
    if not number:
        return ""
    national = re.sub(r"^(?:\+?86|0086)", "", number)
    if _MOBILE.fullmatch(national):
        return national
    if number.startswith("+") and not number.startswith("+86"):
        return _international(number)
    raise ValidationError(
        _(
            "A mobile number has 11 digits and begins with 13 to 19, such as 138 0013 8000; write +country for others."
        ),
        code="mobile",
    )


def clean_phone(text: str) -> str:
    """A telephone number as people write it: 021-61234567, 400-820-8820, with -801 for an extension."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return ""
    extension = ""
    found = _EXTENSION.search(plain)
    if found:
        plain, extension = plain[: found.start()], found[1]
    digits = _plain_number(plain)
    service = _SERVICE_NUMBER.fullmatch(digits)
    if service:
        return _with_extension("-".join(service.groups()), extension)
    if digits.startswith("+") and not digits.startswith("+86"):
        return _with_extension(_international(digits), extension)
    return _with_extension(_mainland(digits, plain), extension)


def clean_postcode(text: str) -> str:
    """A postcode of six digits, or an empty text."""
    code = unicodedata.normalize("NFKC", text).replace(" ", "")
    if code and not _POSTCODE.fullmatch(code):
        raise ValidationError(_("A postcode has six digits, such as 200030."), code="postcode")
    return code


def _plain_number(text: str) -> str:
    number = unicodedata.normalize("NFKC", text).strip()
    return re.sub(r"[\s\-‐-―().]", "", number)


def _mainland(digits: str, written: str) -> str:
    try:
        number = phonenumbers.parse(digits, "CN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _("“%(number)s” is not a valid phone number: write area code and number, such as 021-61234567."),
            code="phone",
            params={"number": written[:30]},
        )
    national = str(number.national_number)
    if _MOBILE.fullmatch(national):
        return national
    area = phonenumbers.length_of_geographical_area_code(number)
    return f"0{national[:area]}-{national[area:]}" if area else national


def _international(digits: str) -> str:
    try:
        number = phonenumbers.parse(digits, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _("“%(number)s” is not a valid international number: write +country and number."),
            code="phone",
            params={"number": digits[:30]},
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _with_extension(number: str, extension: str) -> str:
    return f"{number}-{extension}" if extension else number
