"""Contracts and what they sell, as the API reads and writes them."""

from decimal import Decimal

from rest_framework import serializers

from contracts.models import (
    AmendmentChange,
    ClauseChange,
    Contract,
    ContractDecision,
    ContractLine,
    PaymentPlanLine,
    Product,
    Risk,
)
from contracts.services.catalogue import PRODUCT_FIELDS
from contracts.services.drafting import CONTRACT_FIELDS
from core.api.fields import DayField, IdField, MoneyField, SearchField


class ProductRow(serializers.ModelSerializer):
    id = IdField(read_only=True)

    class Meta:
        model = Product
        fields = ("id", *PRODUCT_FIELDS)


class ProductInput(serializers.ModelSerializer):
    class Meta:
        model = Product
        fields = PRODUCT_FIELDS
        validators = ()
        extra_kwargs = {"code": {"validators": []}}


class LineRow(serializers.ModelSerializer):
    product = IdField(source="product_id")
    product_name = serializers.CharField(source="product.name")

    class Meta:
        model = ContractLine
        fields = (
            "seq",
            "product",
            "product_name",
            "description",
            "quantity",
            "unit",
            "list_price",
            "price",
            "amount",
        )


class PlanRow(serializers.ModelSerializer):
    """An instalment; ``paid`` counts confirmed payments, ``reserved`` those that wait for confirmation too;
    ``released`` is what need not be paid any more since the contract ended before its time."""

    id = IdField(read_only=True)
    paid = MoneyField(read_only=True)
    reserved = MoneyField(read_only=True)
    released = MoneyField(read_only=True)

    class Meta:
        model = PaymentPlanLine
        fields = ("id", "seq", "due_on", "amount", "note", "paid", "reserved", "released")


class ClauseChangeRow(serializers.ModelSerializer):
    """What a contract decides about one clause of its template."""

    is_deviation = serializers.SerializerMethodField(
        help_text="It yields from the template: it has a reason and a risk."
    )

    class Meta:
        model = ClauseChange
        fields = (
            "code",
            "kind",
            "after",
            "title",
            "title_en",
            "paragraphs",
            "risk",
            "reason",
            "is_deviation",
        )

    def get_is_deviation(self, row) -> bool:
        return bool(row.risk)


