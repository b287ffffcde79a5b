"""A template's rows as texts, and the answers of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.models import ContractTemplate
from contracts.texts.assembly import ClauseText
from contracts.texts.checking import Fault, faults_of_template
from contracts.texts.paragraphs import read_paragraphs


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


def faults_of(template: ContractTemplate) -> list[Fault]:
    """What keeps a draft from being published."""
    return faults_of_template(
        template.texts,
        clause_texts(template),
        may_sell_nothing=template.layout == ContractTemplate.Layout.SUPPLEMENT,
    )
