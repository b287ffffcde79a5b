"""A template on paper before anybody drafts from it: on a made-up contract, with our own company as it is."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from contracts.models import BankAccount, Contract, ContractTemplate
from contracts.services.paper import printed
from contracts.services.snapshot import our_side, worded
from contracts.services.template_texts import clause_texts
from contracts.texts.assembly import Choices, clauses_of
from contracts.texts.sample import NOBODY_YET, sample_content
from core.errors import ApplicationError
from core.pdf.documents import render_contract
from core.pdf.pages import page_count

KEPT_FOR = 600


def preview_pdf(template: ContractTemplate, *, english: bool = False) -> bytes:
    """The template as a contract would look, with ``english`` in both languages; a moment's copy of it is kept.
    Raises PrintError as printing does."""
    key = f"contracts.template:{template.pk}:{template.revision}:{template.state}:{english}"
    found: bytes | None = cache.get(key)
    if found is None:
        found = render_contract(printed(sample_of(template, english=english), draft=True))
        cache.set(key, found, KEPT_FOR)
    return found


def preview_pages(template: ContractTemplate, *, english: bool = False) -> tuple[int, str]:
    """How many pages the preview has, and why it has none where it cannot be printed as it is."""
    try:
        return page_count(preview_pdf(template, english=english)), ""
    except ApplicationError as refusal:
        return 0, str(refusal.message)


def sample_of(template: ContractTemplate, *, english: bool = False) -> dict[str, Any]:
    """The content of a made-up contract from this template, as it would be frozen."""
    about = {
        "code": template.code,
        "version": template.version,
        "name": template.name,
        "layout": template.layout,
        "texts": template.texts,
    }
    content = sample_content(about, _our_side())
    if english:
        content["paper_language"] = Contract.PaperLanguage.BOTH
    missing = {
        name: f"〔{about.get('label') or name}〕"
        for name, about in template.texts.get("variables", {}).items()
        if about.get("open") and not template.texts.get("values", {}).get(name)
    }
    return {**content, **worded(content, clauses_of(clause_texts(template), Choices()), missing)}


def _our_side() -> dict[str, Any]:
    """Our default company, or a made-up one as long as nobody has entered any."""
    account = (
        BankAccount.objects.select_related("company")
        .filter(company__is_default=True, is_default=True)
        .first()
    )
    return our_side(account.company, account, agent="") if account is not None else NOBODY_YET
