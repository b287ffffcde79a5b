"""The customer's link to the final text: what it shows, to whom, how long, and what confirming it leaves behind."""

import io
import re
import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from contracts import services
from contracts.models import Contract, SigningLink
from contracts.services.printing import contract_document
from contracts.services.signing_links import find_link, path_of
from core import clock, limits
from core.errors import ApplicationError, Conflict
from core.jobs.runner import run_background_job
from core.models import AuditEntry, BackgroundJob, DocumentContent, Notification
from core.pdf import pages, pictures
from core.tokens import hashed
from tests.contracts.pages import PROCESS, sealed_contract
from tests.core.mail_server import MailServer

SITE = "https://crm.example.com"
GIVEN = {"name": "刘经理", "title": "采购经理", "mobile": "138 0013 8000", "is_confirmed": "on"}
# What a phone with WeChat sends.
WECHAT = "Mozilla/5.0 (Linux; Android 12) MQQBrowser/6.2 TBS/046291 MicroMessenger/8.0.40"


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def contract(company) -> Contract:
    return sealed_contract(company)


@pytest.fixture
def made(company, contract):
    return services.make_signing_link(contract_id=contract.pk, actor=company.rep1)


@pytest.fixture
def guest() -> Client:
    return Client(headers={"User-Agent": WECHAT})


def confirm(made, **changes):
    given = {"name": "刘经理", "title": "采购经理", "mobile": "13800138000", "is_confirmed": True}
    return services.acknowledge(token=made.token, **{**given, **changes})


def is_untouched(link: SigningLink) -> bool:
    fresh = SigningLink.objects.get(pk=link.pk)
    return (fresh.acknowledged_at, fresh.name, fresh.mobile, fresh.shown_sha256) == (None, "", "", "")


class TestMaking:
    def test_stores_no_token_and_files_the_paper(self, company, contract, made):
        link = SigningLink.objects.get()
        assert link.token_hash == hashed(made.token)
        assert len(made.token) >= 43
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM contracts_signinglink AS one WHERE one::text LIKE %s",
                [f"%{made.token}%"],
            )
            assert cursor.fetchone() == (0,)
        assert not AuditEntry.objects.filter(after__icontains=made.token).exists()
        assert link.expires_at - link.made_at == timedelta(days=14)
        entry = AuditEntry.objects.get(action="contracts.make_signing_link")
        assert entry.after["shown"] == contract_document(contract).sha256

    def test_a_new_one_takes_the_place_of_the_old(self, company, contract, made):
        newer = services.make_signing_link(contract_id=contract.pk, actor=company.assistant, valid_days=3)
        assert find_link(made.token) is None
        assert find_link(newer.token).pk == newer.link.pk
        old = SigningLink.objects.get(pk=made.link.pk)
        assert old.revoked_by == company.assistant
        assert newer.link.expires_at - newer.link.made_at == timedelta(days=3)

    def test_only_of_a_final_text_that_is_not_signed_and_by_whoever_may(self, company, draft, submitted):
        for actor, error in ((company.rep1, Conflict), (company.finance, PermissionDenied)):
            with pytest.raises(error):
                services.make_signing_link(contract_id=submitted.pk, actor=actor)
        with pytest.raises(Contract.DoesNotExist):
            services.make_signing_link(contract_id=submitted.pk, actor=company.rep3)
        services.approve_contract(contract_id=submitted.pk, actor=PROCESS)
        for days in (0, 91):
            with pytest.raises(ApplicationError) as refusal:
                services.make_signing_link(contract_id=submitted.pk, actor=company.rep1, valid_days=days)
            assert set(refusal.value.errors) == {"valid_days"}
        assert not SigningLink.objects.exists()
        services.make_signing_link(contract_id=submitted.pk, actor=company.rep1)
        services.seal_contract(contract_id=submitted.pk, actor=company.seal, seal_kind="contract", copies=2)
        services.record_signature(
            contract_id=submitted.pk,
            actor=company.assistant,
            signed_on=clock.today(),
            customer_signer="刘",
            our_signer="郑",
        )
        with pytest.raises(Conflict) as refusal:
            services.make_signing_link(contract_id=submitted.pk, actor=company.rep1)
        assert refusal.value.code == "wrong_state"

    def test_revoking(self, company, contract, made):
        with pytest.raises(PermissionDenied):
            services.revoke_signing_link(contract_id=contract.pk, actor=company.finance)
        assert find_link(made.token) is not None
        services.revoke_signing_link(contract_id=contract.pk, actor=company.rep1)
        assert find_link(made.token) is None
        with pytest.raises(Conflict) as refusal:
            services.revoke_signing_link(contract_id=contract.pk, actor=company.rep1)
        assert refusal.value.code == "no_link"

    def test_the_database_keeps_one_open_and_what_was_confirmed(self, company, contract, made):
        link = made.link
        with pytest.raises(IntegrityError, match="one_open_signing_link_a_contract"), transaction.atomic():
            SigningLink.objects.create(
                contract=contract,
                version=link.version,
                token_hash="x",
                made_by=company.rep1,
                made_at=link.made_at,
                expires_at=link.expires_at,
            )
        rows = SigningLink.objects.filter(pk=link.pk)
        with pytest.raises(IntegrityError, match="acknowledgement_says_who_and_what"), transaction.atomic():
            rows.update(acknowledged_at=clock.now(), opened_at=clock.now())
        confirm(made)
        for change in (
            {"name": "别人"},
            {"acknowledged_at": clock.now() + timedelta(days=1)},
            {"shown_sha256": "0" * 64},
            {"expires_at": clock.now() + timedelta(days=300)},
            {"token_hash": "y"},
        ):
            with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
                rows.update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()


