"""What a supplement changes, in the words of its paper, whatever the language of the screens: in Chinese, and in English
beside it where the supplement is printed in both."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.models import AmendmentChange, Contract
from contracts.services.amendment_english import change_in_english
from contracts.services.amendments import main_contract
from contracts.services.in_force import ClauseInForce, clauses_in_force
from core.pdf.articles import ANNEX
from core.pdf.filters import chinese_date, money

Kind = AmendmentChange.Kind


def changes_in_words(contract: Contract) -> list[dict[str, Any]]:
    """Each change of a draft: what it is about, old and new, the sentence, and the paragraphs of a new text. This is
    what is frozen when the draft is submitted."""
    rows = list(contract.amendments.select_related("plan_line"))
    if not rows:
        return []
    main = main_contract(contract)
    clauses = {one.code: one for one in clauses_in_force(main)}
    return [
        {
            **_change(one, main, clauses),
            **(change_in_english(one, main, clauses) if contract.is_bilingual else {}),
        }
        for one in rows
    ]


def _change(one: AmendmentChange, main: Contract, clauses: dict[str, ClauseInForce]) -> dict[str, Any]:
    if one.kind == Kind.TERM:
        old = main.in_force_until
        return {
            "kind": one.kind,
            "words": f"原合同约定的服务期限届满日由{_day(old)}变更为{_day(one.new_day)}。",
            **_days(old, one),
        }
    if one.kind == Kind.INSTALMENT and one.plan_line is not None:
        line = one.plan_line
        old = line.due_on
        words = f"原合同第{line.seq}期款项（{money(line.amount)}）的应付日由{_day(old)}变更为{_day(one.new_day)}。"
        return {"kind": one.kind, "instalment": line.seq, "words": words, **_days(old, one)}
    return _wording(one, clauses)


def _wording(one: AmendmentChange, clauses: dict[str, ClauseInForce]) -> dict[str, Any]:
    found = {"kind": one.kind, "code": one.code, "title": one.title, "texts": one.text.splitlines()}
    if one.kind == Kind.ADDED:
        place = clauses.get(one.after)
        where = f"在原合同{_name(place)}之后" if place else "原合同"
        return {**found, "after": one.after, "words": f"{where}增加“{one.title}”条款："}
    clause = clauses.get(one.code)
    old_title, old_text = (clause.title, clause.text) if clause else ("", "")
    renamed = f"（条款名称改为“{one.title}”）" if one.title != old_title else ""
    called = _name(clause) if clause else f"“{old_title}”"
    return {
        **found,
        "old_title": old_title,
        "old_texts": old_text.splitlines(),
        "words": f"原合同{called}修改为{renamed}：",
    }


def _name(clause: ClauseInForce) -> str:
    """第三条“价款与支付”, of the annex 附件一第三条; a clause that a supplement added has no number of the main contract."""
    number = f"{ANNEX}{clause.number}" if clause.part == "annex" else clause.number
    if not number and clause.source is not None:
        return f"（由补充协议{clause.source.no}增加的）“{clause.title}”条款"
    return f"{number}“{clause.title}”"


def _day(day: date | None) -> str:
    return chinese_date(day) if day else "（未约定）"


def _days(old: Any, one: AmendmentChange) -> dict[str, str]:
    return {
        "old_day": old.isoformat() if old else "",
        "new_day": one.new_day.isoformat() if one.new_day else "",
    }
