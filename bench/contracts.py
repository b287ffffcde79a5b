"""What a long contract costs to print, and what registers over 100,000 contracts cost.

Printing: one contract of about 40 pages, through everything that a filed paper takes (placeholders, counting, fonts,
PDF/A, the proof in its corner), beside WeasyPrint alone on the very same HTML and style sheets. Registers: the pages
of contracts, seals and deviations over ``BENCH_SHARE`` x 100,000 contracts, and how many statements each takes.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.database import fresh_database
from bench.lists import pieces
from bench.report import Figures

BUDGET: Figures = {"pdf_over_weasyprint": 6, "page_sql": 30, "page_over_page_of_a_month": 3}
AT_LEAST: Figures = {"pdf_pages": 40}
CONTRACTS = int(100_000 * float(os.environ.get("BENCH_SHARE", "1")))
# This month's contracts; all others lie in the four years before this one.
FEW = 2_000
BATCH = 5_000
TURNS = 5
PAGES = {
    "contracts": "/contracts/",
    "contracts by state": "/contracts/?state=active",
    "contracts by text": "/contracts/?q=博远",
    "register of seals": "/reports/seal-register/?period=this_month",
    "register of numbers": "/reports/contract-numbers/?period=this_month",
    "clauses that yield": "/reports/clause-deviations/?period=this_year",
}


def run() -> Figures:
    return _printing() | _registers()


# Printing -----------------------------------------------------------------------------------------


def _printing() -> Figures:
    from weasyprint import CSS, HTML

    from core.pdf import engine, rendering
    from core.pdf.documents import Proof, render_contract
    from core.pdf.pages import page_count
    from tests.core import pdf_samples as samples

    contract = replace(
        samples.short_contract(articles=215, sentences=6, products=40),
        draft=False,
        proof=Proof("https://crm.example.com/verify/XS-2026-0001/0123456789abcdef/", "0123456789abcdef"),
    )
    seen: dict[str, Any] = {}

    def lay_out(html: str, *, stylesheets: Any, files: Any) -> Any:
        seen.update(html=html, stylesheets=stylesheets, files=files)
        return laying(html, stylesheets=stylesheets, files=files)

    laying = engine.lay_out
    with mock.patch.object(engine, "lay_out", lay_out):
        content = render_contract(contract)

    def bare() -> None:
        sheets = [CSS(filename=str(path)) for path in seen["stylesheets"]]
        fetcher = engine.OwnFilesFetcher(seen["files"])
        HTML(string=seen["html"], base_url=engine.BASE_URL, url_fetcher=fetcher).write_pdf(stylesheets=sheets)

    ours, theirs = [], []
    for _turn in range(TURNS):
        ours.append(_took(lambda: render_contract(contract)))
        theirs.append(_took(bare))
    assert rendering.ARCHIVAL
    return {
        "pdf_pages": page_count(content),
        "pdf_s": statistics.median(ours),
        "weasyprint_s": statistics.median(theirs),
        "pdf_over_weasyprint": statistics.median(
            one / other for one, other in zip(ours, theirs, strict=True)
        ),
    }


def _took(deed: Callable[[], Any]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


# Registers ----------------------------------------------------------------------------------------


def _registers() -> Figures:
    fresh_database("contracts")
    from config.demo.people import create_people
    from core import clock

    people = create_people()
    client = Client(HTTP_HOST="localhost")
    client.force_login(people["gm"])
    filler = Filler(people)
    filler.fill(FEW, until=0, days=max(1, clock.today().day - 1))
    few = {name: _page(client, url)[0] for name, url in PAGES.items()}
    filler.fill(CONTRACTS - FEW, until=366, days=4 * 365)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    many = {name: _page(client, url) for name, url in PAGES.items()}
    for name, (took, queries) in many.items():
        print(
            f"    {name}: {took * 1000:.0f} ms, of this month alone {few[name] * 1000:.0f} ms, {queries} statements",
            flush=True,
        )
    return {
        "contracts": CONTRACTS,
        "page_sql": max(queries for _took, queries in many.values()),
        "page_worst_ms": max(took for took, _queries in many.values()) * 1000,
        "page_over_page_of_a_month": max(took / few[name] for name, (took, _queries) in many.items()),
    }


def _page(client: Client, url: str) -> tuple[float, int]:
    assert client.get(url).status_code == 200, url
    with CaptureQueriesContext(connection) as said:
        client.get(url)
        number = len(said)
    return statistics.median(_took(lambda: client.get(url)) for _turn in range(TURNS)), number


@contextmanager
def _unguarded() -> Iterator[None]:
    """Without the triggers, which ask of every row that the services wrote it."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")


