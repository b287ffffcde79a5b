"""Onboardings in the API: what is left to do, and the two deeds on an item that has no task."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from core.api.fields import IdField, row_id
from core.api.views import ApiViewSet
from service.models import Onboarding, OnboardingItem
from service.services import onboarding as services


class OnboardingItemRow(serializers.Serializer):
    id = IdField()
    code = serializers.CharField()
    title = serializers.CharField(source="__str__")
    role = serializers.CharField()
    due_at = serializers.DateTimeField()
    state = serializers.CharField()
    done_at = serializers.DateTimeField(allow_null=True)
    skip_reason = serializers.CharField()


class OnboardingRow(serializers.Serializer):
    id = IdField()
    contract = serializers.IntegerField(source="contract_id")
    contract_no = serializers.CharField(source="contract.no", allow_null=True)
    customer = serializers.CharField(source="contract.customer.name")
    state = serializers.CharField()
    due_at = serializers.DateTimeField()
    activated_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)


class OnboardingDetail(OnboardingRow):
    items = OnboardingItemRow(many=True)


class OnboardingQuery(serializers.Serializer):
    q = serializers.CharField(
        required=False, help_text="A piece of the contract's number, title or customer."
    )
    state = serializers.ChoiceField(choices=Onboarding.State.choices, required=False)
    contract = serializers.IntegerField(required=False, min_value=1, max_value=2**62)


class OneItem(serializers.Serializer):
    item = serializers.IntegerField(min_value=1, max_value=2**62)


class SkippedItem(OneItem):
    reason = serializers.CharField(max_length=300)


@extend_schema(tags=["onboardings"])
class OnboardingViewSet(ApiViewSet):
    """Onboardings the caller may see. They begin by themselves; most items are done by their tasks."""

    queryset = Onboarding.objects.none()
    serializer_class = OnboardingRow
    orders = {"id": ("pk",), "due_at": ("due_at", "pk")}
    default_order = "-id"

    def rows(self, request):
        return Onboarding.objects.visible_to(request.user).select_related("contract__customer")

    @extend_schema(parameters=[OnboardingQuery], responses=OnboardingRow(many=True))
    def list(self, request) -> Response:
        asked = self.asked(OnboardingQuery)
        return self.page(self.rows(request).search(asked.pop("q", "")).filter(**asked), OnboardingRow)

    @extend_schema(responses=OnboardingDetail)
    def retrieve(self, request, pk: str) -> Response:
        return Response(self._detail(request, pk))

    @extend_schema(request=OneItem, responses=OnboardingDetail)
    @action(detail=True, methods=["post"])
    def finish(self, request, pk: str) -> Response:
        """Tick off an item that has no task of its own."""
        asked = self.checked(OneItem, request)
        services.finish_item(item_id=self._item(request, pk, asked["item"]), actor=request.user)
        return Response(self._detail(request, pk))

    @extend_schema(request=SkippedItem, responses=OnboardingDetail)
    @action(detail=True, methods=["post"])
    def skip(self, request, pk: str) -> Response:
        """A leader lets an item be, with the reason."""
        asked = self.checked(SkippedItem, request)
        item = self._item(request, pk, asked["item"])
        services.skip_item(item_id=item, reason=asked["reason"], actor=request.user)
        return Response(self._detail(request, pk))

    def _item(self, request, pk: str, item: int) -> int:
        onboarding = self.rows(request).get(pk=row_id(pk))
        return OnboardingItem.objects.get(pk=item, onboarding=onboarding).pk

    def _detail(self, request, pk: str):
        return OnboardingDetail(self.rows(request).prefetch_related("items").get(pk=row_id(pk))).data
