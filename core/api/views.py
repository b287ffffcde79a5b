"""What every view of the API stands on."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from core.api.idempotency import IdempotentPosts
from core.api.limits import WriteThrottle
from core.api.parsers import StrictJSONParser, StrictMultiPartParser, check_plain, refuse_too_large
from core.api.problems import problem_response


class AlwaysJson(BaseContentNegotiation):
    """The API answers JSON (or the one file an address is about), whatever a client says it would accept."""

    def select_parser(self, request, parsers):
        wanted = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class Door(IdempotentPosts):
    """Size, limits and idempotency, checked before a view sees a request."""

    content_negotiation_class = AlwaysJson
    parser_classes = (StrictJSONParser,)
    throttle_classes = (WriteThrottle,)
    # More than the settings allow, where an address takes files.
    largest_body: int | None = None

    def initial(self, request, *args: Any, **kwargs: Any) -> None:
        refuse_too_large(request, self.largest_body)
        super().initial(request, *args, **kwargs)
        for name, values in request.query_params.lists():
            check_plain([name, *values])
        check_plain(list(self.kwargs.values()))

    def checked(
        self, serializer: type[Serializer], request, *, besides: Collection[str] = (), **kwargs: Any
    ) -> dict[str, Any]:
        """The body as the serializer understands it; 400 names every wrong field, and unknown ones.

        ``besides`` are names that somebody else looks after, such as files.
        """
        data = request.data
        if not hasattr(data, "keys"):
            raise ValidationError(_("The body must be a JSON object."))
        checker = serializer(data=data, context={"request": request}, **kwargs)
        known = {name for name, field in checker.fields.items() if not field.read_only} | set(besides)
        unknown = [name for name in data if name not in known]
        checker.is_valid(raise_exception=False)
        errors = {**checker.errors, **{name: [_("There is no such field here.")] for name in unknown}}
        if errors:
            raise ValidationError(errors)
        return checker.validated_data

    def asked(self, serializer: type[Serializer]) -> dict[str, Any]:
        """The filters of the address as the serializer understands them; only those that are given."""
        given = {name: text for name, text in self.request.query_params.items() if text}
        checker = serializer(data={name: text for name, text in given.items() if name in serializer().fields})
        checker.is_valid(raise_exception=True)
        return checker.validated_data


class ApiView(Door, APIView):
    """One address of the API."""


class UploadView(ApiView):
    """An address that takes a file or JSON."""

    parser_classes = (StrictJSONParser, StrictMultiPartParser)


class ApiViewSet(Door, GenericViewSet):
    """A noun of the API. ``queryset`` stays empty: each noun asks its app's selectors what may be seen."""

    lookup_value_regex = "[^/]+"

    def page(self, queryset, serializer: type[Serializer]) -> Response:
        """A page of a list."""
        rows = self.paginate_queryset(queryset)
        context = {"request": self.request, "view": self}
        return self.get_paginated_response(serializer(rows, many=True, context=context).data)


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """Whatever below /api/ is no address of the API. A forgotten slash keeps method and body (308)."""
    if not request.path.endswith("/") and _exists(f"{request.path_info}/"):
        query = request.META.get("QUERY_STRING", "")
        response = HttpResponsePermanentRedirect(f"{request.path}/" + (f"?{query}" if query else ""))
        response.status_code = 308
        return response
    return problem_response(404, "not_found")


def _exists(path: str) -> bool:
    try:
        return resolve(path).func is not unknown_address
    except Resolver404:
        return False
