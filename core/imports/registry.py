"""What can be imported: an app registers its kinds in ``importers.py``.

    @register
    class ProductImport(ImportKind):
        code, permission, model = "contracts.products", "contracts.edit_product", Product
        title = _("Import products")
        fields = (ImportField("code", zh="产品编码", en="Product code", required=True), ...)

An instance serves one run: it knows who imports and what they chose. Its services check the rights; a refusal
becomes the row's error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language

from core.errors import Text
from core.imports.parsing import Parser, text
from core.models import User
from core.rights import require

Values = dict[str, Any]
Problem = tuple[str, Text]


@dataclass(frozen=True)
class ImportField:
    """A column that a sheet may have: the field it fills and its headings in both languages.

    ``parse`` turns the text of a cell into a value, or raises ValidationError; ``choices`` are offered by the
    template. ``example`` stands in the template's second sheet, ``help`` beside it.
    """

    name: str
    zh: str
    en: str
    required: bool = False
    also: tuple[str, ...] = ()
    parse: Parser = text
    choices: Callable[[], Sequence[str]] | None = None
    example: str = ""
    help: Text = ""

    @property
    def label(self) -> str:
        """The heading in the reader's language."""
        return self.en if (get_language() or "").startswith("en") else self.zh

    @property
    def names(self) -> tuple[str, ...]:
        return (self.zh, self.en, *self.also)


@dataclass(frozen=True)
class ImportOption:
    """Something to be chosen once for the whole sheet, such as whose the customers become."""

    name: str
    label: Text
    choices: Callable[[User], Sequence[tuple[str, Text]]]
    help: Text = ""


@dataclass
class Found:
    """What the check says of a row besides its fields' own problems."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class ImportKind:
    """One kind of sheet. Say ``code``, ``title``, ``permission``, ``model``, ``fields`` and:

    ``keys(values)``       what makes two rows the same: pairs of (key, field that is named)
    ``load(rows)``         read in few questions what the database has of many rows
    ``find(values)``       the row of the house that this one doubles, else None
    ``check(values, existing)``   what the services would refuse, in advance
    ``create(values)``, ``update(row, changes)``   run one service; gives the row
    ``read(row)``          the row's fields as texts, as the sheet would hold them
    ``undo_create(row)``, ``undo_update(row, before)``   run one service; an ApplicationError says why not
    ``may_not_change(row)``       why this person may not change a row that exists; empty if they may
    ``finish(rows)``       what can be said only when all rows are there; may run more than once
    """

    # A template that is given a kind means the kind, not an instance of it.
    do_not_call_in_templates: ClassVar[bool] = True
    code: ClassVar[str]
    title: ClassVar[Text]
    permission: ClassVar[str]
    model: ClassVar[type[models.Model]]
    fields: ClassVar[tuple[ImportField, ...]]
    options: ClassVar[tuple[ImportOption, ...]] = ()
    # Sentences for the template.
    notes: ClassVar[tuple[Text, ...]] = ()
    # Where the rows of this kind are listed, and one is shown.
    list_url_name: ClassVar[str] = ""
    detail_url_name: ClassVar[str] = ""
    icon: ClassVar[str] = "file-spreadsheet"

    def __init__(self, actor: User, chosen: Mapping[str, Any]) -> None:
        self.actor = actor
        self.chosen = chosen

    @classmethod
    def field(cls, name: str) -> ImportField | None:
        return next((one for one in cls.fields if one.name == name), None)

    @classmethod
    def url_of(cls, key: str) -> str:
        return reverse(cls.detail_url_name, args=[key])

    def keys(self, values: Values) -> list[tuple[str, str]]:
        return []

    def load(self, rows: Sequence[Values]) -> None:
        """Nothing, where ``find`` asks by itself."""

    def announce(self, values: Values) -> None:
        """A row of the file, told to the check before the first is judged: others may name it."""

    def find(self, values: Values) -> Any:
        raise NotImplementedError

    def title_of(self, row: Any) -> str:
        """What the person is told of a row that exists; they may not see it."""
        return str(row)

    def check(self, values: Values, existing: Any) -> Found:
        return Found()

    def create(self, values: Values) -> Any:
        raise NotImplementedError

    def update(self, row: Any, changes: Values) -> Any:
        raise NotImplementedError

    def may_not_change(self, row: Any) -> Text:
        """Why this person may not change this row; empty if they may."""
        return ""

    def read(self, row: Any) -> dict[str, str]:
        raise NotImplementedError

    def written(self, values: Values) -> dict[str, str]:
        """The values as ``read`` would give them back."""
        return {name: str(value) for name, value in values.items()}

    def undo_create(self, row: Any) -> None:
        raise NotImplementedError

    def undo_update(self, row: Any, before: Mapping[str, str]) -> None:
        raise NotImplementedError

    def finish(self, rows: Sequence[tuple[Any, Values]]) -> dict[Any, list[Problem]]:
        """Warnings by the key of the row; none where nothing is left to do."""
        return {}


Kind = type[ImportKind]
_kinds: dict[str, Kind] = {}
Registered = TypeVar("Registered", bound=Kind)


def register(kind: Registered) -> Registered:
    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"The import {kind.code} is registered twice.")
    return kind


def kinds() -> list[Kind]:
    return list(_kinds.values())


def kind_named(code: str) -> Kind | None:
    return _kinds.get(code)


def kind_for(code: str, actor: User) -> Kind:
    """The kind, for somebody who may import it: DoesNotExist where there is none, else PermissionDenied."""
    kind = _kinds.get(code)
    if kind is None:
        raise ObjectDoesNotExist(code)
    require(actor, kind.permission)
    return kind
