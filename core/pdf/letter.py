"""A letter of demand 催款函: facts, figures with the interest part by part, demand, consequence, sign-off.

A 催款单 lists; this letter demands. It names what was sent before, by when to pay, what follows otherwise, and
that it interrupts the limitation period (Civil Code, article 195), with a receipt that proves its arrival. The
last one says that it is the last. Nothing in it is claimed that the caller has not passed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.pdf.dunning import ContractReference, PayeeAccount, PostalAddress
from core.pdf.letterhead import Letterhead
from core.pdf.rendering import LaidOut, lay_out

TEMPLATE = "letters/dunning_letter.html"


@dataclass(frozen=True)
class InterestPart:
    """Interest on one balance, from a day to a day, both included."""

    first: date
    last: date
    days: int
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class LetterLine:
    """One overdue instalment with its principal and its interest."""

    instalment: str
    contract_number: str
    due_on: date
    due: Decimal
    principal: Decimal
    days_overdue: int
    interest: Decimal = Decimal(0)
    parts: tuple[InterestPart, ...] = ()

    @property
    def paid(self) -> Decimal:
        return self.due - self.principal

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


@dataclass(frozen=True)
class EarlierNotice:
    """What was sent before: its number, its day, and what it was called."""

    number: str
    on: date
    name: str = "催款单"


@dataclass(frozen=True)
class DunningLetter:
    """Everything a printed 催款函 shows. ``as_of`` is the day its figures are true for."""

    number: str
    sender: Letterhead
    customer_name: str
    address: PostalAddress
    issued_on: date
    as_of: date
    pay_by: date
    contracts: tuple[ContractReference, ...]
    lines: tuple[LetterLine, ...]
    account: PayeeAccount
    contact_name: str
    contact_phone: str
    department: str = "财务部"
    subject: str = "催告支付逾期合同款"
    # The clauses and rates interest rests on; without them no interest is asked for.
    interest_basis: str = ""
    earlier: tuple[EarlierNotice, ...] = ()
    is_final: bool = False
    # When the customer was told so before: 承诺付款未兑现.
    broken_promise_on: date | None = None
    delivery: str = "邮政特快专递（EMS）"
    seal_name: str = "公章"
    enclosures: tuple[str, ...] = ()
    copy_mark: str = ""
    draft: bool = False

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError(f"{self.number}: a letter without an overdue instalment asks for nothing.")
        for line in self.lines:
            if line.principal <= 0:
                raise ValueError(f"{self.number}: {line.instalment} of {line.contract_number} is paid.")
            if line.due_on >= self.as_of:
                raise ValueError(
                    f"{self.number}: {line.instalment} of {line.contract_number} is not overdue."
                )
            if line.interest and not self.interest_basis:
                raise ValueError(f"{self.number}: interest needs the clause it rests on.")

    @property
    def title(self) -> str:
        return "最后催款函" if self.is_final else "催款函"

    @property
    def shows_interest(self) -> bool:
        return any(line.interest for line in self.lines)

    @property
    def parts(self) -> list[tuple[LetterLine, InterestPart]]:
        """Each part of the interest with the instalment it runs on."""
        return [(line, part) for line in self.lines for part in line.parts]

    @property
    def total_due(self) -> Decimal:
        return sum((line.due for line in self.lines), Decimal(0))

    @property
    def total_paid(self) -> Decimal:
        return sum((line.paid for line in self.lines), Decimal(0))

    @property
    def principal(self) -> Decimal:
        return sum((line.principal for line in self.lines), Decimal(0))

    @property
    def interest(self) -> Decimal:
        return sum((line.interest for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


def lay_out_dunning_letter(letter: DunningLetter) -> LaidOut:
    """The pages of one letter; the same letter gives the same bytes."""
    files = {"logo": letter.sender.logo} if letter.sender.logo else {}
    return lay_out(TEMPLATE, {"letter": letter}, draft=letter.draft, files=files)


def render_dunning_letter(letter: DunningLetter) -> bytes:
    return lay_out_dunning_letter(letter).write()
