"""What the lint finds by playing: joins that starve, parts that would run twice, ways that never end;
and what it finds about outcomes and labels."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "join_never_fires": (
        "The join “{name}” can wait for ever: it has got a token from {tokens}, and may get no other.",
        "汇合“{name}”可能一直等待：来自{tokens}的流程已到达，其余流入可能不会到达。",
        "Join only branches that a parallel gateway has split; use an exclusive gateway where one way is "
        "taken, and an inclusive gateway where any number of ways is taken.",
        "只汇合由并行网关分出的分支；只走一条时请用排他网关汇合，走若干条时请用包容网关汇合。",
    ),
    "second_token": (
        "What follows “{name}” can be started again while it is still open: parallel branches meet "
        "or a loop comes back without a parallel join. Tokens then stand behind {tokens}.",
        "“{name}”之后的环节可能在尚未完成时再次开始：并行分支会合或循环返回时没有并行汇合。此时未完成的流程位于{tokens}之后。",
        "Put a parallel gateway where the branches meet, and before a flow that leads back.",
        "请在分支会合处以及返回流向之前使用并行网关。",
    ),
    "side_path_returns": (
        "What “{event}” starts runs beside the rest, and comes back into it at “{name}”: that would be "
        "started twice.",
        "“{event}”触发的流程与其他环节同时进行，却在“{name}”处汇入：该环节会开始两次。",
        "Let the path of a non-interrupting event lead to an end of its own, or make the event interrupting.",
        "请让非中断事件的路径通向单独的结束事件，或将该事件改为中断事件。",
    ),
    "cannot_end": (
        "From some point on this process can no longer end.",
        "流程走到某处后将无法结束。",
        "Look at the gateways: what is split in parallel must be joined in parallel.",
        "请检查网关：并行分出的分支须并行汇合。",
    ),
    "never_reached": (
        "“{name}” is never reached: what it needs never comes together.",
        "“{name}”永远不会执行：所需的各条流程不会同时到达。",
        "Look at the joins before it, or delete it.",
        "请检查其之前的汇合网关，或将其删除。",
    ),
    "too_complex": (
        "The gateways are nested in a way that cannot be checked.",
        "网关的组合过于复杂，无法检查。",
        "Join each parallel section before the next one begins.",
        "请在每段并行结束处汇合后再开始下一段。",
    ),
    "too_complex_inclusive": (
        "The inclusive gateways are connected in a way that cannot be checked.",
        "包容网关的连接方式过于复杂，无法检查。",
        "Join what an inclusive gateway splits in one inclusive gateway, before other branches meet it; "
        "or put such a part into a subprocess of its own.",
        "请用一个包容网关汇合由包容网关分出的各条分支，再与其他分支会合；或将该部分放入单独的子流程。",
    ),
    "outcome_not_handled": (
        "After “{step}” no flow of “{name}” is taken with: {outcomes}. The case would be held there.",
        "“{step}”选择以下处理结果后，“{name}”没有可走的流向：{outcomes}。流程将停在该处。",
        "Add a flow for it, or make one the default flow.",
        "请为其增加流向，或设置默认流向。",
    ),
    "label_missing": (
        "“{name}” has a label in {known} but none in {missing}.",
        "“{name}”有 {known} 标签，但缺少 {missing} 标签。",
        'Add <flow:label lang="{missing}">text</flow:label>.',
        '请添加 <flow:label lang="{missing}">文字</flow:label>。',
    ),
}
