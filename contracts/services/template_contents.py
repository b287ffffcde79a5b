"""What was typed or sent as a template, made clean: every refusal names its field, clause or paragraph."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from contracts.models import Clause, ContractTemplate, Risk
from contracts.texts.paragraphs import read_paragraphs
from contracts.texts.placeholders import VALUES
from core.errors import ApplicationError, Text
from core.pdf.contract import LONGEST_TEXT
from core.pdf.placeholders import names_in
from crm.services.cleaning import clean_each

FIELDS: Final = ("code", "name", "layout", "is_standard")
MOST_CLAUSES: Final = 80
MOST_VALUES: Final = 60
LONGEST: Final[Mapping[str, int]] = {"title": 60, "preamble": 2000, "title_en": 120, "preamble_en": 6000}
LONGEST_VALUE: Final = 500
MOST_CHOICES: Final = 20
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
CODE: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# What a clause says, besides its number and its paragraphs.
CLAUSE_FIELDS: Final = (
    "code", "title", "title_en", "kind", "group", "is_default", "part", "law_reference", "risk", "guidance",
)  # fmt: skip
# Texts of a contract's own choices that a template may word differently, and the choices there are.
WORDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "effective_rules": ("on_signature", "on_first_payment", "on_date"),
    "allocation_orders": ("principal_first", "interest_first"),
    "signing_orders": ("either", "customer_first", "we_first"),
}


def clean_fields(
    template: ContractTemplate, fields: Mapping[str, Any], errors: dict[str, list[Text]]
) -> dict[str, Any]:
    """Columns of a template; ``texts`` may name only some of its parts."""
    plain = {name: value for name, value in fields.items() if name != "texts"}
    values, wrong = clean_each(ContractTemplate, plain, FIELDS)
    errors.update(wrong)
    if "code" in values and not CODE.fullmatch(values["code"]):
        errors["code"] = [_("Lower-case Latin letters, digits, - and _, beginning with a letter.")]
    if "name" in values and not values["name"].strip():
        errors["name"] = [_("Enter a value.")]
    if "texts" in fields:
        values["texts"] = {**template.texts, **_texts(fields["texts"], errors)}
    return values


def _texts(data: Any, errors: dict[str, list[Text]]) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        errors["texts"] = [_("This cannot be read.")]
        return {}
    found: dict[str, Any] = {}
    for name, value in data.items():
        if name in LONGEST:
            found[name] = _line(value, LONGEST[name], f"texts.{name}", errors)
        elif name in ("values", "values_en"):
            found[name] = _values(value, errors, f"texts.{name}")
        elif name == "variables":
            found[name] = _variables(value, errors)
        elif str(name).removesuffix("_en") in WORDINGS:
            found[name] = _wordings(name, value, errors)
        elif name == "late_terms":
            found[name] = _late_terms(value, errors)
        else:
            errors[f"texts.{str(name)[:40]}"] = [_("There is no such part of a template.")]
    return found


def _line(value: Any, longest: int, where: str, errors: dict[str, list[Text]]) -> str:
    if not isinstance(value, str) or "\x00" in value:
        errors[where] = [_("Enter a text.")]
        return ""
    if len(value) > longest:
        errors[where] = [_("At most %(most)s characters.") % {"most": longest}]
    return value.strip()


def _values(data: Any, errors: dict[str, list[Text]], part: str) -> dict[str, str]:
    if not isinstance(data, Mapping) or len(data) > MOST_VALUES:
        errors[part] = [_("At most %(most)s values, each with a name.") % {"most": MOST_VALUES}]
        return {}
    found = {}
    for name, value in data.items():
        where = f"{part}.{str(name)[:40]}"
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            errors[where] = [_("Lower-case Latin letters, digits and _, beginning with a letter.")]
            continue
        text = _line(value, LONGEST_VALUE, where, errors)
        if names_in(text):
            errors[where] = [_("A value holds no placeholder.")]
        found[name] = text
    return found


def _variables(data: Any, errors: dict[str, list[Text]]) -> dict[str, dict[str, Any]]:
    if not isinstance(data, Mapping) or len(data) > MOST_VALUES:
        errors["texts.variables"] = [_("This cannot be read.")]
        return {}
    found = {}
    for name, about in data.items():
        where = f"texts.variables.{str(name)[:40]}"
        if not isinstance(about, Mapping) or not isinstance(name, str) or not _NAME.fullmatch(name):
            errors[where] = [_("This cannot be read.")]
            continue
        if name in VALUES and about.get("open"):
            errors[where] = [_("The program fills this value in; it cannot be left to the drafter.")]
        choices = about.get("choices", [])
        if not isinstance(choices, Sequence) or isinstance(choices, str) or len(choices) > MOST_CHOICES:
            errors[where] = [_("At most %(most)s choices.") % {"most": MOST_CHOICES}]
            choices = []
        found[name] = {
            "label": _line(about.get("label", ""), 40, where, errors),
            "open": about.get("open") is True,
            "choices": [_line(one, LONGEST_VALUE, where, errors) for one in choices],
        }
    return found


def _wordings(name: str, data: Any, errors: dict[str, list[Text]]) -> dict[str, str]:
    choices = WORDINGS[name.removesuffix("_en")]
    if not isinstance(data, Mapping) or set(data) != set(choices):
        errors[f"texts.{name}"] = [_("Each of the choices needs its words.")]
        return {}
    return {
        choice: _line(data[choice], LONGEST_VALUE, f"texts.{name}.{choice}", errors) for choice in choices
    }


def _late_terms(data: Any, errors: dict[str, list[Text]]) -> dict[str, Any]:
    """What a draft says about late payment at first."""
    where = "texts.late_terms"
    try:
        rate = Decimal(str(data.get("late_daily_rate", "0.0005")))
        terms: dict[str, Any] = {
            "late_rule": str(data.get("late_rule", "daily")),
            "late_daily_rate": str(rate),
            "day_base": int(data.get("day_base", 365)),
            "grace_days": int(data.get("grace_days", 0)),
            "allocation_order": str(data.get("allocation_order", "principal_first")),
        }
    except (AttributeError, InvalidOperation, TypeError, ValueError):
        errors[where] = [_("This cannot be read.")]
        return {}
    is_right = (
        terms["late_rule"] in ("none", "daily")
        and 0 < rate <= Decimal("0.01")
        and terms["day_base"] in (360, 365)
        and 0 <= terms["grace_days"] <= 90
        and terms["allocation_order"] in WORDINGS["allocation_orders"]
    )
    if not is_right:
        errors[where] = [_("Enter the daily rate, such as 0.0005 (five per ten thousand); at most 0.01.")]
    return terms


# Clauses ------------------------------------------------------------------------------------------


def clean_clauses(data: Any, errors: dict[str, list[Text]]) -> list[dict[str, Any]]:
    """Clauses as rows, in their order; each refusal stands under ``clauses.<number>``."""
    if not isinstance(data, Sequence) or isinstance(data, str | bytes) or len(data) > MOST_CLAUSES:
        errors["clauses"] = [_("At most %(most)s clauses.") % {"most": MOST_CLAUSES}]
        return []
    rows = []
    for number, one in enumerate(data, start=1):
        row, wrong = _clause(one)
        if wrong:
            errors[f"clauses.{number}"] = wrong
        rows.append(row)
    codes = [row.get("code") for row in rows]
    for number, code in enumerate(codes, start=1):
        if code in codes[: number - 1]:
            text = _("Two clauses have the code “%(code)s”.") % {"code": code}
            errors.setdefault(f"clauses.{number}", []).append(text)
    length = sum(
        len(part["text"]) + len(part.get("text_en", "")) for row in rows for part in row.get("paragraphs", ())
    )
    if length > LONGEST_TEXT:
        errors["clauses"] = [
            _("The clauses have %(length)s characters together, a contract at most %(most)s: shorten them.")
            % {"length": length, "most": LONGEST_TEXT}
        ]
    return rows


def _clause(data: Any) -> tuple[dict[str, Any], list[Text]]:
    if not isinstance(data, Mapping):
        return {}, [_("It is not a clause.")]
    plain = {name: data[name] for name in CLAUSE_FIELDS if name in data}
    row, wrong = clean_each(Clause, plain, CLAUSE_FIELDS)
    problems: list[Text] = [text for texts in wrong.values() for text in texts]
    if unknown := sorted(str(name)[:40] for name in set(data) - {*CLAUSE_FIELDS, "paragraphs"}):
        problems.append(_("A clause has no “%(names)s”.") % {"names": ", ".join(unknown)})
    title = str(row.get("title") or "").strip()
    if not title:
        problems.append(_("It has no title."))
    if not CODE.fullmatch(str(row.get("code") or "")):
        problems.append(_("Its code is made of lower-case Latin letters, digits, - and _."))
    if (row.get("kind") == Clause.Kind.ALTERNATIVE) != bool(row.get("group")):
        problems.append(_("Alternatives have a group, other clauses none."))
    row.setdefault("risk", Risk.MIDDLE)
    try:
        row["paragraphs"] = [
            one.data() for one in read_paragraphs(data.get("paragraphs"), where=title or "—")
        ]
    except ApplicationError as error:
        problems.append(error.message)
    return row, problems