class Filler:
    """Contracts with what registers count: versions, deviations, seals. Written in bulk, as nothing else of them is
    read."""

    def __init__(self, people: dict[str, Any]) -> None:
        from config.demo.company import create_our_side
        from contracts.models import ContractTemplate
        from core.actors import SystemActor
        from core.search import pinyin_key
        from crm.models import Customer

        self.chance = random.Random(9)
        self.company = create_our_side(SystemActor("bench"))
        self.template = ContractTemplate.objects.get(code="membership")
        self.account = self.company.accounts.first()
        self.people = people
        self.number = 0
        reps = [people[name] for name in ("rep1", "rep2", "rep3")]
        with _unguarded():
            self.customers = Customer.objects.bulk_create(
                Customer(
                    no=f"KH{number:05d}",
                    name=f"华东博远机械{number}有限公司",
                    name_norm=f"华东博远机械{number}",
                    name_sort=pinyin_key(f"华东博远机械{number}"),
                    owner=reps[number % 3],
                    pool_state="owned",
                    department_path=reps[number % 3].department_path,
                    search_tokens=pieces("华东博远机械", str(number)),
                )
                for number in range(1000)
            )

    def fill(self, number: int, *, until: int, days: int) -> None:
        """So many more contracts, over so many days until so many days ago."""
        self.until, self.days = until, days
        with _unguarded():
            for start in range(0, number, BATCH):
                self._batch(min(BATCH, number - start))

    def _batch(self, size: int) -> None:
        from contracts.models import ClauseDeviation, Contract, ContractVersion, SealRecord
        from core import clock

        now = clock.now()
        contracts = []
        for _n in range(size):
            self.number += 1
            customer = self.customers[self.number % len(self.customers)]
            minutes = self.chance.randrange(self.days * 24 * 60)
            at = now - timedelta(days=self.until, minutes=minutes)
            contracts.append(
                Contract(
                    no=f"XS-{at:%Y}-{self.number:06d}",
                    title="会员服务合同",
                    template=self.template,
                    customer=customer,
                    own_company=self.company,
                    bank_account=self.account,
                    owner_id=customer.owner_id,
                    department_path=customer.department_path,
                    amount=Decimal(self.chance.randrange(100, 90_000)),
                    start_on=at.date(),
                    end_on=at.date() + timedelta(days=365),
                    signed_on=at.date(),
                    effective_on=at.date(),
                    effective_rule="on_signature",
                    submitted_at=at,
                    state=self.chance.choice(["active", "signing", "reviewing", "expired", "voided"]),
                    search_tokens=pieces("华东博远机械", str(self.number), "会员服务合同"),
                )
            )
        Contract.objects.bulk_create(contracts)
        versions = ContractVersion.objects.bulk_create(
            ContractVersion(
                contract=one, seq=1, content={}, sha256=f"{one.pk:064d}", submitted_at=one.submitted_at
            )
            for one in contracts
        )
        ClauseDeviation.objects.bulk_create(
            ClauseDeviation(
                version=one,
                template_code="membership",
                code=f"clause_{number % 15}",
                title=f"条款{number % 15}",
                kind="changed",
                risk=self.chance.choice(["low", "mid", "high"]),
                reason="客户要求",
            )
            for number, one in enumerate(versions)
            if number % 3 == 0
        )
        SealRecord.objects.bulk_create(
            SealRecord(
                contract=one,
                seal_kind="contract",
                copies=2,
                sealed_by=self.people["seal"],
                sealed_at=one.submitted_at + timedelta(hours=20),
            )
            for one in contracts
            if one.state in ("active", "signing", "expired")
        )
