"""The number of the request, for pages that stand without context processors."""

from django import template

from core.log_context import request_id

register = template.Library()


@register.simple_tag
def request_number() -> str:
    """Empty outside a request."""
    return request_id()
