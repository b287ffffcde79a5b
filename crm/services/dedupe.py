"""Which customers are the same firm: the five keys (F7), what they find, and what people judge of it.

A company's name finds its copies by itself, and so do two keys together; one number alone only makes one look (F8).
A contact's name counts beside another key: there is a Manager Liu at every firm.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q

from core import audit, clock
from core.actors import Actor
from core.rights import require_on
from crm import normalise
from crm.models import Contact, Customer, DedupeKey, DuplicateCase
from crm.services.rows import person_of

Kind = DedupeKey.Kind
Verdict = DuplicateCase.Verdict
Key = tuple[str, str]
JUDGE = "crm.judge_duplicates"
# A switchboard number of a whole town is no reason to read the whole town.
MOST = 200
_EXTENSION = re.compile(r"^(0\d{2,3}-\d{7,8}|[48]00-\d{3}-\d{4}|1[3-9]\d{9}|\+\d+)")


@dataclass(frozen=True)
class Match:
    """A customer that shares keys with another one."""

    customer: Customer
    kinds: tuple[str, ...]

    @property
    def is_strong(self) -> bool:
        return Kind.COMPANY in self.kinds or len(self.kinds) >= 2

    @property
    def labels(self) -> str:
        return ", ".join(str(Kind(kind).label) for kind in self.kinds)


# The keys ------------------------------------------------------------------------------------------


def keys_from(*, name: str, kind: str, contacts: Iterable[Mapping[str, Any]]) -> set[Key]:
    """The five keys of a customer, from its name and its contacts as they are written."""
    found = {(Kind.COMPANY if kind == Customer.Kind.COMPANY else Kind.NAME, normalise.name_norm(name))}
    for contact in contacts:
        found.add((Kind.NAME, normalise.name_norm(str(contact.get("name") or ""))))
        found.add((Kind.FAX, _number(normalise.clean_phone, contact.get("fax"))))
        for one in ("mobile", "phone"):
            number = _number(
                normalise.clean_mobile if one == "mobile" else normalise.clean_phone, contact.get(one)
            )
            # A mobile that was written among the telephones is a mobile all the same.
            is_mobile = one == "mobile" or re.fullmatch(r"1[3-9]\d{9}", number)
            found.add((Kind.MOBILE if is_mobile else Kind.PHONE, number))
    return {(str(kind), value[:120]) for kind, value in found if value}


def _number(clean: Callable[[str], str], text: Any) -> str:
    """A number without its extension, or nothing where it is none."""
    try:
        number = clean(str(text or ""))
    except ValidationError:
        return ""
    found = _EXTENSION.match(number)
    return found[1] if found else number


def keys_of(customer: Customer) -> set[Key]:
    """The keys that follow from the rows."""
    contacts = Contact.objects.filter(customer=customer).values("name", "mobile", "phone", "fax")
    return keys_from(name=customer.name, kind=customer.kind, contacts=list(contacts))


def stored_keys(customer_id: int) -> set[Key]:
    return set(DedupeKey.objects.filter(customer=customer_id).values_list("kind", "value"))


def write_keys(customer: Customer, keys: Iterable[Key]) -> None:
    """The keys of a customer that has none yet."""
    DedupeKey.objects.bulk_create(
        [DedupeKey(customer=customer, kind=kind, value=value) for kind, value in sorted(keys)]
    )


def rebuild_keys(customer: Customer) -> None:
    """Let the keys follow what was changed; the caller holds the customer."""
    wanted, stored = keys_of(customer), stored_keys(customer.pk)
    if gone := stored - wanted:
        customer.keys.filter(_any_of(gone)).delete()
    write_keys(customer, wanted - stored)


def lock_keys(keys: Iterable[Key]) -> None:
    """Let nobody else take a customer with one of these keys before this transaction ends.

    Two copies of one firm share no row that could be locked. The locks are taken in ascending order, and before any
    row is held: otherwise two who claim two copies would wait for each other.
    """
    numbers = sorted({_lock_number(key) for key in keys if key[0] != Kind.NAME})
    if not numbers:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(one) FROM unnest(%s::bigint[]) AS one", [numbers])


def _lock_number(key: Key) -> int:
    digest = hashlib.blake2b(f"crm:{key[0]}:{key[1]}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


# What they find ------------------------------------------------------------------------------------


def matches(keys: Iterable[Key], *, but: int | None) -> list[Match]:
    """The other customers that share a key, those in the recycle bin and those judged to be others left out."""
    every = set(keys)
    loud = {key for key in every if key[0] != Kind.NAME}
    if not loud:
        return []
    kinds: defaultdict[int, set[str]] = defaultdict(set)
    rows = DedupeKey.objects.filter(_any_of(loud)).exclude(customer__pool_state="recycled")
    for pk, kind in rows.exclude(customer=but).values_list("customer_id", "kind").order_by("pk")[:MOST]:
        kinds[pk].add(kind)
    for pk in _judged_to_be_others(but) if but and kinds else ():
        kinds.pop(pk, None)
    if not kinds:
        return []
    if names := every - loud:
        named = DedupeKey.objects.filter(_any_of(names), customer__in=kinds)
        for pk in named.values_list("customer_id", flat=True):
            kinds[pk].add(Kind.NAME)
    order = [str(kind) for kind in Kind]
    found = Customer.objects.filter(pk__in=kinds).select_related("owner").order_by("pk")
    return [Match(one, tuple(sorted(map(str, kinds[one.pk]), key=order.index))) for one in found]


def duplicates_of(customer: Customer) -> list[Match]:
    """What looks like this customer, the surest first."""
    found = matches(stored_keys(customer.pk), but=customer.pk)
    return sorted(found, key=lambda one: (not one.is_strong, -len(one.kinds), one.customer.pk))


def _judged_to_be_others(pk: int) -> set[int]:
    judged = DuplicateCase.objects.filter(
        Q(left=pk) | Q(right=pk), verdict__in=(Verdict.NOT_DUPLICATE, Verdict.LINKED)
    )
    return {one for pair in judged.values_list("left_id", "right_id") for one in pair} - {pk}


def _any_of(keys: Iterable[Key]) -> Q:
    by_kind: defaultdict[str, list[str]] = defaultdict(list)
    for kind, value in sorted(keys):
        by_kind[kind].append(value)
    return reduce(or_, (Q(kind=kind, value__in=values) for kind, values in by_kind.items()))


# What people say -----------------------------------------------------------------------------------


def note_pair(
    one: Customer, other: Customer, kinds: Iterable[str], verdict: str, *, actor: Actor, note: str = ""
) -> DuplicateCase:
    """Write what is known of a pair; an open question does not undo a judgement."""
    left, right = sorted((one, other), key=lambda row: row.pk)
    values = {
        "kinds": sorted(kinds),
        "verdict": verdict,
        "by": person_of(actor),
        "at": clock.now(),
        "note": note[:300],
    }
    if verdict == Verdict.OPEN:
        return DuplicateCase.objects.get_or_create(left=left, right=right, defaults=values)[0]
    return DuplicateCase.objects.update_or_create(left=left, right=right, defaults=values)[0]


@transaction.atomic
def judge_pair(
    *, customer_id: int, other_id: int, verdict: str, actor: Actor, note: str = ""
) -> DuplicateCase:
    """Say that two customers are different ones, or linked companies: neither stands in the other's way any more."""
    for pk in (customer_id, other_id):
        require_on(actor, JUDGE, Customer.objects.all(), pk)
    if verdict not in (Verdict.NOT_DUPLICATE, Verdict.LINKED):
        raise ValueError(f"{verdict} is no judgement of a pair")
    one, other = Customer.objects.filter(pk__in=(customer_id, other_id)).order_by("pk")
    shared = {kind for kind, _value in stored_keys(one.pk) & stored_keys(other.pk)}
    case = note_pair(one, other, shared, verdict, actor=actor, note=note)
    audit.record(
        actor,
        "crm.judge_pair",
        Customer.objects.get(pk=customer_id),
        after={"other": other.no if other.pk == other_id else one.no, "verdict": verdict},
        note=note,
    )
    return case
