"""Customers: list, page, forms, handing over."""

from datetime import date

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Value
from django.db.models.functions import Coalesce
from django.http import Http404, JsonResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from core import clock
from core.generic import Action, ActionView, DetailPage, FormPage, ListPage, Tab
from core.generic.base import Crumb
from core.generic.bulk import BulkAction
from core.rights import require_on
from crm import extensions, selectors
from crm.activity_tab import activities_of
from crm.filters import CustomerFilter
from crm.forms import CHECKS, AssignForm, AssignManyForm, CustomerCreateForm, CustomerForm
from crm.models import Contact, Customer
from crm.services import assign_customer, create_customer, update_customer
from crm.services.dedupe import JUDGE
from crm.tables import CustomerTable, status_colour
from crm.views.ownership import actions_of, looks_like, ownership_of

LIST = Crumb(_("Customers"), reverse_lazy("crm:customer-list"))
PRIMARY = Prefetch("contacts", Contact.objects.filter(is_primary=True), to_attr="primary_contacts")


class CustomerList(ListPage):
    title = _("Customers")
    permission = "crm.view_customer"
    table_class = CustomerTable
    filter_class = CustomerFilter
    orders = {
        "name": ("name_sort", "pk"),
        "no": ("no", "pk"),
        "owner": ("owner_sort", "name_sort", "pk"),
        "last_contact_on": ("last_contact_sort", "pk"),
        "next_contact_on": ("next_contact_sort", "pk"),
    }
    order = "name"
    search_placeholder = _("Name, number, tax no., phone")
    empty_title = _("No customers yet")
    empty_text = _("They stand here as soon as they are entered one by one or imported from a spreadsheet.")
    optional_columns = (
        "industry",
        "last_contact_on",
        "contact_count",
        "uscc",
        "size",
        "source",
        "created_at",
    )

    def bulk_actions(self):
        people = selectors.possible_owners(self.request.user)
        return [
            BulkAction(
                "assign",
                _("Hand over"),
                _hand_over,
                icon="user-check",
                permission="crm.edit_customer",
                form_class=AssignManyForm,
                form_options=lambda: {"people": people},
                question=_("The new owner sees the customers at once; you may no longer see them."),
            )
        ]

    def get_queryset(self):
        found = (
            Customer.objects.visible_to(self.request.user)
            .select_related("owner")
            .prefetch_related(PRIMARY)
            .defer("search_tokens", "introduction", "remark", "owner__search_tokens")
        )
        found = found.annotate(
            owner_sort=Coalesce("owner__display_name", Value("")),
            last_contact_sort=Coalesce("last_contact_on", Value(date.min)),
            next_contact_sort=Coalesce("next_contact_on", Value(date.max)),
        )
        for column in extensions.columns_for(self.request.user):
            found = column.annotate(found, self.request)
        return found

    def chosen_order(self):
        added = extensions.columns_for(self.request.user)
        self.orders = {**CustomerList.orders, **{one.name: (one.name, "pk") for one in added}}
        return super().chosen_order()

    def table_options(self):
        added = extensions.columns_for(self.request.user)
        return {
            "extra_columns": [(one.name, one.column()) for one in added],
            "sequence": (
                "name",
                "no",
                "status",
                "level",
                "region",
                "contact",
                *(one.name for one in added),
                "next_contact_on",
                "owner",
                *self.optional_columns,
            ),
        }

    def actions(self):
        return [
            Action(
                _("New customer"),
                reverse("crm:customer-create"),
                "plus",
                "crm.edit_customer",
                style="primary",
            ),
            Action(
                _("Import customers"),
                reverse("import-start", args=["crm.customers"]),
                "upload",
                "crm.import_customers",
            ),
            Action(_("Pairs that look the same"), reverse("crm:duplicate-list"), "copy", JUDGE, in_menu=True),
            Action(_("Recycle bin"), reverse("crm:recycle-bin"), "trash-2", JUDGE, in_menu=True),
        ]


def _hand_over(actor, customer, values):
    assign_customer(customer_id=customer.pk, owner=values["owner"], actor=actor)


