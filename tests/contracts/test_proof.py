"""The final paper: filed as PDF/A with a code in its corner, and what whoever scans the code is told."""

import io
import re
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from contracts import services
from contracts.models import Contract
from contracts.seed import membership_contract
from contracts.services.paper import printed
from contracts.services.printing import contract_document
from contracts.services.proof import half_masked, proof_of
from core import clock, limits
from core.documents import documents_of, store_document
from core.pdf.documents import Letterhead, Proof, render_contract
from core.pdf.rendering import ARCHIVAL
from tests.around.test_files import picture
from tests.contracts.pages import PROCESS, sealed_contract, signed_contract
from tests.core import pdf_samples as samples

SITE = "https://crm.example.com"


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def contract(company, settings) -> Contract:
    settings.SITE_URL = SITE
    return sealed_contract(company)


def address(contract: Contract) -> str:
    return f"/verify/{contract.no}/{contract.versions.get().sha256[:16]}/"


class TestThePaper:
    def test_is_archival_with_everything_inside(self, contract):
        reader = PdfReader(io.BytesIO(contract_document(contract).read()))
        root = reader.trailer["/Root"]
        assert ARCHIVAL == "pdf/a-2b"
        said = root["/Metadata"].get_data().decode()
        assert 'pdfaid:part="2"' in said
        assert 'pdfaid:conformance="B"' in said
        assert f"{contract.title} {contract.no}" in said
        assert reader.metadata.title == f"{contract.title} {contract.no}"
        assert root["/Lang"] == "zh-CN"
        assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
        assert "/ID" in reader.trailer
        assert not reader.is_encrypted
        assert b"/JavaScript" not in contract_document(contract).read()
        for page in reader.pages:
            for font in page["/Resources"]["/Font"].values():
                inner = font["/DescendantFonts"][0]
                assert "/FontFile3" in inner["/FontDescriptor"], font["/BaseFont"]
                assert "/ToUnicode" in font
        titles = [one.title for one in flat(reader.outline)]
        assert titles[0] == contract.title
        assert len([one for one in titles if one.startswith("第")]) == len(membership_contract.CLAUSES)

    def test_has_no_picture_that_a_viewer_would_smooth(self):
        head = Letterhead(name="华东工业品网", line="让工厂找到工厂", logo=picture(size=(300, 120)))
        proof = Proof(text=SITE, fingerprint="0123456789abcdef")
        content = render_contract(replace(samples.contract(), letterhead=head, proof=proof))
        found = [
            one.get_object()
            for page in PdfReader(io.BytesIO(content)).pages
            for one in page["/Resources"]["/XObject"].values()
        ]
        drawn = [*found, *(one["/SMask"] for one in found if "/SMask" in one)]
        assert len(found) >= 2
        assert [one.get("/Interpolate") for one in drawn] == [False] * len(drawn)

    def test_bears_the_code_of_its_version_on_every_page(self, contract):
        proof = proof_of(contract.versions.get())
        assert proof.text == SITE + address(contract)
        for page in PdfReader(io.BytesIO(contract_document(contract).read())).pages:
            assert proof.groups in page.extract_text()
            assert len(page.images) >= 1

    def test_is_the_same_for_the_same_contract_and_has_none_as_a_draft(self, company, contract, settings):
        version = contract.versions.get()
        again = render_contract(replace(printed(version.content, draft=False), proof=proof_of(version)))
        assert again == contract_document(contract).read()
        settings.SITE_URL = ""
        assert proof_of(version).text == f"{contract.no} {version.sha256[:16]}"
        # What is filed is filed, whatever is set later.
        assert contract_document(contract).read() == again
        draft = render_contract(printed(version.content, draft=True))
        assert proof_of(version).groups not in PdfReader(io.BytesIO(draft)).pages[0].extract_text()

    def test_papers_that_were_filed_before_stay_as_they_are(self, company, submitted):
        services.approve_contract(contract_id=submitted.pk, actor=PROCESS)
        version = submitted.versions.get()
        old = store_document(
            content=b"%PDF-1.7 old",
            name="old.pdf",
            media_type="application/pdf",
            kind="contract",
            subject=version,
            actor=PROCESS,
        )
        submitted.refresh_from_db()
        assert contract_document(submitted).pk == old.pk
        assert documents_of(version, kind="contract").count() == 1


def flat(outline) -> list:
    return [leaf for one in outline for leaf in (flat(one) if isinstance(one, list) else [one])]


class TestTheCheck:
    def test_says_how_a_genuine_one_stands_and_nothing_else(self, company, contract):
        contract_document(contract)
        guest = Client()
        page = guest.get(address(contract))
        text = page.content.decode()
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]
        assert contract.no in text
        assert "尚未经双方签署" in text
        assert half_masked(contract.customer.name) in text
        for kept in (contract.customer.name, contract.party_b["name"], "12,800", contract.title, "刘经理"):
            assert kept not in text
        for state, words in (
            ("signed", "已签署，待生效"),
            ("active", "有效"),
            ("expired", "已结束"),
            ("terminated", "提前终止"),
            ("voided", "已作废，不具效力"),
        ):
            days = {"signed_on": clock.today(), "effective_on": clock.today()}
            Contract.objects.filter(pk=contract.pk).update(state=state, **days)
            assert words in guest.get(address(contract)).content.decode(), state

    def test_says_the_day_of_signing(self, company):
        contract = signed_contract(company, company.rep1, (10, "12800.00"))
        contract_document(contract)
        page = Client().get(address(contract)).content.decode()
        assert f"{contract.signed_on:%Y-%m-%d}" in page

    def test_every_wrong_one_hears_the_same(self, company, contract, submitted):
        filed = contract_document(contract)
        assert filed is not None
        guest, right = Client(), address(contract)
        fingerprint = right.split("/")[-2]
        wrong = (
            right.replace(fingerprint, "0" * 16),
            right.replace(fingerprint, fingerprint[:15]),
            right.replace(fingerprint, fingerprint + "0"),
            right.replace(fingerprint, fingerprint[:15] + "_"),
            right.replace(fingerprint, "%25" * 16),
            right.replace(contract.no, "XS-2026-9999"),
            # A text under review has a number and a fingerprint, and no paper.
            address(submitted),
        )
        heard = set()
        for one in wrong:
            answer = guest.get(one)
            text = re.sub(r'value="[^"]*"', "", answer.content.decode())
            heard.add((answer.status_code, text))
        assert len(heard) == 1
        assert heard.pop()[0] == 404
        assert guest.get(right.replace(fingerprint, fingerprint.upper())).status_code == 200

    def test_guessing_is_slowed_down(self, company, contract, monkeypatch):
        from contracts.views import public

        monkeypatch.setattr(limits.time, "time", lambda: 1_000_000.0)
        contract_document(contract)
        guest = Client()
        for _n in range(public.WRONG.most):
            guest.get(reverse("contracts:verify", args=["XS-2026-9999", "0" * 16]))
        assert guest.get(address(contract)).status_code == 429


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张*丰"),
        ("苏州星湖机械有限公司", "苏州星*****公司"),
        ("A", "*"),
        ("", "*"),
    ],
)
def test_half_of_a_name_is_hidden(name, masked):
    assert half_masked(name) == masked
