"""Contracts: list, page and giving up."""

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from contracts import progress, selectors
from contracts.filters import STAGES, ContractFilter
from contracts.forms import VoidForm
from contracts.models import Contract
from contracts.services import lacks_of, snapshot, void_contract
from contracts.services.giving_up import ends_as
from contracts.services.in_force import supplements_of
from contracts.services.printing import FINAL, has_reading_copy
from contracts.services.signing_links import OPEN
from contracts.tables import STATE_COLOURS, ContractTable
from contracts.templatetags.contract_ui import plan_context
from contracts.views.crumbs import CONTRACTS
from contracts.views.signing import TO_BE_SIGNED, signing_panel
from contracts.views.signing_links import sharing_panel
from contracts.views.supplements import in_force_tab, may_supplement, shown_supplements
from contracts.views.tabs import ListTab, TabbedList
from contracts.views.termination import end_tab, may_ask_for_end
from contracts.views.wording import text_tab
from core import clock
from core.generic import Action, ActionView, DetailPage, Tab
from core.generic.base import Crumb
from core.models import User
from crm.models import Customer


class ContractList(TabbedList):
    title = _("Contracts")
    permission = "contracts.view_contract"
    table_class = ContractTable
    filter_class = ContractFilter
    orders = {
        "title": ("pk",),
        "amount": ("amount", "pk"),
        "updated_at": ("updated_at", "pk"),
    }
    order = "-title"
    search_placeholder = _("Number, title or customer")
    empty_title = _("No contracts yet")
    empty_text = _("A contract stands here from its draft on. A draft begins here or on a customer's page.")
    tab_field = "stage"

    def list_tabs(self):
        return [ListTab("", _("All")), *(ListTab(name, label) for name, (label, _states) in STAGES.items())]

    def get_queryset(self):
        return selectors.contracts(self.request.user).defer(
            "party_a", "party_b", "search_tokens", "customer__search_tokens", "owner__search_tokens"
        )

    def actions(self):
        url = reverse("contracts:contract-start")
        dates = reverse("contracts:obligation-list")
        return [
            Action(_("Obligations"), dates, "calendar-clock"),
            Action(_("Draft a contract"), url, "plus", "contracts.draft_contract", style="primary"),
        ]


def is_own_draft(contract: Contract, user: User) -> bool:
    return contract.is_draft and contract.owner_id == user.pk and user.may("contracts.draft_contract")


def may_void(contract: Contract, user: User) -> bool:
    """Drafters discard their drafts; a submitted contract takes the right to void contracts."""
    reachable = Contract.objects.reachable_by(user, "contracts.void_contract")
    return is_own_draft(contract, user) or reachable.filter(pk=contract.pk).exists()


def giving_up_label(contract: Contract) -> str:
    """What giving up is called: before submission, before the signature, and between it and taking effect."""
    if contract.is_draft:
        return gettext("Discard the draft")
    if ends_as(contract) == Contract.State.TERMINATED:
        return gettext("Terminate the contract")
    return gettext("Void the contract")


