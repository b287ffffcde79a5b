"""How people look in lists, and how the list is narrowed."""

import django_filters as filters
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.enumeration import listed
from core.generic.tables import Column, MomentColumn, NameColumn, Table
from core.models import Department, Role, User
from core.people import ACTIVE, AWAY, INVITED, LEFT, in_department, in_state, state_of

STATES = {
    ACTIVE: pgettext_lazy("person", "Active"),
    AWAY: pgettext_lazy("person", "Away today"),
    INVITED: pgettext_lazy("person", "Not signed in yet"),
    LEFT: pgettext_lazy("person", "Deactivated"),
}
COLOURS = {ACTIVE: "green", AWAY: "amber", INVITED: "brand", LEFT: ""}


class PeopleTable(Table):
    """The people whom the reader administers."""

    name = NameColumn(verbose_name=pgettext_lazy("person", "Name"), accessor="name")
    username = Column(verbose_name=gettext_lazy("User name"), tight=True)
    department = Column(verbose_name=pgettext_lazy("person", "Department"), tight=True)
    position = Column(verbose_name=gettext_lazy("Position"), tight=True, phone=False)
    roles = Column(verbose_name=gettext_lazy("Roles"), empty_values=(), phone=False)
    manager = Column(verbose_name=gettext_lazy("Manager"), tight=True, phone=False)
    state = Column(verbose_name=gettext_lazy("State"), empty_values=(), tight=True)
    last_login = MomentColumn(verbose_name=gettext_lazy("Last sign-in"), phone=False)

    class Meta(Table.Meta):
        model = User
        fields = (
            "name",
            "username",
            "department",
            "position",
            "roles",
            "manager",
            "state",
            "last_login",
        )

    def render_roles(self, record):
        return listed(record.roles.all()) or "—"

    def value_roles(self, record):
        return ", ".join(str(role) for role in record.roles.all())

    def render_state(self, record):
        state = state_of(record)
        colour = COLOURS[state]
        return format_html('<span class="tag{}">{}</span>', f" tag-{colour}" if colour else "", STATES[state])

    def value_state(self, record):
        return str(STATES[state_of(record)])

    def value_last_login(self, value):
        return timezone.localtime(value).replace(tzinfo=None) if value else ""


class PeopleFilter(filters.FilterSet):
    """By department (with those below), role and state; who has left stands apart."""

    department = filters.ChoiceFilter(
        label=pgettext_lazy("person", "Department"),
        empty_label=gettext_lazy("All departments"),
        method="by_department",
    )
    role = filters.ChoiceFilter(
        label=gettext_lazy("Role"), empty_label=gettext_lazy("All roles"), method="by_role"
    )
    state = filters.ChoiceFilter(
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("All who work here"),
        choices=list(STATES.items()),
        method="by_state",
    )

    class Meta:
        model = User
        fields = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.filters["department"].extra["choices"] = [
            (one.code, f"{'　' * (one.path.count('/') - 2)}{one}") for one in in_tree_order()
        ]
        self.filters["role"].extra["choices"] = [(one.code, str(one)) for one in Role.objects.all()]

    @property
    def qs(self):
        found = super().qs
        return found if self.data.get("state") == LEFT else found.filter(is_active=True)

    def by_department(self, queryset, name, value):
        return in_department(queryset, value)

    def by_role(self, queryset, name, value):
        return queryset.filter(pk__in=User.roles.through.objects.filter(role__code=value).values("user"))

    def by_state(self, queryset, name, value):
        return in_state(queryset, value)


def in_tree_order() -> list[Department]:
    """Departments as the tree shows them: each below its parent, siblings in their order."""
    rows = list(Department.objects.all())
    below: dict[int | None, list[Department]] = {}
    for row in sorted(rows, key=lambda one: (one.order, one.name, one.pk)):
        below.setdefault(row.parent_id, []).append(row)
    found: list[Department] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        row = waiting.pop()
        found.append(row)
        waiting += reversed(below.get(row.pk, []))
    return found
