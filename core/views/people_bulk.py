"""What is done with several people at once: another department, one more role."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.generic.bulk import BulkAction
from core.models import Role, User
from core.people import giveable_roles
from core.permissions import MANAGE_PEOPLE
from core.services.people import update_person
from core.views.people_forms import DepartmentChoice, PersonChoice


class MoveForm(forms.Form):
    """Where they work from now on."""

    department = DepartmentChoice(label=pgettext_lazy("person", "Department"))
    manager = PersonChoice(
        label=_("Manager"), required=False, help_text=_("Empty: each keeps the manager they have.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].offer()


class RoleForm(forms.Form):
    """A role that they get beside those they have."""

    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.none(), empty_label=None)

    def __init__(self, *args, giveable, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = giveable


def bulk_actions_for(actor: User) -> list[BulkAction]:
    """What this person may do with several people."""
    return [
        BulkAction(
            "move",
            _("Move to a department"),
            _move,
            icon="network",
            permission=MANAGE_PEOPLE,
            form_class=MoveForm,
        ),
        BulkAction(
            "role",
            _("Give a role"),
            _give_role,
            icon="shield-check",
            permission=MANAGE_PEOPLE,
            form_class=RoleForm,
            form_options=lambda: {"giveable": giveable_roles(actor)},
        ),
    ]


def _move(actor, person, values):
    changes = {"department": values["department"]}
    if values["manager"] is not None and values["manager"] != person:
        changes["manager"] = values["manager"]
    update_person(person_id=person.pk, revision=None, changes=changes, actor=actor)


def _give_role(actor, person, values):
    roles = [*person.roles.all(), values["role"]]
    update_person(person_id=person.pk, revision=None, changes={}, roles=roles, actor=actor)