class ContractDetail(DetailPage):
    permission = "contracts.view_contract"
    header_template = "contracts/contract_header.html"

    def get_queryset(self):
        return Contract.objects.visible_to(self.request.user).select_related(
            "customer", "owner__department", "own_company", "bank_account", "template", "contact", "parent"
        )

    def crumbs(self):
        customer = self.object.customer
        return [CONTRACTS, Crumb(customer.name, customer.get_absolute_url() if self.sees_customer else "")]

    @cached_property
    def sees_customer(self) -> bool:
        return Customer.objects.visible_to(self.request.user).filter(pk=self.object.customer_id).exists()

    def get_title(self):
        return self.object.no or self.object.title

    @cached_property
    def is_own_draft(self) -> bool:
        return is_own_draft(self.object, self.request.user)

    def actions(self):
        pk, offered = self.object.pk, []
        if self.is_own_draft:
            offered.append(
                Action(_("Edit"), reverse("contracts:contract-edit", args=[pk]), "pencil", style="primary")
            )
        if not self.lacks:
            pdf = reverse("contracts:contract-pdf", args=[pk])
            offered.append(Action(_("Show PDF"), pdf, "file-text", new_tab=True))
            offered.append(
                Action(_("Download PDF"), f"{pdf}?download", "download", in_menu=True, download=True)
            )
        if has_reading_copy(self.object) and not self.lacks:
            url = reverse("contracts:reading-copy", args=[pk])
            offered.append(Action(_("Reading copy in English"), url, "languages", in_menu=True, new_tab=True))
        if self.object.state in FINAL:
            url = reverse("contracts:seal-request", args=[pk])
            offered.append(Action(_("Seal request"), url, "stamp", in_menu=True, new_tab=True))
        if self.object.signed_on is not None:
            url = reverse("contracts:performance-statement", args=[pk])
            offered.append(
                Action(_("Statement of performance"), url, "list-checks", in_menu=True, new_tab=True)
            )
        if may_supplement(self.object, self.request.user):
            url = reverse("contracts:supplement-start", args=[pk])
            offered.append(Action(_("Supplement"), url, "scroll-text", in_menu=True))
        if self.may_be_paid:
            url = f"{reverse('contracts:payment-create')}?customer={self.object.customer_id}"
            offered.append(Action(_("Record a payment"), url, "banknote", "contracts.record_payment"))
        if may_ask_for_end(self.object, self.request.user):
            url = reverse("contracts:contract-terminate", args=[pk])
            offered.append(Action(_("End this contract"), url, "circle-x", style="danger", in_menu=True))
        if ends_as(self.object) is not None and may_void(self.object, self.request.user):
            url = reverse("contracts:contract-void", args=[pk])
            label = giving_up_label(self.object)
            offered.append(Action(label, url, "ban", style="danger", in_dialog=True, in_menu=True))
        return offered

    @property
    def may_be_paid(self) -> bool:
        """Whether something of it is owed and not paid; before it takes effect its page offers that by itself."""
        if self.object.state not in (Contract.State.ACTIVE, *Contract.ENDED):
            return False
        return (
            selectors.open_instalments(self.request.user, clock.today()).filter(contract=self.object).exists()
        )

    @cached_property
    def lacks(self):
        """What a draft still lacks; nothing lacks what has been submitted."""
        return lacks_of(self.object) if self.object.is_draft else []

    @cached_property
    def signing(self):
        return signing_panel(self.object, self.request.user)

    @cached_property
    def sharing(self):
        return sharing_panel(self.object, self.request.user)

    def tabs(self):
        ends = self.object.state in Contract.ENDED or self.object.terminations.exists()
        return [
            Tab("overview", _("Overview"), "contracts/contract_overview.html"),
            *([Tab("end", _("End"), "contracts/contract_end.html")] if ends else []),
            Tab("parties", _("Parties"), "contracts/contract_parties.html"),
            Tab("text", _("Wording"), "contracts/contract_text.html"),
            *self.in_force_tabs(),
            Tab("record", _("Approval record"), "contracts/contract_record.html"),
            Tab("documents", _("Documents"), "contracts/contract_documents.html"),
        ]

    def in_force_tabs(self):
        """What both have signed is in force, or was; a supplement is read with its main contract."""
        if self.object.signed_on is None or self.object.is_supplement:
            return []
        return [Tab("in_force", pgettext("tab", "In force"), "contracts/contract_in_force.html")]

    def tab_in_force(self):
        return in_force_tab(self.object)

    def get_context_data(self, **kwargs):
        customer = self.object.customer
        may_see = Customer.objects.visible_to(self.request.user).filter(pk=customer.pk).exists()
        return super().get_context_data(
            contract=self.object,
            colour=STATE_COLOURS.get(self.object.state, ""),
            customer_url=customer.get_absolute_url() if may_see else "",
            **kwargs,
        )

    def tab_overview(self):
        contract = self.object
        return {
            "contract": contract,
            "lines": contract.lines.select_related("product"),
            **plan_context(contract),
            "lacks": self.lacks,
            "own_draft": self.is_own_draft,
            "returned": selectors.last_return(contract),
            "cases": progress.cases_of([contract]),
            "supplements": [] if contract.signed_on is None else shown_supplements(supplements_of(contract)),
            "signing": self.signing if contract.state in TO_BE_SIGNED else None,
            "sharing": self.sharing if contract.state in OPEN else None,
            **self.standing(),
        }

    def standing(self):
        """What a contract on its way to taking effect waits for, and what this person can do about it."""
        contract, state = self.object, self.object.state
        signed, rule = state == Contract.State.SIGNED, contract.effective_rule
        return {
            "waits_for_copy": state == Contract.State.SIGNING,
            "waits_for_payment": signed and rule == Contract.EffectiveRule.ON_FIRST_PAYMENT,
            "waits_for_day": signed and rule == Contract.EffectiveRule.ON_DATE,
            "may_record_payment": self.request.user.may("contracts.record_payment"),
            "advance": selectors.paid_of(contract) if state in selectors.UNSIGNED else None,
        }

    def tab_end(self):
        return end_tab(self.object)

    def tab_parties(self):
        """As frozen when submitted; a draft shows what would be frozen now."""
        contract = self.object
        return {
            "contract": contract,
            "party_a": contract.party_a or snapshot.party_a(contract),
            "party_b": contract.party_b or snapshot.party_b(contract),
        }

    def tab_text(self):
        return text_tab(self.object, self.request.GET, self.request.user)

    def tab_record(self):
        contract = self.object
        return {
            "contract": contract,
            "versions": contract.versions.select_related("submitted_by"),
            "decisions": contract.decisions.select_related("decided_by", "version").order_by("-pk"),
            "seals": contract.seal_records.select_related("sealed_by"),
            "signatures": contract.signatures.select_related("recorded_by", "scan"),
            "steps": progress.step_names(contract),
            "signing": self.signing,
            "sharing": self.sharing,
            "deviating": set(
                contract.versions.filter(deviations__isnull=False).order_by().values_list("pk", flat=True)
            ),
        }

    def tab_documents(self):
        return {"contract": self.object, "documents": selectors.files_of(self.object)}


class ContractVoid(ActionView):
    permission = "contracts.view_contract"
    form_class = VoidForm
    style = "danger"
    done_message = _("The contract is given up.")

    def get_queryset(self):
        return Contract.objects.visible_to(self.request.user).select_related("customer", "owner")

    def crumbs(self):
        return [CONTRACTS, Crumb(str(self.object), self.object.get_absolute_url())]

    def is_allowed(self):
        return may_void(self.object, self.request.user)

    def get_title(self):
        return giving_up_label(self.object)

    @property
    def submit_label(self):
        return self.get_title()

    def get_question(self):
        return gettext(
            "This ends the contract's process and cannot be undone. The number, if it has one, stays used."
        )

    def run(self, form):
        void_contract(contract_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user)
