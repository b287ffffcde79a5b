"""Words of the templates around a row: what somebody said, the sign of a file."""

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from core.models import Comment, Document
from core.services.comments import names_of

register = template.Library()

# Ends at spaces, quotes and the punctuation of Chinese sentences.
_LINK = re.compile(r"https?://[^\s<>\"'，。；！？、）】》」”’]+")
_SIGNS = (
    ("application/pdf", "file-text"),
    ("image/", "image"),
    ("audio/", "file-audio"),
    ("video/", "file-video"),
    ("application/zip", "file-archive"),
    ("spreadsheet", "file-spreadsheet"),
    ("excel", "file-spreadsheet"),
    ("csv", "file-spreadsheet"),
)


@register.simple_tag
def said(comment: Comment) -> SafeString:
    """The text with its mentions marked and its addresses as links; everything else is only text."""
    names = sorted(
        {name for person in comment.mentions.all() for name in names_of(person)}, key=len, reverse=True
    )
    if not names:
        return _linked(comment.text)
    pattern = re.compile("([@\uff20](?:" + "|".join(re.escape(name) for name in names) + "))")
    pieces = pattern.split(comment.text)
    told = [
        format_html('<span class="mention">{}</span>', piece) if number % 2 else _linked(piece)
        for number, piece in enumerate(pieces)
    ]
    return mark_safe("".join(told))  # noqa: S308 - each piece is escaped


def _linked(text: str) -> SafeString:
    told, at = [], 0
    for found in _LINK.finditer(text):
        address = found[0].rstrip(".,;:!?)")
        told.append(conditional_escape(text[at : found.start()]))
        told.append(
            format_html('<a href="{0}" rel="nofollow noopener noreferrer" target="_blank">{0}</a>', address)
        )
        at = found.start() + len(address)
    told.append(conditional_escape(text[at:]))
    return mark_safe("".join(told))  # noqa: S308 - each piece is escaped


@register.filter
def file_icon(document: Document) -> str:
    return next((sign for begin, sign in _SIGNS if begin in document.media_type), "file")
