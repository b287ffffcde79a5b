"""What differs between two submissions of a contract as they read on paper: its clauses with every value filled in, and
what stands around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from contracts.models import ContractVersion
from contracts.money import shown
from contracts.services.marks import clauses_of_version
from contracts.services.paper import printed
from contracts.services.wording import Deviation
from contracts.texts.differences import ClauseDifference, differences
from core.pdf.documents import articles_of
from core.pdf.errors import PrintError


@dataclass(frozen=True)
class RowDifference:
    """Something beside the clauses; empty where one of the texts does not have it."""

    what: str
    before: str
    after: str


def pair_of(
    versions: list[ContractVersion], asked: Mapping[str, str]
) -> tuple[ContractVersion, ContractVersion] | None:
    """The two submissions that are compared, newest first in ``versions``: as asked for, else the last two."""
    if len(versions) < 2:
        return None
    by_number = {str(one.seq): one for one in versions}
    newer = by_number.get(asked.get("newer", ""), versions[0])
    older = by_number.get(asked.get("older", ""), versions[1])
    return older, newer


def clauses_between(older: ContractVersion, newer: ContractVersion) -> list[ClauseDifference]:
    """The clauses that differ, in the order of the newer text."""
    return [one for one in differences(_clauses(older), _clauses(newer)) if one.kind != "same"]


def clauses_deviating(one: Deviation) -> list[ClauseDifference]:
    """One clause against the template's."""
    old = [{"code": one.code, "title": one.title, "paragraphs": one.old}] if one.old else []
    new = [{"code": one.code, "title": one.title, "paragraphs": one.new}] if one.new else []
    return differences(old, new)


def _clauses(version: ContractVersion) -> list[dict[str, Any]]:
    """As they read; a value that changed is a difference. Texts that cannot be filled in stand as they were frozen, and
    those of a customer's own paper, in which there is nothing to fill in."""
    frozen = [
        {name: one[name] for name in ("code", "title", "paragraphs")} for one in clauses_of_version(version)
    ]
    if version.is_on_counterparty_paper:
        return frozen
    try:
        articles = articles_of(printed(version.content, draft=True))
    except PrintError:
        return frozen
    return [
        {
            "code": one["key"],
            "title": one["title"],
            "title_en": one.get("title_en", ""),
            "paragraphs": [
                {
                    "text": "".join(run for run, _marks in part["runs"]),
                    "text_en": part.get("text_en", ""),
                    **{name: part[name] for name in ("bold", "table", "level")},
                }
                for part in one["paragraphs"]
            ],
        }
        for one in articles
    ]


# Beside the clauses -------------------------------------------------------------------------------


def rows_between(older: ContractVersion, newer: ContractVersion) -> list[RowDifference]:
    """Title, parties, products and instalments that differ."""
    old, new = _rows(older.content), _rows(newer.content)
    return [
        RowDifference(what, old.get(what, ""), new.get(what, ""))
        for what in dict.fromkeys([*old, *new])
        if old.get(what, "") != new.get(what, "")
    ]


def _rows(content: Mapping[str, Any]) -> dict[str, str]:
    """What stands around the clauses, by what it is."""
    return dict(
        [
            (_("Title"), content["title"]),
            (_("Amount"), shown(Decimal(content["amount"]))),
            (_("Place of signing"), content["sign_place"]),
            *_party(_("Party A"), content["party_a"]),
            *_party(_("Party B"), content["party_b"]),
            *_numbered(_("Product %(number)s"), map(_line, content["lines"])),
            *_numbered(_("Instalment %(number)s"), map(_instalment, content["plan"])),
        ]
    )


def _party(label: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = {
        "name": _("Name"),
        "uscc": _("Unified social credit code"),
        "legal_representative": _("Legal representative"),
        "agent": _("Agent"),
        "address": _("Address"),
        "phone": _("Phone"),
        "bank": _("Bank"),
        "account": _("Account number"),
        "service_address": _("Address for service of documents"),
        "service_contact": _("Addressee"),
        "service_email": _("Email for service of documents"),
    }
    return ((f"{label} · {what}", str(data.get(name) or "")) for name, what in names.items())


def _numbered(label: str, rows: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((label % {"number": number}, text) for number, text in enumerate(rows, start=1))


def _line(data: Mapping[str, Any]) -> str:
    quantity, price = Decimal(data["quantity"]).normalize(), shown(Decimal(data["price"]))
    name = f"{data['name']} ({data['description']})" if data["description"] else data["name"]
    return f"{name} · {price} × {quantity:f} {data['unit']} · {shown(Decimal(data['amount']))}"


def _instalment(data: Mapping[str, Any]) -> str:
    note = f" · {data['note']}" if data["note"] else ""
    return f"{data['due_on']} · {shown(Decimal(data['amount']))}{note}"
