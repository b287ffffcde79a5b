"""Tokens: how a program signs in, what a token may do, how it ends."""

from datetime import timedelta

import pytest
from django.test import Client

from core import clock
from core.models import ApiToken, AuditEntry
from core.tokens import create_token, hashed
from tests.api.conftest import ApiClient, told

pytestmark = pytest.mark.django_db
RIGHT = {"username": "rep1", "password": "xiaoliu"}
WRONG = {"username": "rep1", "password": "wrong"}


class TestSignIn:
    def test_gives_a_token_that_opens_the_api(self, cast, anonymous):
        answer = anonymous.send("POST", "auth/token/", RIGHT)
        assert answer.status_code == 200
        me = ApiClient(answer.json()["token"]).read("auth/me/")
        assert me.json()["username"] == "rep1"
        assert me.json()["permissions"]["crm.view_customer"] == ["own"]

    def test_stores_only_the_hash(self, cast, anonymous):
        key = anonymous.send("POST", "auth/token/", RIGHT).json()["token"]
        row = ApiToken.objects.get()
        assert row.key_hash == hashed(key)
        assert key not in str(vars(row))

    def test_refuses_a_wrong_password_and_makes_no_token(self, cast, anonymous):
        answer = anonymous.send("POST", "auth/token/", WRONG)
        assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")
        assert answer["WWW-Authenticate"] == "Token"
        assert not ApiToken.objects.exists()

    def test_answers_an_unknown_name_like_a_wrong_password(self, cast, anonymous):
        answer = anonymous.send("POST", "auth/token/", {"username": "nobody", "password": "xiaoliu"})
        wrong = anonymous.send("POST", "auth/token/", WRONG)
        assert told(answer) == told(wrong)

    def test_limits_failures_and_says_how_long_to_wait(self, cast, anonymous):
        for _ in range(10):
            assert anonymous.send("POST", "auth/token/", WRONG).status_code == 401
        answer = anonymous.send("POST", "auth/token/", RIGHT)
        assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
        assert int(answer["Retry-After"]) > 0
        assert not ApiToken.objects.exists()
        other = {"username": "rep2", "password": "xiaoliu"}
        assert anonymous.send("POST", "auth/token/", other).status_code == 200

    def test_does_not_count_successes(self, cast, anonymous):
        answers = {anonymous.send("POST", "auth/token/", RIGHT).status_code for _ in range(40)}
        assert answers == {200}

    def test_refuses_who_has_left(self, cast, anonymous):
        key = anonymous.send("POST", "auth/token/", RIGHT).json()["token"]
        cast.rep1.is_active = False
        cast.rep1.save(update_fields=["is_active"])
        assert anonymous.send("POST", "auth/token/", RIGHT).status_code == 401
        assert ApiClient(key).read("auth/me/").status_code == 401


class TestToken:
    @pytest.mark.parametrize("header", ["Token", "Token a b", "Token nonsense", "Token \u00e9", "token xl_x"])
    def test_a_wrong_header_is_401(self, cast, header):
        answer = Client().get("/api/v1/auth/me/", headers={"Authorization": header})
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")

    def test_no_header_is_401(self, anonymous, db):
        assert anonymous.read("auth/me/").json()["code"] == "not_authenticated"

    def test_expires(self, cast):
        _row, key = create_token(actor=cast.rep1, expires_at=clock.now() + timedelta(hours=1))
        assert ApiClient(key).read("auth/me/").status_code == 200
        with clock.travel(timedelta(hours=1)):
            assert ApiClient(key).read("auth/me/").status_code == 401

    def test_a_read_only_one_reads_and_writes_nothing(self, cast):
        _row, key = create_token(actor=cast.rep1, read_only=True)
        assert ApiClient(key).read("auth/tokens/").status_code == 200
        answer = ApiClient(key).send("POST", "auth/tokens/", {"name": "more"})
        assert (answer.status_code, answer.json()["code"]) == (403, "read_only_token")
        assert ApiToken.objects.count() == 1

    def test_its_owner_lists_and_revokes_it(self, cast, as_):
        rep1 = as_("rep1")
        made = rep1.send("POST", "auth/tokens/", {"name": "ERP"})
        assert made.status_code == 201
        assert [row["name"] for row in rep1.read("auth/tokens/").json()["results"]] == ["ERP", ""]
        assert "token" not in rep1.read("auth/tokens/").json()["results"][0]
        assert rep1.send("DELETE", f"auth/tokens/{made.json()['id']}/").status_code == 204
        assert ApiClient(made.json()["token"]).read("auth/me/").status_code == 401
        assert AuditEntry.objects.filter(action="core.revoke_token").count() == 1

    def test_nobody_else_can_revoke_it(self, cast, as_):
        row, _key = create_token(actor=cast.rep1)
        assert as_("rep2").send("DELETE", f"auth/tokens/{row.pk}/").status_code == 404
        assert ApiToken.objects.filter(pk=row.pk).exists()

    def test_one_made_by_an_expiring_token_does_not_outlive_it(self, cast):
        end = clock.now() + timedelta(hours=1)
        _row, key = create_token(actor=cast.rep1, expires_at=end)
        ApiClient(key).send("POST", "auth/tokens/", {"name": "for ever"})
        assert ApiToken.objects.get(name="for ever").expires_at == end

    def test_refuses_an_expiry_in_the_past(self, cast, as_):
        answer = as_("rep1").send("POST", "auth/tokens/", {"expires_at": "2001-01-01T00:00:00+08:00"})
        assert answer.status_code == 400
        assert "expires_at" in answer.json()["errors"]


class TestSession:
    def test_reads_without_and_writes_only_with_the_csrf_token(self, cast):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(cast.rep1)
        assert browser.get("/api/v1/auth/me/").status_code == 200
        refused = browser.post("/api/v1/auth/tokens/", {}, content_type="application/json")
        assert refused.status_code == 403
        assert not ApiToken.objects.exists()
        token = browser.get("/api/v1/docs/").cookies["csrftoken"].value
        made = browser.post(
            "/api/v1/auth/tokens/", {}, content_type="application/json", headers={"X-CSRFToken": token}
        )
        assert made.status_code == 201
