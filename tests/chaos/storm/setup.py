"""The company of the storm: its people, its diagrams, and the service outside that it calls."""

from __future__ import annotations

from tests.chaos.storm.shapes import Shape
from tests.workflows.running import publish_drawing


def prepare_company(shapes: list[Shape], address: str) -> str:
    """Publish the diagrams; returns the token of the administrator who does all the work."""
    from config.demo.people import create_people
    from core.tokens import create_token

    people = create_people()
    for shape in shapes:
        publish_drawing(shape.bpmn, operations=shape.operations, key=shape.key)
    _token, key = create_token(actor=people["admin"])
    return key
