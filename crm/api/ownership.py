"""The public pool, who tracks a customer, and what looks the same, in the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api.fields import IdField, SearchField, row_id
from core.rights import require_on
from crm import services
from crm.api.serializers import CustomerRow
from crm.models import Customer, DuplicateCase, OwnershipPeriod
from crm.services.claiming import Claim
from crm.services.dedupe import JUDGE, Match, duplicates_of

MOST_PERIODS = 200


class PoolRow(serializers.ModelSerializer):
    """A customer of the public pool: no numbers and no people before it is claimed."""

    id = IdField(read_only=True)

    class Meta:
        model = Customer
        fields = (
            "id", "no", "kind", "name", "level", "industry", "region", "size", "source", "main_products",
            "last_contact_on", "created_at",
        )  # fmt: skip


class PoolQuery(serializers.Serializer):
    q = SearchField(help_text="Any piece of name, number or pinyin.")
    level = serializers.ChoiceField(choices=Customer.Level, required=False)
    industry = serializers.CharField(required=False, max_length=40)
    region = serializers.CharField(required=False, max_length=40)
    source = serializers.ChoiceField(choices=Customer.Source, required=False)


class LooksLike(serializers.Serializer):
    """Another customer that shares keys with this one."""

    customer = IdField(source="customer.pk")
    no = serializers.CharField(source="customer.no")
    name = serializers.CharField(source="customer.name")
    owner = serializers.CharField(source="customer.owner.username", default=None, allow_null=True)
    same = serializers.ListField(child=serializers.CharField(), source="kinds")
    is_strong = serializers.BooleanField(help_text="The same company, or two keys the same.")


class Claimed(serializers.Serializer):
    """The customer, the copies that went to the recycle bin, and what only looks like it."""

    customer = CustomerRow()
    recycled = serializers.ListField(child=IdField())
    looks_like = serializers.ListField(child=IdField())


class ReleaseReason(serializers.Serializer):
    reason = serializers.CharField(max_length=300, allow_blank=True, trim_whitespace=True)


class MergeInput(serializers.Serializer):
    copy = IdField(help_text="The customer that is a copy of this one.")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class VerdictInput(serializers.Serializer):
    other = IdField()
    verdict = serializers.ChoiceField(
        choices=[
            (one.value, one.label)
            for one in (DuplicateCase.Verdict.NOT_DUPLICATE, DuplicateCase.Verdict.LINKED)
        ]
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class PairRow(serializers.ModelSerializer):
    left, right = IdField(source="left_id"), IdField(source="right_id")
    same = serializers.ListField(child=serializers.CharField(), source="kinds")
    by = serializers.CharField(source="by.username", default=None, allow_null=True)

    class Meta:
        model = DuplicateCase
        fields = ("left", "right", "same", "verdict", "note", "by", "at")


class PeriodRow(serializers.ModelSerializer):
    """A stretch in which somebody tracked the customer."""

    owner = serializers.CharField(source="owner.username")
    by = serializers.CharField(source="by.username", default=None, allow_null=True)

    class Meta:
        model = OwnershipPeriod
        fields = ("owner", "started_at", "ended_at", "how", "end_reason", "reason", "by")


class OwnershipActions:
    """What ``customers/`` offers about whose a customer is. Part of ``CustomerViewSet``."""

    @extend_schema(parameters=[PoolQuery], responses=PoolRow(many=True))
    @action(detail=False, methods=["get"])
    def pool(self, request) -> Response:
        """The customers that nobody tracks, for whoever may claim them."""
        asked = self.asked(PoolQuery)
        rows = Customer.objects.in_pool_for(request.user).search(asked.pop("q", ""))
        return self.page(rows.filter(**asked), PoolRow)

    @extend_schema(request=None, responses=Claimed)
    @action(detail=True, methods=["post"])
    def claim(self, request, pk: str) -> Response:
        """Take a customer out of the pool; 409 if somebody was faster or tracks the same firm."""
        return Response(_claimed(services.claim_customer(customer_id=row_id(pk), actor=request.user)))

    @extend_schema(request=ReleaseReason, responses=CustomerRow)
    @action(detail=True, methods=["post"])
    def release(self, request, pk: str) -> Response:
        """Put a customer back into the pool, with the reason."""
        reason = self.checked(ReleaseReason, request)["reason"]
        customer = services.release_customer(customer_id=row_id(pk), reason=reason, actor=request.user)
        return Response(CustomerRow(customer).data)

    @extend_schema(request=MergeInput, responses=CustomerRow)
    @action(detail=True, methods=["post"])
    def merge(self, request, pk: str) -> Response:
        """Judge another customer to be a copy of this one: it goes to the recycle bin, and is answered."""
        asked = self.checked(MergeInput, request)
        copy = services.merge_customer(
            customer_id=row_id(pk), copy_id=int(asked["copy"]), note=asked["note"], actor=request.user
        )
        return Response(CustomerRow(copy).data)

    @extend_schema(request=None, responses=CustomerRow)
    @action(detail=True, methods=["post"])
    def restore(self, request, pk: str) -> Response:
        """Take a copy out of the recycle bin again."""
        customer = services.restore_customer(customer_id=row_id(pk), actor=request.user)
        return Response(CustomerRow(customer).data)

    @extend_schema(methods=["GET"], responses=LooksLike(many=True))
    @extend_schema(methods=["POST"], request=VerdictInput, responses=PairRow)
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def duplicates(self, request, pk: str) -> Response:
        """What shares keys with this customer; POST says that a pair is linked or not the same."""
        if request.method == "POST":
            asked = self.checked(VerdictInput, request)
            pair = services.judge_pair(
                customer_id=row_id(pk),
                other_id=int(asked["other"]),
                verdict=asked["verdict"],
                note=asked["note"],
                actor=request.user,
            )
            return Response(PairRow(pair).data)
        require_on(request.user, JUDGE, Customer.objects.all(), row_id(pk))
        found: list[Match] = duplicates_of(Customer.objects.get(pk=row_id(pk)))
        return Response(LooksLike(found, many=True).data)

    @extend_schema(responses=PeriodRow(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def ownership(self, request, pk: str) -> Response:
        """Who tracked the customer, the present one first."""
        customer = Customer.objects.visible_to(request.user).get(pk=row_id(pk))
        periods = customer.periods.select_related("owner", "by")[:MOST_PERIODS]
        return Response(PeriodRow(periods, many=True).data)


def _claimed(claim: Claim) -> dict:
    return {
        "customer": CustomerRow(claim.customer).data,
        "recycled": [str(one.pk) for one in claim.recycled],
        "looks_like": [str(match.customer.pk) for match in claim.looks_like],
    }
