"""The record of a case on paper 审批单: what it is about, who decided what with which words, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from core import clock
from core.pdf.rendering import render_whatever_is_said
from core.reports.registry import letterhead
from core.templatetags.ui import moment
from workflows.models import HistoryEvent, ProcessInstance
from workflows.selectors import case_for
from workflows.views.cases import case_name
from workflows.views.subjects import Subject
from workflows.views.timeline import Entry, Timeline, open_items
from workflows.views.words import Labels, Roles

Kind = HistoryEvent.Kind
# What belongs on paper: what people decided, and what operators did to the case.
ON_PAPER = (
    Kind.STARTED,
    Kind.COMPLETED,
    Kind.SKIPPED,
    Kind.ERROR_THROWN,
    Kind.EDITED,
    Kind.REASSIGNED,
    Kind.SUSPENDED,
    Kind.RESUMED,
    Kind.CANCELLED,
    Kind.MOVED,
    Kind.ENDED,
)

# What the record in each language is called in the file of a case.
PAPERS = {"zh-hans": "审批单.pdf", "en": "record.pdf"}


@require_safe
@login_required
def case_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The record as a PDF, in the reader's language."""
    case = case_for(request.user, pk)
    content = render_whatever_is_said("print/record.html", sheet_of(case, request.user))
    answer = HttpResponse(content, content_type="application/pdf")
    name = f"{pgettext('case', 'Record')}-{case.business_key or case.pk}.pdf"
    answer.headers["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def papers(case: ProcessInstance, reader: Any) -> Iterator[tuple[str, bytes]]:
    """The record in each language: what its file is called, and the PDF."""
    for language, name in PAPERS.items():
        with translation.override(language):
            yield name, render_whatever_is_said("print/record.html", sheet_of(case, reader))


def sheet_of(case: ProcessInstance, reader: Any) -> dict[str, Any]:
    """The words on the sheet."""
    labels, roles = Labels(), Roles()
    entries = Timeline(case, labels).entries()
    waiting = open_items(case, roles) if case.is_open else []
    english = labels.language == "en"
    return {
        "lang": "en" if english else "zh-CN",
        "page_name": "upright-en" if english else "upright-zh",
        "company": letterhead(),
        "title": _("%(process)s: record") % {"process": case.definition.name},
        "number": case_name(case),
        "made": _("Printed by %(name)s on %(time)s") % {"name": reader.name, "time": moment(clock.now())},
        "facts": _facts(case, labels.language),
        "columns": [_("Step"), _("Done by"), _("Decision"), _("Comment"), pgettext("record", "Time")],
        "rows": [_line(one) for one in entries if _is_on_paper(one)],
        "nothing": _("Nobody has decided anything yet."),
        "open": (
            _("Still open:"),
            [_("%(step)s (%(who)s)") % {"step": one.item.name, "who": one.who} for one in waiting],
        ),
        "signature": [_("Signature:"), pgettext("record", "Date:")],
    }


def _facts(case: ProcessInstance, language: str) -> list[tuple[str, str]]:
    subject = Subject(case, language)
    facts = [(_("Subject"), case_name(case)), (pgettext("record", "Status"), str(case.get_status_display()))]
    facts.append((_("Started by"), case.starter.name if case.starter else _("System")))
    facts.append((_("Started at"), moment(case.started_at)))
    if case.ended_at is not None:
        facts.append((_("Ended at"), moment(case.ended_at)))
    return [*facts, *((label, value) for label, value in subject.summary if value)] if subject else facts


def _is_on_paper(entry: Entry) -> bool:
    """Automatic steps stay out: a paper says who decided."""
    return entry.kind in ON_PAPER and (not entry.by_system or entry.kind in (Kind.STARTED, Kind.ENDED))


def _line(entry: Entry) -> tuple[str, str, str, str, str]:
    who = entry.who.name if entry.who is not None else _("System")
    if entry.for_whom is not None:
        who = _("%(name)s for %(other)s") % {"name": who, "other": entry.for_whom.name}
    said = [entry.comment, *(f"{label}: {value}" for label, value in entry.answers)]
    step = f"{entry.where} › {entry.text}" if entry.where else entry.text
    return step, who, entry.outcome, "\n".join(filter(None, said)), moment(entry.at)
