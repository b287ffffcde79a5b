"""The four who ask: what they may is made from the list of all rights, so a new right takes part from its first day.

stranger   signed in, with no right at all
reader     sees everything of everybody, and may do nothing
other      every right, but only for the rows of another department
allowed    every right, for all rows; no system administrator, whom nothing would refuse
"""

from core.models import Department, Grant, Role, User
from core.rights import permissions

ASKING = ("stranger", "reader", "other", "allowed")


def create_asking() -> dict[str, User]:
    """The four, by their names in the table."""
    codes = sorted(permissions())
    seeing = [code for code in codes if code.partition(".")[2].startswith("view_")]
    rights = {
        "stranger": [],
        "reader": [(code, Grant.Scope.ALL) for code in seeing],
        "other": [(code, Grant.Scope.DEPARTMENT) for code in codes],
        "allowed": [(code, Grant.Scope.ALL) for code in codes],
    }
    place, elsewhere = Department.objects.get(code="sales1"), Department.objects.get(code="service")
    found = {}
    for name in ASKING:
        role = Role.objects.create(code=f"asks_{name}", name_zh=f"asks_{name}", name_en=f"asks_{name}")
        Grant.objects.bulk_create(
            Grant(role=role, permission=code, scope=scope) for code, scope in rights[name]
        )
        person = User.objects.create(
            username=f"asks_{name}",
            display_name=name,
            department=place if name == "allowed" else elsewhere,
            email=f"{name}@example.com",
        )
        person.roles.add(role)
        found[name] = person
    # Tasks lie in the queue of a role.
    found["allowed"].roles.add(Role.objects.get(code="rep"))
    return found
