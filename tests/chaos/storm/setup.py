"""The company of the storm: its people, its diagrams, and the service outside that it calls."""

from __future__ import annotations

from tests.chaos.storm.shapes import SERVICE, Shape
from tests.workflows.running import publish_drawing


def prepare_company(shapes: list[Shape], address: str) -> str:
    """Publish the diagrams; returns the token of the administrator who does all the work."""
    from config.demo.people import create_people
    from core import clock
    from core.tokens import create_token
    from workflows.models import OutsideService

    people = create_people()
    OutsideService.objects.create(
        code=SERVICE,
        name_zh="风暴",
        name_en="Storm",
        base_url=address,
        timeout=5,
        allow_private=True,
        created_at=clock.now(),
    )
    for shape in shapes:
        publish_drawing(shape.bpmn, operations=shape.operations, key=shape.key)
    _token, key = create_token(actor=people["admin"])
    return key
