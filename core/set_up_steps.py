"""What the ground asks a new company for."""

from django.utils.translation import gettext_lazy as _

from core import clock, mail
from core.models import CalendarYear, Department, Grant, NumberRule, Role, User
from core.permissions import MANAGE_CALENDAR, MANAGE_NUMBERS, MANAGE_PEOPLE
from core.set_up import Step, register


def _has_departments() -> bool:
    return Department.objects.count() > 1


def _has_roles() -> bool:
    return Role.objects.exists() and Grant.objects.exists()


def _has_people() -> bool:
    return User.objects.filter(is_active=True, is_superuser=False).exists()


def _has_numbers() -> bool:
    return NumberRule.objects.exists()


def _has_calendar() -> bool:
    return CalendarYear.objects.filter(year=clock.today().year).exists()


register(
    Step(
        "core.reference",
        _("Roles, number rules and flows"),
        _(
            "What every sales company begins with. You change it later; loading again only adds what is missing."
        ),
        _has_roles,
        "set-up-reference",
        _("Load"),
        "shield-check",
        order=10,
    )
)
register(
    Step(
        "core.departments",
        _("Departments"),
        _("Who sees whose customers and contracts goes by department. Write them down, one a line."),
        _has_departments,
        "department-create-many",
        _("Enter departments"),
        "network",
        order=20,
        permission=MANAGE_PEOPLE,
    )
)
register(
    Step(
        "core.people",
        _("People"),
        _("Several at once, each with a department and a role; they get a first password or an invitation."),
        _has_people,
        "set-up-people",
        _("Enter people"),
        "users-round",
        order=30,
        permission=MANAGE_PEOPLE,
    )
)
register(
    Step(
        "core.numbers",
        _("Numbers of customers, contracts and letters"),
        _("How numbers look: prefix, year, digits. Look at them before the first contract is submitted."),
        _has_numbers,
        "number-rule-list",
        _("Look at the numbers"),
        "hash",
        order=60,
        permission=MANAGE_NUMBERS,
    )
)
register(
    Step(
        "core.calendar",
        _("Working calendar"),
        _("Holidays and make-up days of this year: deadlines count by them."),
        _has_calendar,
        "calendar",
        _("Look at the calendar"),
        "calendar-days",
        order=70,
        optional=True,
        permission=MANAGE_CALENDAR,
    )
)
register(
    Step(
        "core.mail",
        _("Mail"),
        _(
            "Reminders, invitations and reports go out by mail once EMAIL_URL and SITE_URL are set on the server."
        ),
        mail.is_on,
        "",
        "",
        "mail",
        order=80,
        optional=True,
    )
)
