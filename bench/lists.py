"""What lists over 200,000 rows cost: each search beside plain SQL that finds the same rows.

Customers, contracts and payments are seen by three people: one who sees all, one who sees a team, one who sees their
own. A search is what the list asks until its rows are there; the plain SQL is written by hand and reads the same
columns of the same page. Whole pages, pages deep in the list and filters are measured beside it.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from bench.database import fresh_database
from bench.report import Figures

BUDGET: Figures = {"search_over_sql": 3, "search_over_sql_p50": 3, "deep_over_first": 2, "page_sql": 25}
ROWS = 200_000
BATCH = 5_000
TURNS = 9
LISTS = {"customers": "/customers/", "contracts": "/contracts/", "payments": "/payments/"}
VIEWERS = ("gm", "manager1", "rep1")
# Rare, common, in every row, in none; characters, pinyin, initials, digits.
SEARCHES = ("博远", "鼎新科技", "华东", "公司", "boyuan", "hdjm", "138", "90210", "西极", "")

_FIRST = ("华东", "江南", "浦江", "苏北", "皖南", "钱塘", "太湖", "东海", "虹桥", "临港")
_SECOND = (
    "博远",
    "鼎新",
    "恒达",
    "精密",
    "永信",
    "嘉禾",
    "同创",
    "国泰",
    "金源",
    "瑞丰",
    "远航",
    "中科",
    "智联",
    "盛世",
)
_THIRD = ("科技", "机械", "电子", "材料", "物流", "化工", "仪器", "模具", "阀门", "轴承")

_PARTS = re.compile(r"[\u4e00-\u9fff]+|[0-9]+")

_SQL = {
    "customers": """
        SELECT c.*, u.display_name, contact.name, contact.mobile, contact.phone, owed.total
          FROM crm_customer c LEFT JOIN core_user u ON u.id = c.owner_id
          LEFT JOIN LATERAL (SELECT * FROM crm_contact WHERE customer_id = c.id AND is_primary LIMIT 1) contact ON true
          LEFT JOIN LATERAL (
            SELECT sum(line.amount) - (
                     SELECT coalesce(sum(a.amount), 0)
                       FROM contracts_allocation a JOIN contracts_payment p ON p.id = a.payment_id
                       JOIN contracts_paymentplanline l ON l.id = a.plan_line_id
                       JOIN contracts_contract t ON t.id = l.contract_id
                      WHERE t.customer_id = c.id AND p.state = 'confirmed'
                        AND t.state IN ('signed', 'active', 'completed', 'expired')) AS total
              FROM contracts_paymentplanline line JOIN contracts_contract k ON k.id = line.contract_id
             WHERE k.customer_id = c.id AND k.state IN ('signed', 'active', 'completed', 'expired')) owed ON true
         WHERE {where} ORDER BY c.name_sort, c.id LIMIT 51""",
    "contracts": """
        SELECT c.*, k.*, u.display_name
          FROM contracts_contract c JOIN crm_customer k ON k.id = c.customer_id JOIN core_user u ON u.id = c.owner_id
         WHERE {where} ORDER BY c.id DESC LIMIT 51""",
    "payments": """
        SELECT c.*, k.*, u.display_name
          FROM contracts_payment c JOIN crm_customer k ON k.id = c.customer_id JOIN core_user u ON u.id = c.recorded_by_id
         WHERE {where} ORDER BY c.id DESC LIMIT 51""",
}
# Whose rows: the alias of the row that has an owner and a department.
_HOLDER = {"customers": "c", "contracts": "c", "payments": "k"}


def run() -> Figures:
    fresh_database("lists")
    from config.demo.people import create_people

    people = create_people()
    fill(people)
    figures: Figures = {}
    turns = {
        (name, viewer, text): compared(name, people[viewer], text)
        for name in LISTS
        for viewer in VIEWERS
        for text in SEARCHES
    }
    for (name, viewer, text), (ours, theirs) in turns.items():
        print(f"    {name} {viewer} {text!r}: {ours * 1000:.1f} ms, SQL {theirs * 1000:.1f} ms", flush=True)
    # All searches together; one alone is a millisecond here and there.
    figures["search_over_sql"] = sum(one for one, _ in turns.values()) / sum(one for _, one in turns.values())
    figures["search_over_sql_p50"] = statistics.median(ours / theirs for ours, theirs in turns.values())
    figures["search_over_sql_worst"] = max(ours / theirs for ours, theirs in turns.values())
    figures["search_worst_ms"] = max(ours for ours, _ in turns.values()) * 1000
    figures["deep_over_first"] = max(deep(url, people["gm"]) for url in LISTS.values())
    for name, url in LISTS.items():
        figures[f"{name}_page_ms"] = page(url, people["gm"]) * 1000
        figures[f"{name}_search_page_ms"] = page(f"{url}?q=博远", people["gm"]) * 1000
    figures["page_sql"] = max(queries(url, people["gm"]) for url in LISTS.values())
    return figures


# The rows ---------------------------------------------------------------------------------------


def fill(people: dict[str, Any]) -> None:
    from config.demo.company import create_our_side
    from contracts.models import Contract, ContractTemplate, Payment
    from core.actors import SystemActor
    from core.search import pinyin_key
    from crm.models import Customer

    chance = random.Random(1)
    by_pinyin = lru_cache(pinyin_key)
    company = create_our_side(SystemActor("bench"))
    template = ContractTemplate.objects.filter(code="membership").first()
    account = company.accounts.first()
    reps = [people[name] for name in ("rep1", "rep2", "rep3")]

    def customers() -> Iterator[Customer]:
        for number in range(ROWS):
            begin = chance.choice(_FIRST) + chance.choice(_SECOND) + chance.choice(_THIRD)
            name = f"{begin}{number}有限公司"
            phone = f"13{chance.randrange(10**9):09d}"
            owner = chance.choice([*reps, None])
            yield Customer(
                no=f"KH{number:07d}",
                name=name,
                name_norm=name,
                name_sort=f"{by_pinyin(begin)} {number} you xian gong si",
                owner=owner,
                pool_state="owned" if owner else "pool",
                department_path=owner.department_path if owner else "",
                search_tokens=pieces(begin, str(number), "有限公司", f"KH{number:07d}", phone),
            )

    with connection.cursor() as cursor:
        # The rows need neither a history nor lines: only their number matters here.
        cursor.execute("SET session_replication_role = replica")
    in_batches(Customer, customers())
    held = list(
        Customer.objects.filter(owner__isnull=False).values_list("pk", "name", "owner_id", "department_path")
    )

    def contracts() -> Iterator[Contract]:
        for number in range(ROWS):
            pk, name, owner_id, path = chance.choice(held)
            begun = date(2020, 1, 1) + timedelta(days=chance.randrange(2000))
            yield Contract(
                no=f"XS{number:07d}",
                title=f"{name}会员服务合同",
                template=template,
                customer_id=pk,
                own_company=company,
                bank_account=account,
                owner_id=owner_id,
                department_path=path,
                amount=Decimal(chance.randrange(100, 90_000)),
                start_on=begun,
                end_on=begun + timedelta(days=365),
                signed_on=begun,
                effective_on=begun,
                effective_rule="on_signature",
                state=chance.choice(["active", "signing", "reviewing", "expired"]),
                search_tokens=pieces(*_PARTS.findall(name), f"XS{number:07d}"),
            )

    in_batches(Contract, contracts())

    def payments() -> Iterator[Payment]:
        from core import clock

        for number in range(ROWS):
            pk, name, _owner, _path = chance.choice(held)
            yield Payment(
                no=f"SK{number:07d}",
                customer_id=pk,
                received_on=date(2020, 1, 1) + timedelta(days=chance.randrange(2000)),
                amount=Decimal(chance.randrange(100, 90_000)),
                payer=name,
                state="draft" if number % 50 == 0 else "confirmed",
                recorded_by=people["finance"],
                recorded_at=clock.now(),
                confirmed_by=None if number % 50 == 0 else people["finance2"],
                confirmed_at=None if number % 50 == 0 else clock.now(),
                search_tokens=pieces(*_PARTS.findall(name), f"SK{number:07d}"),
            )

    in_batches(Payment, payments())
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")


def pieces(*texts: str) -> list[str]:
    """The search pieces of the parts of a name; those of its Chinese parts, which come again and again, once."""
    return sorted({piece for text in texts for piece in _pieces_of(text)})


@lru_cache(maxsize=20_000)
def _pieces_of(text: str) -> list[str]:
    from core.search import tokens

    return tokens(text)


def in_batches(model: Any, rows: Iterator[Any]) -> None:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            model.objects.bulk_create(batch)
            batch = []
    model.objects.bulk_create(batch)


# What is measured -------------------------------------------------------------------------------


def compared(name: str, person: Any, text: str) -> tuple[float, float]:
    """Milliseconds the database works until the rows of a search are there: for the list, and by plain SQL."""
    statement, values = plain_sql(name, person, text)
    view = opened(LISTS[name], person, text)
    found = view.found()  # what the filters offer is asked here, and belongs to the page

    def listed() -> int:
        page, _count = view.page_of(found)
        return len(page.rows)

    with CaptureQueriesContext(connection) as captured:
        number = listed()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if min(len(cursor.fetchall()), 50) != number:
            raise RuntimeError(f"{name} {person} {text!r}: the list finds other rows than plain SQL")
    ours = [query["sql"] for query in captured.captured_queries]
    turns = [(sum(asked(one) for one in ours), asked(statement, values)) for _turn in range(TURNS)]
    return tuple(statistics.median(times) for times in zip(*turns, strict=True))


def asked(statement: str, values: Any = None) -> float:
    """Seconds for a statement and all its rows."""
    with connection.cursor() as cursor:
        started = time.perf_counter()
        cursor.execute(statement, values)
        cursor.fetchall()
        return time.perf_counter() - started


def opened(url: str, person: Any, text: str = "") -> Any:
    """The view of the list, as this person looks at it."""
    request = RequestFactory().get(url, {"q": text} if text else {})
    request.user = person
    view = resolve(url).func.view_class()
    view.setup(request)
    return view


def plain_sql(name: str, person: Any, text: str) -> tuple[str, dict[str, Any]]:
    from core.search import query_tokens

    holder = _HOLDER[name]
    conditions, values = ["true"], {"person": person.pk, "path": f"{person.department_path}%"}
    if text:
        conditions.append("c.search_tokens @> %(pieces)s::varchar[]")
        values["pieces"] = query_tokens(text)
    permission = {"customers": "crm.view_customer", "contracts": "contracts.view_contract"}.get(
        name, "contracts.view_payment"
    )
    scopes = person.scopes_of(permission)
    if "all" not in scopes:
        own = f"{holder}.owner_id = %(person)s"
        team = f" OR {holder}.department_path LIKE %(path)s" if "subtree" in scopes else ""
        conditions.append(f"({own}{team})")
    return _SQL[name].format(where=" AND ".join(conditions)), values


def deep(url: str, person: Any) -> float:
    """A page far down the list over the first one."""
    from core.generic import keyset

    view = opened(url, person)
    _asked, fields = view.chosen_order()
    far = view.found().order_by(*fields)[ROWS * 9 // 10]
    after = keyset.cursor(far, fields)
    return page(f"{url}?after={after}", person) / page(url, person)


def page(url: str, person: Any) -> float:
    client = Client(HTTP_HOST="localhost")
    client.force_login(person)

    def ask() -> None:
        answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url}: {answer.status_code}")

    ask()
    return statistics.median(timed(ask) for _turn in range(TURNS))


def queries(url: str, person: Any) -> int:
    client = Client(HTTP_HOST="localhost")
    client.force_login(person)
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def timed(what: Callable[[], Any]) -> float:
    started = time.perf_counter()
    what()
    return time.perf_counter() - started
