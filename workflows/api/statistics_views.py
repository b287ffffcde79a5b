"""How long the cases of a process take, where they lie, which ways they go."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api.views import ApiView
from core.models import Department
from workflows.api import statistics_serializers as s
from workflows.models import ProcessDefinition
from workflows.selectors.figures import (
    Asked,
    cases_of,
    days_of,
    elements_of,
    people_of,
    require_reach,
    ways_of,
)


@extend_schema(tags=["process definitions"])
class StatisticsView(ApiView):
    """The figures of a process, counted up to a minute ago."""

    @extend_schema(
        operation_id="process_definitions_statistics",
        parameters=[s.StatisticsQuery],
        responses=s.Statistics,
    )
    def get(self, request, key: str) -> Response:
        definition = ProcessDefinition.objects.visible_to(request.user).get(key=key)
        reach = require_reach(request.user, definition)
        given = self.asked(s.StatisticsQuery)
        version = given.get("version")
        department = given.get("department")
        asked = Asked(
            definition,
            reach,
            given["from"],
            given["to"],
            version=definition.versions.get(number=version) if version else None,
            department_path=Department.objects.get(code=department).path if department else "",
        )
        return Response(s.Statistics(_told(asked)).data)


def _told(asked: Asked) -> dict:
    cases, elements, ways, people = cases_of(asked), elements_of(asked), ways_of(asked), people_of(asked)
    return {
        "definition": asked.definition.key,
        "version": asked.version.number if asked.version is not None else None,
        "from": asked.start,
        "to": asked.end,
        "cases": {
            "running": cases.running,
            "finished": cases.finished,
            "cancelled": cases.cancelled,
            "late": cases.late,
            "median_seconds": cases.median.total_seconds() if cases.median is not None else None,
            "p90_seconds": cases.slowest.total_seconds() if cases.slowest is not None else None,
        },
        "days": days_of(asked),
        "elements": sorted(elements.by_path.values(), key=lambda one: one.element),
        "flows": [{"flow": flow, "taken": taken} for flow, taken in sorted(elements.flows.items())],
        "ways": ways.commonest,
        "number_of_ways": ways.number,
        "repeated": ways.repeated,
        "people": people.persons,
        "departments": people.departments,
    }