class CustomerDetail(DetailPage):
    permission = "crm.view_customer"
    header_template = "crm/customer_header.html"

    def get_queryset(self):
        return (
            Customer.objects.visible_to(self.request.user)
            .select_related("owner__department", "updated_by")
            .prefetch_related("contacts", "addresses")
        )

    def crumbs(self):
        return [LIST, Crumb(self.object.no)]

    def may_edit(self) -> bool:
        """Whether this person may change this row; readers see no buttons."""
        if not hasattr(self, "_may_edit"):
            reachable = Customer.objects.reachable_by(self.request.user, "crm.edit_customer")
            self._may_edit = reachable.filter(pk=self.object.pk).exists()
        return self._may_edit

    def actions(self):
        offered = [
            Action(one.label, one.url(self.object), one.icon, one.permission, one.style)
            for one in extensions.actions()
        ]
        offered += actions_of(self.request.user, self.object)
        if not self.may_edit():
            return offered
        pk = self.object.pk
        by_hand = reverse("crm:status-by-hand", args=[pk])
        status = Action(
            _("Change the status"), reverse("crm:status-change", args=[pk]), "trending-up", in_dialog=True
        )
        return [
            *offered,
            status,
            Action(_("Edit"), reverse("crm:customer-edit", args=[pk]), "pencil"),
            Action(_("Add a contact"), reverse("crm:contact-create", args=[pk]), "user-plus", in_menu=True),
            Action(_("Add an address"), reverse("crm:address-create", args=[pk]), "map-pin", in_menu=True),
            Action(_("Hand over"), reverse("crm:customer-assign", args=[pk]), "arrow-right", in_menu=True),
            Action(
                _("Set the status by hand"),
                by_hand,
                "hand",
                "crm.override_status",
                in_dialog=True,
                in_menu=True,
            ),
        ]

    def tabs(self):
        contacts, addresses = self.object.contacts.all(), self.object.addresses.all()
        done = str(self.object.activities.count() or "")
        own = [
            Tab("overview", _("Overview"), "crm/customer_overview.html"),
            Tab("activities", _("Activities"), "crm/customer_activities.html", count=done),
            Tab("contacts", _("Contacts"), "crm/customer_contacts.html", count=str(len(contacts))),
            Tab("addresses", _("Addresses"), "crm/customer_addresses.html", count=str(len(addresses))),
        ]
        behind = [
            Tab("ownership", _("Ownership"), "crm/customer_ownership.html"),
            Tab("duplicates", _("Duplicates"), "crm/customer_duplicates.html", permission=JUDGE),
        ]
        return own + [self._added(one) for one in extensions.tabs_for(self.request.user)] + behind

    def _added(self, tab: extensions.CustomerTab) -> Tab:
        # The generic page asks tab_<name>() for the panel's context.
        setattr(self, f"tab_{tab.name}", lambda: tab.context(self.request, self.object))
        count = tab.count(self.request, self.object) if tab.count else 0
        return Tab(tab.name, tab.label, tab.template, count=str(count or ""))

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            customer=self.object,
            status_colour=status_colour(self.object.status),
            today=clock.today(),
            **kwargs,
        )

    def tab_overview(self):
        return {
            "customer": self.object,
            "figures": extensions.figures_for(self.request, self.object),
            "contact": selectors.primary_contact(self.object),
            "postal_address": selectors.postal_address(self.object),
            "may_edit": self.may_edit(),
        }

    def tab_activities(self):
        return activities_of(self.request, self.object)

    def tab_ownership(self):
        return ownership_of(self.request, self.object)

    def tab_duplicates(self):
        return looks_like(self.request, self.object)

    def tab_contacts(self):
        return {"customer": self.object, "may_edit": self.may_edit()}

    def tab_addresses(self):
        missing = selectors.postal_address(self.object) is None
        return {"customer": self.object, "may_edit": self.may_edit(), "no_postal_address": missing}


class CustomerFormPage(FormPage):
    """What the two forms of a customer share."""

    template_name = "crm/customer_form.html"
    permission = "crm.edit_customer"

    def form_options(self):
        return {"user": self.request.user}


class CustomerCreate(CustomerFormPage):
    title = _("New customer")
    form_class = CustomerCreateForm
    done_message = _("The customer is entered.")

    def crumbs(self):
        return [LIST]

    def cancel_url(self):
        return reverse("crm:customer-list")

    def save(self, form):
        return create_customer(
            fields=form.changes(),
            contacts=form.contacts(),
            addresses=form.addresses(),
            actor=self.request.user,
        )


class CustomerRow:
    """A page that changes one customer: 404 to strangers, 403 to readers."""

    customer_key = "pk"

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            require_on(request.user, "crm.edit_customer", Customer.objects.all(), kwargs[self.customer_key])
        return super().dispatch(request, *args, **kwargs)


class CustomerEdit(CustomerRow, CustomerFormPage):
    form_class = CustomerForm
    version_field = "revision"

    def get_queryset(self):
        return Customer.objects.visible_to(self.request.user)

    def get_title(self):
        return _("Edit customer")

    def crumbs(self):
        return [LIST, Crumb(self.object.no, self.object.get_absolute_url())]

    def save(self, form):
        return update_customer(
            customer_id=self.object.pk,
            revision=self.object.revision,
            changes=form.changes(),
            actor=self.request.user,
        )


class CustomerAssign(CustomerRow, ActionView):
    title = _("Hand over the customer")
    permission = "crm.edit_customer"
    form_class = AssignForm
    submit_label = _("Hand over")
    done_message = _("The customer is handed over.")

    def get_queryset(self):
        return Customer.objects.visible_to(self.request.user)

    def crumbs(self):
        return [LIST, Crumb(self.object.no, self.object.get_absolute_url())]

    def get_question(self):
        return _("The new owner sees the customer at once; you may no longer see it.")

    def form_options(self):
        return {"people": selectors.possible_owners(self.request.user)}

    def initial(self):
        return {"owner": self.object.owner_id}

    def run(self, form):
        customer = assign_customer(
            customer_id=self.object.pk, owner=form.cleaned_data["owner"], actor=self.request.user
        )
        still_visible = Customer.objects.visible_to(self.request.user).filter(pk=customer.pk).exists()
        return customer.get_absolute_url() if still_visible else reverse("crm:customer-list")


@login_required
@require_GET
def field_check(request):
    """What is wrong with a number while the form is being filled in: {"error": ""} when nothing is."""
    check = CHECKS.get(request.GET.get("kind", ""))
    if check is None:
        raise Http404("There is no such check.")
    try:
        check(request.GET.get("value", "")[:200])
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)})
    return JsonResponse({"error": ""})
