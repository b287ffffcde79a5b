"""What somebody could write into a contract or send with it to harm us: printed as it stands, or refused with words."""

import io
import json
import resource
import socket
import subprocess
import sys
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from contracts import services
from contracts.models import Contract, ContractTemplate
from contracts.services import templates
from contracts.services.draft_rows import MOST_INSTALMENTS, MOST_LINES
from contracts.services.wording import Change
from core import clock
from core.errors import ApplicationError
from core.models import Document
from core.pdf.contract import LONGEST_TEXT
from tests.contracts.factory import customer_of, draft_of, instalments, membership
from tests.contracts.pages import sealed_contract

pytestmark = pytest.mark.django_db

# What a browser or a careless printer would do something with. {port} is where somebody listens.
TRICKS = [
    "<script>fetch('http://127.0.0.1:{port}/s')</script>",
    "<style>@import url(http://127.0.0.1:{port}/c); p {{ background: url(http://127.0.0.1:{port}/b) }}</style>",
    "<style>@font-face {{ font-family: x; src: url(http://127.0.0.1:{port}/f.woff) }}</style>",
    "<img src='http://127.0.0.1:{port}/i.png'><img src='file:///etc/passwd'>",
    "<svg><image href='http://127.0.0.1:{port}/v.svg'/></svg>",
    "<link rel='attachment' href='file:///etc/passwd'><iframe src='http://127.0.0.1:{port}/'></iframe>",
    "</p></section><table style='position: fixed'>&amp;&#60;script&#62;",
]
MEGABYTE = 1024 * 1024
# Of a child that prints: far more than a contract takes, far less than the machine has.
CPU_SECONDS, MEMORY = 200, 2 * 1024 * MEGABYTE


