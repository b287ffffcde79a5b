"""Payments, receivables and dunning notices as the API reads and writes them."""

from rest_framework import serializers

from contracts.models import Allocation, DunningNotice, DunningRun, Payment, PaymentPlanLine
from contracts.selectors import AGES
from contracts.services.payments import PAYMENT_FIELDS
from core.api.fields import DayField, IdField, MoneyField, SearchField


class AllocationRow(serializers.ModelSerializer):
    instalment = IdField(source="plan_line_id")

    class Meta:
        model = Allocation
        fields = ("instalment", "amount")


class PaymentRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    customer = IdField(source="customer_id")
    customer_name = serializers.CharField(source="customer.name")
    recorded_by = serializers.CharField(source="recorded_by.username")
    confirmed_by = serializers.CharField(source="confirmed_by.username", default=None, allow_null=True)

    class Meta:
        model = Payment
        fields = (
            "id",
            "no",
            "customer",
            "customer_name",
            *PAYMENT_FIELDS,
            "state",
            "recorded_by",
            "recorded_at",
            "confirmed_by",
            "confirmed_at",
        )


class PaymentDetail(PaymentRow):
    allocations = AllocationRow(many=True)

    class Meta(PaymentRow.Meta):
        fields = (*PaymentRow.Meta.fields, "allocations")


class ShareInput(serializers.Serializer):
    instalment = IdField(help_text="The id of a line of the payment plan.")
    amount = MoneyField(max_digits=14)


class PaymentInput(serializers.ModelSerializer):
    customer = IdField()
    received_on = DayField()
    allocations = ShareInput(many=True, required=False, default=list, max_length=200)

    class Meta:
        model = Payment
        fields = ("customer", *PAYMENT_FIELDS, "allocations")
        validators = ()
        # The service says it in words, and only of payments the person may know.
        extra_kwargs = {"bank_ref": {"validators": []}}


class Shares(serializers.Serializer):
    allocations = ShareInput(many=True, max_length=200)


class PaymentQuery(serializers.Serializer):
    q = SearchField(help_text="Any piece of number, payer or customer.")
    state = serializers.ChoiceField(choices=Payment.State, required=False)
    method = serializers.ChoiceField(choices=Payment.Method, required=False)
    customer = IdField(required=False)
    received_from = DayField(required=False)
    received_to = DayField(required=False)


class ReceivableRow(serializers.ModelSerializer):
    """An instalment that is not paid in full."""

    id = IdField(read_only=True, help_text="The id of the instalment, for allocations.")
    contract = IdField(source="contract_id")
    contract_no = serializers.CharField(source="contract.no", allow_null=True)
    customer = IdField(source="contract.customer_id")
    customer_name = serializers.CharField(source="contract.customer.name")
    owner = serializers.CharField(source="contract.owner.username")
    paid = MoneyField()
    outstanding = MoneyField()
    days_overdue = serializers.IntegerField()
    ageing = serializers.ChoiceField(choices=list(AGES))

    class Meta:
        model = PaymentPlanLine
        fields = (
            "id",
            "contract",
            "contract_no",
            "customer",
            "customer_name",
            "owner",
            "seq",
            "due_on",
            "amount",
            "paid",
            "outstanding",
            "days_overdue",
            "ageing",
            "note",
        )


class ReceivableQuery(serializers.Serializer):
    q = SearchField(help_text="Any piece of contract or customer.")
    customer = IdField(required=False)
    contract = IdField(required=False)
    owner = serializers.CharField(required=False, max_length=150, help_text="User name.")
    ageing = serializers.ChoiceField(choices=list(AGES), required=False)
    overdue = serializers.BooleanField(required=False)
    as_of = DayField(required=False, help_text="Ages on this day; today if left out.")


class AgeingRow(serializers.Serializer):
    ageing = serializers.ChoiceField(choices=list(AGES), source="age")
    count = serializers.IntegerField()
    total = MoneyField()


class Ageing(serializers.Serializer):
    as_of = serializers.DateField()
    ages = AgeingRow(many=True)


class NoticeRow(serializers.ModelSerializer):
    """A printed notice."""

    id = IdField(read_only=True)
    run = IdField(source="run_id")
    customer = IdField(source="customer_id")
    customer_name = serializers.CharField(source="customer.name")
    printed_by = serializers.CharField(source="printed_by.username")

    class Meta:
        model = DunningNotice
        fields = (
            "id",
            "no",
            "run",
            "customer",
            "customer_name",
            "as_of",
            "kind",
            "level",
            "principal_total",
            "interest_total",
            "total",
            "lines",
            "printed_by",
            "printed_at",
        )


class NoticeQuery(serializers.Serializer):
    q = SearchField(help_text="Any piece of the customer.")
    customer = IdField(required=False)
    run = IdField(required=False)
    as_of = DayField(required=False)


class RunRow(serializers.ModelSerializer):
    """Notices printed together; the file is at ``pdf/``."""

    id = IdField(read_only=True)
    created_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = DunningRun
        fields = ("id", "as_of", "notice_count", "total", "created_by", "created_at")


class AsOf(serializers.Serializer):
    as_of = DayField(required=False, help_text="Ages on this day; today if left out.")


class PreviewInput(serializers.Serializer):
    customers = serializers.ListField(
        child=IdField(),
        required=False,
        allow_null=True,
        default=None,
        max_length=5000,
        help_text="Left out: all.",
    )
    as_of = DayField(required=False, allow_null=True, default=None)


class PrintInput(serializers.Serializer):
    customers = serializers.ListField(child=IdField(), min_length=1, max_length=5000)
    as_of = DayField(required=False, allow_null=True, default=None)


class PreviewRow(serializers.Serializer):
    """What would be printed for one customer."""

    customer = IdField(source="customer.pk")
    customer_name = serializers.CharField(source="customer.name")
    own_company = IdField(source="own_company.pk")
    interest = MoneyField(max_digits=16)
    total = MoneyField()
    days_overdue = serializers.IntegerField()
    instalments = ReceivableRow(source="lines", many=True)
    problem = serializers.CharField(help_text="Why it cannot be printed now; empty if it can.")


class Preview(serializers.Serializer):
    as_of = serializers.DateField()
    notices = PreviewRow(many=True)
