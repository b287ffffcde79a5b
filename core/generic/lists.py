"""A list of rows: search, filters, order, pages, export."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from core import audit, clock
from core.generic import exports, keyset
from core.generic.base import Page
from core.generic.export_jobs import export_later

# How often a long export says how far it is.
ROWS_BETWEEN_WORDS = 200


class ListPage(Page):
    """A table over a queryset. Say ``title``, ``permission``, ``table_class``, ``get_queryset()``, and:

    ``filter_class``        a django-filter FilterSet; its fields stand in the toolbar
    ``orders``, ``order``   sortable columns: column name -> fields ending with a unique one, none null;
                            the order to begin with, "-name" for backwards
    ``search_placeholder``  shown when the queryset has ``search(text)``; else write ``is_searchable`` and
                            ``search(queryset, text)``
    ``page_size``           rows a page; the rest comes by "load more"
    ``exportable``, ``export_permission``   the list as XLSX or CSV, with all its rows; each is recorded
    ``empty_title``, ``empty_text``         what stands where there is nothing yet
    ``actions()``           buttons, such as a new row
    ``figures(queryset)``   pairs of (label, value) above the table

    Without scripts everything works by links and one form; htmx swaps only ``#results``.
    """

    template_name = "generic/list.html"
    table_class: Any = None
    filter_class: Any = None
    orders: dict[str, tuple[str, ...]] = {}
    order = ""
    page_size = 50
    search_placeholder = _("Search")
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
        """The queryset after search and filters."""
        queryset = self.get_queryset()
        if self.search_text and self.is_searchable(queryset):
            queryset = self.search(queryset, self.search_text)
        if self.filter_class is not None:
            self.filterset = self.filter_class(self.request.GET, queryset=queryset, request=self.request)
            # A filter that makes no sense finds nothing; the form says why.
            queryset = self.filterset.qs if self.filterset.is_valid() else queryset.none()
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

    # Answers --------------------------------------------------------------------------------------

    def get(self, request, *args, **kwargs):
        if "export" in request.GET:
            return self.export(request.GET["export"])
        context = self.get_context_data(**kwargs)
        if request.htmx and "after" in request.GET:
            return self.answer(context, "rows")
        if request.htmx and request.htmx.target == "results":
            return self.answer(context, "results")
        return self.render_to_response(context)

    def answer(self, context, part: str):
        """Only a part of the page, for htmx. The whole template is named by ``template_name``."""
        from django.shortcuts import render

        response = render(self.request, f"generic/list.html#{part}", context)
        response.headers["Vary"] = "HX-Request"
        return response

    def get_context_data(self, **kwargs):
        queryset = self.found()
        asked, fields = self.chosen_order()
        page = keyset.take(queryset, fields, after=self.request.GET.get("after", ""), size=self.page_size)
        table = self.table_class(page.rows, request=self.request, **self.table_options())
        self._describe_sorting(table, asked)
        filterset = getattr(self, "filterset", None)
        return super().get_context_data(
            table=table,
            filter=filterset,
            is_filtered=bool(self.search_text) or self._has_filter(filterset),
            search_text=self.search_text,
            searchable=self.is_searchable(self.get_queryset()),
            after=page.after,
            figures=self.figures(queryset) if "after" not in self.request.GET else [],
            may_export=self.may_export(),
            view=self,
            **kwargs,
        )

    def table_options(self) -> dict[str, Any]:
        return {}

    def _describe_sorting(self, table, asked: str) -> None:
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
        """All rows found, in the order seen, as a file. Who took what is recorded."""
        if not self.may_export():
            raise PermissionDenied(self.export_permission)
        if kind not in ("xlsx", "csv"):
            raise Http404("There is no such kind of file.")
        job = getattr(self.request, "export_job", None)
        if job is None and self._is_long():
            return redirect(export_later(self.request, str(self.get_title()), kind))
        _asked, fields = self.chosen_order()
        rows = list(self.found().order_by(*fields)[: exports.MOST_ROWS])
        values = []
        for row in self.table_class(rows, request=self.request, **self.table_options()).as_values():
            if job is not None and len(values) % ROWS_BETWEEN_WORDS == 0:
                job.progress(len(values), len(rows))
            values.append(row)
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
                "rows": len(rows),
                "kind": kind,
            },
        )
        if kind == "csv":
            return exports.as_csv(values, name=name)
        return exports.xlsx(values, name=name, title=title)

    def _is_long(self) -> bool:
        most = exports.DIRECT_ROWS + 1
        return self.found().order_by()[:most].count() == most
