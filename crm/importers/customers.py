"""The rows of a sheet as customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import audit
from core.actors import Actor, SystemActor
from core.errors import ApplicationError
from core.models import User
from core.rights import require
from crm.importers.columns import COLUMNS, Column, choices_of, code_of, find_column
from crm.importers.workbook import LONGEST_CELL, Row, read_rows
from crm.models import Customer
from crm.normalise import clean_uscc, name_norm
from crm.services.cleaning import clean_each
from crm.services.customers import CUSTOMER_FIELDS, enter_customer
from crm.services.rows import ADDRESS_FIELDS, CONTACT_FIELDS

# The heading may stand below a title.
HEADING_WITHIN = 10
_ALLOWED = {
    "customer": CUSTOMER_FIELDS,
    "contact": CONTACT_FIELDS,
    "registered": ADDRESS_FIELDS,
    "postal": ADDRESS_FIELDS,
}
Parts = dict[str, dict[str, str]]


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in one cell, and how to mend it."""

    row: int
    column: str
    value: str
    message: str


@dataclass
class ImportReport:
    """What came of a sheet. ``ready`` rows are right; they are ``saved`` unless this was a preview."""

    is_preview: bool
    headings: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    total: int = 0
    ready: int = 0
    saved: list[int] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    # The rows with problems as they were, to be handed back for mending.
    bad_rows: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def bad(self) -> int:
        return len(self.bad_rows)


@transaction.atomic
def import_customers(
    *, content: bytes, actor: Actor, preview: bool = False, owner: User | None = None
) -> ImportReport:
    """Check an XLSX and save its good rows, into the public pool or for ``owner`` (who must be the actor)."""
    require(actor, "crm.import_customers")
    if owner is not None:
        require(actor, "crm.edit_customer")
        if not isinstance(actor, SystemActor) and owner.pk != actor.pk:
            raise ApplicationError(
                _("Import customers into the pool or for yourself."), code="owner_out_of_reach"
            )
    reading = _Reading(read_rows(content), owner)
    report = reading.report
    report.is_preview = preview
    for row in reading.rows:
        parts, problems = reading.check(row)
        customer = None
        if not problems and not preview:
            customer, problems = _save(row, parts, owner, actor)
        if problems:
            report.problems.extend(problems)
            report.bad_rows[row.number] = row.cells
            continue
        report.ready += 1
        reading.remember(row, parts)
        if customer is not None:
            report.saved.append(customer.pk)
    if not preview and report.saved:
        first = Customer.objects.get(pk=report.saved[0])
        audit.record(
            actor, "crm.import_customers", first, after={"saved": len(report.saved), "refused": report.bad}
        )
    return report


