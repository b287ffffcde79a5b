"""A collection notice 催款单: one page with a table, and a receipt to tear off.

What it must say follows the customary forms of a dunning letter: number, both parties, the facts of the debt,
the demand with its day, the account, and the sign-off with room for the seal. The receipt is there because a
demand interrupts the limitation period only when its arrival can be proven (Civil Code, articles 188, 195).
Late interest is shown only when the caller passes it with the clause it rests on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.pdf.letterhead import Letterhead
from core.pdf.merging import Merged, merge_letters
from core.pdf.rendering import LaidOut, lay_out

TEMPLATE = "letters/dunning_notice.html"
# Rows that fit on one page at normal and at narrow height; more continue on the next page.
ROOMY_ROWS = 7


@dataclass(frozen=True)
class PostalAddress:
    """Where the letter goes; printed where a window envelope shows it."""

    address: str
    addressee: str = ""
    postcode: str = ""
    phone: str = ""


@dataclass(frozen=True)
class PayeeAccount:
    """The one account the debt is to be paid into."""

    holder: str
    bank: str
    number: str


@dataclass(frozen=True)
class ContractReference:
    """A contract the debt comes from."""

    number: str
    name: str
    signed_on: date | None = None


@dataclass(frozen=True)
class DunningLine:
    """One overdue instalment. ``instalment`` is its text in the table: 第2期, 2/4."""

    instalment: str
    contract_number: str
    due_on: date
    due: Decimal
    paid: Decimal = Decimal(0)
    interest: Decimal | None = None

    @property
    def unpaid(self) -> Decimal:
        return self.due - self.paid


@dataclass(frozen=True)
class DunningNotice:
    """Everything a printed 催款单 shows. ``as_of`` is the day its figures are true for."""

    number: str
    sender: Letterhead
    customer_name: str
    address: PostalAddress
    issued_on: date
    as_of: date
    pay_by: date
    contracts: tuple[ContractReference, ...]
    lines: tuple[DunningLine, ...]
    account: PayeeAccount
    contact_name: str
    contact_phone: str
    department: str = "财务部"
    subject: str = "催收到期合同款"
    # The clause and rate interest rests on; without it there is no interest column.
    interest_basis: str = ""
    enclosures: tuple[str, ...] = ()
    delivery: str = "邮政特快专递（EMS）"
    tracking_number: str = ""
    seal_name: str = "公章"
    # 存根, 副本: printed in the upper corner of a copy.
    copy_mark: str = ""
    draft: bool = False

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError(f"{self.number}: a notice without an overdue instalment asks for nothing.")
        for line in self.lines:
            if line.unpaid <= 0:
                raise ValueError(f"{self.number}: {line.instalment} of {line.contract_number} is paid.")
            if line.due_on >= self.as_of:
                raise ValueError(
                    f"{self.number}: {line.instalment} of {line.contract_number} is not overdue."
                )
            if line.interest is not None and not self.interest_basis:
                raise ValueError(f"{self.number}: interest needs the clause it rests on.")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines with their days overdue: the day after the due day counts as one."""
        return [{"line": line, "days_overdue": (self.as_of - line.due_on).days} for line in self.lines]

    @property
    def shows_interest(self) -> bool:
        return any(line.interest is not None for line in self.lines)

    @property
    def total_due(self) -> Decimal:
        return sum((line.due for line in self.lines), Decimal(0))

    @property
    def total_paid(self) -> Decimal:
        return sum((line.paid for line in self.lines), Decimal(0))

    @property
    def total_unpaid(self) -> Decimal:
        return sum((line.unpaid for line in self.lines), Decimal(0))

    @property
    def total_interest(self) -> Decimal:
        return sum((line.interest or Decimal(0) for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.total_unpaid + self.total_interest

    @property
    def is_dense(self) -> bool:
        return len(self.lines) > ROOMY_ROWS


def render_dunning_notice(notice: DunningNotice) -> bytes:
    """One notice as a PDF; the same notice gives the same bytes."""
    return lay_out_dunning_notice(notice).write()


def render_dunning_run(notices: Iterable[DunningNotice], *, title: str = "催款单") -> Merged:
    """All notices in one file for duplex printing, and each notice's own file in the same order."""
    return merge_letters((lay_out_dunning_notice(notice) for notice in notices), title=title)


def lay_out_dunning_notice(notice: DunningNotice) -> LaidOut:
    """The pages of one notice, for a run that files each letter as it goes (``merging.LetterRun``)."""
    files = {"logo": notice.sender.logo} if notice.sender.logo else {}
    return lay_out(TEMPLATE, {"notice": notice}, draft=notice.draft, files=files)
