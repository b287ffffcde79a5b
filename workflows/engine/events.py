"""What events wait for and tell of, with their expressions checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from .definition import Event, TimerForm
from .expressions import Expression
from .expressions.scripts import assignable
from .extensions import Words
from .namescopes import NameScope
from .outline import EventMark, Node, children
from .support import FIRED_OUTSIDE
from .timers import TimerError, parse_timer
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    from .names import NameTable

_FORMS: Final[dict[str, TimerForm]] = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
# What looks like ISO 8601 is read as such, so that a mistake in it is named and not taken for a name.
_LITERAL: Final = re.compile(r"(R\d*/|P\d|P?T\d|PT|\d{4}-)")
# What no change of a variable tells of.
_CLOCK: Final = re.compile(r"\b(today|now)\s*\(")
_THROWS: Final = ("throw_event", "end_event", "send_task")


class EventReader:
    """Reads the events of one process."""

    def __init__(self, table: NameTable, vocabulary: Vocabulary) -> None:
        self.table = table
        self.vocabulary = vocabulary

    def read(self, node: Node, words: Words) -> Event | None:
        mark = node.event
        if mark is None:
            self._refuse_words(node, words, "")
            return None
        self._refuse_words(node, words, mark.kind)
        if mark.kind in FIRED_OUTSIDE and mark.kind not in self.vocabulary.fires:
            words.error("nothing_fires_it", None, kind_of_event=mark.kind)
        if node.kind == "start_event" and node.scope.kind == "process":
            self._refuse_start(node, mark, words)
        scope = self.table.inside(node)
        if mark.kind == "timer":
            return self._timer(node, mark, words, scope)
        if mark.kind == "condition":
            return self._condition(node, mark, scope)
        if mark.kind in ("message", "signal"):
            self._declared(node, mark, words)
        return Event(
            mark.kind,
            mark.ref,
            correlate=self._correlate(node, words, scope),
            payload=self._payload(node, words, scope),
        )

    def _refuse_start(self, node: Node, mark: EventMark, words: Words) -> None:
        """A message says what its case is about and brings data; a moment and a signal do not."""
        if mark.kind not in ("timer", "signal"):
            return
        if self.table.subject_type is not None:
            words.error("start_without_subject", None, kind_of_event=mark.kind, name=self.table.subject_type)
        needed = [one.name for one in self.table.declared if one.required and one.default is None]
        if mark.kind == "timer" and needed:
            words.error("start_without_data", None, names=needed)

    def _refuse_words(self, node: Node, words: Words, kind: str) -> None:
        """A word that this event has no use for is a misunderstanding."""
        throws = node.kind in _THROWS
        for name, fits in (
            ("correlate", kind == "message"),
            ("param", throws and kind in ("message", "signal")),
            ("form", kind in ("message", "signal")),
            ("timer", kind == "timer"),
        ):
            found = words.one(name)
            plain_start = name == "form" and node.kind == "start_event" and not kind
            if found is not None and not fits and not plain_start and node.tag not in _OTHERS:
                words.error("word_without_use", found, word=name, kind_of_event=kind)

    def _declared(self, node: Node, mark: EventMark, words: Words) -> None:
        """A name of the program's is told by the program only, and says what the program says."""
        declared = self.vocabulary.events.get(mark.ref or "")
        if declared is None:
            return
        if node.kind in _THROWS:
            words.error("event_is_reserved", None, name=declared.name)
            return
        if mark.kind != declared.kind:
            words.error(
                "event_is_other_kind",
                None,
                name=declared.name,
                kind_of_event=mark.kind,
                told_as=declared.kind,
            )
        for field in self.table.forms[node.id]:
            told = declared.payload.get(field.id)
            if told is None:
                known = ", ".join(declared.payload)
                words.error("event_has_no_field", None, name=declared.name, field=field.id[:50], known=known)
            elif not assignable(told, field.variable_type):
                kinds = {"kind": field.variable_type.kind, "expected": told.kind}
                words.error("event_field_type", None, name=declared.name, field=field.id[:50], **kinds)

    def _timer(self, node: Node, mark: EventMark, words: Words, scope: NameScope) -> Event:
        counted = self._counting(words)
        found = [(tag, child) for tag in _FORMS for child in children(mark.xml, tag)]
        if len(found) != 1:
            self.table.findings.error("timer_needs_one", node.id, mark.xml.sourceline)
            return Event("timer")
        tag, child = found[0]
        form, text, line = _FORMS[tag], "".join(child.itertext()).strip(), child.sourceline
        if form == "cycle" and node.kind != "boundary_event" and node.kind != "start_event":
            self.table.findings.error("cycle_not_here", node.id, line)
        if _LITERAL.match(text):
            try:
                parse_timer(form, text)
            except TimerError as error:
                self.table.findings.error(error.code, node.id, line, **error.params)
            return Event("timer", form=form, text=text, **counted)
        value = self.table.expression(text, node.id, line, scope)
        kinds = ("text", "date", "datetime", "any") if form == "date" else ("text", "any")
        if value is not None and value.type.kind not in kinds:
            self.table.findings.error("timer_type", node.id, line, kind=value.type.kind)
        if node.kind == "start_event" and node.scope.kind == "process":
            self.table.findings.error("start_timer_literal", node.id, line)
        return Event("timer", form=form, text=text, value=value, **counted)

    def _counting(self, words: Words) -> dict[str, Any]:
        """How the timer counts: the hours of the clock or those in which people work; what of missed rounds."""
        word = words.one("timer")
        if word is None:
            return {}
        given = {"time": word.get("time") or "clock", "missed": word.get("missed") or "once"}
        for name, known in (("time", ("clock", "working")), ("missed", ("once", "each"))):
            if given[name] not in known:
                words.error(
                    "bad_word_value", word, attribute=name, value=given[name][:30], known=", ".join(known)
                )
        return {
            "working_time": given["time"] == "working",
            "missed": "each" if given["missed"] == "each" else "once",
        }

    def _condition(self, node: Node, mark: EventMark, scope: NameScope) -> Event:
        text = "".join("".join(child.itertext()) for child in children(mark.xml, "condition")).strip()
        if not text:
            self.table.findings.error("condition_empty", node.id, mark.xml.sourceline)
            return Event("condition")
        value = self.table.expression(text, node.id, mark.xml.sourceline, scope)
        if value is not None:
            if value.type.kind not in ("boolean", "any"):
                self.table.findings.error(
                    "condition_not_boolean",
                    node.id,
                    mark.xml.sourceline,
                    text=text[:80],
                    kind=value.type.kind,
                )
            if "subject" in value.names or _CLOCK.search(text):
                self.table.findings.error("condition_looks_outside", node.id, mark.xml.sourceline)
        return Event("condition", value=value)

    def _correlate(self, node: Node, words: Words, scope: NameScope) -> Expression | None:
        word = words.one("correlate")
        if word is None:
            return None
        found = self.table.expression(word.get("value") or "", node.id, word.sourceline, scope)
        if found is not None and found.type.kind not in ("text", "integer", "choice", "any"):
            words.error("correlate_type", word, kind=found.type.kind)
        return found

    def _payload(self, node: Node, words: Words, scope: NameScope) -> tuple[tuple[str, Expression], ...]:
        found: dict[str, Expression] = {}
        if node.kind not in _THROWS:
            return ()
        for word in words.all("param"):
            name = word.get("name") or ""
            if not name or name in found:
                words.error("param_twice" if name else "bad_name", word, name=name)
                continue
            text: Any = word.get("value")
            value = self.table.expression(text or "", node.id, word.sourceline, scope)
            if value is not None:
                found[name] = value
        return tuple(found.items())


# These have a form or parameters for other reasons.
_OTHERS: Final = ("userTask", "manualTask", "task", "serviceTask")
