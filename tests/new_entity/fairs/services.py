"""Enter fairs and change them: the only place that writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import ApplicationError, Conflict
from core.models import User
from core.rights import require, require_on
from core.search import pinyin_key, tokens
from tests.new_entity.fairs.models import Fair

FAIR_FIELDS = ("name", "city", "state", "starts_on", "budget")


@transaction.atomic
def create_fair(*, fields: Mapping[str, Any], actor: User) -> Fair:
    """Enter a fair; whoever enters it looks after it."""
    require(actor, "fairs.edit_fair")
    fair = _written(Fair(owner=actor, department_path=actor.department_path), fields)
    audit.record(actor, "fairs.create_fair", fair, after={"name": fair.name})
    return fair


@transaction.atomic
def update_fair(*, fair_id: int, revision: int, fields: Mapping[str, Any], actor: User) -> Fair:
    """Change a fair as it was read: ``revision`` says which state the person had before their eyes."""
    require_on(actor, "fairs.edit_fair", Fair.objects.all(), fair_id)
    fair = Fair.objects.select_for_update(of=("self",), no_key=True).get(pk=fair_id)
    if fair.revision != revision:
        raise Conflict(_("This was changed meanwhile. Load the page again, then make your change."))
    fair.revision += 1
    fair = _written(fair, fields)
    audit.record(actor, "fairs.update_fair", fair, after={"name": fair.name})
    return fair


def _written(fair: Fair, fields: Mapping[str, Any]) -> Fair:
    for name in FAIR_FIELDS:
        setattr(fair, name, fields[name])
    fair.name_sort = pinyin_key(fair.name)
    fair.search_tokens = tokens(fair.name, fair.city)
    try:
        fair.full_clean()
    except ValidationError as error:
        raise ApplicationError(_("Please correct the marked fields."), errors=error.message_dict) from error
    fair.save()
    return fair
