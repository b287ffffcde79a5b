"""One search over everything that a person may see: every kind of rows, the pages of the navigation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.models import RecordView, User
from core.navigation import administration_for, navigation_for
from core.search import normalised
from core.subjects import SubjectKind, kind_named, kinds

A_KIND = 5
LATELY = 8


@dataclass(frozen=True)
class Hit:
    """A row as the search shows it."""

    title: str
    text: str
    url: str
    icon: str


@dataclass(frozen=True)
class Group:
    """The hits of one kind, and the list that holds the rest."""

    code: str
    label: str | Promise
    hits: list[Hit] = field(default_factory=list)
    all_url: str = ""


def find(person: User, text: str) -> list[Group]:
    """What matches, kind by kind: one statement each, and never a row that the person may not see."""
    text = text.strip()[:100]
    found = [_of_kind(kind, person, text) for kind in kinds()] if text else []
    return [group for group in found if group.hits]


def _of_kind(kind: SubjectKind, person: User, text: str) -> Group:
    rows = kind.found(person, text)
    if rows is None or (kind.permission is not None and not person.may(kind.permission)):
        return Group(kind.code, kind.label_plural)
    # One more than is shown tells whether there are more.
    hits = list(rows.order_by("-pk")[: A_KIND + 1])
    more = len(hits) > A_KIND and kind.list_url_name
    all_url = f"{reverse(kind.list_url_name)}?{urlencode({'q': text})}" if more else ""
    return Group(kind.code, kind.label_plural, [_hit(kind, row) for row in hits[:A_KIND]], all_url)


def _hit(kind: SubjectKind, row: Any) -> Hit:
    return Hit(kind.title(row), kind.text(row), kind.url(row), kind.icon)


def find_pages(request: HttpRequest, text: str) -> Group:
    """The pages whose name holds the text."""
    wanted = normalised(text.strip())
    entries = {entry.url: entry for entry in [*navigation_for(request), *administration_for(request)]}
    hits = [
        Hit(str(entry.label), str(entry.text), entry.url, entry.icon)
        for entry in entries.values()
        if wanted and wanted in normalised(f"{entry.label} {entry.text}")
    ]
    return Group("pages", _("Pages"), hits[:A_KIND])


def seen_lately(person: User) -> Group:
    """The rows this person opened last, as long as they may still see them: one statement a kind."""
    seen = list(RecordView.objects.filter(person=person.pk).order_by("-at")[: LATELY * 2])
    by_kind: dict[str, list[str]] = {}
    for one in seen:
        by_kind.setdefault(one.subject_type, []).append(one.subject_id)
    hits: dict[tuple[str, str], Hit] = {}
    for code, keys in by_kind.items():
        kind = kind_named(code)
        if kind is not None:
            rows = kind.rows_for(person).filter(pk__in=keys)
            hits |= {(code, str(row.pk)): _hit(kind, row) for row in rows}
    shown = [hits[key] for one in seen if (key := (one.subject_type, one.subject_id)) in hits]
    return Group("lately", _("Seen lately"), shown[:LATELY])
