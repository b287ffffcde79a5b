"""What diagrams may call."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.views import ApiView
from workflows import registry


class ParameterRow(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField()
    required = serializers.BooleanField()


class ResultRow(serializers.Serializer):
    name = serializers.CharField()
    type = serializers.CharField()


class OperationRow(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField(help_text="In the caller's language.")
    labels = serializers.DictField(child=serializers.CharField())
    effect = serializers.CharField(
        help_text="database: done in the step's transaction and undone with it. outside: done by a worker after "
        "it; the step waits for the answer."
    )
    target = serializers.CharField(
        allow_null=True,
        help_text="The parameter that says whom it deals with: each is granted by itself, as name:target.",
    )
    parameters = ParameterRow(many=True)
    result = ResultRow(many=True)


class OperationPage(serializers.Serializer):
    """All of them: there are no further pages."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = OperationRow(many=True)


class OperationView(ApiView):
    """The business steps of the installed apps; a definition calls those it has been granted."""

    @extend_schema(operation_id="operations", tags=["process definitions"], responses=OperationPage)
    def get(self, request) -> Response:
        found = [_shown(registry.operations()[name]) for name in sorted(registry.operations())]
        return Response(OperationPage({"next": None, "previous": None, "results": found}).data)


def _shown(one: registry.Operation) -> dict[str, Any]:
    params, result = one.signature.params, one.signature.result
    return {
        "name": one.name,
        "label": one.title,
        "labels": {"zh-hans": one.label[0], "en": one.label[1]},
        "effect": one.effect,
        "target": one.signature.target,
        "parameters": [
            {"name": name, "type": str(of.type), "required": of.required} for name, of in params.items()
        ],
        "result": [{"name": name, "type": str(of)} for name, of in result.items()],
    }
