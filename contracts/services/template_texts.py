"""A template's rows as texts, and the answers of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from contracts.models import ContractTemplate
from contracts.texts.assembly import ClauseText
from contracts.texts.checking import Fault, faults_of_template
from contracts.texts.paragraphs import read_paragraphs
from core.errors import ApplicationError, Text

# The longest answer of a contract.
LONGEST_VALUE: Final = 200


def clause_texts(template: ContractTemplate) -> list[ClauseText]:
    """The clauses of a template in their order."""
    return [
        ClauseText(
            code=one.code,
            title=one.title,
            paragraphs=read_paragraphs(one.paragraphs, where=one.title),
            kind=one.kind,
            group=one.group,
            is_default=one.is_default,
            part=one.part,
            title_en=one.title_en,
        )
        for one in template.clauses.all()
    ]


def open_values(template: ContractTemplate) -> dict[str, dict[str, Any]]:
    """What each contract may answer for itself: name -> label, value (the usual answer), choices."""
    values = template.texts.get("values", {})
    return {
        name: {
            "label": about.get("label") or name,
            "value": values.get(name, ""),
            "choices": about.get("choices", []),
        }
        for name, about in template.texts.get("variables", {}).items()
        if about.get("open")
    }


def answers(texts: Mapping[str, Any], own: Mapping[str, str]) -> dict[str, str]:
    """The values of a contract: the usual answers, and its own where the template leaves them open."""
    about = texts.get("variables", {})
    mine = {name: text for name, text in own.items() if about.get(name, {}).get("open") and text}
    return {**texts.get("values", {}), **mine}


def clean_variables(template: ContractTemplate, data: Mapping[str, Any]) -> dict[str, str]:
    """A contract's own answers. Raises ApplicationError that names each value that is not open, or not a choice."""
    offered = open_values(template)
    errors: dict[str, list[Text]] = {}
    found = {}
    for name, text in data.items():
        about = offered.get(name)
        if about is None:
            errors[f"variables.{str(name)[:40]}"] = [
                _("This template does not leave this value to the contract.")
            ]
        elif not isinstance(text, str) or len(text) > LONGEST_VALUE or not text.isprintable():
            errors[f"variables.{name}"] = [
                _("At most %(most)s characters in one line.") % {"most": LONGEST_VALUE}
            ]
        elif about["choices"] and text and text not in about["choices"]:
            errors[f"variables.{name}"] = [_("Choose one of the answers that are offered.")]
        elif text.strip() and text.strip() != about["value"]:
            found[name] = text.strip()
    if errors:
        raise ApplicationError(_("Please correct the marked fields."), code="invalid", errors=errors)
    return found


def faults_of(template: ContractTemplate) -> list[Fault]:
    """What keeps a draft from being published."""
    return faults_of_template(
        template.texts,
        clause_texts(template),
        may_sell_nothing=template.layout == ContractTemplate.Layout.SUPPLEMENT,
    )
