"""What the lint finds by playing: joins that starve, parts that would run twice, ways that never end;
and what it finds about outcomes and labels."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "join_never_fires": (
        "The join “{name}” may wait for ever: {tokens} has arrived, and the rest may never come.",
        "汇合“{name}”可能一直等待：{tokens}已到达，其余流向可能永远不会到达。",
        "Use a parallel gateway to join only what a parallel gateway has split. Where one way is taken, "
        "join with an exclusive gateway; where several may be taken, with an inclusive one.",
        "并行网关只用于汇合由并行网关分出的分支。只走一条时请用排他网关汇合，可能走若干条时请用包容网关汇合。",
    ),
    "second_token": (
        "“{name}” can be started again before what follows it is finished: parallel branches meet there, "
        "or a loop comes back, without a parallel join. Still open at that moment: {tokens}.",
        "“{name}”可能在其后的环节尚未完成时再次开始：并行分支在此会合或循环返回时，没有并行汇合。此时仍未完成：{tokens}。",
        "Put a parallel gateway where the branches meet. A flow that leads back must begin behind it.",
        "请在分支会合处放置并行网关；返回的流向须从该网关之后引出。",
    ),
    "side_path_returns": (
        "What “{event}” starts runs beside the rest, but it leads back to “{name}”, which would then be "
        "started twice.",
        "“{event}”触发的部分与其他环节同时进行，却又通向“{name}”，使其开始两次。",
        "Lead it to an end event of its own, or let the event interrupt.",
        "请让它通向单独的结束事件，或将该事件设为中断。",
    ),
    "cannot_end": (
        "From some point on this process can no longer come to its end.",
        "流程走到某一步之后将再也无法结束。",
        "Look at the gateways: what a parallel gateway splits, a parallel gateway must join.",
        "请检查网关：由并行网关分出的分支，须由并行网关汇合。",
    ),
    "never_reached": (
        "“{name}” is never reached: the ways it waits for never all arrive.",
        "“{name}”永远不会执行：它所等待的各条流向不会全部到达。",
        "Look at the joins before it, or remove it.",
        "请检查其之前的汇合网关，或将其删除。",
    ),
    "too_complex": (
        "The gateways are connected in a way too complex to be checked.",
        "网关的连接方式过于复杂，无法检查。",
        "Join each parallel section before the next one begins, or put a part into a subprocess.",
        "请在每段并行结束处汇合后再开始下一段，或将一部分放入子流程。",
    ),
    "too_complex_inclusive": (
        "The inclusive gateways are connected in a way too complex to be checked.",
        "包容网关的连接方式过于复杂，无法检查。",
        "Join what an inclusive gateway splits in one inclusive gateway before other branches meet it, or"
        " put that part into a subprocess.",
        "请先用一个包容网关汇合由包容网关分出的各条分支，再与其他分支会合；或将该部分放入子流程。",
    ),
    "outcome_not_handled": (
        "After “{step}” no way of “{name}” is taken for: {outcomes}. The case would stop there.",
        "“{step}”选择以下处理结果后，“{name}”没有可走的流向：{outcomes}。流程会停在那里。",
        "Add a flow for it, or make one flow the default.",
        "请为其增加流向，或将一条流向设为默认。",
    ),
    "label_missing": (
        "“{name}” has a label in {known} but none in {missing}.",
        "“{name}”有 {known} 标签，但缺少 {missing} 标签。",
        'Add <flow:label lang="{missing}">text</flow:label>.',
        '请添加 <flow:label lang="{missing}">文字</flow:label>。',
    ),
}
