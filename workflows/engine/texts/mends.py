"""What a mend will do, as the words on a button."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    # -- flows and conditions
    "mend_remove_flow": ("Remove the flow “{name}”", "删除流向“{name}”"),
    "mend_remove_flows": ("Remove the flows {names}", "删除流向{names}"),
    "mend_lead_to": ("Lead it to “{name}” instead", "改为指向“{name}”"),
    "mend_remove_reference": ("Remove the reference to “{name}”", "删除对“{name}”的引用"),
    "mend_make_default": ("Make “{name}” the default way", "将“{name}”设为默认流向"),
    "mend_remove_condition": ("Remove the condition of “{name}”", "删除“{name}”的条件"),
    "mend_unset_default": ("Remove the default mark of “{name}”", "取消“{name}”的默认流向"),
    "mend_our_language": ("Read it as one of our expressions", "按本系统的表达式读取"),
    # -- elements
    "mend_remove_element": ("Remove “{name}” with its flows", "删除“{name}”及其流向"),
    "mend_add_end": ("Add an end event behind {names}", "在{names}之后添加结束事件"),
    "mend_add_start": ("Add a start event before “{name}”", "在“{name}”之前添加开始事件"),
    "mend_to_throw": ("Turn “{name}” into an event on the way", "将“{name}”改为途中事件"),
    "mend_insert_parallel": (
        "Add a parallel gateway behind “{name}”: all ways are taken",
        "在“{name}”之后添加并行网关：全部走",
    ),
    "mend_insert_exclusive": (
        "Add an exclusive gateway behind “{name}”: one way is taken",
        "在“{name}”之后添加排他网关：走一条",
    ),
    "mend_insert_join": (
        "Add a parallel gateway before “{name}” that waits for all branches",
        "在“{name}”之前添加并行网关，等待所有分支",
    ),
    "mend_join_one": (
        "Make “{name}” an exclusive gateway: it goes on with whichever way arrives",
        "将“{name}”改为排他网关：任一条到达即继续",
    ),
    "mend_join_some": (
        "Make “{name}” an inclusive gateway: it waits for the ways that were taken",
        "将“{name}”改为包容网关：等待已走的各条",
    ),
    "mend_join_all": (
        "Make “{name}” a parallel gateway: it waits for all branches",
        "将“{name}”改为并行网关：等待所有分支",
    ),
    "mend_bypass": ("Remove the gateway “{name}” and connect directly", "删除网关“{name}”并直接连接"),
    "mend_interrupting": ("Let “{name}” interrupt", "让“{name}”中断活动"),
    "mend_plain_event": ("Leave out the escalation of “{name}”", "去掉“{name}”的升级"),
    "mend_remove_marker": ("Remove the repetition marker of “{name}”", "删除“{name}”的循环或多实例标记"),
    "mend_give_id": ("Give it the id “{name}”", "将 id 设为“{name}”"),
    "mend_executable": ("Make “{name}” executable", "将“{name}”设为可执行"),
    # -- words
    "mend_write": ("Write “{after}” instead of “{before}”", "将“{before}”改为“{after}”"),
    "mend_remove_attribute": ("Remove the attribute {name}", "删除属性 {name}"),
    "mend_remove_word": ("Remove {word}", "删除 {word}"),
    "mend_remove_second": ("Remove the second “{name}”", "删除第二个“{name}”"),
    "mend_move_word": ("Move {word} into extensionElements", "将 {word} 移入 extensionElements"),
    "mend_exchange": ("Exchange the smallest and the largest value", "对调最小值与最大值"),
}
