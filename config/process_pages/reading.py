"""The shipped diagrams, compiled as on publishing, but with the roles a company starts with: no database."""

from __future__ import annotations

from collections.abc import Mapping

from config.company_roles import ROLES
from config.reference import STARTERS
from workflows import registry
from workflows.engine import Definition, compile_definition
from workflows.process_pages.reading import Read
from workflows.process_pages.reading import read as read_compiled
from workflows.services.shipped import shipped_processes


def roles_of_the_start() -> dict[str, str]:
    """Every way to write a role of a company that begins, and its code."""
    return {name: code for code, names in ROLES.items() for name in names} | {code: code for code in ROLES}


def read_shipped() -> dict[str, Read]:
    """By key; what is called stands before what calls it."""
    found: dict[str, Read] = {}
    for shipped in shipped_processes():
        compiled = {key: one.definition for key, one in found.items()}
        found[shipped.key] = read(shipped.bpmn.encode(), shipped.key, shipped.tables, compiled)
    return found


def read(
    bpmn: bytes,
    key: str,
    tables: Mapping[str, str] | None = None,
    called: Mapping[str, Definition] | None = None,
) -> Read:
    definition = compile_definition(
        bpmn,
        registry.vocabulary(roles=roles_of_the_start(), processes=called or {}),
        process_id=key,
        decisions=tables or {},
    )
    return read_compiled(bpmn, definition, roles=ROLES, starters=STARTERS.get(key, ()), is_shipped=True)
