"""Onboardings: the list with those that are late, the page with items and materials, and what is done there."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from contracts.models import Contract
from contracts.progress import cases_of
from contracts.views.tabs import ListTab, TabbedList
from core import clock
from core.errors import ApplicationError
from core.files.checks import ACCEPTED
from core.generic import Action, ActionView, DetailPage, Tab
from core.generic.base import Crumb
from core.generic.keyset import or_never
from core.models import Role
from service.filters import STAGES, OnboardingFilter
from service.models import Material, MemberActivation, Onboarding, OnboardingItem
from service.onboarding_forms import SeveralFiles, SeveralFilesInput
from service.services import onboarding as services
from service.services.extensions import known_terms
from service.services.materials import add_materials, materials_of
from service.standing import address_of_customer
from service.tables import STATE_COLOURS, OnboardingTable

ONBOARDINGS = Crumb(_("Onboardings"), reverse_lazy("service:onboarding-list"))
TODO = OnboardingItem.State.TODO


class OnboardingList(TabbedList):
    title, permission = _("Onboardings"), "service.view_onboarding"
    table_class, filter_class = OnboardingTable, OnboardingFilter
    orders = {"due_at": ("due_at", "pk"), "activated_at": ("activated_sort", "pk"), "contract": ("pk",)}
    order = "-contract"
    search_placeholder = _("Contract number, title or customer")
    empty_title = _("No onboardings yet")
    empty_text = _("An onboarding begins by itself when a contract takes effect.")
    tab_field = "stage"

    def list_tabs(self):
        return [ListTab("", _("All")), *(ListTab(name, label) for name, label in STAGES.items())]

    def get_queryset(self):
        rows = Onboarding.objects.visible_to(self.request.user).select_related(
            "contract__customer", "contract__owner"
        )
        return rows.annotate(
            left=Count("items", filter=Q(items__state=TODO)),
            all=Count("items"),
            activated_sort=or_never("activated_at"),
        )


class OnboardingDetail(DetailPage):
    permission = "service.view_onboarding"
    header_template = "service/onboarding_header.html"

    def get_queryset(self):
        return Onboarding.objects.visible_to(self.request.user).select_related(
            "contract__customer", "contract__owner"
        )

    def get_title(self):
        return self.object.contract.no

    def crumbs(self):
        return [ONBOARDINGS]

    def may(self, permission: str) -> bool:
        rows = Onboarding.objects.reachable_by(self.request.user, permission)
        return self.object.state == Onboarding.State.OPEN and rows.filter(pk=self.object.pk).exists()

    def actions(self):
        offered = []
        if self.may(services.DO):
            url = reverse("service:onboarding-materials", args=[self.object.pk])
            offered.append(Action(_("Add materials"), url, "upload", style="primary", in_dialog=True))
        if Contract.objects.visible_to(self.request.user).filter(pk=self.object.contract_id).exists():
            url = self.object.contract.get_absolute_url()
            offered.append(Action(_("Open the contract"), url, "file-text"))
        return offered

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            colour=STATE_COLOURS[self.object.state],
            now=clock.now(),
            customer_url=address_of_customer(self.request.user, self.object.contract.customer),
            **kwargs,
        )

    def tabs(self):
        return [Tab("overview", _("Overview"), "service/onboarding_overview.html")]

    def tab_overview(self):
        items = list(self.object.items.select_related("done_by", "skip_by").order_by("seq"))
        left = [item for item in items if item.state == TODO]
        finish = (
            {item.pk for item in left if item.code not in services.STEPS} if self.may(services.DO) else set()
        )
        skip = {item.pk for item in left} if self.may(services.SKIP) else set()
        return {
            "onboarding": self.object,
            "items": items,
            "deeds": {"finish": finish, "skip": skip},
            "done_share": round(100 * (len(items) - len(left)) / len(items)) if items else 100,
            "left": len(left),
            "roles": {
                **{item.role: item.role for item in items},
                **{one.code: str(one) for one in Role.objects.all()},
            },
            "materials": materials_of(self.object),
            "known": known_terms([self.object.contract]).get(self.object.contract_id),
            "activations": MemberActivation.objects.filter(contract=self.object.contract_id),
            "cases": [case for case in cases_of([self.object.contract]) if case.is_open],
            "now": clock.now(),
        }


@login_required
@require_POST
def finish(request, pk: int):
    item = get_object_or_404(
        OnboardingItem.objects.filter(onboarding__in=Onboarding.objects.visible_to(request.user)), pk=pk
    )
    services.finish_item(item_id=item.pk, actor=request.user)
    return redirect(item.onboarding.get_absolute_url())


class SkipForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ItemSkip(ActionView):
    permission = services.SKIP
    form_class = SkipForm
    title, submit_label, style = _("Skip an item"), _("Skip"), "danger"
    done_message = _("Skipped; the reason stays with it.")

    def get_queryset(self):
        visible = Onboarding.objects.visible_to(self.request.user)
        return OnboardingItem.objects.filter(onboarding__in=visible).select_related("onboarding__contract")

    def is_allowed(self):
        rows = Onboarding.objects.reachable_by(self.request.user, services.SKIP)
        return rows.filter(pk=self.object.onboarding_id).exists()

    def crumbs(self):
        onboarding = self.object.onboarding
        return [ONBOARDINGS, Crumb(onboarding.contract.no, onboarding.get_absolute_url())]

    def get_question(self):
        return gettext("“%(item)s” will not be done. Everybody can read why.") % {"item": self.object}

    def done_url(self):
        return self.object.onboarding.get_absolute_url()

    def run(self, form):
        services.skip_item(
            item_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )


class MaterialForm(forms.Form):
    kind = forms.ChoiceField(label=_("They show"), choices=Material.Kind.choices)
    material_files = SeveralFiles(
        label=_("Files"),
        help_text=_("Several at once: photos, licence, company profile, product pictures."),
        widget=SeveralFilesInput(attrs={"multiple": True, "accept": ",".join(("image/*", *ACCEPTED))}),
    )


class MaterialAdd(ActionView):
    permission = services.DO
    form_class = MaterialForm
    title, submit_label = _("Add materials"), _("Add")
    done_message = _("The files are there.")

    def get_queryset(self):
        return Onboarding.objects.visible_to(self.request.user).select_related("contract")

    def is_allowed(self):
        rows = Onboarding.objects.reachable_by(self.request.user, services.DO)
        return rows.filter(pk=self.object.pk).exists()

    def crumbs(self):
        return [ONBOARDINGS, Crumb(self.object.contract.no, self.object.get_absolute_url())]

    def run(self, form):
        files = [(one.name or "", one.read()) for one in form.cleaned_data["material_files"]]
        received = add_materials(
            onboarding_id=self.object.pk,
            files=files,
            kind=form.cleaned_data["kind"],
            actor=self.request.user,
        )
        if received.refused:
            texts = [str(one) for one in received.refused]
            raise ApplicationError(" ".join(texts), code="files_refused", errors={"material_files": texts})
