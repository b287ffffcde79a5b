"""The redline as a sheet to read and to hand on: what differs between two submissions, or from the template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts.models import Contract, ContractVersion, Risk
from contracts.services.redline import clauses_between, clauses_deviating, pair_of, rows_between
from contracts.services.sheets import moment_words, sheet_of
from contracts.services.wording import Deviation, deviations_of
from contracts.texts.differences import ClauseDifference, ParagraphDifference
from core.actors import Actor
from core.errors import Conflict
from core.pdf.rendering import render_whatever_is_said
from core.redline import IN, KEPT, OUT

# Words that stand beside a paragraph, not in it.
NOTE = "note"
Pieces = list[tuple[str, str]]


def redline_pdf(*, contract_id: int, asked: Mapping[str, str], actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes) for a contract the actor may see; ``asked`` may name two submissions, ``older`` and
    ``newer``. Raises Conflict where there are no two."""
    contract = _contract(contract_id, actor)
    pair = pair_of(list(contract.versions.select_related("submitted_by")), asked)
    if pair is None:
        raise Conflict(
            _("The contract was not submitted twice: there is nothing to compare."), code="wrong_state"
        )
    title, found, rows = _("Redline"), clauses_between(*pair), rows_between(*pair)
    sheet = {
        **_frame(contract, title, actor),
        "facts": [
            *_facts(contract),
            (_("Older version"), _version(pair[0])),
            (_("Newer version"), _version(pair[1])),
        ],
        "columns": [pgettext("redline", "What"), _("Older version"), _("Newer version")],
        "rows": [(one.what, one.before or "—", one.after or "—") for one in rows],
        "legend": _legend(_(": only in the older text."), _(": only in the newer one.")) if found else [],
        "clauses": [_clause(one) for one in found],
        "nothing": "" if found or rows else _("The texts are the same."),
    }
    name = f"{title}-{contract.no}-v{pair[0].seq}-v{pair[1].seq}.pdf"
    return name, render_whatever_is_said("print/clauses.html", sheet)


def deviations_pdf(*, contract_id: int, actor: Actor) -> tuple[str, bytes]:
    """(file name, bytes): where the contract yields from its template, as it was last submitted or as the draft is."""
    contract = _contract(contract_id, actor)
    title, version = _("Deviations from the template"), None
    if not contract.is_draft:
        version = contract.versions.select_related("submitted_by").first()
    found = deviations_in(contract, version)
    sheet = {
        **_frame(contract, title, actor),
        "facts": [
            *_facts(contract),
            (_("Template"), str(contract.template)),
            (_("Version"), _version(version) if version else str(contract.get_state_display())),
        ],
        "legend": _legend(_(": only in the template."), _(": only in this contract.")) if found else [],
        "clauses": [_deviation(one) for one in found],
        "nothing": "" if found else _("None: the text is the template's."),
    }
    return f"{title}-{contract.no or contract.title}.pdf", render_whatever_is_said(
        "print/clauses.html", sheet
    )


def deviations_in(contract: Contract, version: ContractVersion | None) -> list[Deviation]:
    """As they were frozen with a version, or as legal put them on record; without one as the draft stands."""
    if version is None:
        return deviations_of(contract)
    if version.is_on_counterparty_paper:
        names = Deviation.__dataclass_fields__
        rows = version.deviations.order_by("pk")
        return [Deviation(**{name: getattr(one, name) for name in names}) for one in rows]
    return [Deviation(**one) for one in version.content.get("deviations", [])]


def _contract(contract_id: int, actor: Actor) -> Contract:
    rows = Contract.objects.visible_to(actor).select_related("customer", "own_company", "template")
    return rows.get(pk=contract_id)


def _frame(contract: Contract, title: str, actor: Actor) -> dict[str, Any]:
    return {**sheet_of(contract, title, actor), "number": contract.no or ""}


def _facts(contract: Contract) -> list[tuple[str, str]]:
    return [
        (_("Contract no."), contract.no or "—"),
        (_("Title"), contract.title),
        (_("Customer"), contract.customer.name),
    ]


def _version(version: ContractVersion) -> str:
    """Its number, by whom and when it was submitted, and its fingerprint."""
    name = version.submitted_by.name if version.submitted_by else _("System")
    number = _("version %(number)s") % {"number": version.seq}
    return f"{number} · {name} · {moment_words(version.submitted_at)} · SHA-256 {version.sha256}"


def _legend(old: str, new: str) -> Pieces:
    return [(OUT, _("Struck out")), (KEPT, f"{old} "), (IN, _("Underlined")), (KEPT, new)]


def _clause(one: ClauseDifference) -> dict[str, Any]:
    tags = {
        "in": pgettext("clause", "new"),
        "out": pgettext("clause", "removed"),
        "moved": pgettext("clause", "moved"),
        "changed": pgettext("clause", "changed"),
    }
    return {
        "heading": [(piece.kind, piece.text) for piece in one.title_pieces],
        "source": tags.get(one.kind, ""),
        "lines": [] if one.kind == "moved" else [_line(part) for part in one.paragraphs],
    }


def _deviation(one: Deviation) -> dict[str, Any]:
    tags = {"left_out": pgettext("clause", "left out"), "added": pgettext("clause", "added")}
    risk = _("Risk: %(risk)s") % {"risk": dict(Risk.choices).get(one.risk, "—")}
    (clause,) = (_clause(found) for found in clauses_deviating(one)) if one.old or one.new else ({},)
    return {
        **clause,
        "heading": [(KEPT, one.title)],
        "source": tags.get(one.kind, ""),
        "note": " · ".join(part for part in (risk, one.reason) if part),
    }


def _line(part: ParagraphDifference) -> Pieces:
    pieces = [(piece.kind, piece.text) for piece in part.pieces]
    return [*pieces, *((NOTE, f"[{_beside(*note)}]") for note in part.notes)]


def _beside(name: str, before: Any, after: Any) -> str:
    """What changed beside the words of a paragraph."""
    if name == "bold":
        return _("now in bold") if after else _("no longer in bold")
    if name == "when":
        return f"{_('only if')}: {before or '—'} → {after or '—'}"
    words = {"table": _("its table changed"), "each": _("its repeat changed")}
    return words.get(name) or _("its indent changed")
