"""What is answered when no view could: problems for the API, pages for everybody else."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from core.api.problems import problem_response


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
    if not _is_for_the_api(request):
        return defaults.server_error(request)
    return problem_response(500, "server_error")
