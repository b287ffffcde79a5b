"""What templates after the sale may ask: the last answer of the platform."""

from __future__ import annotations

from django import template

from contracts.models import Contract
from service.models import MemberActivation

register = template.Library()


@register.simple_tag
def last_activation(contract: Contract) -> MemberActivation | None:
    return MemberActivation.objects.filter(contract=contract).order_by("-pk").first()
