"""Roles: the list, one role with its people, grants and uses, and every change of them."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.generic import Action, ActionView, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb
from core.generic.tables import Column, NumberColumn, Table
from core.models import AuditEntry, Grant, Role
from core.people import managed_by
from core.permissions import MANAGE_PEOPLE
from core.rights import permissions
from core.roles import uses_of
from core.services import roles as services
from core.subjects import reference

ROLES = Crumb(_("Roles"), reverse_lazy("role-list"))


class WholeCompany:
    """A page for those who manage the people of the whole company, not of some departments."""

    permission = MANAGE_PEOPLE

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and "all" not in request.user.scopes_of(MANAGE_PEOPLE):
            raise PermissionDenied(MANAGE_PEOPLE)
        return super().dispatch(request, *args, **kwargs)


class RoleTable(Table):
    name = Column(accessor="pk", verbose_name=_("Role"), attrs={"td": {"class": "name"}})
    description = Column(verbose_name=_("Description"), phone=False)
    people = NumberColumn(accessor="people_count", verbose_name=_("People"), phone=False)
    granted = NumberColumn(accessor="grant_count", verbose_name=_("Rights"), phone=False)
    used = NumberColumn(accessor="code", verbose_name=_("Used in processes"), phone=False)

    class Meta(Table.Meta):
        model = Role
        fields = ("name", "description", "people", "granted", "used")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._uses = None

    def render_name(self, record):
        url = reverse("role-detail", args=[record.pk])
        return format_html('<a href="{}">{}</a><br><small class="faint">{}</small>', url, record, record.code)

    def render_used(self, value):
        if self._uses is None:
            self._uses = uses_of(Role.objects.values_list("code", flat=True))
        count = len(self._uses.get(value, []))
        return count or "—"


class RoleList(WholeCompany, ListPage):
    """Every role of the company."""

    title = _("Roles")
    table_class = RoleTable
    orders = {"name": ("code",)}
    order = "name"
    exportable = False
    empty_title = _("No roles yet")
    empty_text = _("A role says what its people may do, and which steps of processes are theirs.")

    def get_queryset(self):
        return Role.objects.annotate(
            people_count=Count("users", distinct=True), grant_count=Count("grants", distinct=True)
        )

    def actions(self):
        return [
            Action(_("New role"), reverse("role-create"), "plus", style="primary"),
            Action(_("Who may do this?"), reverse("who-may"), "shield-check"),
        ]


class OneRole(WholeCompany):
    def get_queryset(self):
        return Role.objects.all()

    def crumbs(self):
        return [ROLES, Crumb(str(self.object), reverse("role-detail", args=[self.object.pk]))]

    def done_url(self):
        return reverse("role-detail", args=[self.object.pk])

    def cancel_url(self):
        return self.done_url()


class RoleDetail(WholeCompany, DetailPage):
    header_template = "core/role_header.html"

    def get_queryset(self):
        return Role.objects.all()

    def get_title(self):
        return str(self.object)

    def crumbs(self):
        return [ROLES]

    def actions(self):
        def link(name):
            return reverse(name, args=[self.object.pk])

        return [
            Action(_("Rights"), link("role-grants"), "shield-check", style="primary"),
            Action(_("People of the role"), link("role-members"), "users-round"),
            Action(_("Edit"), link("role-edit"), "pencil"),
            Action(_("Copy"), link("role-copy"), "copy", in_menu=True),
            Action(_("Delete"), link("role-delete"), "trash-2", style="danger", in_dialog=True, in_menu=True),
        ]

    def tabs(self):
        return [
            Tab("overview", _("Overview"), "core/role_overview.html"),
            Tab("changes", _("Changes"), "core/role_changes.html"),
        ]

    def tab_overview(self):
        known = permissions()
        granted = [
            (
                known[one.permission].name if one.permission in known else one.permission,
                one.get_scope_display(),
            )
            for one in self.object.grants.order_by("permission")
        ]
        return {
            "role": self.object,
            "people": list(self.object.users.select_related("department").order_by("name_sort", "pk")[:200]),
            "people_count": self.object.users.count(),
            "granted": granted,
            "uses": uses_of([self.object.code])[self.object.code],
        }

    def tab_changes(self):
        subject_type, subject_id = reference(self.object)
        entries = AuditEntry.objects.filter(subject_type=subject_type, subject_id=subject_id)[:50]
        return {"entries": [(entry, told(entry)) for entry in entries]}


def told(entry: AuditEntry) -> list[str]:
    """What a deed on a role changed, in lines."""
    known = permissions()
    if entry.action == "core.change_grants":
        return [
            f"{known[code].name if code in known else code}: {_scope(entry.before[code])} → {_scope(after)}"
            for code, after in entry.after.items()
        ]
    if entry.action == "core.change_role_members":
        added, removed = entry.after.get("added", []), entry.before.get("removed", [])
        return [
            *([_now("Given to: %(people)s") % {"people": ", ".join(added)}] if added else []),
            *([_now("Taken from: %(people)s") % {"people": ", ".join(removed)}] if removed else []),
        ]
    if entry.action == "core.create_role":
        return [_now("Created")]
    return [f"{entry.before.get(name, '')} → {value}" for name, value in entry.after.items()]


def _scope(scope: str) -> str:
    return str(Grant.Scope(scope).label) if scope else "—"


class RoleForm(forms.Form):
    name_zh = forms.CharField(label=_("Chinese name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60)
    description = forms.CharField(label=_("Description"), max_length=200, required=False)


class NewRoleForm(RoleForm):
    code = forms.SlugField(
        label=_("Code"),
        max_length=30,
        required=False,
        help_text=_("Diagrams name the role by it; it never changes. Empty: made of the English name."),
    )


class RoleCreate(WholeCompany, FormPage):
    title = _("New role")
    form_class = NewRoleForm
    done_message = _("The role is made. Now say what it may do.")

    def crumbs(self):
        return [ROLES]

    def cancel_url(self):
        return reverse("role-list")

    def save(self, form):
        role = services.create_role(fields=form.cleaned_data, actor=self.request.user)
        return reverse("role-grants", args=[role.pk])


class RoleCopy(OneRole, FormPage):
    """A new role that begins with the rights of this one."""

    title = _("Copy of a role")
    form_class = NewRoleForm
    done_message = _("The copy has the same rights, and no people yet.")

    def initial(self):
        return {"description": self.object.description}

    def save(self, form):
        role = services.create_role(fields=form.cleaned_data, copy_of=self.object.pk, actor=self.request.user)
        return reverse("role-detail", args=[role.pk])


class RoleEdit(OneRole, FormPage):
    title = _("Edit role")
    form_class = RoleForm

    def initial(self):
        return {name: getattr(self.object, name) for name in services.FIELDS}

    def save(self, form):
        services.update_role(role_id=self.object.pk, changes=form.cleaned_data, actor=self.request.user)
        return self.done_url()


class RoleDelete(OneRole, ActionView):
    title = _("Delete role")
    submit_label = _("Delete")
    style = "danger"
    done_message = _("The role is deleted.")

    def get_question(self):
        reasons = services.why_not_deleted(self.object)
        if reasons:
            return _now("This role cannot be deleted. %(reasons)s") % {"reasons": " ".join(reasons)}
        return _now("The role “%(role)s” and its %(count)s rights are deleted. Nobody has it.") % {
            "role": self.object,
            "count": self.object.grants.count(),
        }

    def run(self, form):
        services.delete_role(role_id=self.object.pk, actor=self.request.user)
        return reverse("role-list")


class MembersForm(forms.Form):
    """Everybody, with a tick at those who have the role. ``seen`` is who had it when the page was drawn."""

    people = forms.ModelMultipleChoiceField(
        queryset=None, required=False, label=_("People"), widget=forms.CheckboxSelectMultiple
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = people
        self.fields["people"].label_from_instance = lambda one: (
            f"{one.name} · {one.department}" if one.department else one.name
        )


class RoleMembers(OneRole, FormPage):
    """Several people at once get the role or lose it."""

    template_name = "core/role_members.html"
    form_class = MembersForm

    def get_title(self):
        return _now("People with the role %(role)s") % {"role": self.object}

    @cached_property
    def members(self):
        return set(self.object.users.values_list("pk", flat=True))

    def form_options(self):
        people = managed_by(self.request.user).filter(is_active=True) | self.object.users.all()
        return {"people": people.select_related("department").distinct().order_by("name_sort", "pk")}

    def initial(self):
        return {"people": self.members, "seen": ",".join(map(str, sorted(self.members)))}

    def save(self, form):
        # Only what was ticked and unticked here: whom somebody else added meanwhile stays.
        seen = {int(pk) for pk in form.cleaned_data["seen"].split(",") if pk.isdecimal()}
        chosen = {one.pk for one in form.cleaned_data["people"]}
        services.change_members(
            role_id=self.object.pk, add=chosen - seen, remove=seen - chosen, actor=self.request.user
        )
        return self.done_url()
