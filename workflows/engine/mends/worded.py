"""Mends of what is written: misspelt names, words that stand twice, attributes nobody reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from workflows.engine.expressions import is_free_name
from workflows.engine.extensions import flow_name
from workflows.engine.outline import children, local
from workflows.engine.problems import Mend, Problem
from workflows.engine.support import BPMN, CAMUNDA, ELEMENTS, FLOW
from workflows.engine.vocabulary import Vocabulary

from .drawn import mend, put
from .sheet import Sheet, elements
from .spelling import nearest


@dataclass(frozen=True, slots=True)
class Known:
    """What a diagram may name besides what stands in it."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    decisions: tuple[str, ...] = ()


Rule: TypeAlias = "Callable[[Sheet, Problem, Known], Iterator[Mend]]"


def words_of(sheet: Sheet, problem: Problem, name: str | None = None) -> list[Any]:
    """The flow: elements of the element of a problem, at any depth, those in its line first."""
    owner = sheet.get(problem.element)
    if owner is None:
        return []
    found = [
        each
        for each in own_parts(owner)
        if flow_name(each) is not None and (name is None or flow_name(each) == name)
    ]
    return sorted(found, key=lambda each: each.sourceline != problem.line)


def own_parts(owner: Any) -> Iterator[Any]:
    """What stands in an element, without the elements of a process or subprocess in it."""
    for child in elements(owner, deep=False):
        if local(child) in ELEMENTS or local(child) in ("sequenceFlow", "laneSet"):
            continue
        yield child
        yield from own_parts(child)


def _remove_part(sheet: Sheet, *parts: Any, code: str, **params: Any) -> Mend:
    steps = [{"do": "remove", **sheet.address(part)} for part in reversed(parts)]
    return mend(code, *steps, **params)


def _write(sheet: Sheet, xml: Any, attribute: str, value: str) -> Mend:
    before = xml.get(attribute) or ""
    return mend("mend_write", put(sheet, xml, attribute, value), before=before[:60], after=value[:60])


# -- names that are misspelt


