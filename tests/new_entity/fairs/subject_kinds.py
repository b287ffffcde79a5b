"""Fairs as rows that people talk about, follow and search."""

from django.utils.translation import gettext_lazy as _

from core.subjects import SubjectKind, register
from tests.new_entity.fairs.models import Fair

register(
    SubjectKind(
        model=Fair,
        label=_("Fair"),
        label_plural=_("Fairs"),
        icon="megaphone",
        permission="fairs.view_fair",
        text=lambda row: row.city,
        list_url_name="fairs:fair-list",
        owner=lambda row: row.owner,
        order=60,
    )
)
