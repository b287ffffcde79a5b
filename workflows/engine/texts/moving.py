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
    # -- another version
    "cannot_migrate": ("The case cannot go over to this version.", "该流程无法迁移到此版本。"),
    "migrate_element_gone": (
        "The case stands at “{name}”, which the new version does not have.",
        "流程正位于“{name}”，新版本没有该环节。",
        "Say which element takes its place, or move the case away from there first.",
        "请指明由哪个环节代替，或先将流程移开。",
    ),
    "migrate_other_scope": (
        "“{name}” stands in another subprocess or process in the new version.",
        "“{name}”在新版本中位于另一个子流程或流程内。",
        "Cancel it and place a token at its new place along with the migration.",
        "请在迁移时取消该环节，并将流程放到新的位置。",
    ),
    "migrate_other_kind": (
        "“{name}” is another kind of element in the new version.",
        "“{name}”在新版本中是另一种元素。",
        "Map it to an element of the same kind, or move the case away from there first.",
        "请映射到同类元素，或先将流程移开。",
    ),
    "migrate_flow_gone": (
        "At “{name}” a branch has arrived by “{flow}”, which does not lead there in the new version.",
        "“{name}”已有分支经“{flow}”到达，而新版本中该流向不再指向这里。",
        "Map the flow to another one, or take the arrival back.",
        "请将该流向映射到另一条，或撤回该分支。",
    ),
    "migrate_race": (
        "“{name}” waits together with other events in the new version than now.",
        "“{name}”在新版本中与之同时等待的事件不同。",
        "Cancel it and place a token at its event gateway along with the migration.",
        "请在迁移时取消该环节，并放到其事件网关。",
    ),
    "migrate_variable_type": (
        "“{name}” has a value that does not fit the new version: it was {first}, now it is {second}.",
        "“{name}”已有的值不符合新版本：原为{first}，现为{second}。",
    ),
    "migrate_variable_moved": (
        "“{name}” belongs to a running subprocess in one version and not in the other.",
        "“{name}”在一个版本中属于正在运行的子流程，在另一个版本中则不然。",
        "Move the case out of the subprocess first.",
        "请先将流程移出该子流程。",
    ),
}