def _name_in(word: str, attribute: str, known: Callable[[Known], Iterable[str]]) -> Rule:
    """A rule for a word whose attribute should be one of the known names."""

    def rule(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
        for xml in words_of(sheet, problem, word):
            given = xml.get(attribute) or ""
            if given[:50] != str(problem.params.get("name"))[:50]:
                continue
            close = nearest(given, known(about))
            if close is not None:
                yield _write(sheet, xml, attribute, close)

    return rule


def _role(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml in words_of(sheet, problem, "assign"):
        role = _near_role(xml.get("role") or "", about)
        if role is not None and xml.get("role") not in about.vocabulary.roles:
            yield _write(sheet, xml, "role", role)


def _near_role(name: str, about: Known) -> str | None:
    """The name of a role that is close; two names of one role do not contradict each other."""
    close = {
        of: found
        for of in dict.fromkeys(about.vocabulary.roles.values())
        if (found := nearest(name, [each for each, role in about.vocabulary.roles.items() if role == of]))
    }
    return next(iter(close.values())) if len(close) == 1 else None


def _lane_role(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    name = str(problem.params.get("name"))
    role = _near_role(name, about)
    for lane in sheet.root.iter(f"{{{BPMN}}}lane"):
        if role is not None and (lane.get("name") or "").strip() == name:
            yield _write(sheet, lane, "name", role)
            return


def _subject(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml in words_of(sheet, problem, "subject"):
        close = nearest(xml.get("type") or "", about.vocabulary.subject_types)
        if close is not None:
            yield _write(sheet, xml, "type", close)


def _called(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    xml = sheet.get(problem.element)
    close = nearest(xml.get("calledElement") or "", about.vocabulary.processes) if xml is not None else None
    if close is not None:
        yield _write(sheet, xml, "calledElement", close)


def _param(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """The name of a parameter, of an operation or of what a called process takes."""
    word = "in" if problem.code == "unknown_in" else "param"
    known = _listed(problem, "known")
    for xml in words_of(sheet, problem, word):
        if xml.get("name") != problem.params.get("name"):
            continue
        taken = {other.get("name") for other in words_of(sheet, problem, word)}
        close = nearest(xml.get("name") or "", [each for each in known if each not in taken])
        if close is not None:
            yield _write(sheet, xml, "name", close)


def _distinct(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    name = problem.params.get("name")
    people = [
        each.get("id")
        for tag in ("userTask", "manualTask", "task")
        for each in sheet.root.iter(f"{{{BPMN}}}{tag}")
        if each.get("id") and each.get("id") != problem.element
    ]
    for xml in words_of(sheet, problem, "distinct"):
        names = (xml.get("from") or "").replace(",", " ").split()
        close = None if name == problem.element else nearest(str(name), people)
        if close is not None:
            yield _write(sheet, xml, "from", " ".join(close if each == name else each for each in names))
        elif name == problem.element and len(names) > 1:
            yield _write(sheet, xml, "from", " ".join(each for each in names if each != name))


def _link(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """The name of a throw that is nearly that of a catch beside it."""
    throw = sheet.get(problem.element)
    if throw is None:
        return
    catches = [
        mark.get("name") or ""
        for each in children(throw.getparent(), "intermediateCatchEvent")
        for mark in children(each, "linkEventDefinition")
    ]
    for mark in children(throw, "linkEventDefinition"):
        close = nearest(mark.get("name") or "", catches)
        if close is not None:
            yield _write(sheet, mark, "name", close)


def _listed(problem: Problem, name: str) -> list[str]:
    given = problem.params.get(name) or ""
    return [each.strip() for each in (given.split(",") if isinstance(given, str) else given)]


# -- words and attributes of ours


def _word(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """A misspelt word of ours."""
    close = nearest(str(problem.params.get("word")), _listed(problem, "known"))
    for xml in words_of(sheet, problem, str(problem.params.get("word"))) if close else ():
        step = {"do": "kind", **sheet.address(xml), "value": close}
        yield mend("mend_write", step, before=f"flow:{flow_name(xml)}", after=f"flow:{close}")


def _attribute(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """A misspelt attribute is written right; one that means nothing is removed."""
    name = str(problem.params.get("attribute"))
    owner = sheet.get(problem.element)
    if owner is not None and owner.get(f"{{{FLOW}}}{name}") is not None:
        yield mend("mend_remove_attribute", put(sheet, owner, f"{{{FLOW}}}{name}", None), name=f"flow:{name}")
        return
    for xml in words_of(sheet, problem, str(problem.params.get("word"))):
        if xml.get(name) is None:
            continue
        close = nearest(name, _listed(problem, "known"))
        if close is not None and xml.get(close) is None:
            steps = [put(sheet, xml, name, None), put(sheet, xml, close, xml.get(name))]
            yield mend("mend_write", *steps, before=name, after=close)
        yield mend("mend_remove_attribute", put(sheet, xml, name, None), name=name)


def _move(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    owner = sheet.get(problem.element)
    for xml in elements(owner, deep=False) if owner is not None else ():
        if flow_name(xml) == problem.params.get("word"):
            yield mend("mend_move_word", {"do": "move", **sheet.address(xml)}, word=f"flow:{flow_name(xml)}")
            return


def _second(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """The first is what counts today."""
    word = str(problem.params.get("word"))
    owner = sheet.get(problem.element)
    if owner is None:
        return
    found = [each for each in own_parts(owner) if flow_name(each) == word or local(each) == word]
    alike = [each for each in found if each.getparent() is found[0].getparent()]
    if len(alike) > 1:
        shown = word if local(alike[1]) else f"flow:{word}"
        yield _remove_part(sheet, alike[1], code="mend_remove_second", name=shown)


def _twice(word: str, attribute: str, param: str) -> Rule:
    """A rule for one of several alike: the one that is named a second time."""

    def rule(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
        wanted = problem.params.get(param)
        owner = sheet.get(problem.element)
        if not wanted or owner is None:
            return
        groups: dict[int, list[Any]] = {}
        for each in own_parts(owner):
            if flow_name(each) == word and each.get(attribute) == wanted:
                groups.setdefault(id(each.getparent()), []).append(each)
        for alike in groups.values():
            if len(alike) > 1:
                yield _remove_part(sheet, alike[1], code="mend_remove_second", name=str(wanted))

    return rule


def _remove_word(word: str | None = None) -> Rule:
    def rule(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
        name = word or str(problem.params.get("word"))
        for xml in words_of(sheet, problem, name)[:1]:
            yield _remove_part(sheet, xml, code="mend_remove_word", word=f"flow:{name}")

    return rule


def _remove_from(word: str, attribute: str) -> Rule:
    def rule(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
        for xml in words_of(sheet, problem, word):
            if xml.get(attribute) is not None:
                yield mend("mend_remove_attribute", put(sheet, xml, attribute, None), name=attribute)

    return rule


def _item(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """The name of an item, where there is no list to have items."""
    yield from _remove_from("each", "as")(sheet, problem, about)
    owner = sheet.get(problem.element)
    for marker in children(owner, "multiInstanceLoopCharacteristics") if owner is not None else ():
        for item in children(marker, "inputDataItem"):
            yield _remove_part(sheet, item, code="mend_remove_word", word="inputDataItem")


# -- fields and values


def _of_value(sheet: Sheet, problem: Problem) -> Iterator[tuple[Any, str]]:
    """(element, attribute) of what a problem says about an attribute and its value."""
    attribute, value = str(problem.params.get("attribute")), problem.params.get("value")
    owner = sheet.get(problem.element)
    for xml in (*words_of(sheet, problem), *([owner] if owner is not None else [])):
        given = xml.get(attribute)
        if given is not None and (value is None or given[:30] == value):
            yield xml, attribute


def _flag(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml, attribute in _of_value(sheet, problem):
        meant = _FLAGS.get((xml.get(attribute) or "").strip().lower())
        if meant is not None:
            yield _write(sheet, xml, attribute, meant)


_FLAGS: Final = {
    **dict.fromkeys(("true", "yes", "y", "1", "on", "是"), "true"),
    **dict.fromkeys(("false", "no", "n", "0", "off", "否"), "false"),
}


def _value(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml, attribute in _of_value(sheet, problem):
        close = nearest(xml.get(attribute) or "", _listed(problem, "known"))
        if close is not None:
            yield _write(sheet, xml, attribute, close)


def _type(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    known = _listed(problem, "known")
    for xml in words_of(sheet, problem):
        for attribute in ("type", "item"):
            given = xml.get(attribute)
            if flow_name(xml) not in ("field", "variable") or given != problem.params.get("type"):
                continue
            meant = _TYPES.get((given or "").strip().lower())
            close = meant if meant in known else nearest(given or "", known)
            if close is not None:
                yield _write(sheet, xml, attribute, close)


_TYPES: Final = {
    **dict.fromkeys(("string", "str", "varchar", "文本"), "text"),
    **dict.fromkeys(("int", "long", "整数"), "integer"),
    **dict.fromkeys(("float", "double", "number", "numeric", "小数"), "decimal"),
    **dict.fromkeys(("bool",), "boolean"),
    **dict.fromkeys(("timestamp", "moment"), "datetime"),
    **dict.fromkeys(("enum", "select"), "choice"),
    **dict.fromkeys(("array",), "list"),
    **dict.fromkeys(("object", "map", "dict"), "record"),
}


def _choice_type(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml in words_of(sheet, problem):
        named = problem.params.get("name") in (xml.get("id"), xml.get("name"))
        if flow_name(xml) in ("field", "variable") and named and len(xml):
            yield _write(sheet, xml, "type", "choice")


def _remove_value(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml, attribute in _of_value(sheet, problem):
        if flow_name(xml) in ("field", "variable"):
            yield mend("mend_remove_attribute", put(sheet, xml, attribute, None), name=attribute)


def _exchange(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml in words_of(sheet, problem, "field"):
        least, most = xml.get("min"), xml.get("max")
        if xml.get("id") == problem.params.get("name") and least is not None and most is not None:
            yield mend("mend_exchange", put(sheet, xml, "min", most), put(sheet, xml, "max", least))


def _default(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml in words_of(sheet, problem):
        given = xml.get("default")
        if given is not None and given[:30] == problem.params.get("value"):
            yield mend(
                "mend_remove_attribute", put(sheet, xml, "default", None), name=f"default={given[:30]}"
            )


def _code(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml in words_of(sheet, problem, "outcome"):
        given = xml.get("code") or ""
        meant = re.sub(r"[^a-z0-9]+", "_", given.lower()).strip("_")
        if given[:50] == problem.params.get("code") and meant and given != meant:
            yield _write(sheet, xml, "code", meant)


def _duration(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    for xml in words_of(sheet, problem, "due"):
        given = xml.get("in") or ""
        if given.strip().upper() != given:
            yield _write(sheet, xml, "in", given.strip().upper())


def _readable_id(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """An id that expressions can name, wherever the old one stands."""
    meant = re.sub(r"\W+", "_", problem.element or "").strip("_")
    for name in (meant, f"step_{meant}"):
        if is_free_name(name) and sheet.fresh(name) == name:
            yield mend("mend_give_id", {"do": "id", "element": problem.element, "value": name}, name=name)
            return


# -- words of other tools


def _ignored(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    """Everything of that name: it has no effect, and the same finding stands for all of them."""
    owner = sheet.get(problem.element)
    parts = [
        each
        for each in (own_parts(owner) if owner is not None else ())
        if local(each) is None
        and flow_name(each) is None
        and each.tag == f"{{{problem.params.get('namespace')}}}{problem.params.get('name')}"
        and local(each.getparent()) is not None
    ]
    if parts:
        yield _remove_part(sheet, *parts, code="mend_remove_word", word=str(problem.params.get("name")))


def _foreign(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    owner, wanted = sheet.get(problem.element), problem.params.get("attribute")
    if owner is None:
        return
    steps = [
        put(sheet, xml, str(name), None)
        for xml in (owner, *own_parts(owner))
        for name in xml.attrib
        if str(name).startswith("{") and str(name).rpartition("}")[2][:60] == wanted
        if not str(name).startswith((f"{{{FLOW}}}", f"{{{CAMUNDA}}}")) and local(xml) is not None
    ]
    if steps:
        yield mend("mend_remove_attribute", *steps, name=str(wanted))


def _camunda(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    owner, name = sheet.get(problem.element), str(problem.params.get("name"))
    if owner is None:
        return
    if owner.get(f"{{{CAMUNDA}}}{name}") is not None:
        step = put(sheet, owner, f"{{{CAMUNDA}}}{name}", None)
        yield mend("mend_remove_attribute", step, name=f"camunda:{name}")


def _script_format(sheet: Sheet, problem: Problem, about: Known) -> Iterator[Mend]:
    xml = sheet.get(problem.element)
    if xml is not None and xml.get("scriptFormat") is not None:
        step = put(sheet, xml, "scriptFormat", None)
        yield mend("mend_remove_attribute", step, name="scriptFormat")


RULES: Final[Mapping[str, Rule]] = {
    "unknown_role": _role,
    "unknown_lane_role": _lane_role,
    "unknown_operation": _name_in("operation", "name", lambda about: about.vocabulary.operations),
    "unknown_work_form": _name_in("workForm", "name", lambda about: about.vocabulary.work_forms),
    "unknown_decision": _name_in("decision", "ref", lambda about: about.decisions),
    "unknown_subject_type": _subject,
    "unknown_process": _called,
    "unknown_param": _param,
    "unknown_in": _param,
    "distinct_unknown": _distinct,
    "distinct_empty": _remove_word("distinct"),
    "link_leads_nowhere": _link,
    "unknown_word": _word,
    "unknown_attribute": _attribute,
    "word_outside": _move,
    "word_twice": _second,
    "word_without_use": _remove_word(),
    "item_without_list": _item,
    "operation_gives_nothing": _remove_from("operation", "result"),
    "form_empty": _remove_word("form"),
    "field_twice": _twice("field", "id", "name"),
    "variable_twice": _twice("variable", "name", "name"),
    "outcome_twice": _twice("outcome", "code", "code"),
    "bad_choice": _twice("choice", "value", "value"),
    "param_twice": _twice("param", "name", "name"),
    "bad_flag": _flag,
    "bad_word_value": _value,
    "unknown_type": _type,
    "choices_need_type": _choice_type,
    "bound_not_possible": _remove_value,
    "bounds_crossed": _exchange,
    "bad_default": _default,
    "bad_outcome_code": _code,
    "bad_duration": _duration,
    "id_not_readable": _readable_id,
    "extension_ignored": _ignored,
    "foreign_attribute": _foreign,
    "camunda_ignored": _camunda,
    "script_language": _script_format,
}
