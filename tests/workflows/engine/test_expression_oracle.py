"""Random expressions against an oracle, and random damage to their texts.

The generator writes the text of an expression and, beside it, a function that says what it must give.
That function calculates with fractions, ordinals of days and microseconds; it knows nothing of the
engine's operations, and the engine knows nothing but the text."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from workflows.engine.expressions import ExpressionError, Names, compile_expression
from workflows.engine.vocabulary import Type, as_type

LIMIT = 10**18
DAY = 86_400_000_000
OFFICE = 8 * 3_600_000_000
EPOCH = datetime(1, 1, 1, tzinfo=UTC)
OUTCOMES, LEVELS = ("approve", "reject"), ("low", "high", "低")
TYPES = {
    "i": "integer",
    "j": "integer",
    "d": "decimal",
    "e": "decimal",
    "s": "text",
    "t": "text",
    "b": "boolean",
    "c": "boolean",
    "on": "date",
    "until": "date",
    "at": "datetime",
    "later": "datetime",
    "level": Type("choice", choices=LEVELS),
    "numbers": "list[integer]",
    "amounts": "list[decimal]",
    "names": "list[text]",
    "days_off": "list[date]",
    "flags": "list[boolean]",
    "anything": "list",
    "review": {
        "outcome": Type("choice", choices=OUTCOMES),
        "comment": "text",
        "amount": "decimal",
        "on": "date",
    },
    "金额": "decimal",
}
SUBJECT = {"amount": "decimal", "owner.name": "text", "due_on": "date"}
NAMES = Names({n: as_type(t) for n, t in TYPES.items()}, {n: as_type(t) for n, t in SUBJECT.items()})
BY_KIND = {
    "integer": ["i", "j"],
    "decimal": ["d", "e", "金额", "review.amount", "subject.amount"],
    "text": ["s", "t", "review.comment", "subject.owner.name"],
    "boolean": ["b", "c"],
    "date": ["on", "until", "review.on", "subject.due_on"],
    "datetime": ["at", "later"],
    "choice": ["level"],
    "list[integer]": ["numbers"],
    "list[decimal]": ["amounts"],
    "list[text]": ["names"],
    "list[date]": ["days_off"],
    "list[boolean]": ["flags"],
    "list": ["anything"],
    "record": ["review"],
}
LISTS = [kind for kind in BY_KIND if kind.startswith("list[")]
WORDS = ["", "a", "ab", "b", "李四", "approve", "low", " x ", "ABC", "ß", "😀", "it's", 'q"q', "tab\tx", "1"]
NUMBERS = ["0", "1", "12.50", " 7 ", "+3", "-0.5", ".5", "5.", "1e5", "1,000", "", "abc", "٣", "--1", "1_0",
           "999999999999999999.9999999999999999999", "999999999999999999", "1000000000000000000", "0." + "1" * 31,
           "0.0000000000000000005", "NaN", "Infinity", "１２", "1 2", "-"]  # fmt: skip
DATES = ["2026-12-20", "2024-02-29", "0001-01-01", "9999-12-31", "2026-02-29", "20261220", "2026-W01-1", "x", "",
         "2026-1-1", "２０２６-01-01", "2026-12-20T10:00:00"]  # fmt: skip


class Wrong(Exception):  # noqa: N818 - what the oracle says instead of a value
    pass


class Shown(Fraction):
    """A decimal of which the digits are known, not only the value."""

    digits: str


def shown(digits: str) -> Shown:
    fraction = Shown(digits)
    fraction.digits = digits.lstrip("-") if not fraction else digits
    return fraction


@dataclass(frozen=True, slots=True)
class Made:
    """A generated expression: its text, how loosely it binds, and what it must give."""

    kind: str
    level: int
    text: str
    run: Callable[[dict], Any]


# -- the oracle's own arithmetic


def rounded(value: Fraction, places: int) -> Fraction:
    """Half up, away from zero."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**places)


def in_range(value):
    if not isinstance(value, int):
        value = rounded(value, 18)
    if abs(value) >= LIMIT:
        raise Wrong("number_too_big")
    return value


def is_number(value):
    return isinstance(value, (int, Fraction)) and not isinstance(value, bool)


def need(*values):
    if any(value is None for value in values):
        raise Wrong("no_value")


