"""What is filled in about people. The services check all of it once more."""

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.generic.sections import Section, Sectioned
from core.models import Department, Role, User
from core.people import giveable_roles, may_administer
from core.permissions import MANAGE_PEOPLE
from core.services.people import OWN_FIELDS, PERSON_FIELDS
from core.views.people_tables import in_tree_order


class PersonChoice(forms.ModelChoiceField):
    """Somebody who works here, in the order of an address book: 王芳 · 销售一部."""

    def __init__(self, *, queryset=None, **kwargs):
        people = queryset if queryset is not None else User.objects.filter(is_active=True)
        super().__init__(
            queryset=people.select_related("department").order_by("name_sort", "pk"),
            empty_label=kwargs.pop("empty_label", "—"),
            **kwargs,
        )

    def label_from_instance(self, person):
        return f"{person.name} · {person.department}" if person.department else person.name


class DepartmentChoice(forms.ModelChoiceField):
    """A department, indented as in the tree."""

    def __init__(self, **kwargs):
        super().__init__(
            queryset=Department.objects.all(), empty_label=kwargs.pop("empty_label", "—"), **kwargs
        )

    def offer(self, *, without: Department | None = None) -> None:
        """The whole tree; without a department and what stands below it."""
        shown = [one for one in in_tree_order() if without is None or not one.path.startswith(without.path)]
        self.choices = [
            ("", self.empty_label),
            *((one.pk, f"{'　' * (one.path.count('/') - 2)}{one}") for one in shown),
        ]


class PersonForm(Sectioned, forms.Form):
    """A person, new or known."""

    sections = (
        Section(_("Person"), ("display_name", "display_name_en", "username", "position")),
        Section(_("How they are reached"), ("email", "phone", "language")),
        Section(
            _("Place in the company"),
            ("department", "manager", "roles", "is_superuser"),
            _("Roles decide what they may see and do, and which tasks they can take."),
        ),
    )

    display_name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    display_name_en = forms.CharField(label=_("English name"), max_length=60, required=False)
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("With this they sign in: letters, digits and @ . + - _"),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    position = forms.CharField(label=_("Position"), max_length=60, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("As the site"))],
        required=False,
    )
    department = DepartmentChoice(label=pgettext_lazy("person", "Department"), required=False)
    manager = PersonChoice(
        label=_("Manager"), required=False, help_text=_("Whose approval they need, and who takes their work.")
    )
    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"),
        queryset=Role.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_superuser = forms.BooleanField(
        label=_("System administrator"),
        required=False,
        help_text=_("May do everything, whatever the roles say. One or two people are enough."),
    )

    def __init__(self, *args, actor: User, person: User | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["department"].offer()
        self.fields["language"].choices = [("", _("As the site")), *settings.LANGUAGES]
        if person is not None:
            # Whoever leads this one stays offered, also after they have left.
            people = User.objects.filter(is_active=True) | User.objects.filter(pk=person.manager_id)
            self.fields["manager"].queryset = (
                people.exclude(pk=person.pk).select_related("department").order_by("name_sort", "pk")
            )
        # What the actor may give; a role that the person has already stays shown, so that it is kept.
        had = person.roles.values("pk") if person is not None else []
        self.fields["roles"].queryset = Role.objects.filter(
            Q(pk__in=giveable_roles(actor).values("pk")) | Q(pk__in=had)
        )
        if not actor.is_superuser:
            del self.fields["is_superuser"]

    def changes(self) -> dict:
        """The values for the service; roles come beside them."""
        return {name: self.cleaned_data[name] for name in PERSON_FIELDS if name in self.cleaned_data}


class NewPersonForm(PersonForm):
    """A new person, and how they get in."""

    ACCESS = (
        ("invite", _("Invite: they choose a password by a link that holds for seven days")),
        ("password", _("Give a first password: shown once, to be told")),
        ("later", _("Later")),
    )
    sections = (*PersonForm.sections, Section(_("How they get in"), ("access",)))
    access = forms.ChoiceField(label=_("Access"), choices=ACCESS, widget=forms.RadioSelect, initial="invite")


class ProfileForm(forms.Form):
    """What people change of themselves."""

    display_name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    display_name_en = forms.CharField(label=_("English name"), max_length=60, required=False)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Reminders and scheduled reports go there.")
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def changes(self) -> dict:
        return {name: self.cleaned_data[name] for name in OWN_FIELDS}


class NewPasswordForm(forms.Form):
    """A password of one's own, typed twice."""

    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least ten characters; not a common password and not your name."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=200,
    )
    again = forms.CharField(
        label=_("Once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        max_length=200,
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("This is not the same as above."))
        return cleaned


def may_change(actor: User, person: User) -> bool:
    """Whether the buttons of a person's page are offered; the services ask again."""
    return actor.may(MANAGE_PEOPLE) and may_administer(actor, person)