class ClauseChangeInput(serializers.Serializer):
    code = serializers.CharField(max_length=40)
    kind = serializers.ChoiceField(choices=ClauseChange.Kind.choices)
    after = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    title = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    title_en = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    paragraphs = serializers.ListField(
        child=serializers.DictField(), required=False, default=list, max_length=60
    )
    risk = serializers.ChoiceField(choices=Risk.choices, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class AmendmentRow(serializers.ModelSerializer):
    """What a supplement changes of its main contract; the old values are those of the submission."""

    instalment = serializers.IntegerField(
        source="plan_line.seq", allow_null=True, default=None, help_text="Its number in the main contract."
    )
    is_applied = serializers.SerializerMethodField(help_text="The supplement has taken effect.")

    class Meta:
        model = AmendmentChange
        fields = (
            "kind",
            "old_day",
            "new_day",
            "instalment",
            "code",
            "after",
            "title",
            "text",
            "title_en",
            "text_en",
            "old_title",
            "old_text",
            "risk",
            "reason",
            "is_applied",
        )

    def get_is_applied(self, row) -> bool:
        return row.applied_no is not None


class AmendmentInput(serializers.Serializer):
    """One change: ``term`` and ``instalment`` name the new day, ``clause`` and ``added`` the new text."""

    kind = serializers.ChoiceField(choices=AmendmentChange.Kind.choices)
    new_day = DayField(required=False, allow_null=True, default=None)
    instalment = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=32767
    )
    code = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    after = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    title = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    text = serializers.CharField(
        max_length=6000, required=False, default="", allow_blank=True, help_text="One paragraph a line."
    )
    title_en = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    text_en = serializers.CharField(
        max_length=18_000,
        required=False,
        default="",
        allow_blank=True,
        help_text="The English of each paragraph, one a line, where the paper is in both languages.",
    )
    risk = serializers.ChoiceField(choices=Risk.choices, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class DecisionRow(serializers.ModelSerializer):
    decided_by = serializers.CharField(source="decided_by.username")

    class Meta:
        model = ContractDecision
        fields = ("step", "outcome", "comment", "decided_by", "decided_at")


class ContractRow(serializers.ModelSerializer):
    """A contract in a list."""

    id = IdField(read_only=True)
    customer = IdField(source="customer_id")
    customer_name = serializers.CharField(source="customer.name")
    owner = serializers.CharField(source="owner.username", help_text="User name.")
    owner_name = serializers.CharField(source="owner.name")

    class Meta:
        model = Contract
        fields = (
            "id",
            "no",
            "kind",
            "title",
            "state",
            "customer",
            "customer_name",
            "owner",
            "owner_name",
            "amount",
            "start_on",
            "end_on",
            "in_force_until",
            "effective_rule",
            "effective_due_on",
            "signing_order",
            "signed_on",
            "effective_on",
            "ended_on",
            "submitted_at",
            "revision",
            "created_at",
            "updated_at",
        )


class ContractDetail(ContractRow):
    """A contract with its lines, instalments and decisions."""

    parent = IdField(source="parent_id", allow_null=True)
    contact = IdField(source="contact_id", allow_null=True)
    template = IdField(source="template_id")
    own_company = IdField(source="own_company_id")
    bank_account = IdField(source="bank_account_id")
    lines = LineRow(many=True)
    payment_plan = PlanRow(many=True, source="plan_lines")
    clause_changes = ClauseChangeRow(many=True)
    changes = AmendmentRow(many=True, source="amendments", help_text="Of a supplement.")
    decisions = DecisionRow(many=True)
    amount_in_words = serializers.CharField()
    party_a = serializers.DictField(help_text="The customer as it was at submission; empty in drafts.")
    party_b = serializers.DictField(help_text="Our company as it was at submission; empty in drafts.")

    class Meta(ContractRow.Meta):
        fields = (
            *ContractRow.Meta.fields,
            "parent",
            "contact",
            "template",
            "own_company",
            "bank_account",
            "tax_rate",
            "copies",
            "paper_language",
            "late_rule",
            "late_daily_rate",
            "lpr_markup",
            "day_base",
            "grace_days",
            "allocation_order",
            "sign_place",
            "special_terms",
            "variables",
            "clause_changes",
            "changes",
            "void_reason",
            "amount_in_words",
            "party_a",
            "party_b",
            "lines",
            "payment_plan",
            "decisions",
        )


class LineInput(serializers.Serializer):
    product = IdField()
    quantity = serializers.DecimalField(max_digits=9, decimal_places=2, required=False, default=Decimal(1))
    price = MoneyField(max_digits=12, required=False, help_text="Left out: the list price.")
    description = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class InstalmentInput(serializers.Serializer):
    due_on = DayField()
    amount = MoneyField(max_digits=14)
    note = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class ContractFields(serializers.ModelSerializer):
    """What a draft says. Amounts follow from the lines; who signs for whom is copied at submission."""

    parent = IdField(source="parent_id", required=False, allow_null=True)
    contact = IdField(source="contact_id", required=False, allow_null=True)
    template = IdField(source="template_id", required=False)
    own_company = IdField(source="own_company_id", required=False)
    bank_account = IdField(source="bank_account_id", required=False)
    title = serializers.CharField(max_length=120, required=False)
    start_on = DayField(required=False, allow_null=True)
    end_on = DayField(required=False, allow_null=True)
    effective_rule = serializers.ChoiceField(
        choices=Contract.EffectiveRule.choices,
        required=False,
        allow_blank=True,
        help_text="Empty: as its products say, memberships on the first payment, all else on signature.",
    )
    effective_due_on = DayField(required=False, allow_null=True)
    variables = serializers.DictField(
        child=serializers.CharField(max_length=200, allow_blank=True),
        required=False,
        help_text="Answers for values that the template leaves to the contract, by name.",
    )
    clause_changes = ClauseChangeInput(many=True, required=False, max_length=60)
    changes = AmendmentInput(
        many=True, required=False, max_length=60, help_text="What a supplement changes of its main contract."
    )
    lines = LineInput(many=True, required=False, max_length=200)
    payment_plan = InstalmentInput(many=True, required=False, max_length=120, source="plan_lines")

    class Meta:
        model = Contract
        fields = (
            *[name.removesuffix("_id") for name in CONTRACT_FIELDS],
            "variables",
            "clause_changes",
            "changes",
            "lines",
            "payment_plan",
        )
        validators = ()


class ContractInput(ContractFields):
    customer = IdField()

    class Meta(ContractFields.Meta):
        fields = ("customer", *ContractFields.Meta.fields)


class ContractChanges(ContractFields):
    """Lines, instalments, decisions about clauses and changes, when given, replace all there are."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)

    class Meta(ContractFields.Meta):
        fields = (*ContractFields.Meta.fields, "revision")


class PaymentPlan(serializers.ModelSerializer):
    """The instalments of a contract."""

    payment_plan = PlanRow(many=True, source="plan_lines")

    class Meta:
        model = Contract
        fields = ("amount", "revision", "payment_plan")


class PlanChanges(serializers.Serializer):
    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    payment_plan = InstalmentInput(many=True, max_length=120, source="plan_lines")


class Reason(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class Submission(serializers.Serializer):
    comment = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class ContractQuery(serializers.Serializer):
    q = SearchField(help_text="Any piece of number, title or customer.")
    state = serializers.ChoiceField(choices=Contract.State, required=False)
    kind = serializers.ChoiceField(choices=Contract.Kind, required=False)
    customer = IdField(required=False)
    owner = serializers.CharField(required=False, max_length=150, help_text="User name.")


class ProductQuery(serializers.Serializer):
    q = SearchField(help_text="A piece of code or name.")
    kind = serializers.ChoiceField(choices=Product.Kind, required=False)
    is_active = serializers.BooleanField(required=False)
