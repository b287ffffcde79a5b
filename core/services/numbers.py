"""Changing the rules by which documents get their numbers, so that no number is ever given twice."""

from __future__ import annotations

import re
from datetime import date

from django.db import transaction
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from core import audit, clock
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.models import NumberRule
from core.numbers import PLACEHOLDER, fill, numbered_by, peek, period_of
from core.permissions import MANAGE_NUMBERS
from core.rights import require

# The shortest field that holds such a number, less what a supplement puts behind it.
LONGEST = 26
LOOKED_AT = 1000
LARGEST = 2_000_000_000
# What a pattern must hold so that a new beginning gives other numbers: one of each group.
_NEEDED = {
    NumberRule.Reset.YEAR: (("YYYY", "YY"),),
    NumberRule.Reset.MONTH: (("YYYY", "YY"), ("MM",)),
    NumberRule.Reset.DAY: (("YYYY", "YY"), ("MM",), ("DD",)),
}


@transaction.atomic
def change_rule(
    *, rule_id: int, pattern: str, reset: str, next_value: int | None, seen: str, actor: Actor
) -> NumberRule:
    """Change a rule. Its counting goes on where it is, or higher up with ``next_value``.

    ``seen`` is the number that stood on the page as the next one: if somebody took it meanwhile, the change is
    refused, for it was decided on other numbers.
    """
    require(actor, MANAGE_NUMBERS)
    # Whoever takes a number waits for this row, and reads the rule anew afterwards.
    rule = NumberRule.objects.select_for_update().get(pk=rule_id)
    if seen and seen != peek(rule, on=clock.today()):
        raise Conflict(
            _("Meanwhile a number was taken, or the rule was changed. Look at the next number again."),
            code="changed_since",
        )
    fresh = as_changed(rule, pattern=pattern, reset=reset, next_value=next_value)
    names = ("pattern", "reset", "last_value", "last_period")
    before = {name: getattr(rule, name) for name in names}
    after = {name: getattr(fresh, name) for name in names}
    if before == after:
        return rule
    for name in names:
        setattr(rule, name, after[name])
    rule.save(update_fields=list(names))
    audit.record(actor, "core.change_number_rule", rule, before=before, after=after)
    return rule


def as_changed(rule: NumberRule, *, pattern: str, reset: str, next_value: int | None) -> NumberRule:
    """The rule as it would be, not saved. Raises ApplicationError for one whose numbers would repeat."""
    pattern = pattern.strip()
    check_pattern(pattern, reset)
    today = clock.today()
    period = period_of(reset, today)
    if reset == rule.reset:
        reached = max(rule.last_period, period) if len(rule.last_period) == len(period) else period
        used = rule.last_value if reached == rule.last_period else 0
    else:
        # The old counting goes on until the new period ends: beginning again now could repeat.
        reached, used = period, rule.last_value
    used = max(used, highest_used(rule.code, pattern, on=today))
    value = used if next_value is None else next_value - 1
    if value < used:
        text = _("Numbers up to %(used)s are used: the next one can be %(next)s at the lowest.") % {
            "used": used,
            "next": used + 1,
        }
        raise ApplicationError(text, code="number_used", errors={"next_value": [text]})
    if value >= LARGEST:
        text = _("This number is too large.")
        raise ApplicationError(text, code="number_too_large", errors={"next_value": [text]})
    return NumberRule(
        pk=rule.pk, code=rule.code, pattern=pattern, reset=reset, last_value=value, last_period=reached
    )


def check_pattern(pattern: str, reset: str) -> None:
    """Raises ApplicationError, with the field, for a pattern whose numbers would not tell documents apart."""
    if reset not in NumberRule.Reset.values:
        _refuse("reset", _("Choose when counting begins again."))
    parts = [match[1] for match in PLACEHOLDER.finditer(pattern)]
    rest = PLACEHOLDER.sub("", pattern)
    if "{" in rest or "}" in rest:
        _refuse("pattern", _("Only {YYYY}, {YY}, {MM}, {DD} and {SEQ:4} stand in braces."))
    if parts.count("SEQ") != 1:
        _refuse("pattern", _("The pattern needs {SEQ} exactly once: it is what counts up."))
    if re.search(r"\s", rest) or not rest.isprintable():
        _refuse("pattern", _("No spaces: numbers are searched for and read aloud."))
    if len(fill(pattern, on=date(2026, 12, 31), value=99_999_999)) > LONGEST:
        _refuse(
            "pattern", _("The numbers would be longer than %(longest)s characters.") % {"longest": LONGEST}
        )
    for group in _NEEDED.get(NumberRule.Reset(reset), ()):
        if not set(group) & set(parts):
            _refuse(
                "pattern",
                _("Counting begins again, so the pattern needs {%(part)s}: otherwise numbers would repeat.")
                % {"part": group[0]},
            )


def highest_used(code: str, pattern: str, *, on: date) -> int:
    """The highest count among documents whose numbers look as the pattern's of this period do."""
    documents = numbered_by(code)
    if documents is None:
        return 0
    marked = fill(PLACEHOLDER.sub(lambda one: "\0" if one[1] == "SEQ" else one[0], pattern), on=on, value=0)
    before, _mark, after = marked.partition("\0")
    field = documents.field
    # Numbers of one pattern that are longer or stand later in the alphabet are higher.
    alike = (
        documents.documents()
        .filter(**{f"{field}__startswith": before, f"{field}__endswith": after})
        .annotate(_length=Length(field))
        .order_by("-_length", f"-{field}")
        .values_list(field, flat=True)
    )
    for text in alike[:LOOKED_AT]:
        middle = text[len(before) : len(text) - len(after)]
        if middle.isascii() and middle.isdecimal():
            return int(middle)
    return 0


def _refuse(field: str, text: str) -> None:
    raise ApplicationError(text, code=f"wrong_{field}", errors={field: [text]})