class TestReading:
    def test_shows_the_final_text_and_nothing_around_it(self, company, contract, made, guest, settings):
        page = guest.get(made.path)
        text = page.content.decode()
        assert page.status_code == 200
        for said in (contract.no, contract.title, "¥12,800.00", company_name(contract)):
            assert said in text
        assert "<script" not in text
        assert "/contracts/" not in text
        assert text.count("/pages/") == len(PdfReader(io.BytesIO(contract_document(contract).read())).pages)
        assert {page.headers[name] for name in ("Cache-Control", "X-Robots-Tag", "Referrer-Policy")} == {
            "private, no-store",
            "noindex, nofollow, noarchive",
            "same-origin",
        }
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        pdf = guest.get(f"{made.path}contract.pdf")
        assert pdf.content == contract_document(contract).read()
        assert pdf.headers["Content-Disposition"].startswith("inline")
        picture = guest.get(f"{made.path}pages/1.png")
        assert picture.content.startswith(b"\x89PNG")
        assert picture.headers["X-Robots-Tag"].startswith("noindex")
        assert guest.get(f"{made.path}pages/99.png").status_code == 404
        assert guest.get(f"{made.path}logo.png").status_code in (200, 404)
        assert SigningLink.objects.get().opened_at is not None
        english = guest.get(made.path, headers={"Cookie": f"{settings.LANGUAGE_COOKIE_NAME}=en"})
        assert "Confirm the text" in english.content.decode()

    def test_later_changes_of_the_customer_do_not_show(self, company, contract, made, guest):
        name = contract.customer.name
        type(contract.customer).objects.filter(pk=contract.customer_id).update(name="改名后的公司")
        text = guest.get(made.path).content.decode()
        assert name in text
        assert "改名后的公司" not in text

    def test_whatever_leads_nowhere_says_the_same(self, company, contract, made, guest):
        other = sealed_contract(company)
        unknown = guest.get(path_of("x" * 43))
        assert unknown.status_code == 404
        said = unknown.content.decode().replace("x" * 43, "TOKEN")
        assert contract.no not in said

        def hears(token=made.token):
            answers = [guest.get(path_of(token)), guest.post(path_of(token), GIVEN)]
            answers += [guest.get(path_of(token) + rest) for rest in ("contract.pdf", "pages/1.png")]
            return [(one.status_code, bare(one, token)) for one in answers]

        def bare(answer, token):
            text = re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())
            return re.sub(r'name="next" value="[^"]*"', "", text.replace(token, "TOKEN"))

        nowhere = hears("x" * 43)
        assert {status for status, _text in nowhere} == {404}
        assert len({text for _status, text in nowhere}) == 1
        cache.clear()
        with clock.travel(timedelta(days=14, minutes=1)):
            assert hears() == nowhere
        cache.clear()
        made_again = services.make_signing_link(contract_id=contract.pk, actor=company.rep1)
        assert hears() == nowhere
        cache.clear()
        # Of a contract that came to nothing.
        Contract.objects.filter(pk=contract.pk).update(state="voided")
        assert hears(made_again.token) == nowhere
        assert is_untouched(made_again.link)
        # A link opens its own contract, whatever else is final.
        own = services.make_signing_link(contract_id=other.pk, actor=company.rep1)
        assert contract.no not in guest.get(own.path).content.decode()

    def test_ours_who_look_are_no_customer(self, company, made, signed_in):
        assert signed_in(company.rep1).get(made.path).status_code == 200
        assert SigningLink.objects.get().opened_at is None

    def test_asks_the_database_the_same_however_much_there_is(self, company, contract, made, guest):
        guest.get(made.path)
        with CaptureQueriesContext(
            connection,
        ) as few:
            guest.get(made.path)
        for _n in range(3):
            newer = services.make_signing_link(contract_id=contract.pk, actor=company.rep1)
        guest.get(newer.path)
        with CaptureQueriesContext(connection) as many:
            guest.get(newer.path)
        assert len(many) == len(few) <= 3

    def test_a_page_is_drawn_once(self, company, contract, made, guest, monkeypatch):
        drawn = []
        real = pages.page_picture

        def counted(content, number, *, width):
            drawn.append(number)
            return real(content, number, width=width)

        monkeypatch.setattr(pages, "page_picture", counted)
        for _n in range(3):
            assert guest.get(f"{made.path}pages/1.png").status_code == 200
        assert drawn == [1]

    def test_guessing_and_looking_too_often_is_refused(self, company, made, guest, monkeypatch):
        from contracts.views import public

        # A window that ends between two requests would begin to count anew.
        monkeypatch.setattr(limits.time, "time", lambda: 1_000_000.0)
        for _n in range(public.WRONG.most):
            assert guest.get(path_of("guess")).status_code == 404
        answer = guest.get(made.path)
        assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
        assert answer.headers["Cache-Control"] == "private, no-store"
        # From elsewhere it is still to be read, until that place looks too often.
        elsewhere = Client(REMOTE_ADDR="127.0.0.2")
        assert elsewhere.get(made.path).status_code == 200
        monkeypatch.setattr(public, "LOOKS", limits.Limit("public-looks", most=2, seconds=60))
        assert elsewhere.get(made.path).status_code == 200
        assert elsewhere.get(made.path).status_code == 429
        monkeypatch.setattr(public, "LOOKS", limits.Limit("public-looks", most=9999, seconds=60))
        for _n in range(public.CONFIRMATIONS.most + 1):
            answer = elsewhere.post(made.path, {})
        assert answer.status_code == 429
        assert is_untouched(made.link)


