"""How people get in, and how that is taken from them: invitations, first passwords, second factors, sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import get_random_string
from django.utils.encoding import force_bytes, force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, clock, mail
from core.actors import Actor
from core.errors import ApplicationError, Conflict
from core.jobs import GiveUp, JobRun, enqueue, handler
from core.models import ApiToken, User
from core.services.people import locked_person

# No letters and digits that are taken for each other when read aloud or from paper.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
DAYS = settings.PASSWORD_RESET_TIMEOUT // 86_400


class Invitations(PasswordResetTokenGenerator):
    """Signed links with which people choose a password: for seven days, once, and only the address invited.

    What a link is made of changes with the password, the last sign-in and the e-mail address.
    """

    key_salt = "core.services.access.Invitations"

    def _now(self) -> datetime:
        return clock.now().astimezone(clock.COMPANY_ZONE).replace(tzinfo=None)


_invitations = Invitations()


def invitation_path(person: User) -> str:
    """The address at which this person chooses a password."""
    key = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("join", args=[key, _invitations.make_token(person)])


def invited_person(key: str, token: str) -> User | None:
    """Whom a link belongs to; None for one that is wrong, used or too old."""
    try:
        pk = force_str(urlsafe_base64_decode(key))
    except (ValueError, UnicodeDecodeError):
        return None
    if not pk.isdecimal() or len(pk) > 18:
        return None
    person = User.objects.filter(pk=int(pk), is_active=True).first()
    return person if person is not None and _invitations.check_token(person, token) else None


# Invitations --------------------------------------------------------------------------------------


@transaction.atomic
def invite_person(*, person_id: int, actor: Actor) -> str:
    """Let somebody choose a password: by mail where mail is on and they have an address.

    Gives the link's path where it has to be handed over by hand, else an empty text.
    """
    person = locked_person(person_id, actor=actor)
    _require_active(person)
    by_mail = mail.is_on() and bool(person.email) and bool(settings.SITE_URL)
    audit.record(actor, "core.invite_person", person, after={"by_mail": by_mail})
    if not by_mail:
        return invitation_path(person)
    enqueue(
        "invitation",
        {"person": person.pk},
        # Asked for twice within a minute it is one letter.
        key=f"invitation:{person.pk}:{clock.now():%Y%m%d%H%M}",
        title=_("Invitation: %(name)s") % {"name": person.name},
        created_by=actor if isinstance(actor, User) else None,
        once=True,
    )
    return ""


@handler("invitation", name=gettext_lazy("Invitation by e-mail"), retries=12)
def send_invitation(job: JobRun) -> Mapping[str, Any]:
    """The link is made when the letter is sent and kept nowhere."""
    person = User.objects.filter(pk=job.payload["person"], is_active=True).first()
    if person is None or not person.email:
        raise GiveUp(_("Whoever was invited has left, or has no address."))
    if not mail.is_on():
        return mail.OFF
    with translation.override(person.language or settings.LANGUAGE_CODE):
        text = _(
            "Hello %(name)s,\n\n"
            "an account was made for you. Your user name is %(username)s.\n"
            "Choose your password here, within %(days)s days:\n\n%(link)s\n\n"
            "If you expected no such letter, ignore it: without the link nobody can do anything."
        ) % {
            "name": person.name,
            "username": person.username,
            "days": DAYS,
            "link": settings.SITE_URL + invitation_path(person),
        }
        mail.deliver([person.email], _("Your account: choose a password"), text, key=job.key)
    return {"sent": True}


@transaction.atomic
def accept_invitation(*, key: str, token: str, password: str) -> User:
    """Choose the password with a link, which is used up by it."""
    person = invited_person(key, token)
    if person is not None:
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
        person = invited_person(key, token)
    if person is None:
        raise Conflict(
            _("This link was used already or is too old. Ask your administrator for another one."),
            code="link_over",
        )
    _choose(person, password)
    audit.record(person, "core.accept_invitation", person)
    return person


# Passwords ----------------------------------------------------------------------------------------


@transaction.atomic
def set_first_password(*, person_id: int, actor: Actor) -> str:
    """A password to tell somebody, who has to choose another one before anything else. Shown this once.

    Whoever is signed in with the old one is signed out.
    """
    person = locked_person(person_id, actor=actor)
    _require_active(person)
    password = "-".join(get_random_string(4, READABLE) for _part in range(4))
    person.password = make_password(password)
    person.must_change_password = True
    person.revision += 1
    person.save(update_fields=["password", "must_change_password", "revision"])
    audit.record(actor, "core.set_first_password", person)
    return password


@transaction.atomic
def choose_password(*, password: str, actor: User) -> User:
    """Replace a password that somebody else set by an own one."""
    person = User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if person.check_password(password):
        text = _("Choose another one than the password you were given.")
        raise ApplicationError(text, code="same_password", errors={"password": [text]})
    _choose(person, password)
    audit.record(person, "core.choose_password", person)
    return person


def password_was_changed(person: User) -> None:
    """Somebody changed their own password on the account's page: it is their own from now on."""
    User.objects.filter(pk=person.pk, must_change_password=True).update(must_change_password=False)


def _choose(person: User, password: str) -> None:
    try:
        password_validation.validate_password(password, person)
    except ValidationError as error:
        raise ApplicationError(
            " ".join(error.messages), code="invalid", errors={"password": list(error.messages)}
        ) from error
    person.password = make_password(password)
    person.must_change_password = False
    person.revision += 1
    person.save(update_fields=["password", "must_change_password", "revision"])


def _require_active(person: User) -> None:
    if not person.is_active:
        raise ApplicationError(
            _("%(name)s is deactivated. Reactivate the account first.") % {"name": person.name},
            code="inactive",
        )


# Second factor, sessions, tokens --------------------------------------------------------------------


@transaction.atomic
def reset_second_factor(*, person_id: int, actor: Actor) -> int:
    """Forget the second factor of somebody who lost it; says how many there were."""
    person = locked_person(person_id, actor=actor)
    deleted, _by_model = Authenticator.objects.filter(user=person).delete()
    count = int(deleted)
    audit.record(actor, "core.reset_second_factor", person, before={"factors": count})
    return count


@transaction.atomic
def end_access(*, person_id: int, actor: Actor) -> tuple[int, int]:
    """Sign somebody out everywhere: sessions and tokens; says how many of each there were."""
    person = locked_person(person_id, actor=actor)
    found = sessions_and_tokens_ended(person)
    audit.record(actor, "core.end_access", person, before={"sessions": found[0], "tokens": found[1]})
    return found


def sessions_and_tokens_ended(person: User) -> tuple[int, int]:
    """Sessions hold their person inside, so each live one is looked into: some thousands at most."""
    theirs = [
        session.pk
        for session in Session.objects.filter(expire_date__gte=clock.now()).iterator()
        if session.get_decoded().get("_auth_user_id") == str(person.pk)
    ]
    Session.objects.filter(pk__in=theirs).delete()
    tokens, _by_model = ApiToken.objects.filter(user=person).delete()
    return len(theirs), tokens
