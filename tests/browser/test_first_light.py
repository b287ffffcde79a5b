"""The whole way, on the real site: from `make run`'s programs to a signed contract and printed notices.

Web server, worker, beat, PostgreSQL and Redis run as they do for a newcomer; people work in Chromium.
"""

import io
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.chromium import context_of, settled, sign_in

PICTURES = settings.BASE_DIR / "shots" / "first-light"
SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[str]:
    """The programs of `make run` with a data directory of their own, up to the line that says ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "PYTEST_CURRENT_TEST"}
    }
    environment |= {"PORT": str(port), "DATA_DIR": str(tmp_path_factory.mktemp("first_light"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "config.run"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if line.strip() == f"ready http://127.0.0.1:{port}":
            break
    else:
        pytest.fail("The site did not get ready:\n" + "".join(said[-30:]))
    yield f"http://127.0.0.1:{port}"
    process.send_signal(signal.SIGINT)
    output, _nothing = process.communicate(timeout=180)
    assert output.rstrip().endswith("stopped")
    assert process.returncode == 0


class People:
    """Windows of people at work, in one language and on one kind of screen; each step leaves a picture."""

    def __init__(self, browser: Browser, site: str, *, language: str, phone: bool) -> None:
        self.browser, self.site, self.language, self.phone = browser, site, language, phone
        self.folder: Path = PICTURES / f"{language}-{'phone' if phone else 'wide'}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.count = 0

    @contextmanager
    def window(self, username: str) -> Iterator[Page]:
        context = context_of(self.browser, language=self.language, phone=self.phone)
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("response", lambda answer: problems.append(answer.url) if answer.status >= 500 else None)
        sign_in(page, self.site, username, language=self.language)
        yield page
        context.close()
        assert problems == []

    def picture(self, page: Page, name: str) -> None:
        settled(page)
        self.count += 1
        page.screenshot(path=self.folder / f"{self.count:02}-{name}.png")

    def do_task(
        self, username: str, number: str, *, outcome: str = "", box: str = "queue", **fields: str
    ) -> None:
        """Find the task of a contract in a box, fill it in, decide and submit."""
        with self.window(username) as page:
            page.goto(f"{self.site}/inbox/?box={box}&q={number}")
            page.locator("a.task").first.click()
            page.wait_for_selector("#task-form")
            assert page.locator("input[name=outcome]:checked").count() == 0
            for name, value in fields.items():
                self._fill(page, name, value)
            if outcome:
                page.check(f"input[name=outcome][value={outcome}]")
            self.picture(page, f"{username}-task")
            page.locator(".bar[data-panel=work] .btn-primary").click()
            expect(page.locator(".toast-note").first).to_be_visible()
            self.picture(page, f"{username}-done")

    @staticmethod
    def _fill(page: Page, name: str, value: str) -> None:
        # A form's own fields carry a prefix, the step's comment and decision do not.
        field = page.locator(f"#task-form [name={name}], #task-form [name=f-{name}]")
        kind = field.first.evaluate("element => element.type")
        if kind == "file":
            field.set_input_files({"name": "scan.pdf", "mimeType": "application/pdf", "buffer": SCAN})
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)

    def draft(self, customer: str) -> tuple[str, str]:
        """Begin a contract of ¥89,400 with a customer, fill it in and submit; (page, number)."""
        with self.window("rep1") as page:
            page.goto(f"{self.site}/contracts/new/?q={customer}")
            page.locator(f"main a:has-text('{customer}')").first.click()
            page.wait_for_selector("main form [name=template_id]")
            page.locator("main form button.btn-primary").click()
            page.wait_for_url(re.compile(r"/contracts/\d+/edit/"))
            product = page.locator("[name=lines-0-product] option[data-list-price='29800.00']")
            page.locator("[name=lines-0-product]").select_option(value=product.get_attribute("value"))
            page.fill("[name=lines-0-quantity]", "3")
            page.fill("[name=start_on]", "2026-12-20")
            page.keyboard.press("Tab")
            # The product's term gives the end.
            expect(page.locator("[name=end_on]")).to_have_value("2027-12-19")
            page.locator("[name=propose][value=halves]").click()
            expect(page.locator("[name=plan-1-amount]")).to_have_value("44,700.00")
            self.picture(page, "rep1-draft")
            page.locator("[name=action][value=submit]").click()
            page.wait_for_url(lambda url: "/edit/" not in url)
            self.picture(page, "rep1-submitted")
            page.goto(f"{self.site}/contracts/?q={customer}")
            row = page.locator(f"main tr:has-text('{customer}')").first
            number = re.search(r"XS-\d{4}-\d{4}", row.inner_text())[0]
            row.locator("a").first.click()
            page.wait_for_url(re.compile(r"/contracts/\d+/"))
            self.picture(page, "rep1-contract")
            return re.search(r"/contracts/\d+/", page.url)[0], number

    def pay(self, contract: str, number: str) -> None:
        """The first payment: finance records it from the contract's page, a colleague confirms it."""
        with self.window("finance") as page:
            page.goto(self.site + contract)
            self.picture(page, "contract-waits-for-money")
            page.locator("main .note a[href*='/payments/']").first.click()
            page.wait_for_selector("[name=amount]")
            settled(page)
            page.fill("[name=amount]", "44700.00")
            page.locator("[name=propose][value=oldest]").click()
            expect(page.locator("#shares input[value='44,700.00']")).to_have_count(1)
            page.locator("main form button.btn-primary").last.click()
            page.wait_for_url(re.compile(r"/payments/\d+/"))
            payment = page.url
        with self.window("finance2") as page:
            page.goto(payment)
            expect(page.locator("main .note", has_text=number).first).to_be_visible()
            self.picture(page, "payment-to-confirm")
            page.locator("main a[href*='/confirm/']").first.click()
            page.locator("dialog[open] .btn-primary").click()
            expect(page.locator(".toast-note").first).to_be_visible()

    def pdf_text(self, page: Page, path: str) -> list[str]:
        """The text of each page of a PDF that this person may open."""
        answer = page.request.get(self.site + path)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/pdf"
        return [one.extract_text() for one in PdfReader(io.BytesIO(answer.body())).pages]


