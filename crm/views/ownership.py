"""Who tracks one customer, and what looks like it: its tabs, releasing, judging a pair, restoring."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.generic import Action, ActionView
from core.generic.base import Crumb
from core.models import User
from crm.models import Customer, DuplicateCase
from crm.pool_forms import COPY, JudgeForm, ReleaseForm
from crm.pool_tables import in_words
from crm.services import judge_pair, merge_customer, release_customer, restore_customer
from crm.services.claiming import CLAIM, RELEASE
from crm.services.dedupe import JUDGE, duplicates_of
from crm.views.pool import BIN, CUSTOMERS

Pool = Customer.PoolState


def actions_of(person: User, customer: Customer) -> list[Action]:
    """What this person may do about whose customer it is."""
    pk = customer.pk
    if customer.pool_state == Pool.RECYCLED:
        url = reverse("crm:customer-restore", args=[pk])
        return [Action(_("Restore"), url, "undo-2", JUDGE, style="primary", in_dialog=True)]
    if customer.pool_state == Pool.POOL:
        url = reverse("crm:customer-claim", args=[pk])
        return [
            Action(
                pgettext_lazy("customer", "Claim"), url, "user-plus", CLAIM, style="primary", in_dialog=True
            )
        ]
    if Customer.objects.reachable_by(person, RELEASE).filter(pk=pk).exists():
        url = reverse("crm:customer-release", args=[pk])
        return [Action(_("Release to the public pool"), url, "log-out", in_dialog=True, in_menu=True)]
    return []


def ownership_of(request, customer: Customer) -> dict:
    """Who tracked it from when to when, the present one first."""
    return {"customer": customer, "periods": customer.periods.select_related("owner__department", "by")}


def looks_like(request, customer: Customer) -> dict:
    """What shares keys with it, what was judged, and its copies in the recycle bin."""
    found = [
        {
            "customer": match.customer,
            "same": match.labels,
            "is_strong": match.is_strong,
            "judge_url": reverse("crm:duplicate-judge", args=[customer.pk, match.customer.pk]),
        }
        for match in duplicates_of(customer)
    ]
    judged = DuplicateCase.objects.filter(pk__in=_pairs_of(customer)).exclude(
        verdict=DuplicateCase.Verdict.OPEN
    )
    pairs = [
        {
            "customer": pair.right if pair.left_id == customer.pk else pair.left,
            "same": in_words(pair.kinds),
            "pair": pair,
        }
        for pair in judged.select_related("left", "right", "by")
    ]
    return {"customer": customer, "found": found, "judged": pairs}


def _pairs_of(customer: Customer):
    left = DuplicateCase.objects.filter(left=customer).values("pk")
    return left.union(DuplicateCase.objects.filter(right=customer).values("pk"))


class _Deed(ActionView):
    """A deed on one customer: 404 to a stranger, 403 to a reader."""

    def get_queryset(self):
        return Customer.objects.visible_to(self.request.user)

    def is_allowed(self):
        rows = Customer.objects.reachable_by(self.request.user, self.permission)
        return rows.filter(pk=self.object.pk).exists()

    def crumbs(self):
        return [CUSTOMERS, Crumb(self.object.no, self.object.get_absolute_url())]


class CustomerRelease(_Deed):
    permission, form_class = RELEASE, ReleaseForm
    title, submit_label = _("Release to the public pool"), _("Release")
    done_message = _("The customer stands in the public pool.")

    def get_question(self):
        return gettext(
            "Anybody may claim it then. Its follow-up ends, and whoever takes it next counts as its first tracker."
        )

    def run(self, form):
        release_customer(
            customer_id=self.object.pk, reason=form.cleaned_data["reason"], actor=self.request.user
        )
        seen = Customer.objects.visible_to(self.request.user).filter(pk=self.object.pk).exists()
        return None if seen else reverse("crm:customer-list")


class CustomerRestore(_Deed):
    permission = JUDGE
    title, submit_label = _("Restore the customer"), _("Restore")
    done_message = _("The customer stands in the public pool again.")

    def crumbs(self):
        return [CUSTOMERS, BIN]

    def get_question(self):
        return gettext(
            "It is no copy after all: it stands in the public pool, and is not taken for one again."
        )

    def run(self, form):
        restore_customer(customer_id=self.object.pk, actor=self.request.user)


class DuplicateJudge(_Deed):
    """Say what two customers that look the same are to each other."""

    permission, form_class = JUDGE, JudgeForm
    title, submit_label = _("Judge the pair"), _("Judge")
    done_message = _("Judged.")

    @cached_property
    def other(self) -> Customer:
        rows = Customer.objects.visible_to(self.request.user)
        return get_object_or_404(rows, pk=self.kwargs["other_pk"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not request.user.may(JUDGE):
            get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
            raise PermissionDenied(JUDGE)
        return super().dispatch(request, *args, **kwargs)

    def get_question(self):
        return gettext("%(other)s against %(customer)s: a copy leaves the lists, %(kept)s stays.") % {
            "other": f"{self.other.no} {self.other.name}",
            "customer": f"{self.object.no} {self.object.name}",
            "kept": self.object.no,
        }

    def done_url(self):
        return f"{self.object.get_absolute_url()}?tab=duplicates"

    def run(self, form):
        verdict, note = form.cleaned_data["verdict"], form.cleaned_data["note"]
        pair = {"customer_id": self.object.pk, "actor": self.request.user, "note": note}
        if verdict == COPY:
            merge_customer(copy_id=self.other.pk, **pair)
        else:
            judge_pair(other_id=self.other.pk, verdict=verdict, **pair)
