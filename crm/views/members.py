"""Members of the platform: the list, the page of an account, and whose turn it is to get the next new one."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core.generic import Action, ActionView, DetailPage, ListPage, Tab
from core.generic.base import Crumb
from core.generic.keyset import or_never
from core.models import User
from core.people import away_today
from crm.models import AssignmentLog, AssignmentPool, Customer, MemberAccount, PoolMember
from crm.services.rotation import MANAGE, pause_pool_member, set_pool_members
from crm.tables import MemberTable

MEMBERS = Crumb(_("Members"), reverse_lazy("crm:member-list"))
MOST_EVENTS, MOST_GIVEN = 50, 30


class MemberList(ListPage):
    title, permission = _("Members"), "crm.view_member"
    table_class = MemberTable
    orders = {
        "company": ("company", "pk"),
        "last_login_at": ("last_login_sort", "pk"),
        "login_count": ("login_count", "pk"),
        "approved_at": ("approved_sort", "pk"),
    }
    order = "-approved_at"
    search_placeholder = _("Company, member no. or contact")
    empty_title = _("No members yet")
    empty_text = _("The platform tells of new members by itself, once its address and secret are entered.")

    def get_queryset(self):
        rows = MemberAccount.objects.visible_to(self.request.user).select_related("customer__owner")
        return rows.annotate(last_login_sort=or_never("last_login_at"), approved_sort=or_never("approved_at"))

    def actions(self):
        pool = AssignmentPool.objects.first()
        if pool is None:
            return []
        return [Action(_("Whose turn it is"), reverse("crm:pool-detail", args=[pool.pk]), "users", MANAGE)]


class MemberDetail(DetailPage):
    permission = "crm.view_member"

    def get_queryset(self):
        return MemberAccount.objects.visible_to(self.request.user).select_related("customer__owner")

    def crumbs(self):
        return [MEMBERS]

    def actions(self):
        offered = []
        seen = Customer.objects.visible_to(self.request.user).filter(pk=self.object.customer_id)
        if self.object.customer_id and seen.exists():
            url = self.object.customer.get_absolute_url()
            offered.append(Action(_("Open the customer"), url, "building-2", style="primary"))
        if self.object.profile_url:
            url = self.object.profile_url
            offered.append(Action(_("Page on the platform"), url, "arrow-up-right", new_tab=True))
        return offered

    def tabs(self):
        return [Tab("overview", _("Overview"), "crm/member_overview.html")]

    def tab_overview(self):
        return {"member": self.object, "events": self.object.events.all()[:MOST_EVENTS]}


class PoolDetail(DetailPage):
    permission = MANAGE

    def get_queryset(self):
        return (
            AssignmentPool.objects.all() if self.request.user.may(MANAGE) else AssignmentPool.objects.none()
        )

    def get_title(self):
        return _("Whose turn it is")

    def crumbs(self):
        return [MEMBERS]

    def actions(self):
        url = reverse("crm:pool-people", args=[self.object.pk])
        return [Action(_("Change people and order"), url, "pencil", style="primary", in_dialog=True)]

    def tabs(self):
        return [Tab("overview", _("Overview"), "crm/pool_overview.html")]

    def tab_overview(self):
        log = AssignmentLog.objects.filter(pool=self.object).select_related("customer", "user")
        return {
            "pool": self.object,
            "members": self.object.members.select_related("user").order_by("order"),
            "away": set(away_today().values_list("person", flat=True)),
            "log": log[:MOST_GIVEN],
        }


class PeopleForm(forms.Form):
    people = forms.CharField(
        label=_("User names, one a line, in their order"),
        widget=forms.Textarea(attrs={"rows": 8}),
        required=False,
    )

    def clean_people(self):
        names = [line.strip() for line in self.cleaned_data["people"].splitlines() if line.strip()]
        known = {one.username: one for one in User.objects.filter(username__in=names, is_active=True)}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise forms.ValidationError(
                _("There is nobody called %(names)s here."), params={"names": ", ".join(unknown)}
            )
        return [known[name] for name in names]


class PoolPeople(ActionView):
    permission = MANAGE
    form_class = PeopleForm
    title, submit_label = _("Change people and order"), _("Save")
    done_message = _("The order is changed.")

    def get_queryset(self):
        return AssignmentPool.objects.all()

    def is_allowed(self):
        return self.request.user.may(MANAGE)

    def crumbs(self):
        return [MEMBERS, Crumb(_("Whose turn it is"), self.done_url())]

    def initial(self):
        names = self.object.members.order_by("order").values_list("user__username", flat=True)
        return {"people": "\n".join(names)}

    def done_url(self):
        return reverse("crm:pool-detail", args=[self.object.pk])

    def run(self, form):
        set_pool_members(pool_id=self.object.pk, people=form.cleaned_data["people"], actor=self.request.user)


@login_required
@require_POST
def pool_member_pause(request, pk: int):
    """Pass somebody over until further notice, or no more."""
    if not request.user.may(MANAGE):
        raise PermissionDenied(MANAGE)
    member = get_object_or_404(PoolMember, pk=pk)
    pause_pool_member(member_id=pk, is_paused=not member.is_paused, actor=request.user)
    return redirect("crm:pool-detail", pk=member.pool_id)
