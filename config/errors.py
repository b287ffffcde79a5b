"""What is answered when no view could: problems for the API, pages for everybody else."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

from core.api.problems import RETRY_AFTER_SECONDS, is_away, problem_response


def _is_for_the_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not _is_for_the_api(request):
        return defaults.bad_request(request, exception or Exception())
    if isinstance(exception, RequestDataTooBig):
        return problem_response(413, "too_large")
    return problem_response(400, "malformed")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if not _is_for_the_api(request):
        return defaults.page_not_found(request, exception)
    return problem_response(404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the failure is being handled; a database that is away is none of ours and will be back."""
    if is_away(sys.exc_info()[1]):
        return _database_away(request)
    if not _is_for_the_api(request):
        return defaults.server_error(request)
    return problem_response(500, "server_error")


def _database_away(request: HttpRequest) -> HttpResponse:
    if _is_for_the_api(request):
        answer: HttpResponse = problem_response(503, "database_away")
    else:
        answer = HttpResponse(loader.get_template("503.html").render(), status=503)
    answer["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