def reckon(operator, a, b):
    need(a, b)
    if operator == "+":
        return in_range(a + b)
    if operator == "-":
        return in_range(a - b)
    if operator == "*":
        return in_range(a * b)
    if b == 0:
        raise Wrong("division_by_zero")
    exact = Fraction(a) / Fraction(b)
    if operator == "/":
        return in_range(exact)
    floor = exact.numerator // exact.denominator
    return in_range(floor if operator == "//" else a - floor * b)


def instant(moment):
    return (moment - EPOCH) // timedelta(microseconds=1)


def office_ordinal(value):
    """The number of the day in the office."""
    if not isinstance(value, datetime):
        return value.toordinal()
    ticks = instant(value) + OFFICE
    if not 0 <= ticks < 3_652_059 * DAY:  # hours that are not in the office's calendar: as written
        return value.date().toordinal()
    return ticks // DAY + 1


def shifted(value, days):
    need(value, days)
    if not 1 <= value.toordinal() + days <= 3_652_059:
        raise Wrong("date_out_of_range")
    moved = date.fromordinal(value.toordinal() + days)
    return datetime.combine(moved, value.timetz()) if isinstance(value, datetime) else moved


def order(value):
    return instant(value) if isinstance(value, datetime) else value


def equal(a, b):
    if a is None or b is None:
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return all(equal(a.get(name), b.get(name)) for name in {*a, *b})
    for kind in (bool, str, datetime, date, list, dict):
        if isinstance(a, kind) or isinstance(b, kind):
            return isinstance(a, kind) and isinstance(b, kind) and order(a) == order(b)
    return a == b


COMPARE = {
    "<": lambda a, b: order(a) < order(b),
    "<=": lambda a, b: order(a) <= order(b),
    ">": lambda a, b: order(a) > order(b),
    ">=": lambda a, b: order(a) >= order(b),
}


def items_of(values):
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    for item in items:
        need(item)
        if not is_number(item) and not isinstance(item, date):
            raise Wrong("not_a_number_in_list")
    return items


def extreme(values, largest):
    items = items_of(values)
    if not items:
        raise Wrong("empty_list")
    best = items[0]
    for item in items[1:]:
        if (order(item) > order(best)) if largest else (order(item) < order(best)):
            best = item
    return best


def added(values):
    items, total = items_of(values), 0
    for item in items:
        if not is_number(item):
            raise Wrong("not_a_number_in_list")
        total += item
    return in_range(total)


def read_number(text):
    need(text)
    if is_number(text):
        return Fraction(text)
    text = text.strip()
    sign, digits = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    whole, _, fraction = digits.partition(".")
    known = set("0123456789")
    if not (set(whole) <= known and set(fraction) <= known and whole + fraction):
        raise Wrong("not_a_number_text")
    if len(whole) > 18 or len(fraction) > 30:
        raise Wrong("not_a_number_text")
    value = Fraction(int(whole + fraction), 10 ** len(fraction))
    return in_range(-value if sign == "-" else value)


def read_date(text):
    need(text)
    if isinstance(text, date):
        return date.fromordinal(office_ordinal(text))
    parts = text.split("-")
    if len(text) != 10 or [len(part) for part in parts] != [4, 2, 2] or not set(text) <= set("0123456789-"):
        raise Wrong("not_a_date_text")
    try:
        return date(*map(int, parts))
    except ValueError:
        raise Wrong("not_a_date_text") from None


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Shown):
        return value.digits
    return value.isoformat() if isinstance(value, date) else str(value)


