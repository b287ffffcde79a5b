"""The process engine: diagrams in, running cases out. It knows no Django and no business.

Read in this order: `definition` (what a diagram becomes), `case` (how one runs), `frames`, `kernel`
and `specs` (tokens and how each element moves them, on SpiffWorkflow), `performing` (what evaluates
and calls out), `compilation` (how a diagram is read and checked), `lint`, `expressions`, `decisions`."""

from .case import ArmedTimer, Case, Part, StepEvent, Thrown, Waiting
from .compilation import called_by, check_definition, compile_definition, list_processes, subject_type_of
from .definition import Assign, Definition, Element, Field, Flow, Outcome
from .errors import BpmnError, EngineError, Failure, FieldErrors, NotWaiting, OutsideError, StateError
from .expressions import Expression, ExpressionError
from .host import Host
from .importing import ImportReport, import_diagram
from .layout import ensure_layout
from .mends import ChangeError, apply_mend, element_names, offer_mends
from .migration import CannotMigrate, Obstacle, migrate
from .placing import Place
from .problems import DefinitionError, Mend, Problem
from .vocabulary import EventSignature, FormSignature, OperationSignature, Param, Type, Vocabulary, as_type

__all__ = [
    "ArmedTimer",
    "Assign",
    "BpmnError",
    "CannotMigrate",
    "Case",
    "ChangeError",
    "Definition",
    "DefinitionError",
    "Element",
    "EngineError",
    "EventSignature",
    "Expression",
    "ExpressionError",
    "Failure",
    "Field",
    "FieldErrors",
    "Flow",
    "FormSignature",
    "Host",
    "ImportReport",
    "Mend",
    "NotWaiting",
    "Obstacle",
    "OperationSignature",
    "Outcome",
    "OutsideError",
    "Param",
    "Part",
    "Place",
    "Problem",
    "StateError",
    "StepEvent",
    "Thrown",
    "Type",
    "Vocabulary",
    "Waiting",
    "apply_mend",
    "as_type",
    "called_by",
    "check_definition",
    "compile_definition",
    "element_names",
    "ensure_layout",
    "import_diagram",
    "list_processes",
    "migrate",
    "offer_mends",
    "subject_type_of",
]
