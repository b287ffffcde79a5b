"""What is wrong with fields while a form is being filled in. The form itself judges; nothing is written."""

from collections.abc import Iterable

from django.forms import BaseForm
from django.http import HttpRequest, JsonResponse

# The fields that somebody has touched, separated by commas.
HEADER = "X-Validate"


def is_asked(request: HttpRequest) -> bool:
    return request.method == "POST" and HEADER in request.headers


def errors_of(request: HttpRequest, forms: Iterable[BaseForm]) -> JsonResponse:
    """{"errors": {name: [text]}} for the touched fields: an empty list says that one is right."""
    touched = request.headers[HEADER].split(",")
    found = {}
    for form in forms:
        wrong = form.errors
        for name in form.fields:
            if form.add_prefix(name) in touched:
                found[form.add_prefix(name)] = [str(text) for text in wrong.get(name, [])]
    return JsonResponse({"errors": found})
