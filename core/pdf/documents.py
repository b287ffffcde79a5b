"""What can be printed, under one roof: ``from core.pdf.documents import ContractPrint, render_contract``."""

from core.pdf.articles import articles_of
from core.pdf.contract import (
    ClausePrint,
    ContractPrint,
    EnglishPrint,
    InstalmentPrint,
    LinePrint,
    ParagraphPrint,
    PartyBlock,
    Proof,
    render_contract,
    render_reading_copy,
)
from core.pdf.dunning import (
    ContractReference,
    DunningLine,
    DunningNotice,
    PayeeAccount,
    PostalAddress,
    lay_out_dunning_notice,
    render_dunning_notice,
    render_dunning_run,
)
from core.pdf.letter import (
    DunningLetter,
    EarlierNotice,
    InterestPart,
    LetterLine,
    lay_out_dunning_letter,
    render_dunning_letter,
)
from core.pdf.letterhead import Letterhead
from core.pdf.merging import LetterRun, Merged
from core.pdf.rendering import LaidOut

__all__ = [
    "ClausePrint",
    "ContractPrint",
    "ContractReference",
    "DunningLetter",
    "DunningLine",
    "DunningNotice",
    "EarlierNotice",
    "EnglishPrint",
    "InstalmentPrint",
    "InterestPart",
    "LaidOut",
    "LetterLine",
    "LetterRun",
    "Letterhead",
    "LinePrint",
    "Merged",
    "ParagraphPrint",
    "PartyBlock",
    "PayeeAccount",
    "PostalAddress",
    "Proof",
    "articles_of",
    "lay_out_dunning_letter",
    "lay_out_dunning_notice",
    "render_contract",
    "render_dunning_letter",
    "render_dunning_notice",
    "render_dunning_run",
    "render_reading_copy",
]
