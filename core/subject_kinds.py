"""People as rows that administrators search, talk about and follow."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.models import User
from core.people import found, managed_by
from core.permissions import MANAGE_PEOPLE
from core.subjects import SubjectKind, register


def _title(row: User) -> str:
    return row.name


def _text(row: User) -> str:
    department = str(row.department) if row.department else ""
    left = "" if row.is_active else pgettext("person", "Deactivated")
    return " · ".join(filter(None, [row.username, department, row.position, left]))


register(
    SubjectKind(
        model=User,
        label=_("Person"),
        label_plural=_("People"),
        icon="users-round",
        permission=MANAGE_PEOPLE,
        title=_title,
        text=_text,
        list_url_name="person-list",
        # Whoever administers some departments finds the people of those.
        visible_to=lambda actor: managed_by(actor).select_related("department"),
        search=found,
        order=60,
    )
)
