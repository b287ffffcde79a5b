"""Items of onboarding in the API: the list, adding and changing."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from contracts.models import Product
from core.api.fields import IdField, row_id
from core.api.views import ApiViewSet
from core.rights import require
from service.models import OnboardingItemTemplate
from service.services.item_templates import PERMISSION, save_item_template


class ItemTemplateRow(serializers.ModelSerializer):
    id = IdField()

    class Meta:
        model = OnboardingItemTemplate
        fields = (
            "id",
            "product_kind",
            "product",
            "code",
            "title_zh",
            "title_en",
            "role",
            "offset_days",
            "order",
            "is_active",
        )
        read_only_fields = fields


class ItemTemplateInput(serializers.Serializer):
    product_kind = serializers.ChoiceField(choices=Product.Kind.choices)
    product = serializers.PrimaryKeyRelatedField(
        queryset=Product.objects.all(),
        required=False,
        allow_null=True,
        help_text="Only for this product; null for all of the kind.",
    )
    code = serializers.CharField(max_length=30)
    title_zh = serializers.CharField(max_length=60)
    title_en = serializers.CharField(max_length=60)
    role = serializers.CharField(max_length=50, help_text="The code of a role.")
    offset_days = serializers.IntegerField(min_value=1, max_value=250, help_text="Working days.")
    order = serializers.IntegerField(min_value=0, max_value=32767, required=False)
    is_active = serializers.BooleanField(required=False)


class ItemTemplateQuery(serializers.Serializer):
    product_kind = serializers.ChoiceField(choices=Product.Kind.choices, required=False)
    is_active = serializers.BooleanField(required=False, allow_null=True, default=None)


@extend_schema(tags=["onboardings"])
class ItemTemplateViewSet(ApiViewSet):
    """What onboardings consist of, by kind of product."""

    queryset = OnboardingItemTemplate.objects.none()
    serializer_class = ItemTemplateRow
    orders = {"id": ("pk",), "order": ("product_kind", "order", "pk")}
    default_order = "order"

    @extend_schema(parameters=[ItemTemplateQuery], responses=ItemTemplateRow(many=True))
    def list(self, request) -> Response:
        require(request.user, PERMISSION)
        asked = {name: value for name, value in self.asked(ItemTemplateQuery).items() if value is not None}
        return self.page(OnboardingItemTemplate.objects.filter(**asked), ItemTemplateRow)

    @extend_schema(request=ItemTemplateInput, responses={201: ItemTemplateRow})
    def create(self, request) -> Response:
        fields = self.checked(ItemTemplateInput, request)
        row = save_item_template(fields=fields, actor=request.user)
        return Response(ItemTemplateRow(row).data, status=HTTP_201_CREATED)

    @extend_schema(request=ItemTemplateInput(partial=True), responses=ItemTemplateRow)
    def partial_update(self, request, pk: str) -> Response:
        fields = self.checked(ItemTemplateInput, request, partial=True)
        row = save_item_template(template_id=row_id(pk), fields=fields, actor=request.user)
        return Response(ItemTemplateRow(row).data)