class Listener:
    """Somebody who waits for us to fetch something."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heard = 0
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            self.heard += 1
            connection.close()


@pytest.fixture
def listener():
    found = Listener()
    yield found
    found.socket.close()


@pytest.fixture
def tricks(listener):
    return [one.format(port=listener.port) for one in TRICKS]


def letters(text: str) -> str:
    return "".join(text.split())


def pdf_text(content: bytes) -> str:
    return letters("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


class TestTexts:
    def test_what_is_typed_is_printed_as_it_stands_and_fetches_nothing(self, company, listener, tricks):
        customer = customer_of(company.rep1, name=f"测试{tricks[3][:20]}有限公司")
        draft = draft_of(company.rep1, customer)
        draft = services.update_contract(
            contract_id=draft.pk,
            revision=draft.revision,
            actor=company.rep1,
            fields={
                "title": tricks[0][:100],
                "special_terms": "\n".join(tricks),
                "sign_place": tricks[4][:40],
            },
            clauses=[
                Change(
                    "refund", "changed", paragraphs=[{"text": one} for one in tricks], reason="x", risk="low"
                ),
            ],
        )
        _name, content = services.contract_pdf(contract_id=draft.pk, actor=company.rep1)
        found = pdf_text(content)
        for one in tricks:
            assert found.count(letters(one)) >= 2
        assert "root:" not in found
        reader = PdfReader(io.BytesIO(content))
        assert "/EmbeddedFiles" not in str(reader.trailer["/Root"])
        assert b"/JavaScript" not in content
        assert listener.heard == 0

    def test_a_page_shows_it_as_text(self, company, client, tricks):
        draft = draft_of(company.rep1)
        services.update_contract(
            contract_id=draft.pk,
            revision=draft.revision,
            actor=company.rep1,
            fields={"title": tricks[0][:100], "special_terms": "\n".join(tricks)},
        )
        client.force_login(company.rep1)
        for name in ("contract-detail", "contract-edit"):
            page = client.get(reverse(f"contracts:{name}", args=[draft.pk])).content.decode()
            assert "<script>fetch" not in page
            assert "<img src=" not in page
            assert "&lt;script&gt;fetch" in page

    def test_a_template_is_printed_as_it_stands_and_fetches_nothing(self, company, listener, tricks):
        draft = templates.create_template(code="hostile", name=tricks[0], actor=company.legal)
        templates.save_template(
            template_id=draft.pk,
            revision=draft.revision,
            actor=company.legal,
            fields={"texts": {"title": tricks[1][:60], "preamble": tricks[2]}},
            clauses=[
                {
                    "code": "goods",
                    "title": "标的",
                    "kind": "locked",
                    "paragraphs": [
                        {"text": "产品如下：", "table": "lines"},
                        {"text": "付款如下：", "table": "payment_plan"},
                        *({"text": one} for one in tricks),
                    ],
                }
            ],
        )
        found = pdf_text(templates_preview(draft))
        for one in tricks:
            assert letters(one) in found
        assert listener.heard == 0


def templates_preview(template: ContractTemplate) -> bytes:
    from contracts.services.template_preview import preview_pdf

    template.refresh_from_db()
    return preview_pdf(template)


class TestSizes:
    def test_a_text_that_nobody_could_print_is_no_template(self, company):
        draft = templates.create_template(code="long", name="长", actor=company.legal)
        clauses = [
            {"code": f"c{n}", "title": "约定", "kind": "locked", "paragraphs": [{"text": "字" * 4000}] * 2}
            for n in range(LONGEST_TEXT // 8000 + 1)
        ]
        with pytest.raises(ApplicationError) as refused:
            templates.save_template(
                template_id=draft.pk, revision=draft.revision, actor=company.legal, clauses=clauses
            )
        assert list(refused.value.errors) == ["clauses"]
        assert not ContractTemplate.objects.get(pk=draft.pk).clauses.exists()

    def test_a_short_text_that_names_a_long_value_often_is_a_long_one(self, company):
        draft = draft_of(company.rep1)
        draft = services.update_contract(
            contract_id=draft.pk,
            revision=draft.revision,
            actor=company.rep1,
            fields={"title": "长" * 120},
            clauses=[
                Change(
                    "refund", "changed", paragraphs=[{"text": "{title}" * 500}] * 20, reason="x", risk="low"
                )
            ],
        )
        with pytest.raises(ApplicationError) as refused:
            services.contract_pdf(contract_id=draft.pk, actor=company.rep1)
        assert refused.value.code == "too_long"

    def test_it_is_not_submitted_either_and_stays_a_draft(self, company):
        contract = services.start_contract(
            customer_id=customer_of(company.rep1).pk,
            actor=company.rep1,
            fields={
                "start_on": "2026-12-01",
                "end_on": "2027-11-30",
                "title": "长" * 120,
                "late_rule": "none",
            },
            lines=[membership()],
            plan=instalments((10, "12800.00")),
            clauses=[
                Change(
                    "refund", "changed", paragraphs=[{"text": "{title}" * 500}] * 20, reason="x", risk="low"
                )
            ],
        )
        with pytest.raises(ApplicationError) as refused:
            services.send_for_approval(contract_id=contract.pk, actor=company.rep1)
        assert refused.value.code == "too_long"
        contract.refresh_from_db()
        assert (contract.state, contract.no, contract.versions.count()) == ("draft", None, 0)

    @pytest.mark.parametrize("field", ["lines", "plan"])
    def test_more_rows_than_a_contract_holds_are_refused(self, company, field):
        draft = draft_of(company.rep1)
        rows = {
            "lines": [membership("1.00")] * (MOST_LINES + 1),
            "plan": instalments(*[(n, "1.00") for n in range(MOST_INSTALMENTS + 1)]),
        }
        with pytest.raises(ApplicationError) as refused:
            services.update_contract(
                contract_id=draft.pk, revision=draft.revision, actor=company.rep1, **{field: rows[field]}
            )
        assert list(refused.value.errors) == [field]
        assert (draft.lines.count(), draft.plan_lines.count()) == (1, 1)

    def test_the_longest_contract_there_can_be_is_printed_within_limits(self):
        program = (
            "import json, django; django.setup();"
            "from tests.security.test_hostile_contracts import longest;"
            "from core.pdf.documents import render_contract;"
            "import pypdf, io;"
            "print(json.dumps(len(pypdf.PdfReader(io.BytesIO(render_contract(longest()))).pages)))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, preexec_fn=_limited
        )
        assert done.returncode == 0, done.stderr[-2000:]
        assert json.loads(done.stdout) > 30


def _limited():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def longest():
    """As long as a text may be, with as many clauses, rows, marks and levels as there may be."""
    from contracts.services.template_contents import MOST_CLAUSES
    from core.pdf.contract import ClausePrint, ParagraphPrint
    from tests.core import pdf_samples as samples

    lines = tuple(samples.product_line(f"广告位{n:03}", 100, 120, "广告") for n in range(MOST_LINES))
    each = (LONGEST_TEXT - 2000) // ((MOST_CLAUSES - 1) * 10)
    marks = tuple((start, start + 3, "strong") for start in range(0, each - 4, 8))
    clauses = [
        ClausePrint(
            "标的与付款",
            (ParagraphPrint("产品如下：", table="lines"), ParagraphPrint("付款如下：", table="payment_plan")),
        ),
        *(
            ClausePrint(
                "约定",
                tuple(
                    ParagraphPrint(
                        "双方应当全面履行。" * (each // 9), bold=n % 2 == 0, level=1 + n % 2, marks=marks
                    )
                    for n in range(10)
                ),
            )
            for _clause in range(MOST_CLAUSES - 1)
        ),
    ]
    return samples.contract(lines=lines, clauses=tuple(clauses))


class TestUploads:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("scan.pdf", b"%PDF-1.7" + b"0" * (100 * MEGABYTE)),
            ("scan.svg", b"<svg onload='alert(1)'/>"),
            ("scan.pdf", b"<svg onload='alert(1)'/>"),
            ("scan.pdf", b"PK\x03\x04" + b"0" * 1000),
            ("scan.png", b"\x00\x01\x00\x00" + b"font" * 100),
            ("scan.html", b"<!doctype html><script>alert(1)</script>"),
        ],
        ids=["100 MB", "svg", "svg as pdf", "archive as pdf", "font as picture", "page"],
    )
    def test_what_is_no_scan_is_refused_and_not_filed(self, company, client, name, content):
        contract = sealed_contract(company)
        client.force_login(company.assistant)
        url = reverse("contracts:party-sign", args=[contract.pk, "A"])
        answer = client.post(
            url,
            {
                "signer": "刘经理",
                "signed_on": clock.today().isoformat(),
                "method": "paper",
                "scan": SimpleUploadedFile(name, content),
            },
        )
        assert answer.status_code in (200, 400, 413)
        assert not Document.objects.filter(kind="signed_contract").exists()
        assert Contract.objects.get(pk=contract.pk).signatures.count() == 0
