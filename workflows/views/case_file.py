"""The file with everything about a case, as a download."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.files.downloads import attachment
from workflows.services.case_file import export_case
from workflows.views.record import papers

ZIP = "application/zip"


@require_safe
@login_required
def case_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for whoever may see the case."""
    file = export_case(instance_id=pk, papers=papers, actor=request.user)
    return attachment(file.content, name=file.name, media_type=ZIP)
