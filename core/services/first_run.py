"""Setting up a company that has nobody yet."""

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.models import Department, Role, User
from core.set_up import load_reference

# Any number that nothing else in the project locks.
FIRST_RUN_LOCK = 7_301_001


@transaction.atomic
def set_up_company(
    *, company: str, display_name: str, username: str, password: str, language: str = ""
) -> User:
    """Create the company's department at the top and its administrator.

    Without the lock, two browsers on the first page could each become administrator.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_RUN_LOCK])
    if User.objects.exists():
        raise Conflict(_("This installation has an administrator already: please sign in."))
    # Roles, number rules and flows, also where whoever installed it forgot to load them.
    load_reference()
    root, _created = Department.objects.get_or_create(code="hq", defaults={"name": company})
    person = User.objects.create(
        username=username,
        display_name=display_name,
        department=root,
        password=make_password(password),
        language=language,
        is_superuser=True,
    )
    administrators = Role.objects.filter(code="process_admin").first()
    if administrators is not None:
        person.roles.add(administrators)
    return person
