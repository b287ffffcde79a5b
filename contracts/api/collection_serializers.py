"""Accounts, runs of letters before they are printed, and dispatches, as the API reads and writes them."""

from rest_framework import serializers

from contracts.models import DunningDispatch, DunningProposal, PromiseToPay, ProposalLine
from core.api.fields import DayField, IdField, MoneyField


class PromiseRow(serializers.ModelSerializer):
    id = IdField(read_only=True)

    class Meta:
        model = PromiseToPay
        fields = ("id", "amount", "promised_on", "note", "state", "recorded_at")


class AccountLineRow(serializers.Serializer):
    """An open instalment with its interest and what is disputed of it."""

    instalment = IdField(source="line.pk")
    contract = IdField(source="line.contract_id")
    contract_no = serializers.CharField(source="line.contract.no", allow_null=True)
    seq = serializers.IntegerField(source="line.seq")
    due_on = serializers.DateField(source="line.due_on")
    days_overdue = serializers.IntegerField(source="line.days_overdue")
    principal = MoneyField(source="claim.principal", max_digits=16)
    interest = MoneyField(source="claim.interest", max_digits=16)
    level = serializers.IntegerField()
    dispute = IdField(source="hold.pk", default=None, allow_null=True)
    dispute_reason = serializers.CharField(source="hold.reason", default="")
    on_hold_until = serializers.DateField(source="hold.until", default=None, allow_null=True)


class AccountDetail(serializers.Serializer):
    """What a customer owes on a day, with interest."""

    customer = IdField(source="customer_id")
    as_of = serializers.DateField()
    principal = MoneyField(max_digits=16)
    interest = MoneyField(max_digits=16)
    total = MoneyField(max_digits=16)
    overdue = MoneyField(max_digits=16)
    level = serializers.IntegerField()
    promise = PromiseRow(allow_null=True)
    instalments = AccountLineRow(source="lines", many=True)


class PromiseInput(serializers.Serializer):
    amount = MoneyField(max_digits=14)
    promised_on = DayField()
    instalment = IdField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class DisputeInput(serializers.Serializer):
    instalment = IdField()
    reason = serializers.CharField(max_length=300)


class SettleInput(serializers.Serializer):
    dispute = IdField()
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class ProposalRow(serializers.ModelSerializer):
    id = IdField(read_only=True)
    made_by = serializers.CharField(source="made_by.username")
    approved_by = serializers.CharField(source="approved_by.username", default=None, allow_null=True)
    run = IdField(source="run_id", allow_null=True)

    class Meta:
        model = DunningProposal
        fields = (
            "id",
            "as_of",
            "state",
            "made_by",
            "made_at",
            "approved_by",
            "approved_at",
            "reject_reason",
            "run",
        )


class ProposedLetter(serializers.ModelSerializer):
    id = IdField(read_only=True)
    customer = IdField(source="customer_id")
    customer_name = serializers.CharField(source="customer.name")
    own_company = IdField(source="own_company_id")
    letter = IdField(source="notice_id", allow_null=True)

    class Meta:
        model = ProposalLine
        fields = (
            "id",
            "customer",
            "customer_name",
            "own_company",
            "kind",
            "level",
            "days_overdue",
            "principal",
            "interest",
            "total",
            "is_excluded",
            "reason",
            "letter",
        )


class ProposalDetail(ProposalRow):
    letters = ProposedLetter(source="lines", many=True)

    class Meta(ProposalRow.Meta):
        fields = (*ProposalRow.Meta.fields, "letters")


class ProposalInput(serializers.Serializer):
    as_of = DayField(required=False, allow_null=True, default=None)


class LetterInput(serializers.Serializer):
    letter = IdField(help_text="The id of a proposed letter of this run.")


class ExcludeInput(LetterInput):
    reason = serializers.CharField(max_length=300)


class DispatchRow(serializers.ModelSerializer):
    letter = IdField(source="notice_id")
    sent_by = serializers.CharField(source="sent_by.username")

    class Meta:
        model = DunningDispatch
        fields = ("letter", "channel", "tracking_no", "sent_on", "sent_by", "delivered_on", "grade")


class SentInput(serializers.Serializer):
    channel = serializers.ChoiceField(choices=DunningDispatch.Channel.choices)
    tracking_no = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    sent_on = DayField(required=False, allow_null=True, default=None)


class DeliveredInput(serializers.Serializer):
    delivered_on = DayField(required=False, allow_null=True, default=None)
    grade = serializers.ChoiceField(choices=DunningDispatch.Grade.choices, required=False, default="signed")
