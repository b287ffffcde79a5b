"""A list of rows: search, filters, order, pages, columns, views, bulk deeds, export."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import audit, clock
from core.generic import columns as choosing
from core.generic import exports, keyset
from core.generic.arrivals import Period, periods
from core.generic.base import Action, Page
from core.generic.bulk import BulkAction, BulkDeeds
from core.generic.bulk_jobs import do_later
from core.generic.counting import Count, count_up_to, narrowed
from core.generic.export_jobs import export_later, too_many_rows
from core.generic.listed import PARAMETER as VIEW
from core.generic.listed import Views
from core.services.views import layout_of

# How often a long export says how far it is, and how many rows it holds in memory.
ROWS_AT_ONCE = 500


class ListPage(BulkDeeds, Page):
    """A table over a queryset. Say ``title``, ``permission``, ``table_class``, ``get_queryset()``, and:

    ``filter_class``        a django-filter FilterSet; its fields stand in the toolbar
    ``orders``, ``order``   sortable columns: column name -> fields ending with a unique one, none null;
                            the order to begin with, "-name" for backwards
    ``search_placeholder``  shown when the queryset has ``search(text)``; else write ``is_searchable`` and
                            ``search(queryset, text)``
    ``page_size``           rows a page; the rest comes by "load more"
    ``optional_columns``    columns of the table that are shown only to who chooses them
    ``exportable``, ``export_permission``   the list as XLSX or CSV, with all its rows; each is recorded
    ``empty_title``, ``empty_text``         what stands where there is nothing yet, above the first button
    ``actions()``           buttons, such as a new row
    ``bulk_actions()``      what can be done with several rows at once (core.generic.bulk)
    ``figures(queryset)``   pairs of (label, value) above the table

    Each person chooses columns and keeps views. Without scripts everything works by links and forms; htmx swaps
    only ``#results``.
    """

    template_name = "generic/list.html"
    table_class: Any = None
    filter_class: Any = None
    orders: dict[str, tuple[str, ...]] = {}
    order = ""
    page_size = 50
    search_placeholder = _("Search")
    optional_columns: tuple[str, ...] = ()
    exportable = True
    export_permission: str | None = None
    empty_title = _("Nothing here yet")
    empty_text = ""

    def get_queryset(self):
        raise NotImplementedError

    def figures(self, queryset) -> list[tuple]:
        return []

    # What was asked for ---------------------------------------------------------------------------

    def found(self):
        """The queryset after filters and search. What the filters offer does not depend on the search."""
        queryset = self.get_queryset()
        if self.filter_class is not None:
            self.filterset = self.filter_class(self.request.GET, queryset=queryset, request=self.request)
            # A filter that makes no sense finds nothing; the form says why.
            queryset = self.filterset.qs if self.filterset.is_valid() else queryset.none()
        if self.search_text and self.is_searchable(queryset):
            queryset = self.search(queryset, self.search_text)
        return queryset

    def is_searchable(self, queryset) -> bool:
        return hasattr(queryset, "search")

    def search(self, queryset, text: str):
        return queryset.search(text)

    @property
    def search_text(self) -> str:
        return self.request.GET.get("q", "").strip()[:100]

    def chosen_order(self) -> tuple[str, tuple[str, ...]]:
        """The order asked for by ?order=name or ?order=-name, as (its name, its fields)."""
        asked = self.request.GET.get("order", "") or self.order
        name = asked.lstrip("-")
        if name not in self.orders:
            asked, name = self.order, self.order.lstrip("-")
        fields = self.orders.get(name, ("-pk",))
        return asked, keyset.reverse(fields) if asked.startswith("-") else fields

    @cached_property
    def list_name(self) -> str:
        """The name of the list's address, under which views and columns are kept."""
        return resolve(self.request.path).view_name

    @cached_property
    def layout(self):
        """How this person likes this list, or None."""
        return layout_of(self.request.user, self.list_name)

    @cached_property
    def columns(self) -> choosing.Columns:
        return choosing.Columns(self.table_class, self.table_options(), self.optional_columns)

    @cached_property
    def chosen_columns(self) -> list[str]:
        """The names asked for by the address, else those the person chose, else none."""
        return choosing.asked(self.request) or (self.layout.columns if self.layout else [])

    # Answers --------------------------------------------------------------------------------------

    def get(self, request, *args, **kwargs):
        if "export" in request.GET:
            return self.export(request.GET["export"])
        opening = self.views.opening_address()
        if opening:
            return redirect(opening)
        context = self.get_context_data(**kwargs)
        if request.htmx and "after" in request.GET:
            return self.answer(context, "rows")
        if request.htmx and request.htmx.target == "results":
            return self.answer(context, "results")
        return self.render_to_response(context)

    def answer(self, context, part: str):
        """Only a part of the page, for htmx. The whole template is named by ``template_name``."""
        response = render(self.request, f"generic/list.html#{part}", context)
        response.headers["Vary"] = "HX-Request"
        return response

    @cached_property
    def views(self) -> Views:
        return Views(self)

    def get_context_data(self, **kwargs):
        queryset = self.found()
        page, count = self.page_of(queryset)
        table = self.table(page.rows)
        self._describe_sorting(table)
        filterset = getattr(self, "filterset", None)
        is_first = "after" not in self.request.GET
        return super().get_context_data(
            table=table,
            filter=filterset,
            is_filtered=bool(self.search_text) or self._has_filter(filterset),
            search_text=self.search_text,
            searchable=self.is_searchable(self.get_queryset()),
            after=page.after,
            count=(count or self.count(queryset, page)) if is_first else None,
            figures=self.figures(queryset) if is_first else [],
            may_export=self.may_export(),
            bulk=self.allowed_bulk_actions(),
            view=self,
            **kwargs,
        )

    def page_of(self, queryset) -> tuple[keyset.Slice, Count | None]:
        """The rows of the page asked for, and how many there are in all where the search had to know."""
        rows, count = narrowed(queryset) if self.search_text else (queryset, None)
        _asked, fields = self.chosen_order()
        after = self.request.GET.get("after", "")
        return keyset.take(rows, fields, after=after, size=self.page_size), count

    def count(self, queryset, page: keyset.Slice) -> Count:
        """How many rows there are; asked of the database only where they go beyond this page."""
        return count_up_to(queryset) if page.after else Count(len(page.rows))

    def first_action(self) -> Action | None:
        """What to do where there is nothing yet: the main button of the page."""
        return next((one for one in self.allowed_actions() if one.style == "primary"), None)

    def bulk_actions(self) -> list[BulkAction]:
        return []

    def do_later(self, action: BulkAction, keys: list[Any]):
        return do_later(self, action, keys)

    # The toolbar ----------------------------------------------------------------------------------

    @property
    def filters_in_sight(self) -> list[Any]:
        """The filters that stand in the toolbar itself."""
        if self.filter_class is None:
            return []
        days = {field.name for period in self.filters_of_days for field in (period.start, period.end)}
        return [field for field in self.filterset.form.visible_fields() if field.name not in days]

    @cached_property
    def filters_of_days(self) -> list[Period]:
        return periods(self.request, getattr(self, "filterset", None))

    @property
    def days_in_force(self) -> int:
        return sum(bool(one.start.value() or one.end.value()) for one in self.filters_of_days)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a new search leaves as it is."""
        names = ("order", choosing.PARAMETER, VIEW)
        return [(name, self.request.GET[name]) for name in names if self.request.GET.get(name)]

    # The table ------------------------------------------------------------------------------------

    def table_options(self) -> dict[str, Any]:
        return {}

    def table(self, rows):
        shown = self.columns.shown(self.chosen_columns)
        left_out = [name for name in self.columns.labels if name not in shown]
        options = {**self.table_options(), "sequence": shown, "exclude": left_out}
        return self.table_class(rows, request=self.request, **options)

    def _describe_sorting(self, table) -> None:
        asked, _fields = self.chosen_order()
        name = asked.lstrip("-")
        for column in table.columns:
            column.sortable = column.name in self.orders
            column.sorting = ""
            column.order_to_ask = column.name
            if column.name == name:
                column.sorting = "descending" if asked.startswith("-") else "ascending"
                column.order_to_ask = name if asked.startswith("-") else f"-{name}"

    @staticmethod
    def _has_filter(filterset) -> bool:
        if filterset is None or not filterset.is_valid():
            return filterset is not None
        return any(value not in (None, "", []) for value in filterset.form.cleaned_data.values())

    # Export ---------------------------------------------------------------------------------------

    def may_export(self) -> bool:
        return self.exportable and (
            self.export_permission is None or self.request.user.may(self.export_permission)
        )

    def export(self, kind: str):
        """All rows found, in the order seen, as a file. Who took what is recorded.

        What does not fit into one file is refused: nobody takes a part for the whole.
        """
        if not self.may_export():
            raise PermissionDenied(self.export_permission)
        if kind not in exports.MOST_ROWS:
            raise Http404("There is no such kind of file.")
        queryset = self.found()
        job = getattr(self.request, "export_job", None)
        count = count_up_to(queryset, exports.MOST_ROWS[kind])
        if count.is_more:
            return too_many_rows(self.request, kind)
        if job is None and count.number > exports.DIRECT_ROWS:
            return redirect(export_later(self.request, str(self.get_title()), kind, self.chosen_columns))
        title = str(self.get_title())
        name = f"{title}-{clock.today():%Y-%m-%d}"
        audit.record(
            self.request.user,
            "core.export_list",
            self.request.user,
            note=title,
            after={
                "list": self.request.path,
                "query": self.request.GET.dict(),
                "rows": count.number,
                "kind": kind,
            },
        )
        values = self._values(queryset, count.number, job)
        if job is None:
            values = list(values)  # while the language and the rights are those of this request
        if kind == "csv":
            return exports.as_csv(values, name=name)
        return exports.xlsx(values, name=name, title=title)

    def _values(self, queryset, total: int, job) -> Iterator[list[Any]]:
        """The heading and then each row as values, some hundred rows in memory at a time."""
        _asked, fields = self.chosen_order()
        yield from self.table([]).as_values()
        chunk: list[Any] = []
        done = 0
        for row in queryset.order_by(*fields).iterator(chunk_size=ROWS_AT_ONCE):
            chunk.append(row)
            if len(chunk) == ROWS_AT_ONCE:
                yield from self._plain(chunk)
                done += len(chunk)
                chunk = []
                if job is not None:
                    job.progress(done, total)
        yield from self._plain(chunk)

    def _plain(self, rows: list[Any]) -> Iterator[list[Any]]:
        values = iter(self.table(rows).as_values())
        next(values)
        return values