def company_name(contract: Contract) -> str:
    return contract.party_b["name"]


@pytest.mark.django_db(transaction=True)
def test_many_phones_at_once_draw_a_page_once(company, monkeypatch):
    contract = sealed_contract(company)
    made = services.make_signing_link(contract_id=contract.pk, actor=company.rep1)
    cache.clear()
    drawn, got, start = [], [], threading.Barrier(4)
    real = pages.page_picture

    def counted(content, number, *, width):
        drawn.append(number)
        return real(content, number, width=width)

    monkeypatch.setattr(pages, "page_picture", counted)
    paper = contract_document(contract)

    def look() -> None:
        try:
            start.wait(20)
            got.append(pictures.picture_of(paper, 1))
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert drawn == [1]
    assert len(got) == 4
    assert len(set(got)) == 1

    # Four people press the button at once: one confirmation, told once.
    heard, again = [], threading.Barrier(4)

    def press(name: str) -> None:
        try:
            again.wait(20)
            confirm(made, name=name)
            heard.append("confirmed")
        except Conflict as refusal:
            heard.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[f"张{n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(heard) == ["acknowledged_already"] * 3 + ["confirmed"]
    assert AuditEntry.objects.filter(action="contracts.acknowledge_contract").count() == 1


class TestConfirming:
    def test_is_a_record_a_receipt_and_told_but_no_signature(self, company, contract, made, guest):
        answer = guest.post(made.path, GIVEN)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{made.path}#receipt")
        link = SigningLink.objects.get()
        paper = contract_document(contract)
        assert (link.name, link.title, link.mobile, link.address, link.user_agent, link.shown_sha256) == (
            "刘经理",
            "采购经理",
            "13800138000",
            "127.0.0.1",
            WECHAT,
            paper.sha256,
        )
        assert DocumentContent.objects.filter(pk=link.shown_sha256).exists()
        receipt = guest.get(made.path).content.decode()
        for said in ("刘经理", "138****8000", paper.sha256):
            assert said in receipt
        assert "13800138000" not in receipt
        assert 'id="confirm"' not in receipt
        # Once: the second time says that it is done.
        again = guest.post(made.path, {**GIVEN, "name": "别人"})
        assert again.status_code == 409
        assert "已确认" in again.content.decode()
        assert SigningLink.objects.get().name == "刘经理"
        told = Notification.objects.filter(kind="contract.acknowledged").values_list(
            "person__username", flat=True
        )
        assert set(told) == {"rep1", "assistant"}
        fresh = Contract.objects.get(pk=contract.pk)
        assert (fresh.state, fresh.revision, fresh.signatures.count()) == ("signing", contract.revision, 0)
        entry = AuditEntry.objects.get(action="contracts.acknowledge_contract")
        assert "13800138000" not in str(entry.after)

    def test_fills_in_the_form_of_the_signature(self, company, contract, made, signed_in):
        confirm(made, name="吴董")
        url = reverse("contracts:party-sign", args=[contract.pk, "a"])
        form = signed_in(company.assistant).get(url).context["form"]
        assert (form.initial["signer"], form.initial["method"]) == ("吴董", "electronic")
        page = signed_in(company.rep1).get(contract.get_absolute_url()).content.decode()
        assert "吴董 · 采购经理 · 138****8000" in page
        assert "13800138000" not in page

    def test_what_is_wrong_is_said_by_its_field(self, company, made, guest):
        for changes, field in (
            ({"name": " "}, "name"),
            ({"name": "长" * 61}, "name"),
            ({"name": "刘\u202e理"}, "name"),
            ({"title": ""}, "title"),
            ({"title": "a\u0007b"}, "title"),
            ({"mobile": ""}, "mobile"),
            ({"mobile": "12345"}, "mobile"),
            ({"mobile": "<script>"}, "mobile"),
            ({"is_confirmed": ""}, "is_confirmed"),
        ):
            answer = guest.post(made.path, {**GIVEN, **changes})
            assert answer.status_code == 400, changes
            assert set(answer.context["form"].errors) == {field}, changes
            assert f'href="#id_{field}"' in answer.content.decode(), changes
        assert guest.post(made.path, {**GIVEN, "name": "a\x00b"}).status_code == 400
        assert is_untouched(made.link)

    def test_hostile_names_stay_text(self, company, contract, made, guest, signed_in):
        hostile = "<script>alert(1)</script>\"'><img src=x>"
        assert guest.post(made.path, {**GIVEN, "name": hostile, "title": "{{ 7|add:7 }}"}).status_code == 302
        for client, address in (
            (guest, made.path),
            (signed_in(company.rep1), contract.get_absolute_url()),
            (signed_in(company.rep1), "/notifications/"),
        ):
            text = client.get(address).content.decode()
            assert "<script>alert" not in text
            assert "<img src=x>" not in text
            assert "&lt;script&gt;alert(1)" in text

    def test_takes_the_token_of_its_form(self, company, made):
        guest = Client(enforce_csrf_checks=True)
        assert guest.post(made.path, GIVEN).status_code == 403
        assert is_untouched(made.link)
        guest.get(made.path)
        token = guest.cookies["csrftoken"].value
        assert guest.post(made.path, {**GIVEN, "csrfmiddlewaretoken": token}).status_code == 302

    def test_the_receipt_stays_when_the_contract_is_signed_and_goes_when_it_is_voided(
        self, company, contract, made, guest
    ):
        unconfirmed = services.make_signing_link(contract_id=sealed_contract(company).pk, actor=company.rep1)
        confirm(made)
        for one in (made, unconfirmed):
            services.record_signature(
                contract_id=one.link.contract_id,
                actor=company.assistant,
                signed_on=clock.today(),
                customer_signer="刘",
                our_signer="郑",
            )
        assert guest.get(made.path).status_code == 200
        assert guest.get(unconfirmed.path).status_code == 404
        Contract.objects.filter(pk=contract.pk).update(state="voided")
        assert guest.get(made.path).status_code == 404


class TestThePages:
    def test_make_show_mail_and_revoke(self, company, contract, signed_in, settings):
        settings.SITE_URL = SITE
        server = MailServer()
        settings.EMAIL_URL = server.start()
        try:
            client = signed_in(company.rep1)
            page = client.get(contract.get_absolute_url()).content.decode()
            make, revoke, mail = (
                reverse(f"contracts:signing-link-{name}", args=[contract.pk])
                for name in ("create", "revoke", "mail")
            )
            assert make in page
            assert revoke not in page
            shown = client.post(make, {"valid_days": "7"})
            address = shown.context["address"]
            token = address.split("/")[-2]
            assert address == SITE + path_of(token)
            assert shown.headers["Cache-Control"] == "private, no-store"
            assert "data:image/svg+xml" in shown.content.decode()
            assert find_link(token) is not None
            given = {"to": "liu@example.com", "language": "en", "token": token}
            given["click"] = str(shown.context["form"].initial["click"])
            # The same click twice is one letter; another one is another.
            for _n in range(2):
                assert client.post(mail, given).status_code == 200
            assert BackgroundJob.objects.filter(kind="signing_link").count() == 1
            second = {**given, "language": "zh-hans", "click": "00000000-0000-4000-8000-000000000001"}
            assert client.post(mail, second).status_code == 200
            for job in BackgroundJob.objects.filter(kind="signing_link").order_by("pk"):
                run_background_job(job.pk)
                job.refresh_from_db()
                assert token not in str(job.payload) + str(job.result) + job.title
            assert [letter["To"] for letter in server.letters] == ["liu@example.com"] * 2
            for letter, word in zip(server.letters, ("Dear customer", "尊敬的客户"), strict=True):
                assert word in letter.get_content()
                assert address in letter.get_content()
                assert contract.no in letter["Subject"]
            assert AuditEntry.objects.filter(action="contracts.mail_signing_link").count() == 2
            for wrong, status in (
                ({"to": "nobody"}, 400),
                ({"token": "x"}, 409),
                ({"token": "../a/b"}, 409),
                ({"click": "x"}, 400),
                ({"language": "fr"}, 400),
            ):
                assert client.post(mail, {**second, **wrong}).status_code == status, wrong
            assert BackgroundJob.objects.filter(kind="signing_link").count() == 2
            # Written nowhere that the page of the contract shows.
            page = client.get(contract.get_absolute_url()).content.decode()
            assert token not in page
            assert revoke in page
            assert client.post(revoke).status_code == 302
            assert find_link(token) is None
            # A letter that has not left by then does not leave.
            BackgroundJob.objects.filter(pk=job.pk).update(status="open", closed_at=None)
            run_background_job(job.pk)
            assert len(server.letters) == 2
        finally:
            server.stop()

    def test_without_mail_nothing_is_sent(self, company, contract, made, signed_in, settings):
        settings.EMAIL_URL, settings.SITE_URL = "", SITE
        with pytest.raises(ApplicationError) as refusal:
            services.mail_signing_link(
                contract_id=contract.pk,
                token=made.token,
                to="liu@example.com",
                language="en",
                click="1",
                actor=company.rep1,
            )
        assert refusal.value.code == "mail_off"
        assert not BackgroundJob.objects.filter(kind="signing_link").exists()

    def test_the_api_tells_the_address_once(self, company, contract, signed_in):
        client = signed_in(company.rep1)
        root = f"/api/v1/contracts/{contract.pk}/signing-links/"
        made = client.post(root, {}, content_type="application/json")
        assert made.status_code == 201
        token = made.json()["url"].split("/")[-2]
        confirm(type("Made", (), {"token": token}))
        listed = client.get(root)
        assert token not in listed.content.decode()
        (row,) = listed.json()["results"]
        assert (row["name"], row["mobile"]) == ("刘经理", "138****8000")
        assert client.post(f"{root}revoke/").status_code == 200
        assert client.post(f"{root}revoke/").status_code == 409