def round_to(number, places, explicit):
    need(number)
    if explicit:
        need(places)
    if not 0 <= places <= 12:
        raise Wrong("bad_places")
    value = rounded(Fraction(number), places)
    if abs(value) >= LIMIT:
        raise Wrong("number_too_big")
    if places == 0:
        return int(value)
    whole = abs(value.numerator * 10**places // value.denominator)
    digits = str(whole).rjust(places + 1, "0")
    return shown(("-" if value < 0 else "") + digits[:-places] + "." + digits[-places:])


def within(item, container):
    if container is None:
        return False
    if isinstance(container, list):
        return any(equal(item, each) for each in container)
    need(item)
    return item in container


# -- the generator


class Generator:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.made = 0

    def pick(self, *among):
        return self.chance.choice(among)

    def any(self, depth):
        return self.of(self.chance.choice([*BY_KIND, "boolean", "decimal", "boolean"]), depth)

    def of(self, kind, depth):
        """An expression of a kind."""
        self.made += 1
        if depth <= 0 or self.chance.random() < 0.1:
            return self.leaf(kind)
        roll = self.chance.random()
        if roll < 0.08:
            return self.conditional(kind, depth)
        if roll < 0.14 and kind != "choice":
            return self.coalesced(kind, depth)
        maker = getattr(self, "_" + kind.partition("[")[0])
        return maker(kind, depth - 1)

    def leaf(self, kind):
        if kind in ("record", "list") or self.chance.random() < 0.6:
            return self.variable(self.chance.choice(BY_KIND[kind]), kind)
        return self.literal(kind)

    def variable(self, name, kind):
        root, *fields = name.split(".") if not name.startswith("subject.") else [name]

        def run(env):
            value = env.get(root)
            for field in fields:
                value = value.get(field) if value is not None else None
            return value

        return Made(kind, 8, name, run)

    def literal(self, kind):
        value: Any
        if kind == "integer":
            value = self.pick(0, 1, 2, 3, 7, 12, 10**9, LIMIT - 1, self.chance.randrange(LIMIT))
            return Made(kind, 8, str(value), lambda env: value)
        if kind == "decimal":
            digits = self.pick("0.0", "0.5", "2.50", "0.06", "0.000000000001", "999999999999999999.999999999999",
                               f"{self.chance.randrange(10**6)}.{self.chance.randrange(1, 10**6)}")  # fmt: skip
            value = shown(digits)
            return Made(kind, 8, digits, lambda env: value)
        if kind in ("text", "choice"):
            value = self.chance.choice(LEVELS if kind == "choice" else WORDS)
            if kind == "choice":
                return self.variable("level", kind)
            return Made(kind, 8, self.quoted(value), lambda env: value)
        if kind == "boolean":
            word = self.pick("true", "false", "True", "False")
            return Made(kind, 8, word, lambda env: word.lower() == "true")
        if kind == "date":
            value = date.fromordinal(self.pick(1, 3_652_059, self.chance.randrange(700_000, 750_000)))
            return Made(kind, 8, f'date("{value.isoformat()}")', lambda env: value)
        if kind == "datetime":
            return Made(kind, 8, "now()", lambda env: env["now"])
        inner = kind[5:-1]
        return self.listed(
            kind, [self.literal(inner) for _ in range(self.chance.randrange(4))] or [self.leaf(inner)]
        )

    def listed(self, kind, items):
        text = "[" + ", ".join(item.text for item in items) + "]"
        return Made(kind, 8, text, lambda env: [item.run(env) for item in items])

    def quoted(self, value):
        quote = self.pick('"', "'")
        escaped = value.replace("\\", "\\\\").replace(quote, "\\" + quote).replace("\t", "\\t")
        return quote + escaped + quote

    def inside(self, made, least):
        if made.level < least or self.chance.random() < 0.1:
            return f"({made.text})"
        return made.text

    def space(self):
        return self.pick(" ", " ", " ", "  ", "\n", "\u3000")

    def joined(self, kind, level, left, operator, right, run, least=None):
        low, high = least or (level, level + 1)
        text = f"{self.inside(left, low)}{self.space()}{operator}{self.space()}{self.inside(right, high)}"
        return Made(kind, level, text, lambda env: run(left.run(env), right.run(env)))

    def call(self, kind, name, run, *arguments):
        text = f"{name}({', '.join(a.text for a in arguments)})"
        return Made(kind, 8, text, lambda env: run(*[a.run(env) for a in arguments]))

    def null(self, kind):
        return Made(kind, 8, self.pick("null", "None"), lambda env: None)

    def conditional(self, kind, depth):
        test, yes, no = self.of("boolean", depth - 1), self.of(kind, depth - 1), self.of(kind, depth - 1)
        if self.chance.random() < 0.2:
            no = self.null(kind)
        text = f"{self.inside(yes, 1)} if {self.inside(test, 1)} else {no.text}"
        return Made(kind, 0, text, lambda env: yes.run(env) if test.run(env) else no.run(env))

    def coalesced(self, kind, depth):
        parts = [self.of(kind, depth - 1) for _ in range(self.chance.randrange(1, 4))]
        if self.chance.random() < 0.3:
            parts.insert(0, self.null(kind))

        def run(env):
            for part in parts:
                if (value := part.run(env)) is not None:
                    return value
            return None

        return Made(kind, 8, f"coalesce({', '.join(part.text for part in parts)})", run)

    # one method for each kind

    def _number(self, depth):
        return self.of(self.pick("integer", "decimal"), depth)

    def _integer(self, kind, depth):
        roll = self.chance.randrange(12)
        if roll < 3:
            operator = self.pick("+", "-", "*", "%")
            level = 5 if operator in "+-" else 6
            a, b = self.of(kind, depth), self.of(kind, depth)
            return self.joined(kind, level, a, operator, b, lambda x, y: reckon(operator, x, y))
        if roll == 3:
            return self.joined(
                kind, 6, self._number(depth), "//", self._number(depth), lambda x, y: reckon("//", x, y)
            )
        if roll == 4:
            return self.signed(kind, depth)
        if roll == 5:
            of = self.of(self.pick("text", *LISTS), depth)
            return self.call(kind, "len", lambda value: 0 if value is None else len(value), of)
        if roll == 6:
            return self.call(kind, "round", lambda value: round_to(value, 0, False), self._number(depth))
        if roll == 7:
            return self.aggregate(kind, depth)
        if roll == 8:
            a, b = (self.of(self.pick("date", "datetime"), depth) for _ in range(2))
            return self.call(kind, "days", days_between, a, b)
        if roll == 9:
            name, index = self.pick(("year", 0), ("month", 1), ("day", 2))
            of = self.of(self.pick("date", "datetime"), depth)
            return self.call(kind, name, lambda value: part_of(value, index), of)
        if roll == 10:
            of = self.pick("date", "datetime")
            return self.joined(kind, 5, self.of(of, depth), "-", self.of(of, depth), difference)
        return self.call(kind, "abs", absolute, self.of(kind, depth))

    def _decimal(self, kind, depth):
        roll = self.chance.randrange(10)
        if roll < 4:
            operator = self.pick("+", "-", "*", "/", "%", "/")
            level = 5 if operator in "+-" else 6
            a, b = self._number(depth), self.of(kind, depth)
            if operator == "/":
                b = self._number(depth)
            if self.chance.random() < 0.5 and operator != "/":
                a, b = b, a
            return self.joined(kind, level, a, operator, b, lambda x, y: reckon(operator, x, y))
        if roll == 4:
            return self.signed(kind, depth)
        if roll == 5:
            places = self.literal("integer")
            if self.chance.random() < 0.8:
                number = self.chance.randrange(13)
                places = Made("integer", 8, str(number), lambda env: number)
            return self.call(kind, "round", lambda a, b: round_to(a, b, True), self._number(depth), places)
        if roll == 6:
            return self.aggregate(kind, depth)
        if roll == 7:
            text = self.chance.choice(NUMBERS)
            of = Made("text", 8, self.quoted(text), lambda env: text)
            if self.chance.random() < 0.4:
                of = self.of(self.pick("text", "integer", "decimal"), depth)
            return self.call(kind, "number", read_number, of)
        if roll == 8:
            return self.call(kind, "sum", lambda *values: added(list(values)), self.of("list", depth))
        return self.call(kind, "abs", absolute, self.of(kind, depth))

    def signed(self, kind, depth):
        of = self.of(kind, depth)
        sign = self.pick("-", "-", "+")
        factor = -1 if sign == "-" else 1
        literal = re.fullmatch(r"[0-9.]+", of.text)

        def run(env):
            value = of.run(env)
            if isinstance(value, Shown) and literal and sign == "-":
                return shown("-" + value.digits)
            return reckon("*", value, factor)

        return Made(kind, 7, sign + self.inside(of, 7), run)

    def aggregate(self, kind, depth):
        name = self.pick("min", "max", "sum")
        if self.chance.random() < 0.5:
            arguments = [self.of(f"list[{kind}]", depth)]
        else:
            arguments = [self.of(kind, depth)] + [
                self.of(kind if kind != "decimal" else self.pick("integer", "decimal"), depth)
                for _ in range(self.chance.randrange(3))
            ]
        if name == "sum":
            return self.call(kind, name, lambda *values: added(list(values)), *arguments)
        return self.call(kind, name, lambda *values: extreme(list(values), name == "max"), *arguments)

    def _text(self, kind, depth):
        roll = self.chance.randrange(6)
        if roll < 2:
            a, b = self.of(self.pick(kind, kind, "choice"), depth), self.of(kind, depth)
            return self.joined(kind, 5, a, "+", b, lambda x, y: (need(x, y), x + y)[1])
        if roll == 2:
            name, change = self.pick(("lower", str.lower), ("upper", str.upper), ("trim", str.strip))
            return self.call(kind, name, lambda value: (need(value), change(value))[1], self.of(kind, depth))
        of = self.of(self.pick("integer", "text", "boolean", "date", "datetime", "choice"), depth)
        if roll == 3:  # a decimal of which the digits are known
            number, places = self._number(depth), self.chance.randrange(1, 13)
            digits = Made("integer", 8, str(places), lambda env: places)
            of = self.call("decimal", "round", lambda a, b: round_to(a, b, True), number, digits)
            if self.chance.random() < 0.3:
                of = self.leaf("decimal")
        return self.call(kind, "text", as_text, of)

    def _choice(self, kind, depth):
        return self.leaf(kind)

    def _record(self, kind, depth):
        return self.leaf(kind)

    def _date(self, kind, depth):
        roll = self.chance.randrange(6)
        if roll == 0:
            return Made(kind, 8, "today()", lambda env: date.fromordinal(office_ordinal(env["now"])))
        if roll == 1:
            text = self.chance.choice(DATES)
            of = Made("text", 8, self.quoted(text), lambda env: text)
            if self.chance.random() < 0.5:
                of = self.of(self.pick("date", "datetime", "text"), depth)
            return self.call(kind, "date", read_date, of)
        if roll == 2:
            name = self.pick("min", "max")
            many = (
                [self.of("list[date]", depth)] if self.chance.random() < 0.5 else [self.of(kind, depth)] * 2
            )
            return self.call(kind, name, lambda *values: extreme(list(values), name == "max"), *many)
        return self.moved(kind, depth)

    def _datetime(self, kind, depth):
        if self.chance.random() < 0.3:
            name = self.pick("min", "max")
            many = [self.of(kind, depth), self.of(kind, depth)]
            return self.call(kind, name, lambda *values: extreme(list(values), name == "max"), *many)
        return self.moved(kind, depth)

    def moved(self, kind, depth):
        sign = self.pick("+", "-")
        days = self.of("integer", depth)
        return self.joined(
            kind, 5, self.of(kind, depth), sign, days,
            lambda a, b: (need(a, b), shifted(a, b if sign == "+" else -b))[1],
        )  # fmt: skip

    def _list(self, kind, depth):
        if kind == "list":
            return self.leaf(kind)
        inner = kind[5:-1]
        if self.chance.random() < 0.4:
            a, b = self.of(kind, depth), self.of(kind, depth)
            return self.joined(kind, 5, a, "+", b, lambda x, y: (need(x, y), x + y)[1])
        return self.listed(kind, [self.of(inner, depth) for _ in range(self.chance.randrange(1, 4))])

    def _boolean(self, kind, depth):
        roll = self.chance.randrange(12)
        if roll < 2:
            word, symbol = self.pick(("and", "&&"), ("or", "||"))
            a, b = self.of(kind, depth), self.of(kind, depth)
            level = 2 if word == "and" else 1
            text = f"{self.inside(a, level)} {self.pick(word, symbol)} {self.inside(b, level + 1)}"
            if word == "and":
                return Made(kind, level, text, lambda env: bool(a.run(env)) and bool(b.run(env)))
            return Made(kind, level, text, lambda env: bool(a.run(env)) or bool(b.run(env)))
        if roll == 2:
            of = self.of(kind, depth)
            return Made(kind, 3, self.pick("not ", "!") + self.inside(of, 3), lambda env: not of.run(env))
        if roll < 6:
            return self.ordered(depth)
        if roll < 8:
            return self.equality(depth)
        if roll == 8:
            return self.containing(depth)
        if roll == 9:
            of = self.of(self.pick("text", "integer", "boolean", "date", "record", *LISTS), depth)
            return self.call(
                kind, "empty", lambda value: value is None or value in ("", []) or value == {}, of
            )
        if roll == 10:
            name = self.pick("starts_with", "ends_with")
            a, b = self.of("text", depth), self.of("text", depth)
            return self.call(
                kind, name, lambda x, y: (need(x, y), begins(x, y, name == "ends_with"))[1], a, b
            )
        name = "contains"
        if self.chance.random() < 0.5:
            a, b = self.of("text", depth), self.of("text", depth)
        else:
            a, b = self.of("list", depth), self.any(depth)
        return self.call(kind, name, lambda x, y: within(y, x), a, b)

    def ordered(self, depth):
        kind = self.pick("number", "number", "date", "datetime")
        a, b = (self._number(depth) if kind == "number" else self.of(kind, depth) for _ in range(2))
        operator = self.chance.choice(list(COMPARE))
        if kind == "date" and self.chance.random() < 0.3:
            b = self.written_day()
        if kind == "datetime" and self.chance.random() < 0.3:
            b = self.written_moment()
        run = COMPARE[operator]
        return self.joined("boolean", 4, a, operator, b, lambda x, y: (need(x, y), run(x, y))[1], (5, 5))

    def written_day(self):
        value = date.fromordinal(self.chance.randrange(739_000, 740_000))
        return Made("text", 8, f'"{value.isoformat()}"', lambda env: value)

    def written_moment(self):
        value = datetime(2026, 12, self.chance.randrange(1, 31), tzinfo=timezone(timedelta(hours=8)))
        written = self.pick(value.date().isoformat(), value.isoformat(), value.isoformat()[:19])
        return Made("text", 8, f'"{written}"', lambda env: value)

    def equality(self, depth):
        kind = self.chance.choice([*BY_KIND, "number"])
        a, b = (self._number(depth) if kind == "number" else self.of(kind, depth) for _ in range(2))
        if kind == "choice":
            value = self.chance.choice(LEVELS)
            a, b = self.variable("level", kind), Made("text", 8, self.quoted(value), lambda env: value)
        elif self.chance.random() < 0.15:
            b = self.null(kind)
        wanted = self.pick(True, False)
        run = lambda x, y: equal(x, y) is wanted  # noqa: E731
        return self.joined("boolean", 4, a, "==" if wanted else "!=", b, run, (5, 5))

    def containing(self, depth):
        operator = self.pick("in", "not in")
        inner = self.pick("integer", "decimal", "text", "date", "boolean", "in text", "opaque")
        if inner == "in text":
            a, b = self.of("text", depth), self.of("text", depth)
        elif inner == "opaque":
            a, b = self.any(depth), self.leaf("list")
        else:
            a, b = self.of(inner, depth), self.of(f"list[{inner}]", depth)
        run = lambda x, y: within(x, y) is (operator == "in")  # noqa: E731
        return self.joined("boolean", 4, a, operator, b, run, (5, 5))


def absolute(value):
    need(value)
    if isinstance(value, Shown):
        return shown(value.digits.lstrip("-"))
    return abs(value)


def days_between(first, last):
    need(first, last)
    return office_ordinal(last) - office_ordinal(first)


def part_of(value, index):
    need(value)
    day = date.fromordinal(office_ordinal(value))
    return (day.year, day.month, day.day)[index]


def difference(a, b):
    need(a, b)
    if isinstance(a, datetime):
        return (instant(a) - instant(b)) // DAY
    return a.toordinal() - b.toordinal()


def begins(text, part, at_the_end):
    if at_the_end:
        return len(part) <= len(text) and text[len(text) - len(part) :] == part
    return text[: len(part)] == part


# -- values: as they are stored for the engine, and as the oracle takes them


def random_value(chance, kind):
    """A stored value and the oracle's view of it."""
    if chance.random() < 0.08:
        return None, None
    if kind == "integer":
        value = chance.choice([0, 1, -1, 3, -7, LIMIT - 1, -LIMIT + 1, chance.randrange(-LIMIT + 1, LIMIT)])
        return value, value
    if kind == "decimal":
        places = chance.choice([0, 1, 2, 2, 2, 6, 18])
        whole = chance.randrange(chance.choice([1, 10, 10**6, LIMIT]))
        digits = str(whole) + ("." + "".join(chance.choices("0123456789", k=places)) if places else "")
        digits = chance.choice(["", "-"]) + digits
        digits = digits.lstrip("-") if not Fraction(digits) else digits
        return digits, shown(digits)
    if kind == "text":
        value = chance.choice([*WORDS, *NUMBERS, *DATES])
        return value, value
    if kind == "boolean":
        value = chance.random() < 0.5
        return value, value
    if kind == "date":
        value = date.fromordinal(chance.choice([1, 3_652_059, chance.randrange(700_000, 750_000)]))
        return value.isoformat(), value
    if kind == "datetime":
        zone = timezone(timedelta(minutes=chance.choice([0, 480, -300, 345, 840, -720])))
        value = chance.choice(
            [datetime(2026, 12, 20, 23, 30), datetime(1, 1, 1, 3), datetime(9999, 12, 31, 20),  # noqa: DTZ001
             datetime(2026, 1, 1) + timedelta(seconds=chance.randrange(10**8))]  # noqa: DTZ001
        ).replace(tzinfo=zone)  # fmt: skip
        return value.isoformat(), value
    if kind == "choice":
        value = chance.choice(LEVELS)
        return value, value
    if kind == "list":
        return random_json(chance, 0)
    if kind == "record":
        stored, known = {}, {}
        for name, of in (("comment", "text"), ("amount", "decimal"), ("on", "date")):
            if chance.random() < 0.8:
                stored[name], known[name] = random_value(chance, of)
        if chance.random() < 0.8:
            stored["outcome"] = known["outcome"] = chance.choice(OUTCOMES)
        return stored, known
    pairs = [random_value(chance, kind[5:-1]) for _ in range(chance.randrange(5))]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def random_json(chance, depth):
    """An undeclared list; its floats are to be taken as the decimals they are written as."""
    if chance.random() < 0.4:
        numbers = [chance.choice([0, 1, 2.5, 0.1, -3, 7]) for _ in range(chance.randrange(4))]
        return numbers, [exact(number) for number in numbers]
    stored, known = [], []
    for _ in range(chance.randrange(4)):
        value = chance.choice([0, 1, True, False, None, "a", "1", 0.1, 2.5, 10**17])
        pair = (value, exact(value))
        if depth < 2 and chance.random() < 0.2:
            pair = random_json(chance, depth + 1)
        elif chance.random() < 0.1:
            pair = ({"k": value}, {"k": exact(value)})
        stored.append(pair[0])
        known.append(pair[1])
    return stored, known


def exact(value):
    return shown(str(value)) if isinstance(value, float) else value


class Context:
    def __init__(self, variables, subject, now):
        self.variables, self._subject, self._now, self.reads = variables, subject, now, {}

    def subject(self, path):
        return self._subject[path]

    def now(self):
        return self._now


def random_world(chance):
    stored, env = {}, {}
    for name, type_ in TYPES.items():
        kind = as_type(type_)
        word = str(kind) if kind.kind == "list" else kind.kind
        stored[name], env[name] = random_value(chance, word)
    subject = {}
    for name, kind in SUBJECT.items():
        value, env[f"subject.{name}"] = random_value(chance, kind)
        if value is not None and kind == "decimal":
            value = Decimal(value)
        subject[name] = date.fromisoformat(value) if value is not None and kind == "date" else value
    env["now"] = chance.choice(
        [datetime(2026, 12, 21, 15, 59, tzinfo=UTC), datetime(2026, 12, 31, 16, 0, tzinfo=UTC)]
    )
    return Context(stored, subject, env["now"]), env


# -- the comparison


def agrees(found, expected):
    """Value and type: a whole number is an int, a fraction a Decimal; nothing is a float."""
    if expected is None or isinstance(expected, (bool, str)):
        return type(found) is type(expected) and found == expected
    if isinstance(expected, list):
        return type(found) is list and len(found) == len(expected) and all(map(agrees, found, expected))
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(agrees(found[name], expected[name]) for name in found)
    if isinstance(expected, datetime):
        return isinstance(found, datetime) and found == expected and found.utcoffset() == expected.utcoffset()
    if isinstance(expected, date):
        return type(found) is date and found == expected
    if isinstance(expected, int):
        return type(found) is int and found == expected
    return type(found) is Decimal and Fraction(found) == expected and not (found == 0 and found.is_signed())


def outcome(run):
    try:
        return "value", run()
    except (ExpressionError, Wrong) as error:
        return "error", error.code if isinstance(error, ExpressionError) else error.args[0]


def kind_of(type_: Type) -> str:
    return str(type_) if type_.kind == "list" else type_.kind


def check(chance: random.Random) -> None:
    generator = Generator(chance)
    context, env = random_world(chance)
    made = generator.any(chance.randrange(1, 7))
    if generator.made > 150 or len(made.text) > 2_000:
        return
    try:
        expression = compile_expression(made.text, NAMES)
    except ExpressionError as error:
        if error.code in ("expression_too_deep", "expression_too_big"):
            return
        raise AssertionError(f"{made.text!r} is refused: {error}") from error
    assert kind_of(expression.type) == made.kind, made.text
    found, expected = outcome(lambda: expression.evaluate(context)), outcome(lambda: made.run(env))
    same = found[0] == expected[0] and (
        agrees(found[1], expected[1]) if found[0] == "value" else found[1] == expected[1]
    )
    assert same, f"{made.text!r} gives {found}, expected {expected}, with {env}"


def test_two_thousand_expressions_agree_with_the_oracle():
    chance = random.Random(20_261_220)
    for _ in range(2_000):
        check(chance)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_a_hundred_thousand_expressions_agree_with_the_oracle(block):
    chance = random.Random(block)
    for _ in range(5_000):
        check(chance)


def test_the_generator_reaches_every_function_and_operator():
    """An oracle that never asks proves nothing."""
    from workflows.engine.expressions import FUNCTIONS

    chance, words, ends = random.Random(1), set(), set()
    for _ in range(3_000):
        made = Generator(chance).any(4)
        words |= set(
            re.findall(
                r"\w+(?=\()|//|[=!<>]=|&&|\|\||[-+*/%<>!]|\bnot in\b|\b(?:in|and|or|not|if)\b", made.text
            )
        )
        ends.add(outcome(lambda made=made: made.run(random_world(chance)[1]))[0])
    assert set(FUNCTIONS) <= words
    assert {"+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "if", "and", "&&",
            "or", "||", "not", "!"} <= words  # fmt: skip
    assert ends == {"value", "error"}


# -- damage

STRANGE = [
    *"()[]{}.,:;'\"\\+-*/%<>=!&|~^@#$?`_ \t\n\r\x00\x07\x1f\x7f",
    "**", "//", "==", "${", "}", "#{", "if", "else", " not ", " in ", "and", "null", "subject.", "__", "0x", "1e9",
    "\u00a0", "\u2028", "\u202e", "\u200b", "\ufeff", "\ud800", "\U0001f600", "＞", "ｅ", "ﬁ", "٣", "²", "①", "𝟙", "é",
    "e\u0301", "Ａ", "“", "empty ", " div ",
]  # fmt: skip


def damaged(chance, text):
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.randrange(1, 12))
        what = chance.randrange(5)
        if what == 0:
            text = text[:at] + text[end:]
        elif what == 1:
            text = text[:end] + text[at:end] * chance.choice([1, 1, 2, 40]) + text[end:]
        elif what == 2:
            text = text[:at] + chance.choice(STRANGE) + text[at:]
        elif what == 3:
            text = text[:at] + chr(chance.randrange(0x110000)) + text[end:]
        else:
            text = text[:at] + chance.choice(STRANGE) * chance.choice([1, 2, 50, 500]) + text[at:]
    return text if chance.random() < 0.8 else "${" + text + "}"


def check_damage(chance: random.Random) -> None:
    text = damaged(chance, Generator(chance).any(chance.randrange(1, 4)).text)
    context, _ = random_world(chance)
    error = None
    try:
        compile_expression(text, NAMES).evaluate(context)
    except ExpressionError as raised:
        error = raised
    if error is not None:
        assert error.position is None or 0 <= error.position <= len(text), text
        assert error.text == text
        assert all(error.message(lang) != error.code for lang in ("en", "zh-hans"))


def test_a_thousand_damaged_texts_give_a_value_or_an_error_with_its_place():
    chance = random.Random(7)
    for _ in range(1_000):
        check_damage(chance)


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_many_damaged_texts(block):
    chance = random.Random(1_000 + block)
    for _ in range(5_000):
        check_damage(chance)
