"""The page of a process, and the list of them, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from .happenings import Happenings
from .reading import Read
from .sections import Sections
from .ways import Ways
from .words import TONGUES, Tongue, Words, table


def page(one: Read, tongue: Tongue, processes: Mapping[str, Read]) -> str:
    """The text of docs/processes/<key>.md."""
    say, definition = tongue.say, one.definition
    sections = Sections(one, tongue, {key: f"{key}{tongue.ending}.md" for key in processes})
    name = definition.label(tongue.code)
    lines = [f"# {name}", "", *_head(f"{one.key}", tongue)]
    lines += ["", *one.documentation.get(tongue.code, "").splitlines()] if one.documentation else []
    drawn = f"{one.key}{tongue.ending}.svg"
    lines += [
        "",
        f"[![{name}]({drawn})]({drawn})",
        "",
        say("Open the picture to see it larger. ", "点开图片可放大查看。") + legend(tongue),
    ]
    for heading, part in parts(sections):
        lines += ["", f"## {heading}", "", *part]
    return _tidy(lines)


def parts(sections: Sections, *, as_written: bool = True) -> list[tuple[str, list[str]]]:
    """What there is to say, each part under its heading; `as_written` adds how the diagram puts a condition."""
    say, ways, happenings = sections.say, Ways(sections), Happenings(sections)
    found = (
        (say("How a case begins", "如何开始"), sections.about()),
        (say("Lanes", "泳道与岗位"), sections.lanes()),
        (say("What people do", "人工环节"), sections.steps()),
        (say("What happens by itself", "自动环节"), sections.automatic()),
        (say("Where ways part", "走向判断"), ways.gates(as_written=as_written)),
        (say("Decision tables", "规则表"), ways.tables()),
        (say("Timers", "计时"), happenings.timers()),
        (say("Messages and other events", "消息与其他事件"), happenings.news()),
        (say("Ends", "结束"), happenings.ends()),
    )
    return [(heading, part) for heading, part in found if part]


def legend(tongue: Tongue) -> str:
    return tongue.say(
        "Blue steps are done by people, grey ones happen by themselves; the small stroke marks the way that is taken "
        "where no other condition holds.",
        "蓝色环节由人办理，灰色环节自动进行；带短斜线的走向在其他条件都不成立时采用。",
    )


def index(processes: Mapping[str, Read], tongue: Tongue) -> str:
    """The text of docs/processes/README.md."""
    say = tongue.say
    rows = []
    for key, one in sorted(processes.items()):
        words = Words(one.definition, tongue, one.roles)
        people = dict.fromkeys(role for step in one.definition.user_tasks for role in step.roles)
        link = f"[{one.definition.label(tongue.code)}]({key}{tongue.ending}.md)"
        rows.append([link, words.kind() or "—", tongue.listed(map(words.role, people))])
    lines = [
        say("# The processes that come with the program", "# 随系统提供的流程"),
        "",
        *_head("README", tongue),
        "",
        say(
            "They are starting points: a company changes each of them in its own diagram, and its cases follow the "
            "version it has published. These pages say what the diagrams say as they are delivered.",
            "这些流程是起点：公司可以在流程图中自行修改，流程按公司已发布的版本运行。本页描述的是交付时的流程图。",
        ),
        "",
        *table(say("Process|About|Who works in it", "流程|业务|参与岗位").split("|"), rows),
    ]
    return _tidy(lines)


def _head(stem: str, tongue: Tongue) -> list[str]:
    other = next(one for one in TONGUES if one != tongue)
    link = f"[{other.say('English', '中文')}]({stem}{other.ending}.md)"
    written = tongue.say(
        "This page is written from the diagram (`python -m config.process_pages`); do not edit it.",
        "本页由流程图生成（`python -m config.process_pages`），请勿手工修改。",
    )
    return [f"{link} · {written}"]


def _tidy(lines: list[str]) -> str:
    """One blank line where there are several."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip() + "\n"
