"""Reports for programs: the list of them, and each as JSON, CSV, XLSX or PDF."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from core import audit
from core.api.views import ApiView
from core.files.downloads import attachment
from core.permissions import VIEW_REPORTS
from core.reports import find, reports_for, run
from core.reports.outputs import WRITERS, as_json, file_name
from core.reports.params import ParamsForm
from core.rights import require


class ReportSerializer(serializers.Serializer):
    name = serializers.CharField(source="code", help_text="Its place in addresses.")
    title = serializers.CharField()
    description = serializers.CharField()
    group = serializers.CharField()
    params = serializers.SerializerMethodField(help_text="What it may be asked for.")

    def get_params(self, report) -> list[str]:
        return list(ParamsForm(report).fields)


class ReportListSerializer(serializers.Serializer):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ReportSerializer(many=True)


class ReportColumnSerializer(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField(help_text="text, count, money, percent, hours, date, moment or month.")


class ReportResultSerializer(serializers.Serializer):
    report = serializers.CharField()
    title = serializers.CharField()
    params = serializers.DictField(child=serializers.CharField())
    period = serializers.DictField(child=serializers.DateField(), allow_null=True)
    columns = ReportColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.DictField())
    totals = serializers.DictField()


class ReportsView(ApiView):
    """The reports that the caller may read."""

    @extend_schema(operation_id="report_list", tags=["reports"], responses=ReportListSerializer)
    def get(self, request) -> Response:
        require(request.user, VIEW_REPORTS)
        page = {"next": None, "previous": None, "results": reports_for(request.user)}
        return Response(ReportListSerializer(page).data)


class ReportView(ApiView):
    """One report, of what the caller may see. Parameters as on the page: period, from, to, department, person."""

    @extend_schema(
        operation_id="report",
        tags=["reports"],
        parameters=[
            OpenApiParameter("format", str, enum=["json", *WRITERS], description="json unless said."),
            OpenApiParameter("order", str, description="A column's name; with a hyphen in front backwards."),
            OpenApiParameter("period", str, description="this_month, last_year, custom ..."),
            OpenApiParameter("from", OpenApiTypes.DATE, description="With period=custom."),
            OpenApiParameter("to", OpenApiTypes.DATE, description="With period=custom."),
            OpenApiParameter("department", str),
            OpenApiParameter("person", str),
        ],
        responses={
            200: OpenApiResponse(ReportResultSerializer, description="With format=json; else the file.")
        },
    )
    def get(self, request, name: str):
        require(request.user, VIEW_REPORTS)
        report = find(request.user, name)
        kind = request.query_params.get("format", "json")
        if kind not in ("json", *WRITERS):
            raise ValidationError({"format": [f"json, {', '.join(WRITERS)}"]})
        form = ParamsForm(report, request.query_params)
        if not form.is_valid():
            raise ValidationError({name: list(texts) for name, texts in form.errors.items()})
        result = run(report, request.user, form.params(), order=request.query_params.get("order", ""))
        if kind == "json":
            return Response(as_json(result))
        audit.record(
            request.user,
            "core.export_report",
            request.user,
            note=str(report.title),
            after={
                "report": report.code,
                "params": dict(result.params.query),
                "rows": len(result.rows),
                "kind": kind,
            },
        )
        media_type, write = WRITERS[kind]
        return attachment(write(result), name=file_name(result, kind), media_type=media_type)
