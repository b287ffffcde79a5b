"""Every list that the site has: no more queries for more rows, and an answer to whatever it is asked by.

A list that is declared and reachable takes part by itself; nothing has to be entered here.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.forms import Form
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from openpyxl import load_workbook

from core.generic import ListPage
from tests.pages.every_list import address_of, grow, kinds_of_list, lists
from tests.permissions.line import Line
from tests.permissions.people import create_asking
from tests.permissions.world import world_of
from tests.tiers import in_turn
from tests.workflows.posts import begin, correlate, message, post, send, waiting_for
from tests.workflows.running import form

pytestmark = pytest.mark.django_db

FEW, SOME, MANY = 3, 8, 30
KINDS = ("xlsx", "csv")
SEARCHED = (
    "测试",
    "ceshi",
    "cs",
    "0012",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "😀",
    "长" * 300,
    "  ",
    "(",
    "a & b | !c",
)
NONSENSE = ("nonsense", "-1", "2026-99-99", "9" * 30, "NaN", "é", "[]")


@pytest.fixture
def world(company) -> dict[str, Any]:
    asking = create_asking()
    tell(company.admin)
    return {**world_of(company, asking), "allowed": asking["allowed"]}


@pytest.fixture
def client(world) -> Client:
    """Somebody who may do everything, to whom nothing is shown as an error page."""
    found = Client()
    found.force_login(world["allowed"], backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def tell(sender: Any) -> None:
    """A message that a case hears, and one that nobody does."""
    number = '<flow:variable name="number" type="text" required="true"/>'
    drawing = waiting_for(message("paid"), correlate("number"), form("amount:decimal?"), variables=number)
    begin(drawing, sender, data={"number": "A1"})
    for order in ("A1", "nobody"):
        send("paid", sender, correlation={"order": order})
    post()


@pytest.fixture
def opened(world, client, monkeypatch) -> Callable[..., Any]:
    """opened(line, size=3, q="x") -> the list with so many rows a page: what it shows, the queries it took.

    ``part``: only what htmx swaps, the rows without the page around them.
    """
    told: list[dict[str, Any]] = []
    tell = ListPage.get_context_data

    def tell_and_keep(view: ListPage, **kwargs: Any) -> dict[str, Any]:
        # Django's client knows nothing of the context of a part of a template.
        told.append(tell(view, **kwargs))
        return told[-1]

    monkeypatch.setattr(ListPage, "get_context_data", tell_and_keep)

    def ask(line: Line, *, size: int = FEW, part: bool = False, **asked: Any) -> Any:
        for kind in kinds_of_list():
            monkeypatch.setattr(kind, "page_size", size)
        headers = {"HX-Request": "true", "HX-Target": "results"} if part else {}
        told.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address_of(line, world), asked, headers=headers)
        answer.queries = [one["sql"] for one in queries]
        answer.told = told[-1] if told else {}
        return answer

    return ask


@pytest.fixture
def grown(opened) -> Callable[[int], list[Line]]:
    """grown(9) -> every list, with so many rows more."""

    def grow_all(rows: int) -> list[Line]:
        found = lists()
        for line in found:
            shown = opened(line, size=FEW).told
            grow(shown["view"], shown["table"], rows)
        return found

    return grow_all


def test_every_list_that_is_declared_is_asked(opened):
    asked = {type(opened(line).told["view"]) for line in lists()}
    assert asked == set(kinds_of_list())


def test_more_rows_take_no_more_queries(grown, opened):
    more = {}
    for line in grown(MANY + 4):
        opened(line)
        few, lot = opened(line), opened(line, size=MANY)
        assert (shown(few), shown(lot)) == (FEW, MANY), line
        after = few.told["after"]
        few_more, lot_more = (opened(line, size=size, part=True, after=after) for size in (FEW, MANY))
        for less, full in ((few, lot), (few_more, lot_more)):
            if len(less.queries) != len(full.queries):
                more[line.name] = {
                    sql: count for sql, count in Counter(map(shape, full.queries)).items() if count > FEW
                }
    assert more == {}


def shown(answer: Any) -> int:
    return len(answer.told["table"].rows)


def shape(sql: str) -> str:
    """A query without its values."""
    return re.sub(r"'[^']*'|\b\d+\b", "?", sql)


def test_each_order_goes_through_all_rows_once_and_back(grown, opened, every):
    wrong = {}
    for number, line in enumerate(grown(SOME)):
        total = len(rows_by(opened, line, ""))
        for name in in_turn(opened(line).told["view"].orders, number, every):
            there, back = rows_by(opened, line, name), rows_by(opened, line, f"-{name}")
            if there != back[::-1] or not len(set(there)) == len(there) == total:
                wrong[line.name] = name
    assert wrong == {}


def rows_by(opened: Callable[..., Any], line: Line, order: str) -> list[Any]:
    """The keys of all rows in an order, page by page."""
    page = opened(line, part=True, size=SOME, order=order)
    found = list(page.told["table"].rows)
    while after := page.told["after"]:
        page = opened(line, part=True, size=SOME, order=order, after=after)
        found += page.told["table"].rows
    records = [one.record for one in found]
    return [one["newest"] if isinstance(one, dict) else one.pk for one in records]


def test_whatever_is_searched_is_answered(grown, opened, every):
    searched = 0
    for number, line in enumerate(grown(SOME)):
        searchable = opened(line).told["searchable"]
        searched += searchable
        for text in in_turn(SEARCHED, number, every):
            answer = opened(line, part=True, q=text)
            assert answer.status_code == 200, (line, text[:20])
            assert answer.told["search_text"] == text.strip()[:100], (line, text[:20])
        if searchable:
            assert shown(opened(line, part=True, q="qqxxzz 没有")) == 0, line
    assert searched > 5


def test_a_filter_that_makes_no_sense_finds_nothing_and_says_so(world, opened, every):
    for first, line in enumerate(lists()):
        for number, name in enumerate(names_of(form_of(opened(line))), first):
            for text in in_turn(NONSENSE, number, every):
                answer = opened(line, part=True, **{name: text})
                assert answer.status_code == 200, (line, name, text[:20])
                if form_of(answer).errors:
                    assert shown(answer) == 0, (line, name, text[:20])


def test_each_choice_of_a_filter_is_answered(grown, opened, every):
    for line in grown(SOME):
        for name, field in form_of(opened(line)).fields.items():
            # The first one is often "all".
            values = [value for value, _label in getattr(field, "choices", [])][:6]
            for value in in_turn(values, 1, every):
                answer = opened(line, part=True, **{name: str(value)})
                assert answer.status_code == 200, (line, name, value)
                assert not form_of(answer).errors, (line, name, value)


def form_of(answer: Any) -> Any:
    filterset = answer.told["filter"]
    return filterset.form if filterset is not None else Form()


def names_of(form: Any) -> list[str]:
    """The names by which the address carries the filters; a range has two."""
    return sorted({name for bound in form for name in re.findall(r'name="([^"]+)"', str(bound))})


def test_a_list_that_may_be_taken_along_is_whole_in_both_kinds_of_file(grown, opened):
    taken = 0
    for line in grown(SOME):
        page = opened(line, size=1000)
        if not page.told["may_export"]:
            for kind in KINDS:
                with pytest.raises(PermissionDenied):
                    page.told["view"].export(kind)
            continue
        taken += 1
        rows = len(page.told["table"].rows)
        columns = page.told["table"].columns
        # A button is nothing to take along.
        heads = [str(one.header) for one in columns if not one.column.exclude_from_export]
        for read, kind in ((read_xlsx, "xlsx"), (read_csv, "csv")):
            file = read(opened(line, export=kind))
            assert file[0] == heads, line
            assert len(file) == rows + 1, line
        assert opened(line, export="exe").status_code == 404, line
    assert taken > 3


def test_an_empty_list_says_what_will_stand_there_and_offers_to_begin(opened, monkeypatch):
    begun = 0
    for line in lists():
        kind = type(opened(line).told["view"])
        rows = kind.get_queryset
        monkeypatch.setattr(kind, "get_queryset", lambda view, rows=rows: rows(view).none())
        answer = opened(line)
        place = answer.content.decode().partition('<div class="empty">')[2].partition("</div>")[0]
        view = answer.told["view"]
        assert view.empty_title != ListPage.empty_title, line
        assert view.empty_text, line
        assert escape(str(view.empty_title)) in place, line
        assert escape(str(view.empty_text)) in place, line
        begin = next((one for one in answer.told["buttons"] if one.style == "primary"), None)
        if begin is not None:
            assert f'href="{begin.url}"' in place, line
            begun += 1
    assert begun > 8


def test_a_search_that_finds_nothing_offers_to_clear_it(opened):
    for line in lists():
        if not opened(line).told["searchable"]:
            continue
        place = opened(line, part=True, q="qqxxzz 没有").content.decode()
        assert 'class="empty"' in place, line
        assert "没有找到" in place, line
        assert re.search(r'class="empty".*<a [^>]*href="[^"]+"', place, re.DOTALL), line


def read_xlsx(answer: Any) -> list[list[str]]:
    sheet = load_workbook(io.BytesIO(answer.content)).active
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def read_csv(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
