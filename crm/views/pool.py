"""The public pool and the recycle bin: lists, claiming, restoring, and the pairs that look the same."""

from django.db.models import Prefetch, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.generic import ActionView, ListPage
from core.generic.base import Crumb
from core.generic.bulk import BulkAction
from core.search import query_tokens
from crm.models import Contact, Customer, DuplicateCase
from crm.pool_forms import PairFilter, PoolFilter
from crm.pool_tables import PairTable, PoolTable, RecycledTable
from crm.services import claim_customer, restore_customer
from crm.services.claiming import CLAIM
from crm.services.dedupe import JUDGE

CUSTOMERS = Crumb(_("Customers"), reverse_lazy("crm:customer-list"))
POOL = Crumb(_("Public pool"), reverse_lazy("crm:customer-pool"))
BIN = Crumb(_("Recycle bin"), reverse_lazy("crm:recycle-bin"))
PRIMARY = Prefetch("contacts", Contact.objects.filter(is_primary=True), to_attr="primary_contacts")


class PoolList(ListPage):
    """Whom nobody tracks, for whoever may take them; what is behind the numbers is seen after the claim."""

    title, permission = _("Public pool"), CLAIM
    table_class, filter_class = PoolTable, PoolFilter
    orders = {
        "name": ("name_sort", "pk"),
        "no": ("no", "pk"),
        "created_at": ("created_at", "pk"),
    }
    order = "-created_at"
    exportable = False
    search_placeholder = _("Name, number, tax no., phone")
    empty_title = _("Nobody waits in the public pool")
    empty_text = _("Customers stand here whom nobody tracks: released ones, and imports without an owner.")
    optional_columns = ("no", "source", "last_contact_on")

    def get_queryset(self):
        rows = Customer.objects.in_pool_for(self.request.user).prefetch_related(PRIMARY)
        return rows.defer("search_tokens", "introduction", "remark")

    def crumbs(self):
        return [CUSTOMERS]

    def bulk_actions(self):
        return [
            BulkAction(
                "claim",
                pgettext_lazy("customer", "Claim"),
                _claim,
                icon="user-plus",
                permission=CLAIM,
                question=_("They become your customers, and nobody else finds them in the public pool."),
            )
        ]


def _claim(actor, customer, values):
    claim_customer(customer_id=customer.pk, actor=actor)


class CustomerClaim(ActionView):
    """Take one customer out of the pool."""

    permission = CLAIM
    title, submit_label = _("Claim the customer"), pgettext_lazy("customer", "Claim")
    done_message = _("The customer is yours now.")

    def get_queryset(self):
        # Who was slower than somebody else is told so by the service; the page itself shows nobody's customers.
        if self.request.method == "POST" and self.request.user.may(CLAIM):
            return Customer.objects.exclude(pool_state=Customer.PoolState.RECYCLED)
        return Customer.objects.in_pool_for(self.request.user)

    def crumbs(self):
        return [POOL]

    def get_question(self):
        if not self.object.is_in_pool:
            return ""
        known = [self.object.industry, self.object.region, self.object.main_products]
        facts = " · ".join(one for one in known if one)
        name = f"{self.object.name} ({facts})" if facts else self.object.name
        return gettext("%(name)s becomes your customer, and nobody else finds it in the public pool.") % {
            "name": name
        }

    def cancel_url(self):
        return reverse("crm:customer-pool")

    def run(self, form):
        return claim_customer(customer_id=self.object.pk, actor=self.request.user).customer.get_absolute_url()


class RecycleBin(ListPage):
    """Copies that were put away; they come back to the pool."""

    title, permission = _("Recycle bin"), JUDGE
    table_class = RecycledTable
    orders = {"name": ("name_sort", "pk"), "no": ("no", "pk"), "updated_at": ("updated_at", "pk")}
    order = "-updated_at"
    search_placeholder = _("Name, number, tax no., phone")
    empty_title = _("The recycle bin is empty")
    empty_text = _("Copies of a customer come here when somebody claims it or judges them to be copies.")

    def get_queryset(self):
        rows = Customer.objects.visible_to(self.request.user).filter(pool_state="recycled")
        return rows.select_related("merged_into", "updated_by").defer(
            "search_tokens", "merged_into__search_tokens", "updated_by__search_tokens"
        )

    def crumbs(self):
        return [CUSTOMERS]

    def bulk_actions(self):
        return [
            BulkAction(
                "restore",
                _("Restore"),
                _restore,
                icon="undo-2",
                permission=JUDGE,
                question=_("They are no copies after all, and stand in the public pool again."),
            )
        ]


def _restore(actor, customer, values):
    restore_customer(customer_id=customer.pk, actor=actor)


class PairList(ListPage):
    """Pairs that look the same: those to be judged, and what was judged."""

    title, permission = _("Pairs that look the same"), JUDGE
    table_class, filter_class = PairTable, PairFilter
    orders = {"at": ("at", "pk"), "left": ("left_sort", "pk")}
    order = "-at"
    search_placeholder = _("Name, number, tax no., phone")
    empty_title = _("No pairs")
    empty_text = _("A pair is noted when a claimed or entered customer shares keys with another one.")

    def get_queryset(self):
        seen = Customer.objects.visible_to(self.request.user).order_by().values("pk")
        rows = DuplicateCase.objects.filter(left__in=seen, right__in=seen)
        rows = rows.select_related("left", "right", "by").defer(
            "left__search_tokens", "right__search_tokens", "by__search_tokens"
        )
        return rows.annotate(left_sort=Coalesce("left__name_sort", Value("")))

    def is_searchable(self, queryset):
        return True

    def search(self, queryset, text):
        pieces = query_tokens(text)
        if not pieces:
            return queryset
        return queryset.filter(
            Q(left__search_tokens__contains=pieces) | Q(right__search_tokens__contains=pieces)
        )

    def crumbs(self):
        return [CUSTOMERS]
