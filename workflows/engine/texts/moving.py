"""Why a case cannot be moved, or cannot go on in another version of its process."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "place_nothing_left": ("Nothing would be left of the case.", "移动后流程中将没有任何环节。"),
    "place_belongs_to_other": (
        "“{name}” belongs to the step it is attached to and goes with it.",
        "“{name}”属于所附的环节，随其一起移动。",
    ),
    "place_multi_element": (
        "“{name}” is one element of a multi-instance; the others count on it. Move the whole.",
        "“{name}”是多实例中的一个，其余实例依赖它，请整体移动。",
    ),
    "place_marker_not_running": (
        "“{name}” runs once for each of its elements and does not run now; place the whole.",
        "“{name}”是多实例或循环环节，当前没有运行，请移动到整个环节。",
    ),
    "place_name_the_element": (
        "“{name}” runs more than once; say beside which step.",
        "“{name}”有多个正在运行，请指明放在哪个环节旁。",
    ),
    "place_not_here": ("A token cannot be placed at “{name}”.", "不能移动到“{name}”。"),
    "place_cannot_open": ("“{name}” cannot begin: {reason}", "“{name}”无法开始：{reason}"),
    "place_no_such_element": ("There is no element “{name}”.", "没有元素“{name}”。"),
    "place_no_such_flow": ("No flow “{flow}” leads to “{name}”.", "没有流向“{flow}”指向“{name}”。"),
    "place_flow_not_joined": (
        "“{name}” waits for no other flow; place the token at it without naming one.",
        "“{name}”不汇合多条流向，移动时无需指明流向。",
    ),
    "place_not_arrived": (
        "Nothing has arrived at “{name}” by “{flow}”.",
        "“{name}”尚无经“{flow}”到达的分支。",
    ),
    "place_twice": (
        "Something would run twice: {names}.",
        "移动后会重复执行：{names}。",
    ),
    "place_stuck": (
        "It would wait for ever at: {names}.",
        "移动后会在此一直等待：{names}。",
    ),
    "place_interrupted": (
        "“{name}” has interrupted everything else; nothing can run beside it.",
        "“{name}”已中断其他环节，不能与其并行。",
    ),
    "place_cannot_end": ("The case could not reach its end.", "移动后流程无法到达结束。"),
    "place_undecided": (
        "It cannot be decided whether the case could go on from there.",
        "无法判断流程能否由此继续。",
    ),
}
