"""What every page needs to draw its frame."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject


def shell(request: HttpRequest) -> dict[str, Any]:
    """Language, theme and the navigation of the person who is signed in."""
    from core.jobs.health import shown_state
    from core.navigation import navigation_for
    from core.notifications import unread_words

    # There is none where a request ended before it was known whose it is.
    user: Any = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "languages": settings.LANGUAGES,
        "theme": getattr(user, "theme", "auto"),
        "density": getattr(user, "density", "comfortable"),
        "high_contrast": getattr(user, "high_contrast", False),
        "navigation": navigation_for(request) if signed_in else [],
        # Counted where the bell is drawn: a piece of a page for htmx has none.
        "unread": SimpleLazyObject(lambda: unread_words(user)) if signed_in else "",
        "help_url": _help_url(request) if signed_in else "",
        "demo": settings.DEMO,
        # Asked only by templates that show it, and there hardly ever of the database.
        "background": shown_state if signed_in else None,
    }


def _help_url(request: HttpRequest) -> str:
    """Where the page is explained; the list of all documents where none is about it."""
    from core.help import topic_for

    found = topic_for(request.resolver_match.view_name) if request.resolver_match else None
    return found.url if found is not None else reverse("help")
