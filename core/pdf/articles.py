"""How the articles of a contract are counted and call each other, in both languages, with every value filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cn2an import an2cn

from core.pdf.placeholders import fill, fill_runs

if TYPE_CHECKING:
    from core.pdf.contract import ClausePrint, ContractPrint

# What the body calls the general terms.
ANNEX: Final = "附件一"


def articles_of(contract: ContractPrint) -> list[dict[str, Any]]:
    """Its articles with their numbers and every placeholder filled in, those of the annex last: what it says in
    words. Raises MissingValueError as printing does."""
    return [*articles(contract, "body"), *articles(contract, "annex")]


def articles(contract: ContractPrint, part: str) -> list[dict[str, Any]]:
    """The clauses of a part counted 第一条, 第二条 and their paragraphs 1.1, 1.2, with every placeholder filled."""
    numbers = _numbers(contract)
    values = {**contract.all_values, **_references(numbers, part)}
    english = {**contract.english_values, **_english_references(contract, part)}
    return [
        {
            "key": clause.key,
            "part": part,
            "index": index,
            "number": numbers[clause],
            "title": clause.title,
            **({"number_en": f"Article {index}", "title_en": clause.title_en} if contract.english else {}),
            "paragraphs": _paragraphs(contract, clause, index, values, english),
        }
        for index, clause in enumerate((one for one in contract.clauses if one.part == part), 1)
    ]


def _numbers(contract: ContractPrint) -> dict[ClausePrint, str]:
    """Each part counts for itself."""
    found = {}
    for part in ("body", "annex"):
        those = (clause for clause in contract.clauses if clause.part == part)
        found.update({clause: f"第{an2cn(str(index), 'low')}条" for index, clause in enumerate(those, 1)})
    return found


def _references(numbers: Mapping[ClausePrint, str], part: str) -> dict[str, str]:
    """How the clauses of a part call the others: those of the other part with its name before the number."""
    other = {"body": "本合同", "annex": ANNEX}
    return {
        f"article:{name}": number if clause.part == part else f"{other[clause.part]}{number}"
        for clause, number in numbers.items()
        for name in (clause.key, clause.group)
        if name
    }


def _english_references(contract: ContractPrint, part: str) -> dict[str, str]:
    """How the English calls the other clauses: Article 9, Article 3 of Annex 1."""
    found = {}
    for other, name in (("body", "this Contract"), ("annex", "Annex 1")):
        those = [clause for clause in contract.clauses if clause.part == other]
        for index, clause in enumerate(those, 1):
            number = f"Article {index}" if other == part else f"Article {index} of {name}"
            found.update({f"article:{one}": number for one in (clause.key, clause.group) if one})
    return found


def _paragraphs(
    contract: ContractPrint,
    clause: ClausePrint,
    article: int,
    values: Mapping[str, str],
    english: Mapping[str, str],
) -> list[dict[str, Any]]:
    """A paragraph that introduces the annexes falls away where there are none."""
    kept = [item for item in clause.paragraphs if item.table != "annexes" or contract.annexes]
    found, above, below = [], 0, 0
    for item in kept:
        above, below = (above + 1, 0) if item.level == 1 else (above, below + 1)
        found.append(
            {
                "number": f"{article}.{above}" if item.level == 1 else f"（{below}）",
                "runs": fill_runs(item.text, item.marks, values),
                "bold": item.bold,
                "table": item.table,
                "level": item.level,
                **({"text_en": fill(item.text_en, english)} if contract.english else {}),
            }
        )
    return found