class _Reading:
    """A sheet with its heading found, checked row by row."""

    def __init__(self, rows: list[Row], owner: User | None) -> None:
        heading = next((n for n, row in enumerate(rows[:HEADING_WITHIN]) if _is_heading(row)), None)
        if heading is None:
            expected = ", ".join(one.heading(get_language() or "") for one in COLUMNS if one.required)
            raise ApplicationError(
                _(
                    "No heading found: one of the first rows must name the column “%(column)s”. Start from the template."
                )
                % {"column": expected},
                code="no_heading",
            )
        self.owner = owner
        self.rows = rows[heading + 1 :]
        self.columns = {n: find_column(text) for n, text in enumerate(rows[heading].cells) if text}
        self.report = ImportReport(is_preview=True, headings=list(rows[heading].cells), total=len(self.rows))
        self.report.ignored = [rows[heading][n] for n, column in self.columns.items() if column is None]
        self._seen: dict[str, int] = {}
        self._load_known()

    def _load_known(self) -> None:
        """What the database has of this sheet's names and codes, in two questions."""
        names = {name_norm(self._value(row, "customer.name")) for row in self.rows} - {""}
        codes = {self._value(row, "customer.uscc").upper() for row in self.rows} - {""}
        known = Customer.objects.filter(name_norm__in=names, kind=Customer.Kind.COMPANY)
        self._known_names = {customer.name_norm: customer.no for customer in known.only("name_norm", "no")}
        taken = Customer.objects.filter(uscc__in=codes)
        self._known_codes = {customer.uscc: customer.no for customer in taken.only("uscc", "no")}

    def _value(self, row: Row, key: str) -> str:
        return next((row[n] for n, one in self.columns.items() if one and one.key == key and row[n]), "")

    def check(self, row: Row) -> tuple[Parts, list[RowProblem]]:
        """The row as the fields of its parts, and everything that is wrong with it."""
        parts: Parts = {}
        problems = []
        for n, column in self.columns.items():
            if column is None or not row[n]:
                continue
            text, problem = _cell(row, n, column)
            if problem:
                problems.append(_problem(row, column, row[n], problem))
            else:
                parts.setdefault(column.part, {})[column.field] = text
        problems += self._check_fields(row, parts, {one.column for one in problems})
        if not problems:
            problems += self._check_duplicates(row, parts)
        return parts, problems

    def _check_fields(self, row: Row, parts: Parts, named: set[str]) -> list[RowProblem]:
        found = []
        for part, values in parts.items():
            model = next(one.model for one in COLUMNS if one.part == part)
            _clean, errors = clean_each(model, values, _ALLOWED[part])
            for name, texts in errors.items():
                column = _column_of(part, name)
                if _heading(column) not in named:
                    found.append(_problem(row, column, values[name], str(texts[0])))
        if not parts.get("customer", {}).get("name") and _heading(COLUMNS[0]) not in named:
            found.append(_problem(row, COLUMNS[0], "", _("Enter the customer's name.")))
        found += _check_contact(row, parts.get("contact", {}))
        for part in ("postal", "registered"):
            if parts.get(part) and not parts[part].get("address"):
                found.append(
                    _problem(
                        row, _column_of(part, "address"), "", _("Enter the address too, or nothing of it.")
                    )
                )
        return found

    def _check_duplicates(self, row: Row, parts: Parts) -> list[RowProblem]:
        customer = parts["customer"]
        name = _column_of("customer", "name")
        if customer.get("kind", "company") == Customer.Kind.COMPANY:
            norm = name_norm(customer["name"])
            if norm in self._seen:
                text = _("The same company stands in row %(row)s.") % {"row": self._seen[norm]}
                return [_problem(row, name, customer["name"], text)]
            if norm in self._known_names:
                text = _("This company exists already as %(no)s.") % {"no": self._known_names[norm]}
                return [_problem(row, name, customer["name"], text)]
        code = clean_uscc(customer.get("uscc", ""))
        if code and (code in self._known_codes or f"uscc {code}" in self._seen):
            text = _("Another customer has this unified social credit code already.")
            return [_problem(row, _column_of("customer", "uscc"), code, text)]
        return []

    def remember(self, row: Row, parts: Parts) -> None:
        """A good row, which a later one may repeat."""
        customer = parts["customer"]
        if customer.get("kind", "company") == Customer.Kind.COMPANY:
            self._seen[name_norm(customer["name"])] = row.number
        code = clean_uscc(customer.get("uscc", ""))
        if code:
            self._seen[f"uscc {code}"] = row.number


def _is_heading(row: Row) -> bool:
    found = [find_column(text) for text in row.cells]
    return any(one is not None and one.required for one in found)


def _cell(row: Row, n: int, column: Column) -> tuple[str, str]:
    """(value, problem) of a cell."""
    text = row[n]
    if n in row.inexact:
        return "", _("This number is too long for Excel, which has changed its end: format the cell as text.")
    if len(text) > LONGEST_CELL:
        return "", _("This text is too long.")
    choices = choices_of(column)
    if choices:
        code = code_of(column, text)
        if code is None:
            return "", _("Unknown value. Use one of: %(choices)s.") % {"choices": ", ".join(choices)}
        return code, ""
    return text, ""


def _check_contact(row: Row, contact: Mapping[str, str]) -> list[RowProblem]:
    if not contact:
        return []
    if not contact.get("name"):
        return [_problem(row, _column_of("contact", "name"), "", _("Enter the contact's name."))]
    if not any(contact.get(name) for name in ("mobile", "phone", "email", "wechat")):
        text = _("Enter a mobile, a telephone, an e-mail or a WeChat of this contact.")
        return [_problem(row, _column_of("contact", "mobile"), "", text)]
    return []


def _save(
    row: Row, parts: Parts, owner: User | None, actor: Actor
) -> tuple[Customer | None, list[RowProblem]]:
    addresses = [{"kind": part, **parts[part]} for part in ("registered", "postal") if part in parts]
    fields = {"source": Customer.Source.IMPORT, **parts["customer"]}
    try:
        with transaction.atomic():
            return (
                enter_customer(
                    fields=fields,
                    owner=owner,
                    contacts=[parts["contact"]] if "contact" in parts else [],
                    addresses=addresses,
                    actor=actor,
                ),
                [],
            )
    except ApplicationError as refusal:
        return None, [_problem(row, COLUMNS[0], parts["customer"]["name"], str(refusal))]


def _column_of(part: str, name: str) -> Column:
    return next(one for one in COLUMNS if one.part == part and one.field == name)


def _heading(column: Column) -> str:
    return column.heading(get_language() or "")


def _problem(row: Row, column: Column, value: str, message: str) -> RowProblem:
    return RowProblem(row=row.number, column=_heading(column), value=value[:100], message=message)
