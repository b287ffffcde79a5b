"""The customer: one row for a prospect and for who has signed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.actors import Actor
from core.rights import ScopedQuerySet
from core.search import query_tokens
from crm.models.status import StatusField, status_choices


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    """Customers a person may see, and how they are found."""

    view_permission = "crm.view_customer"

    def visible_to(self, actor: Actor) -> CustomerQuerySet:
        """Copies in the recycle bin are seen by those who judge what is a copy."""
        seen = super().visible_to(actor)
        return seen if actor.may("crm.judge_duplicates") else seen.exclude(pool_state="recycled")

    def in_pool_for(self, actor: Actor) -> CustomerQuerySet:
        """The public pool, for whoever may take customers out of it. What they read of them hides the numbers."""
        may = actor.may("crm.claim_customer")
        return self.filter(pool_state="pool") if may else self.none()

    def search(self, text: str) -> CustomerQuerySet:
        """By any piece of name, number, tax number, pinyin or contact."""
        pieces = query_tokens(text)
        return self.filter(search_tokens__contains=pieces) if pieces else self

    def by_name(self) -> CustomerQuerySet:
        """In the order of a Chinese address book."""
        return self.order_by("name_sort", "pk")


class Customer(models.Model):
    """A company or a person we sell to. Nobody's customer (no owner) stands in the public pool."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        PERSON = "person", _("Person")

    class Status(models.TextChoices):
        """The statuses a company starts with; what there are is told by the rows of CustomerStatus."""

        INTERESTED = "interested", _("Interested")
        PLANNED = "planned", _("Has a plan or need")
        QUOTED = "quoted", _("Quoted, decision pending")
        SIGNED = "signed", _("Contract signed")
        DORMANT = "dormant", _("Dormant")
        LOST = "lost", _("Lost")
        INVALID = "invalid", _("Invalid")

    class Level(models.TextChoices):
        A = "A", _("A: key account")
        B = "B", _("B: important")
        C = "C", _("C: ordinary")
        D = "D", _("D: small")

    class Size(models.TextChoices):
        UNDER_20 = "under_20", _("Under 20 people")
        FROM_20 = "20_99", _("20 to 99 people")
        FROM_100 = "100_499", _("100 to 499 people")
        FROM_500 = "500_999", _("500 to 999 people")
        FROM_1000 = "1000_up", _("1,000 people or more")

    class EnterpriseScale(models.TextChoices):
        """As the firm declares itself: the law on paying small suppliers asks for it."""

        MICRO = "micro", _("Micro enterprise")
        SMALL = "small", _("Small enterprise")
        MEDIUM = "medium", _("Medium enterprise")
        LARGE = "large", _("Large enterprise")
        GOVERNMENT = "gov", _("Public body")

    class Source(models.TextChoices):
        REGISTRATION = "registration", _("Registered on the site")
        INBOUND = "inbound", _("Inbound call")
        OUTBOUND = "outbound", _("Outbound call")
        TARGET_LIST = "target_list", _("Target list")
        EXHIBITION = "exhibition", _("Exhibition")
        REFERRAL = "referral", _("Referral")
        IMPORT = "import", _("Import")
        OTHER = "other", _("Other")

    class PoolState(models.TextChoices):
        POOL = "pool", _("Public pool")
        OWNED = "owned", _("Tracked")
        RECYCLED = "recycled", _("Recycle bin")

    class DealState(models.TextChoices):
        NONE = "none", _("No deal yet")
        ACTIVE = "active", _("Buys from us")
        FORMER = "former", _("Bought from us before")

    no = models.CharField(_("customer no."), max_length=30, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COMPANY)
    name = models.CharField(_("name"), max_length=120)
    name_norm = models.CharField(max_length=120, editable=False, db_index=True)
    name_sort = models.CharField(max_length=200, editable=False, db_collation="C")
    uscc = models.CharField(
        _("unified social credit code"), max_length=18, unique=True, null=True, blank=True
    )
    legal_representative = models.CharField(_("legal representative"), max_length=60, blank=True)
    enterprise_scale = models.CharField(
        _("enterprise scale"), max_length=10, choices=EnterpriseScale, blank=True
    )
    industry = models.CharField(_("industry"), max_length=40, blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True)
    size = models.CharField(_("size"), max_length=10, choices=Size, blank=True)
    source = models.CharField(_("source"), max_length=20, choices=Source, default=Source.OTHER)
    level = models.CharField(_("level"), max_length=1, choices=Level, default=Level.C)
    # The code of a row of CustomerStatus: a foreign key of the database (migration 0011).
    status = StatusField(
        _("customer status"), max_length=20, choices=status_choices, default=Status.INTERESTED
    )
    main_products = models.CharField(_("main products"), max_length=300, blank=True)
    introduction = models.TextField(_("company introduction"), max_length=4000, blank=True)
    website = models.URLField(_("website"), max_length=200, blank=True)
    bank_name = models.CharField(_("bank"), max_length=80, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True)
    remark = models.TextField(_("remark"), max_length=2000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="customers",
        verbose_name=_("owner"),
    )
    pool_state = models.CharField(
        _("where it stands"), max_length=10, choices=PoolState, default=PoolState.POOL, editable=False
    )
    # Whoever tracks it first and has not let go of it since: the deal counts as theirs (F9).
    first_tracker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("first tracker"),
    )
    first_tracked_at = models.DateTimeField(_("first tracked"), null=True, editable=False)
    last_contact_on = models.DateField(_("last contact"), null=True, editable=False)
    next_contact_on = models.DateField(_("next contact"), null=True, editable=False)
    contact_count = models.PositiveIntegerField(_("contacts made"), default=0, editable=False)
    deal_state = models.CharField(
        _("deals"), max_length=10, choices=DealState, default=DealState.NONE, editable=False
    )
    is_key = models.BooleanField(_("key account"), default=False)
    status_since = models.DateTimeField(_("in this status since"), default=clock.now, editable=False)
    # Of a copy in the recycle bin: the row that stays.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="copies",
        verbose_name=_("copy of"),
    )
    department_path = models.CharField(max_length=300, blank=True, db_index=True, editable=False)
    search_tokens = ArrayField(models.CharField(max_length=60), default=list, editable=False)
    # Grows with every change; who saves on top of an older one is told so instead of overwriting it.
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_a_name"),
            models.CheckConstraint(
                condition=Q(uscc__isnull=True) | ~Q(uscc=""), name="customer_uscc_is_null_not_empty"
            ),
            # In the pool copies of one company are lawful; tracked, a company exists once.
            models.UniqueConstraint(
                fields=["name_norm"],
                condition=Q(kind="company", owner__isnull=False),
                name="tracked_company_has_its_name_alone",
            ),
            models.CheckConstraint(
                condition=Q(pool_state="owned", owner__isnull=False)
                | (~Q(pool_state="owned") & Q(owner__isnull=True)),
                name="tracked_customer_has_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(pool_state="recycled", merged_into__isnull=False)
                | (~Q(pool_state="recycled") & Q(merged_into__isnull=True)),
                name="recycled_customer_names_what_stays",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="customer_is_no_copy_of_itself",
            ),
            models.CheckConstraint(
                condition=Q(first_tracker__isnull=True, first_tracked_at__isnull=True)
                | Q(first_tracker__isnull=False, first_tracked_at__isnull=False),
                name="first_tracker_with_the_moment",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["search_tokens"], name="customer_search"),
            models.Index(fields=["name_sort", "id"], name="customer_by_pinyin"),
            models.Index(fields=["owner", "-id"], name="customer_by_owner"),
            models.Index(
                fields=["owner", "next_contact_on"],
                condition=Q(next_contact_on__isnull=False),
                name="customer_to_contact",
            ),
            models.Index(fields=["industry"], name="customer_by_industry"),
            models.Index(fields=["region"], name="customer_by_region"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("crm:customer-detail", args=[self.pk])

    @property
    def is_in_pool(self) -> bool:
        return self.pool_state == self.PoolState.POOL
