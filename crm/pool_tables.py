"""How the public pool, the recycle bin and the pairs that look the same are listed."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.generic.tables import Column, DateColumn, MomentColumn, NameColumn, Table, TagColumn
from crm.masking import masked_number
from crm.models import Customer, DedupeKey, DuplicateCase

VERDICT_COLOURS = {
    DuplicateCase.Verdict.OPEN: "amber",
    DuplicateCase.Verdict.NOT_DUPLICATE: "green",
    DuplicateCase.Verdict.LINKED: "brand",
}


def claim_address(record: Customer) -> str:
    """Where a customer of the pool is looked at and claimed."""
    return reverse("crm:customer-claim", args=[record.pk])


def in_words(kinds: list[str]) -> str:
    """What two customers share: "Company, Mobile"."""
    return ", ".join(str(DedupeKey.Kind(kind).label) for kind in kinds)


class PoolTable(Table):
    """Whom nobody tracks. Numbers are hidden until somebody takes the customer (F5)."""

    name = NameColumn(verbose_name=_("Customer"), linkify=claim_address)
    no = Column(verbose_name=_("No."), tight=True, phone=False)
    level = Column(verbose_name=_("Level"), tight=True, phone=False)
    industry = Column(verbose_name=_("Industry"), tight=True, phone=False)
    region = Column(verbose_name=_("Region"), tight=True)
    contact = Column(verbose_name=_("Primary contact"), empty_values=(), tight=True)
    main_products = Column(verbose_name=_("Main products"), phone=False)
    source = Column(verbose_name=_("Source"), tight=True, phone=False)
    last_contact_on = DateColumn(verbose_name=_("Last contact"), phone=False)
    created_at = MomentColumn(verbose_name=_("Entered"), phone=False)

    class Meta(Table.Meta):
        model = Customer
        fields = (
            "name", "no", "level", "industry", "region", "contact", "main_products", "source", "last_contact_on",
            "created_at",
        )  # fmt: skip

    def render_level(self, record):
        return record.level

    def render_contact(self, record):
        return self.value_contact(record) or "—"

    def value_contact(self, record):
        person = next(iter(record.primary_contacts), None)
        return f"{person.name[:1]}** {masked_number(person.best_number)}".strip() if person else ""


class RecycledTable(Table):
    """Copies that were put away, with the customer that stayed."""

    name = NameColumn(verbose_name=_("Copy"))
    no = Column(verbose_name=_("No."), tight=True)
    merged_into = Column(
        verbose_name=_("Copy of"), linkify=lambda record: record.merged_into.get_absolute_url()
    )
    updated_at = MomentColumn(verbose_name=_("Put away"))
    updated_by = Column(verbose_name=_("By"), tight=True, default="—", phone=False)

    class Meta(Table.Meta):
        model = Customer
        fields = ("name", "no", "merged_into", "updated_at", "updated_by")

    def render_merged_into(self, record):
        return format_html("{} {}", record.merged_into.no, record.merged_into.name)

    def value_merged_into(self, record):
        return record.merged_into.no


class PairTable(Table):
    """Two customers that look the same, and what was judged."""

    left = NameColumn(
        verbose_name=_("Customer"),
        linkify=lambda record: f"{record.left.get_absolute_url()}?tab=duplicates",
    )
    right = Column(verbose_name=_("Looks like"), linkify=lambda record: record.right.get_absolute_url())
    kinds = Column(verbose_name=_("The same"), tight=True)
    verdict = TagColumn(verbose_name=_("Judgement"), colours=VERDICT_COLOURS)
    note = Column(verbose_name=_("Note"), default="—", phone=False)
    at = MomentColumn(verbose_name=_("Time"), phone=False)
    by = Column(verbose_name=_("By"), tight=True, default="—", phone=False)

    class Meta(Table.Meta):
        model = DuplicateCase
        fields = ("left", "right", "kinds", "verdict", "note", "at", "by")

    def render_left(self, record):
        return format_html("{} {}", record.left.no, record.left.name)

    def render_right(self, record):
        return format_html("{} {}", record.right.no, record.right.name)

    def render_kinds(self, value):
        return in_words(value)
