"""The OpenAPI description and the page to try it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.generic import View
from drf_spectacular.generators import SchemaGenerator

from core.api import schema  # noqa: F401  (its extension registers itself)

_described: dict[str, dict[str, Any]] = {}


def description() -> dict[str, Any]:
    """The OpenAPI document in the reader's language; made once a process, for it takes seconds."""
    language = get_language() or ""
    if language not in _described:
        _described[language] = SchemaGenerator().get_schema(request=None, public=True)
    return _described[language]


class SchemaView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})


@method_decorator(ensure_csrf_cookie, name="dispatch")
class DocsView(View):
    """Swagger UI from our own static files; nothing inline, so that the strict CSP stays as it is."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(render_to_string("api/docs.html", {"LANGUAGE_CODE": get_language()}))
