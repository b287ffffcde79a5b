"""Lists with tabs above them: each tab is a filter that the address carries."""

from dataclasses import dataclass

from django.utils.functional import Promise

from core.generic import ListPage


@dataclass(frozen=True)
class ListTab:
    """A tab: the value of the filter, its label, perhaps a count."""

    value: str
    label: str | Promise
    count: str = ""


class TabbedList(ListPage):
    """Say ``tab_field`` (the filter, a hidden field of the filter class) and ``list_tabs()``."""

    template_name = "contracts/tabbed_list.html"
    tab_field = ""

    def list_tabs(self) -> list[ListTab]:
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        chosen = self.request.GET.get(self.tab_field, "")
        return super().get_context_data(
            list_tabs=self.list_tabs(), tab_field=self.tab_field, chosen_tab=chosen, **kwargs
        )