@pytest.mark.parametrize(
    ("language", "phone", "customer", "sealer", "active"),
    [
        ("zh", False, "苏州精诚模具有限公司", "seal", "生效执行"),
        pytest.param(*("en", True, "无锡太湖工具有限公司", "assistant", "Effective"), marks=pytest.mark.long),
    ],
)
def test_a_contract_goes_from_the_first_draft_to_effective(
    browser, site, language, phone, customer, sealer, active
):
    people = People(browser, site, language=language, phone=phone)
    contract, number = people.draft(customer)
    people.do_task("manager1", number, outcome="approve", box="mine", comment="价格合理，同意。")
    people.do_task("finance", number, outcome="approve", comment="付款条件无异议。")
    people.do_task("gm", number, outcome="approve")
    people.do_task(sealer, number)
    people.do_task("assistant", number, customer_signer="陈总", our_signer="沈立军", scan="scan")
    # A membership takes effect with its first payment.
    people.pay(contract, number)
    with people.window("rep1") as page:
        page.goto(site + contract)
        expect(page.locator("main .tag").first).to_have_text(active)
        people.picture(page, "contract-active")
        text = people.pdf_text(page, f"{contract}pdf/")
        assert number in text[0]
        assert "人民币捌万玖仟肆佰元整" in "".join(text)
        assert "草稿" not in "".join(text)
        assert f"第 {len(text)} 页" in text[-1] or f"第{len(text)}页" in text[-1].replace(" ", "")


def test_finance_prints_the_overdue_notices_of_everybody_in_one_file(browser, site):
    people = People(browser, site, language="zh", phone=False)
    with people.window("finance") as page:
        page.goto(f"{site}/receivables/")
        people.picture(page, "receivables")
        page.goto(f"{site}/receivables/notices/print/")
        people.picture(page, "notices-choose")
        boxes = page.locator("main input[type=checkbox][name=customer]:not(:disabled)")
        chosen = boxes.count()
        assert chosen >= 3
        for box in boxes.all():
            box.check()
        page.locator("main form button[data-needs-ticked]").click()
        page.wait_for_url(re.compile("preview"))
        people.picture(page, "notices-preview")
        page.locator("main form button.btn-primary").first.click()
        page.locator("dialog[open] .btn-primary").click()
        page.wait_for_url(re.compile(r"/receivables/runs/\d+/"))
        people.picture(page, "notices-printed")
        run = re.search(r"/receivables/runs/\d+/", page.url)[0]
        first = people.pdf_text(page, f"{run}pdf/")
        printed = [text for text in first if "催款单" in text]
        assert len(printed) >= 3
        assert all(re.search(r"CK-\d{4}-\d{4}", text) for text in printed)
        again = page.request.get(f"{site}{run}pdf/").body()
        assert again == page.request.get(f"{site}{run}pdf/").body()
