"""Pages of filed papers as pictures for people outside: each drawn once, kept for a while, never twice at once."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection, transaction

from core.models import Document
from core.pdf import pages

KEPT_FOR = 60 * 60
# Wide enough to be read on a phone after a pinch, and small enough to arrive.
WIDTH = 1240


def count_of(document: Document) -> int:
    """How many pages the paper has. Its bytes are read once in a while, not for each look."""
    key = f"core.pdf.count:{document.content_id}"
    found: int | None = cache.get(key)
    if found is None:
        found = pages.page_count(document.read())
        cache.set(key, found, KEPT_FOR)
    return found


def picture_of(document: Document, number: int) -> bytes:
    """Page ``number`` (from 1) as a PNG. Raises IndexError where there is no such page."""
    key = f"core.pdf.picture:{document.content_id}:{number}"
    found: bytes | None = cache.get(key)
    if found is not None:
        return found
    # Many phones open one link at the same moment: one process draws a paper, the others wait for it.
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('core.pdf.picture:' || %s, 0))",
                [document.content_id],
            )
        found = cache.get(key)
        if found is None:
            found = pages.page_picture(document.read(), number, width=WIDTH)
            cache.set(key, found, KEPT_FOR)
    return found
