"""Everything that administrators set up, on one page."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from core.generic import Page
from core.navigation import ADMINISTRATION, administration_for


class Administration(Page):
    """The pages of administration that this person may use; whoever may use none is refused."""

    title = ADMINISTRATION
    template_name = "core/administration.html"

    def get_context_data(self, **kwargs):
        entries = administration_for(self.request)
        if not entries:
            raise PermissionDenied(_("No page of administration is open to you."))
        return super().get_context_data(entries=entries, **kwargs)
