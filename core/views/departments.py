"""Departments as a tree: who works where, and the deeds that change it."""

from dataclasses import dataclass, field

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.generic import Action, ActionView, FormPage, Page
from core.generic.base import Crumb
from core.models import Department
from core.permissions import MANAGE_PEOPLE
from core.services.departments import (
    create_department,
    create_departments,
    delete_department,
    merge_department,
    move_department,
    rename_department,
)
from core.views.people import PEOPLE
from core.views.people_forms import DepartmentChoice

TREE = Crumb(_("Departments"), reverse_lazy("department-tree"))


@dataclass
class Node:
    """A department with what stands below it; ``people`` are its own, ``all_people`` those below too."""

    department: Department
    people: int = 0
    all_people: int = 0
    children: list["Node"] = field(default_factory=list)


def tree() -> list[Node]:
    """The whole tree in one statement."""
    rows = Department.objects.annotate(
        active=Count("people", filter=Q(people__is_active=True), distinct=True)
    ).order_by("order", "name", "pk")
    nodes = {row.pk: Node(row, people=row.active) for row in rows}
    for node in nodes.values():
        above = nodes.get(node.department.parent_id)
        if above is not None:
            above.children.append(node)
    roots = [node for node in nodes.values() if node.department.parent_id is None]
    for root in roots:
        _add_up(root)
    return roots


def _add_up(node: Node) -> int:
    node.all_people = node.people + sum(_add_up(child) for child in node.children)
    return node.all_people


def may_change_tree(user) -> bool:
    return "all" in user.scopes_of(MANAGE_PEOPLE)


class DepartmentTree(Page):
    title = _("Departments")
    permission = MANAGE_PEOPLE
    template_name = "core/departments.html"

    def crumbs(self):
        return [PEOPLE]

    def actions(self):
        if not may_change_tree(self.request.user):
            return []
        return [
            Action(_("New department"), reverse("department-create"), "plus", style="primary"),
            Action(_("Several at once"), reverse("department-create-many"), "layers"),
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(nodes=tree(), may_change=may_change_tree(self.request.user), **kwargs)


class NamesForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=60, required=False)


class NewDepartmentForm(NamesForm):
    parent = DepartmentChoice(label=_("Below"), required=False, empty_label=_("At the top"))
    code = forms.CharField(
        label=_("Code"),
        max_length=30,
        required=False,
        help_text=_("Letters and digits; it never changes. Left empty, one is made."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer()


class ManyForm(forms.Form):
    parent = DepartmentChoice(label=_("Below"), required=False, empty_label=_("At the top"))
    lines = forms.CharField(
        label=_("Departments"),
        help_text=_("One a line. A line that begins with spaces stands below the one above it."),
        widget=forms.Textarea(attrs={"rows": 10, "placeholder": _("Sales\n  Team 1\n  Team 2\nFinance")}),
        max_length=10_000,
        strip=False,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer()


class MoveForm(forms.Form):
    parent = DepartmentChoice(label=_("Below"), required=False, empty_label=_("At the top"))
    before = DepartmentChoice(label=_("In front of"), required=False, empty_label=_("last"))

    def __init__(self, *args, department: Department, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(without=department)
        self.fields["before"].offer(without=department)


class MergeForm(forms.Form):
    into = DepartmentChoice(label=_("Into"))

    def __init__(self, *args, department: Department, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].offer(without=department)


class TreePage:
    """Only for those who administer everybody: the tree is the whole company's."""

    permission = MANAGE_PEOPLE

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not may_change_tree(request.user):
            raise PermissionDenied(MANAGE_PEOPLE)
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [PEOPLE, TREE]

    def get_queryset(self):
        return Department.objects.select_related("parent")

    def done_url(self):
        return reverse("department-tree")


class DepartmentCreate(TreePage, FormPage):
    title = _("New department")
    form_class = NewDepartmentForm
    get_queryset = None
    done_message = _("The department is there.")

    def initial(self):
        return {"parent": self.request.GET.get("parent", "")}

    def cancel_url(self):
        return self.done_url()

    def save(self, form):
        create_department(**form.cleaned_data, actor=self.request.user)
        return self.done_url()


class DepartmentCreateMany(TreePage, FormPage):
    title = _("Several departments at once")
    form_class = ManyForm
    get_queryset = None
    done_message = _("The departments are there.")

    def cancel_url(self):
        return self.done_url()

    def save(self, form):
        create_departments(
            lines=form.cleaned_data["lines"], parent=form.cleaned_data["parent"], actor=self.request.user
        )
        return self.done_url()


class DepartmentRename(TreePage, ActionView):
    title = _("Rename the department")
    form_class = NamesForm
    submit_label = _("Save")
    done_message = _("Saved.")

    def initial(self):
        return {"name": self.object.name, "name_en": self.object.name_en}

    def run(self, form):
        rename_department(department_id=self.object.pk, **form.cleaned_data, actor=self.request.user)


class DepartmentMove(TreePage, ActionView):
    title = _("Move the department")
    form_class = MoveForm
    submit_label = _("Move")
    done_message = _("The department has moved, with everything below it.")

    def get_question(self):
        return _now(
            "%(name)s moves with the departments below it, their customers, contracts and cases. Who sees "
            "them by their department changes at once."
        ) % {"name": self.object}

    def initial(self):
        return {"parent": self.object.parent_id}

    def form_options(self):
        return {"department": self.object}

    def run(self, form):
        move_department(department_id=self.object.pk, **form.cleaned_data, actor=self.request.user)


class DepartmentMerge(TreePage, ActionView):
    title = _("Merge the department into another one")
    form_class = MergeForm
    submit_label = _("Merge")
    style = "danger"
    done_message = _("The departments are one now.")

    def get_question(self):
        return _now(
            "The people of %(name)s, the departments below it and its business go to the other one; "
            "%(name)s is deleted. This cannot be undone."
        ) % {"name": self.object}

    def form_options(self):
        return {"department": self.object}

    def run(self, form):
        merge_department(
            department_id=self.object.pk, into=form.cleaned_data["into"], actor=self.request.user
        )


class DepartmentDelete(TreePage, ActionView):
    title = _("Delete the department")
    submit_label = _("Delete")
    style = "danger"
    done_message = _("The department is deleted.")

    def get_question(self):
        return _now("%(name)s is deleted, if nobody works there and nothing belongs to it.") % {
            "name": self.object
        }

    def run(self, form):
        delete_department(department_id=self.object.pk, actor=self.request.user)
