"""A dirty sheet as companies have them, and what must come of each of its rows."""

from __future__ import annotations

import random
from typing import Any

from openpyxl import Workbook

from config.demo.codes import uscc
from tests.imports.sheets import saved

HEADINGS = [
    "公司名称",
    "税号",
    "级别",
    "行业",
    "联系人",
    "手机号码",
    "邮箱",
    "通讯地址",
    "邮编",
    "建档日期",
    "内部备注",
]
# What is wrong with a row -> the field that is named, or None for a row that is left out in silence.
FAULTS = {
    "phone": "contact.mobile",
    "code": "uscc",
    "level": "level",
    "nameless": "name",
    "formula": "name",
    "long": "remark",
    "nobody": "contact.name",
    "again": "name",
    "blank": None,
}


def dirty_book(count: int, *, known: list[str]) -> tuple[bytes, dict[int, str], dict[int, str]]:
    """(the file, number of each bad row -> what is wrong, number of each good row -> the customer's name).

    ``known``: companies that exist; every fortieth row doubles one of them.
    """
    draw = random.Random(20261126)
    made = Workbook(write_only=True)
    sheet = made.create_sheet("客户")
    sheet.append(["2026 年展会名单（内部）"])
    sheet.append(HEADINGS)
    bad: dict[int, str] = {}
    good: dict[int, str] = {}
    for number in range(3, count + 3):
        name = f"宁波第{number}机械有限公司"
        if number % 40 == 0 and known:
            name = known[number // 40 - 1].replace("有限公司", "（有限公司） ")
        row: list[Any] = [
            name,
            uscc("330200", number),
            draw.choice(["A", "B：重要客户", "c", ""]),
            "通用机械",
            "赵工",
            draw.choice(
                [13800000000 + number, f"138 {number:08d}", f"+86-138{number:08d}", "１３９００１３９０００"]
            ),
            f"zhao{number}@example.com",
            " 浙江省宁波市鄞州区\n人民路 1 号 ",
            315100,
            draw.choice(["2026/13/45", 46000, "去年"]),
            "",
        ]
        fault = draw.choice(list(FAULTS)) if number % 7 == 0 and number % 40 else ""
        if fault:
            row = spoiled(row, fault, good)
        if fault and row is not None:
            bad[number] = fault
        elif number % 40 or not known:
            good[number] = name
        sheet.append(row or [])
    return saved(made), bad, good


def spoiled(row: list[Any], fault: str, good: dict[int, str]) -> list[Any]:
    changed = list(row)
    if fault == "phone":
        changed[5] = "1380013"
    elif fault == "code":
        changed[1] = "913302000000000000"
    elif fault == "level":
        changed[2] = "特别好"
    elif fault == "nameless":
        changed[0] = "   "
    elif fault == "formula":
        changed[0] = '=HYPERLINK("http://example.com","x")'
    elif fault == "long":
        changed[10] = "长" * 4001
    elif fault == "nobody":
        changed[4] = None
    elif fault == "again" and good:
        changed[0] = next(iter(good.values()))
        changed[1] = ""
    elif fault == "blank":
        return [None, " ", "", None]
    return changed
