"""Our own side: companies, receiving accounts, seals."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from contracts.forms import AccountForm, LogoForm, OwnCompanyForm, SealForm
from contracts.models import OwnCompany
from contracts.services import save_account, save_logo, save_own_company, save_seal
from contracts.tables import OwnCompanyTable
from core.generic import Action, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb
from core.rights import require

PERMISSION = "contracts.manage_own_company"
COMPANIES = Crumb(_("Our companies"), reverse_lazy("contracts:own-company-list"))


class OwnCompanyList(ListPage):
    title = _("Our companies")
    permission = PERMISSION
    table_class = OwnCompanyTable
    orders = {"name": ("name", "pk")}
    order = "name"
    exportable = False
    empty_title = _("Our own company is missing")
    empty_text = _("Contracts and letters take name, address and account from it.")

    def get_queryset(self):
        return OwnCompany.objects.all()

    def actions(self):
        return [Action(_("New company"), reverse("contracts:own-company-create"), "plus", style="primary")]


class OwnCompanyDetail(DetailPage):
    permission = PERMISSION
    header_template = "contracts/own_company_header.html"

    def get_queryset(self):
        return OwnCompany.objects.prefetch_related("accounts", "seals")

    def crumbs(self):
        return [COMPANIES]

    def actions(self):
        pk = self.object.pk
        return [
            Action(_("Edit"), reverse("contracts:own-company-edit", args=[pk]), "pencil"),
            Action(
                _("Add an account"), reverse("contracts:account-create", args=[pk]), "landmark", in_menu=True
            ),
            Action(_("Logo"), reverse("contracts:logo-edit", args=[pk]), "image", in_menu=True),
            Action(_("Add a seal"), reverse("contracts:seal-create", args=[pk]), "stamp", in_menu=True),
        ]

    def tabs(self):
        return [Tab("overview", _("Overview"), "contracts/own_company_overview.html")]

    def tab_overview(self):
        return {"company": self.object}


class CompanyForms(FormPage):
    """What the two forms of a company share."""

    template_name = "contracts/sectioned_form.html"
    permission = PERMISSION
    form_class = OwnCompanyForm

    def crumbs(self):
        return [COMPANIES]

    def cancel_url(self):
        return (
            reverse("contracts:own-company-detail", args=[self.object.pk])
            if self.object
            else str(COMPANIES.url)
        )

    def save(self, form):
        company = save_own_company(
            fields=form.changes(), company_id=self.object.pk if self.object else None, actor=self.request.user
        )
        return reverse("contracts:own-company-detail", args=[company.pk])


class OwnCompanyCreate(CompanyForms):
    title = _("New company of ours")


class OwnCompanyEdit(CompanyForms):
    title = _("Edit our company")

    def get_queryset(self):
        return OwnCompany.objects.all()


class CompanyPart(FormPage):
    """An account or a seal of a company of ours."""

    permission = PERMISSION

    @cached_property
    def company(self) -> OwnCompany:
        return get_object_or_404(OwnCompany, pk=self.kwargs["company_pk"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and request.user.may(PERMISSION):
            _found = self.company
        return super().dispatch(request, *args, **kwargs)

    def crumbs(self):
        return [COMPANIES, Crumb(self.company.name, self.cancel_url())]

    def cancel_url(self):
        return reverse("contracts:own-company-detail", args=[self.company.pk])

    def success_url(self, saved):
        return self.cancel_url()

    @property
    def part_id(self) -> int | None:
        return self.object.pk if self.object else None


class LogoEdit(CompanyPart):
    title = _("Logo")
    form_class = LogoForm

    def get_form(self, data=None, files=None):
        form = super().get_form(data, files)
        if self.company.logo_id is None:
            del form.fields["take_away"]
        return form

    def save(self, form):
        return save_logo(company_id=self.company.pk, upload=form.upload(), actor=self.request.user)


@login_required
@require_GET
def company_logo(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture itself, for whoever maintains our companies."""
    require(request.user, PERMISSION)
    company = get_object_or_404(OwnCompany.objects.select_related("logo__content"), pk=pk, logo__isnull=False)
    answer = HttpResponse(company.logo.read(), content_type="image/png")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


class AccountCreate(CompanyPart):
    title = _("New receiving account")
    form_class = AccountForm

    def initial(self):
        return {"holder": self.company.name, "is_active": True}

    def save(self, form):
        return save_account(
            company_id=self.company.pk,
            fields=form.changes(),
            account_id=self.part_id,
            is_default=form.cleaned_data["is_default"],
            actor=self.request.user,
        )


class AccountEdit(AccountCreate):
    title = _("Edit receiving account")

    def initial(self):
        return {}

    def get_queryset(self):
        return self.company.accounts.all()


class SealCreate(CompanyPart):
    title = _("New seal")
    form_class = SealForm

    def initial(self):
        return {"is_active": True}

    def save(self, form):
        return save_seal(
            company_id=self.company.pk, fields=form.changes(), seal_id=self.part_id, actor=self.request.user
        )


class SealEdit(SealCreate):
    title = _("Edit seal")

    def initial(self):
        return {}

    def get_queryset(self):
        return self.company.seals.all()
