"""Our logo and line at the head of contracts and letters: what is taken, who may, and what frozen papers keep."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from contracts import services
from contracts.models import OwnCompany
from contracts.services.paper import printed
from contracts.services.snapshot import content_of
from core.errors import ApplicationError
from core.models import Document
from tests.contracts.test_dunning import text_of
from tests.contracts.test_payments import active_contract


def images_of(paper: bytes) -> int:
    return len(PdfReader(BytesIO(paper)).pages[0].images)


def picture(width: int = 400, height: int = 120, kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "#2745b0").save(out, kind)
    return out.getvalue()


@pytest.fixture
def ours(company) -> OwnCompany:
    own = OwnCompany.objects.get(is_default=True)
    services.save_own_company(
        company_id=own.pk, fields={"letterhead": "East China Industrial Network"}, actor=company.finance
    )
    return services.save_logo(company_id=own.pk, upload=("标志.png", picture()), actor=company.finance)


class TestLogo:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG"])
    def test_is_kept_as_a_small_plain_png(self, company, ours, kind):
        sent = picture(4000, 2000, kind)
        own = services.save_logo(
            company_id=ours.pk, upload=(f"a.{kind.lower()}", sent), actor=company.finance
        )
        with Image.open(BytesIO(own.logo.read())) as kept:
            assert (kept.format, kept.size) == ("PNG", (960, 480))

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "wrong_kind"),
            ("a.gif", b"GIF89a", "wrong_kind"),
            ("a.png", b"\x89PNG\r\n\x1a\nnothing", "wrong_content"),
            ("a.png", b"", "empty"),
            ("a.png", picture(100, 20), "too_small"),
            ("a.png", picture() + b"\0" * 5 * 1024 * 1024, "too_large"),
        ],
        ids=["drawing", "moving", "broken", "empty", "small", "large"],
    )
    def test_what_cannot_be_printed_is_refused_and_the_old_one_stays(
        self, company, ours, name, content, code
    ):
        with pytest.raises(ApplicationError) as refusal:
            services.save_logo(company_id=ours.pk, upload=(name, content), actor=company.finance)
        assert refusal.value.code == code
        assert OwnCompany.objects.get(pk=ours.pk).logo_id == ours.logo_id

    def test_is_taken_away_and_the_file_stays_for_old_papers(self, company, ours):
        services.save_logo(company_id=ours.pk, upload=None, actor=company.finance)
        assert OwnCompany.objects.get(pk=ours.pk).logo is None
        assert Document.objects.filter(pk=ours.logo_id).exists()

    def test_refuses_whoever_may_not(self, company, ours):
        with pytest.raises(PermissionDenied):
            services.save_logo(company_id=ours.pk, upload=None, actor=company.rep1)
        assert OwnCompany.objects.get(pk=ours.pk).logo_id == ours.logo_id


class TestOnPaper:
    def test_a_contract_shows_line_and_logo_and_without_both_nothing(self, company, draft):
        assert printed(content_of(draft), draft=True).letterhead is None
        own = draft.own_company
        services.save_own_company(
            company_id=own.pk, fields={"letterhead": "机床与配件"}, actor=company.finance
        )
        services.save_logo(company_id=own.pk, upload=("a.png", picture()), actor=company.finance)
        draft.refresh_from_db()
        own.refresh_from_db()
        head = printed(content_of(draft), draft=True).letterhead
        assert (head.name, head.line, head.logo) == (own.name, "机床与配件", own.logo.read())
        _name, paper = services.contract_pdf(contract_id=draft.pk, actor=company.rep1)
        assert "机床与配件" in text_of(paper)
        assert images_of(paper) == 1

    def test_a_submitted_contract_keeps_the_logo_it_was_submitted_with(self, company, ours, process, draft):
        services.submit_contract(contract_id=draft.pk, actor=process, submitted_by=company.rep1)
        services.save_logo(company_id=ours.pk, upload=("b.png", picture(300, 300)), actor=company.finance)
        content = draft.versions.get().content
        assert printed(content, draft=True).letterhead.logo == ours.logo.read()

    def test_one_submitted_before_there_were_letterheads_prints_as_ever(self, company, draft):
        content = content_of(draft)
        del content["letterhead"]
        assert printed(content, draft=True).letterhead is None

    def test_a_notice_shows_them_too(self, company, ours):
        contract = active_contract(company)
        run = services.print_dunning(customer_ids=[contract.customer_id], actor=company.finance)
        paper = run.notices.get().document.read()
        assert "East China Industrial Network" in text_of(paper)
        assert images_of(paper) == 1


def test_the_page_shows_takes_and_removes_it(client, company):
    own = OwnCompany.objects.get(is_default=True)
    client.force_login(company.finance)
    page, form, file = (
        reverse("contracts:own-company-detail", args=[own.pk]),
        reverse("contracts:logo-edit", args=[own.pk]),
        reverse("contracts:company-logo", args=[own.pk]),
    )
    assert client.get(file).status_code == 404
    refused = client.post(form, {"logo": SimpleUploadedFile("a.svg", b"<svg/>")})
    assert refused.status_code == 400
    assert "PNG" in refused.content.decode()
    nothing = client.post(form, {})
    assert nothing.status_code == 400
    done = client.post(form, {"logo": SimpleUploadedFile("a.png", picture())})
    assert done.status_code == 302
    assert file in client.get(page).content.decode()
    shown = client.get(file)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    client.post(form, {"take_away": "on"})
    assert client.get(file).status_code == 404
