"""The page for what a service refused where no form was at hand to show it on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import ApplicationError


def refusal(request: HttpRequest, error: ApplicationError) -> HttpResponse:
    """400 or 409 with the whole sentence; the status chooses the page."""
    context = {"message": str(error), "errors": error.errors}
    return render(request, f"{error.status}.html", context, status=error.status)
