"""The figures of a process: how many cases, how long, where they lie, which ways they go, who does how much.

Read from what ``services.rolling_up`` counts (docs/developers/figures.md): a handful of statements whatever the size.

    asked = Asked(definition, reach_of(actor, definition), start, end)
    cases_of(asked), elements_of(asked), ways_of(asked), people_of(asked)
"""

from workflows.selectors.figures.asked import Asked, Reach, reach_of, require_reach
from workflows.selectors.figures.cases import CaseFigures, DayFigures, cases_of, days_of
from workflows.selectors.figures.elements import ElementFigures, Elements, elements_of
from workflows.selectors.figures.people import People, PersonFigures, people_of, steps_of_person
from workflows.selectors.figures.ways import Repeated, WayFigures, Ways, way_of, ways_of

__all__ = [
    "Asked",
    "CaseFigures",
    "DayFigures",
    "ElementFigures",
    "Elements",
    "People",
    "PersonFigures",
    "Reach",
    "Repeated",
    "WayFigures",
    "Ways",
    "cases_of",
    "days_of",
    "elements_of",
    "people_of",
    "reach_of",
    "require_reach",
    "steps_of_person",
    "way_of",
    "ways_of",
]
