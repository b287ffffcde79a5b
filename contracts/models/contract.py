"""The contract and what it sells."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.models.late import LATE_TERMS_HOLD, LateTerms
from core import clock
from core.money_words import amount_in_words
from core.rights import ScopedQuerySet
from core.search import query_tokens


class ContractQuerySet(ScopedQuerySet["Contract"]):
    """Contracts a person may see, and how they are found."""

    view_permission = "contracts.view_contract"

    def search(self, text: str) -> ContractQuerySet:
        """By any piece of number, title or customer."""
        pieces = query_tokens(text)
        return self.filter(search_tokens__contains=pieces) if pieces else self


class Contract(LateTerms):
    """An agreement with a customer. Its state changes only in contracts.services.

    From submission on the body is frozen: the database refuses changes until it returns to draft.
    """

    class Kind(models.TextChoices):
        NEW = "new", _("New contract")
        RENEWAL = "renewal", _("Renewal")
        SUPPLEMENT = "supplement", _("Supplement")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEWING = "reviewing", _("In review")
        APPRAISING = "appraising", _("In appraisal")
        APPROVED = "approved", _("Approved, to be sealed")
        SIGNING = "signing", _("Sealed, to be signed")
        SIGNED = "signed", _("Signed, not yet effective")
        ACTIVE = "active", _("Effective")
        COMPLETED = "completed", _("Completed")
        EXPIRED = "expired", _("Expired")
        TERMINATED = "terminated", _("Terminated")
        REJECTED = "rejected", _("Rejected")
        VOIDED = "voided", _("Voided")

    class EffectiveRule(models.TextChoices):
        ON_SIGNATURE = "on_signature", _("On signature")
        ON_FIRST_PAYMENT = "on_first_payment", _("On the first payment")
        ON_DATE = "on_date", _("On a date")

    class SigningOrder(models.TextChoices):
        EITHER = "either", _("Either party")
        CUSTOMER_FIRST = "customer_first", _("The customer first")
        WE_FIRST = "we_first", _("We first")

    class PaperLanguage(models.TextChoices):
        CHINESE = "zh", _("Chinese")
        BOTH = "both", _("Chinese and English side by side")

    # States in which nothing has left the drafter's desk, or never will.
    UNSUBMITTED = (State.DRAFT, State.VOIDED)
    # A supplement changes what has been signed and goes on.
    SUPPLEMENTED = (State.SIGNED, State.ACTIVE)
    # States in which the customer owes what the plan says, less what was released; mostly nothing in the last ones.
    OWED = (State.SIGNED, State.ACTIVE, State.COMPLETED, State.EXPIRED, State.TERMINATED)
    # A contract in one of these is over: it ended by itself, or was ended.
    ENDED = (State.COMPLETED, State.EXPIRED, State.TERMINATED)

    # Null in drafts: numbers are given at submission, without gaps.
    no = models.CharField(_("contract no."), max_length=30, unique=True, null=True, editable=False)  # noqa: DJ001
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NEW)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("previous contract"),
    )
    title = models.CharField(_("title"), max_length=120)
    template = models.ForeignKey(
        "contracts.ContractTemplate",
        on_delete=models.PROTECT,
        related_name="contracts",
        verbose_name=_("template"),
    )
    # Theirs, where they did not take our text; its template then only says what it is compared with.
    counterparty_paper = models.ForeignKey(
        "contracts.CounterpartyPaper",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("customer's paper"),
    )
    customer = models.ForeignKey(
        "crm.Customer", on_delete=models.PROTECT, related_name="contracts", verbose_name=_("customer")
    )
    contact = models.ForeignKey(
        "crm.Contact",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    own_company = models.ForeignKey(
        "contracts.OwnCompany",
        on_delete=models.PROTECT,
        related_name="contracts",
        verbose_name=_("our company"),
    )
    bank_account = models.ForeignKey(
        "contracts.BankAccount",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("receiving account"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("owner")
    )
    department_path = models.CharField(max_length=300, blank=True, db_index=True, editable=False)
    # Customer (A) and we (B) as they were when the contract was submitted.
    party_a = models.JSONField(default=dict, editable=False)
    party_b = models.JSONField(default=dict, editable=False)
    # The sum of the lines; never typed.
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, default=Decimal("0.00"), editable=False
    )
    tax_rate = models.DecimalField(_("tax rate %"), max_digits=5, decimal_places=2, default=Decimal("6.00"))
    copies = models.PositiveSmallIntegerField(_("copies"), default=2)
    # Where both languages differ, the Chinese text prevails; the paper says so.
    paper_language = models.CharField(
        _("language of the paper"), max_length=4, choices=PaperLanguage, default=PaperLanguage.CHINESE
    )
    start_on = models.DateField(_("start"), null=True, blank=True)
    end_on = models.DateField(_("end"), null=True, blank=True)
    # Until when it runs: what it says itself, until a supplement in effect says otherwise. The database keeps it.
    in_force_until = models.DateField(_("in force until"), null=True, editable=False)
    # When it takes effect once both have signed. Empty in drafts: as its products say (``rule_of``).
    effective_rule = models.CharField(
        _("takes effect"), max_length=20, choices=EffectiveRule, blank=True, default=""
    )
    effective_due_on = models.DateField(_("takes effect on"), null=True, blank=True)
    signing_order = models.CharField(
        _("who signs first"), max_length=16, choices=SigningOrder, default=SigningOrder.EITHER
    )
    sign_place = models.CharField(_("place of signing"), max_length=60, blank=True)
    # Its own answers for values that the template leaves open, by name.
    variables = models.JSONField(_("values"), default=dict, blank=True)
    special_terms = models.TextField(_("special terms"), max_length=2000, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, editable=False)
    effective_on = models.DateField(_("effective from"), null=True, editable=False)
    # The day on which it ended: with its term, or before by termination.
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), null=True, editable=False)
    void_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    search_tokens = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    objects = ContractQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"]) | Q(no__isnull=False),
                name="submitted_contract_has_a_number",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"])
                | Q(kind="supplement")
                | Q(start_on__isnull=False, end_on__isnull=False),
                name="submitted_contract_has_a_term",
            ),
            models.CheckConstraint(
                condition=Q(start_on__lte=F("end_on")), name="contract_starts_before_it_ends"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "active", "completed", "expired", "terminated"])
                | Q(signed_on__isnull=False),
                name="signed_contract_has_a_signing_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(effective_on__isnull=False),
                name="active_contract_has_an_effective_date",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"]) | ~Q(effective_rule=""),
                name="submitted_contract_says_when_it_takes_effect",
            ),
            models.CheckConstraint(
                condition=Q(effective_due_on__isnull=True) | Q(effective_rule="on_date"),
                name="date_of_effect_only_with_its_rule",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"])
                | ~Q(effective_rule="on_date")
                | Q(effective_due_on__isnull=False),
                name="contract_effective_on_a_date_names_it",
            ),
            # A contract whose day comes before the signature takes effect with the signature.
            models.CheckConstraint(
                condition=Q(effective_on__isnull=True) | Q(effective_on__gte=F("signed_on")),
                name="contract_takes_effect_when_signed_or_later",
            ),
            models.CheckConstraint(
                condition=Q(effective_on__isnull=True)
                | Q(effective_due_on__isnull=True)
                | Q(effective_on__gte=F("effective_due_on")),
                name="contract_takes_effect_on_its_date_or_later",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(state__in=["completed", "expired", "terminated"]),
                name="only_what_is_over_has_an_end",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="contract_amount_is_not_negative"),
            models.CheckConstraint(
                condition=Q(copies__gte=1, copies__lte=20), name="contract_copies_are_1_to_20"
            ),
            models.CheckConstraint(
                condition=~Q(kind="renewal") | Q(parent__isnull=False), name="renewal_has_a_parent"
            ),
            models.CheckConstraint(
                condition=~Q(kind="supplement") | Q(parent__isnull=False), name="supplement_has_a_parent"
            ),
            models.CheckConstraint(
                condition=~Q(kind="supplement") | Q(counterparty_paper__isnull=True),
                name="supplement_is_printed_by_us",
            ),
            *LATE_TERMS_HOLD,
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search_tokens"], name="contract_search"),
            models.Index(fields=["owner", "-id"], name="contract_by_owner"),
            models.Index(fields=["state", "-id"], name="contract_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.title}" if self.no else self.title

    def get_absolute_url(self) -> str:
        return reverse("contracts:contract-detail", args=[self.pk])

    @property
    def is_supplement(self) -> bool:
        return self.kind == self.Kind.SUPPLEMENT

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_bilingual(self) -> bool:
        return self.paper_language == self.PaperLanguage.BOTH

    @property
    def amount_in_words(self) -> str:
        """The amount in capitals, as the contract prints it."""
        return amount_in_words(self.amount)


class ContractLine(models.Model):
    """One product of a contract."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="lines")
    seq = models.PositiveSmallIntegerField(_("no."))
    product = models.ForeignKey(
        "contracts.Product", on_delete=models.PROTECT, related_name="+", verbose_name=_("product")
    )
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=9, decimal_places=2, default=Decimal(1))
    unit = models.CharField(_("unit"), max_length=20)
    list_price = models.DecimalField(_("list price"), max_digits=12, decimal_places=2)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    amount = models.DecimalField(_("sum"), max_digits=14, decimal_places=2, editable=False)

    class Meta:
        ordering: ClassVar = ["contract", "seq"]
        verbose_name = _("contract line")
        verbose_name_plural = _("contract lines")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "seq"], name="line_number_once_per_contract"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_is_positive"),
            models.CheckConstraint(condition=Q(price__gte=0), name="line_price_is_not_negative"),
            models.CheckConstraint(
                condition=Q(amount__gte=F("quantity") * F("price") - Decimal("0.005"))
                & Q(amount__lte=F("quantity") * F("price") + Decimal("0.005")),
                name="line_sum_is_quantity_times_price",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seq}. {self.product}"
