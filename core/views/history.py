"""The history of a row's fields as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from core import audit, history
from core.around.own import narrowed_changes
from core.files import clean_name
from core.generic.exports import as_csv
from core.subjects import find, kind_named
from core.templatetags.ui import moment

# More is a question to the database, not a sheet to read.
MOST_ROWS = 20_000


@login_required
@require_GET
def history_export(request: HttpRequest, kind: str, pk: str) -> StreamingHttpResponse:
    """One line for each field that changed, as CSV that Excel opens in Chinese. Who took it is written down."""
    subject = find(request.user, kind, pk)
    rows = list(narrowed_changes(request, subject)[:MOST_ROWS])
    lines = [[_("When"), _("Who"), _("What"), _("Field"), _("Before"), _("After")]]
    lines += [
        [moment(change.at), change.who, change.title, line.label, line.before, line.after]
        for change in history.told(rows)
        for line in change.lines
    ]
    audit.record(request.user, "core.export_history", subject, after={"rows": len(rows)})
    known = kind_named(kind)
    title = known.title(subject) if known is not None else pk
    return as_csv(lines, name=clean_name(f"{title} {pgettext('fields', 'History')}"))
