"""What every page needs to draw its frame."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Language, theme and the navigation of the person who is signed in."""
    from core.navigation import navigation_for

    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "languages": settings.LANGUAGES,
        "theme": getattr(user, "theme", "auto"),
        "navigation": navigation_for(request) if signed_in else [],
        "demo": settings.DEMO,
    }
