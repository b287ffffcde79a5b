"""A contract on paper: what it holds, and its PDF. ``articles`` counts what it says.

Contents follow the Civil Code: article 470 (parties, subject, quantity, quality, price, time and manner of
performance, breach, disputes) and articles 496 to 498 (standard terms that limit the provider's duties must
catch the eye: they are set in bold). Layout is the customary one of Chinese service contracts: title, number,
parties, articles with the tables inside them, 以下无正文, and both signature blocks, which never stand alone
on a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from core.money_words import amount_in_words
from core.pdf.articles import ANNEX, articles
from core.pdf.english import AGREEMENT_PREVAILS, PREVAILS, TITLE_OF_TERMS, english_date
from core.pdf.errors import TableError, TooLongError
from core.pdf.filters import chinese_date, money
from core.pdf.letterhead import Letterhead
from core.pdf.placeholders import PLACEHOLDER, fill
from core.pdf.rendering import ARCHIVAL, lay_out
from core.qr import qr_png

Table = Literal["", "lines", "payment_plan", "notices", "annexes"]
GENERAL_TERMS = "通用条款"
# Characters of a text with its values filled in: about fifty pages, twenty seconds of a processor at the worst.
LONGEST_TEXT = 60_000


@dataclass(frozen=True)
class PartyBlock:
    """One side of the contract, as it was when the contract was submitted."""

    name: str
    uscc: str = ""
    legal_representative: str = ""
    agent: str = ""
    address: str = ""
    phone: str = ""
    bank: str = ""
    account: str = ""
    tax_number: str = ""
    # Where letters and court papers reach them (通知与送达); empty falls back to address and phone.
    service_address: str = ""
    service_contact: str = ""
    service_phone: str = ""
    service_email: str = ""
    # A person signs and has an identity number; only a company has a legal representative and a seal.
    is_person: bool = False


@dataclass(frozen=True)
class LinePrint:
    """One product of the contract; ``discount`` is the text of its column (8.5折, 赠送)."""

    name: str
    category: str
    unit: str
    list_price: Decimal
    price: Decimal
    quantity: Decimal
    amount: Decimal
    discount: str = ""
    description: str = ""


@dataclass(frozen=True)
class InstalmentPrint:
    """One instalment: due on a day, or when something has happened (``trigger``: 合同签订后 5 个工作日内)."""

    seq: int
    amount: Decimal
    due_on: date | None = None
    trigger: str = ""
    note: str = ""


@dataclass(frozen=True)
class ParagraphPrint:
    """A numbered paragraph of an article. ``bold`` flags what limits the provider's duties or the other side's
    rights (Civil Code, article 496). ``table`` names the table that stands below it."""

    text: str
    bold: bool = False
    table: Table = ""
    # 2: it stands under the paragraph before it, counted （1）, （2）.
    level: int = 1
    # (start, end, kind) over the text as it is written: strong, underline.
    marks: tuple[tuple[int, int, str], ...] = ()
    # The same in English; printed beside it in a contract in both languages.
    text_en: str = ""


@dataclass(frozen=True)
class ClausePrint:
    """An article of the contract. Other articles refer to it as ``{article:<key>}``, or, if it is one of several
    alternatives, by their group."""

    title: str
    paragraphs: tuple[ParagraphPrint, ...]
    key: str = ""
    group: str = ""
    part: Literal["body", "annex"] = "body"
    title_en: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ClausePrint":
        """From the plain data in which templates are stored: title, key, paragraphs of text, bold, table."""
        paragraphs = tuple(
            ParagraphPrint(
                text=item["text"],
                bold=item.get("bold", False),
                table=item.get("table", ""),
                level=item.get("level", 1),
                marks=tuple((start, end, kind) for start, end, kind in item.get("marks", ())),
                text_en=item.get("text_en", ""),
            )
            for item in data["paragraphs"]
        )
        return cls(
            title=data["title"],
            paragraphs=paragraphs,
            key=data.get("key", ""),
            group=data.get("group", ""),
            part=data.get("part", "body"),
            title_en=data.get("title_en", ""),
        )


@dataclass(frozen=True)
class Proof:
    """What tells a genuine paper: the text of the QR code in its footer, and the fingerprint beside it."""

    text: str
    fingerprint: str

    @property
    def is_address(self) -> bool:
        """Whether scanning leads to a page; without one the code says in words what stands beside it."""
        return self.text.startswith(("https://", "http://"))

    @property
    def groups(self) -> str:
        """As people read it: 0123 4567 89ab cdef."""
        return " ".join(self.fingerprint[at : at + 4] for at in range(0, len(self.fingerprint), 4))


@dataclass(frozen=True)
class EnglishPrint:
    """The English beside the Chinese, which prevails: title, preamble, and values that read differently in English."""

    title: str
    preamble: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ContractPrint:
    """Everything a printed contract shows. Amounts must tie: a contract that contradicts itself is not made."""

    number: str
    title: str
    party_a: PartyBlock
    party_b: PartyBlock
    preamble: str
    clauses: tuple[ClausePrint, ...]
    lines: tuple[LinePrint, ...]
    instalments: tuple[InstalmentPrint, ...]
    amount: Decimal
    whole_discount: Decimal = Decimal(0)
    sign_place: str = ""
    # Above the title: our company's name and line beside its logo; nothing without line and logo.
    letterhead: Letterhead | None = None
    signed_on: date | None = None
    annexes: tuple[str, ...] = ()
    # An order form says on one page what was ordered; its general terms follow as an annex. A supplement may sell
    # nothing.
    layout: Literal["full", "order", "supplement"] = "full"
    # What the clauses ask for beyond the contract's own values (see ``own_values``).
    values: Mapping[str, str] = field(default_factory=dict)
    draft: bool = False
    cross_page_seal: bool = True
    # A draft proves nothing.
    proof: Proof | None = None
    # In both languages; None: in Chinese alone.
    english: EnglishPrint | None = None

    def __post_init__(self) -> None:
        subtotal = sum((line.amount for line in self.lines), Decimal(0))
        if subtotal - self.whole_discount != self.amount:
            raise ValueError(
                f"{self.number}: lines of {subtotal} less {self.whole_discount} are not the amount {self.amount}."
            )
        planned = sum((instalment.amount for instalment in self.instalments), Decimal(0))
        if planned != self.amount:
            raise ValueError(f"{self.number}: instalments of {planned} are not the amount {self.amount}.")
        for table, rows in (("lines", self.lines), ("payment_plan", self.instalments)):
            count = sum(part.table == table for clause in self.clauses for part in clause.paragraphs)
            if count != 1 and (count or rows or self.layout != "supplement"):
                raise TableError(table)

    @property
    def subtotal(self) -> Decimal:
        return self.amount + self.whole_discount

    @property
    def all_values(self) -> dict[str, str]:
        """What the Chinese text may ask for, besides the numbers of its articles."""
        return {**self.own_values, **self.values}

    @property
    def english_values(self) -> dict[str, str]:
        """What the English text may ask for: names, addresses and figures are the same in both."""
        signed = {"signed_on": english_date(self.signed_on)} if self.signed_on else {}
        return {**self.all_values, **signed, **self.english.values} if self.english else {}

    @property
    def own_values(self) -> dict[str, str]:
        """Placeholders that every clause may use without being given anything."""
        return {
            "number": self.number,
            "amount": money(self.amount),
            "amount_in_words": amount_in_words(self.amount),
            "party_a": self.party_a.name,
            "party_b": self.party_b.name,
            "payee_name": self.party_b.name,
            "payee_bank": self.party_b.bank,
            "payee_account": self.party_b.account,
            "sign_place": self.sign_place,
            "signed_on": chinese_date(self.signed_on) if self.signed_on else "",
        }


def require_length(contract: ContractPrint) -> None:
    """Raises TooLongError for a text of which nobody could tell how long it takes to print. Values count as often as
    they are named: a short text that names a long value a thousand times is a long one."""
    values = contract.all_values
    texts = [contract.preamble, *(part.text for clause in contract.clauses for part in clause.paragraphs)]
    if contract.english:
        texts += [part.text_en for clause in contract.clauses for part in clause.paragraphs]
    length = 0
    for text in texts:
        names = PLACEHOLDER.findall(text)
        # References to articles are short, and known only later.
        length += len(text) + sum(len(values.get(name, "")) for name in names)
        if length > LONGEST_TEXT:
            raise TooLongError(LONGEST_TEXT)


def render_reading_copy(contract: ContractPrint) -> bytes:
    """The English of a contract in both languages alone: to be read, not to be signed, so it bears neither proof nor
    places for seals. Raises ValueError for a contract in Chinese, PrintError where it cannot be printed."""
    if contract.english is None:
        raise ValueError(f"{contract.number} is in Chinese alone.")
    return render_contract(replace(contract, proof=None, cross_page_seal=False), reading=True)


def render_contract(contract: ContractPrint, *, reading: bool = False) -> bytes:
    """The contract as a PDF; the same contract gives the same bytes. ``reading``: see ``render_reading_copy``. Raises
    PrintError where it cannot be printed."""
    require_length(contract)
    context: dict[str, Any] = {
        "contract": contract,
        "english": contract.english,
        "reading": reading,
        "preamble": fill(contract.preamble, contract.all_values),
        "articles": articles(contract, "body"),
        "annex": articles(contract, "annex"),
        "annex_title": f"{ANNEX}　{GENERAL_TERMS}",
        "parties": (contract.party_a, contract.party_b),
        "sides": (("甲方", contract.party_a), ("乙方", contract.party_b)),
    }
    if contract.english:
        context["preamble_en"] = fill(contract.english.preamble, contract.english_values)
        context["prevails"] = AGREEMENT_PREVAILS if contract.layout == "supplement" else PREVAILS
        context["annex_title_en"] = f"Annex 1　{TITLE_OF_TERMS}"
    files = {"logo": contract.letterhead.logo} if contract.letterhead and contract.letterhead.logo else {}
    if contract.proof:
        files["qr"] = qr_png(contract.proof.text)
    # What is filed for decades is PDF/A: everything it is drawn with lies in the file.
    archival = "" if contract.draft or reading else ARCHIVAL
    return lay_out(
        "print/contract.html", context, draft=contract.draft, files=files, variant=archival
    ).write()
