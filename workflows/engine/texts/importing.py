"""What is said when a diagram of another tool is taken in."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "foreign_refused": (
        "“{name}” would run code or change how the step runs.",
        "“{name}”会执行代码或改变环节的执行方式。",
        "Use an operation, an assignment, a form or a script of our own instead.",
        "请改用本系统的操作、办理人、表单或脚本。",
    ),
    "foreign_ignored": (
        "“{name}” is not understood and has no effect.",
        "“{name}”未被识别，不起作用。",
    ),
    "version_ignored": (
        "“{name} = {value}” has no effect: the version is the one of the day of publishing.",
        "“{name} = {value}”不起作用：使用发布当日的版本。",
    ),
    "call_all_variables": (
        "“{name}” would hand over all data; only what is named one by one is handed over.",
        "“{name}”会传递全部数据；这里只传递逐个指明的数据。",
        "Name what the called process needs with flow:in, and what it gives back with flow:out.",
        "请用 flow:in 指明被调用流程需要的数据，用 flow:out 指明其返回的数据。",
    ),
    "call_business_key": (
        "“{name}” has no effect: a called process belongs to the case that calls it.",
        "“{name}”不起作用：被调用的流程属于调用它的案件。",
    ),
    "decision_result_shape": (
        "“mapDecisionResult = {shape}” has no effect: the hit policy of the table says what its result is.",
        "“mapDecisionResult = {shape}”不起作用：结果的形式由决策表的命中策略决定。",
    ),
    "laid_out_anew": (
        "The drawing of the file was incomplete; a new one was made of everything.",
        "文件的图形信息不完整，已全部重新布局。",
    ),
}
