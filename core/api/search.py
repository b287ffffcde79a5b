"""The search over everything that the caller may see."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.views import ApiView
from core.finding import find


class SearchHitSerializer(serializers.Serializer):
    title = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField(help_text="The page of the row.")


class SearchGroupSerializer(serializers.Serializer):
    kind = serializers.CharField(source="code", help_text="The kind of rows, such as crm.customer.")
    label = serializers.CharField()
    hits = SearchHitSerializer(many=True)
    all_url = serializers.CharField(help_text="The list that holds the rest; empty where these are all.")


class SearchPageSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = SearchGroupSerializer(many=True)


class SearchView(ApiView):
    """What matches a text, kind by kind, five of each: Chinese substrings, pinyin, initials, numbers."""

    @extend_schema(
        operation_id="search",
        tags=["search"],
        parameters=[OpenApiParameter("q", str, description="What to look for.")],
        responses=SearchPageSerializer,
    )
    def get(self, request) -> Response:
        groups = find(request.user, request.query_params.get("q", ""))
        page = SearchPageSerializer({"next": None, "previous": None, "results": groups})
        return Response(page.data)
