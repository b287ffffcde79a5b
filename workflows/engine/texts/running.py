"""What a person or an operator is told while a case runs."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    # -- data
    "fields_do_not_fit": ("Some fields do not fit: {names}", "部分内容不符合要求：{names}"),
    "required": ("Please fill this in.", "此项必填。"),
    "read_only": ("This is only shown and cannot be changed.", "此项仅供查看，不能修改。"),
    "unknown_data": ("Nobody declares “{name}”.", "没有声明“{name}”。"),
    "not_text": ("This must be text.", "须为文本。"),
    "not_an_integer": ("This must be a whole number.", "须为整数。"),
    "not_a_number": ("This must be a number.", "须为数字。"),
    "not_yes_or_no": ("This must be yes or no.", "须为是或否。"),
    "not_a_date": ("This must be a date such as 2026-12-20.", "须为日期，例如 2026-12-20。"),
    "not_a_moment": ("This must be a moment with its time zone.", "须为带时区的时间。"),
    "not_a_choice": ("Choose one of: {choices}", "请从以下选择：{choices}"),
    "not_a_list": ("This must be a list.", "须为列表。"),
    "not_a_record": ("This must be a record with named fields.", "须为带字段的记录。"),
    "not_plain_data": ("This cannot be stored.", "此内容无法保存。"),
    "unknown_record_field": ("There is no field “{name}”.", "没有字段“{name}”。"),
    "bad_key": ("“{key}” cannot be a name.", "“{key}”不能作为名称。"),
    "bad_character": ("There is a character that cannot be stored.", "含有无法保存的字符。"),
    "too_small": ("At least {minimum}.", "不能小于 {minimum}。"),
    "too_large": ("At most {maximum}.", "不能大于 {maximum}。"),
    "too_early": ("Not before {minimum}.", "不能早于 {minimum}。"),
    "too_late": ("Not after {maximum}.", "不能晚于 {maximum}。"),
    "too_short": ("At least {minimum} characters.", "至少 {minimum} 个字符。"),
    "too_long": ("At most {maximum} characters.", "最多 {maximum} 个字符。"),
    "too_many_items": ("At most {maximum} entries.", "最多 {maximum} 项。"),
    "too_deep": ("The data is nested too deeply.", "数据嵌套过深。"),
    "outcome_required": ("Choose what to do.", "请选择处理结果。"),
    "unknown_outcome": ("This is not one of the possible outcomes.", "没有此处理结果。"),
    "comment_required": ("Please say why.", "请填写意见。"),
    # -- calls
    "step_not_open": ("This step is no longer open.", "该环节已不在办理中。"),
    "step_not_held": ("This step is not held by a failure.", "该环节没有故障。"),
    "answer_not_awaited": ("This step does not wait for an answer (any more).", "该环节没有在等待外部结果。"),
    "case_is_over": ("This case is over.", "该流程已结束。"),
    "operation_result": (
        "The operation “{name}” gave a result that does not fit ({reason}).",
        "操作“{name}”返回的结果不符合声明（{reason}）。",
    ),
    "outside_failed": ("{reason}", "{reason}"),
    "param_empty": (
        "The parameter “{name}” of the operation “{operation}” has no value.",
        "操作“{operation}”的参数“{name}”没有值。",
    ),
    "param_value": (
        "The parameter “{name}” of the operation “{operation}” does not fit ({reason}).",
        "操作“{operation}”的参数“{name}”不符合要求（{reason}）。",
    ),
    "state_version": (
        "The saved state has format {version}; this release reads {expected}.",
        "保存的状态格式为 {version}，当前版本读取 {expected}。",
    ),
    "state_element_gone": (
        "The saved state stands at “{name}”, which this version of the process does not have.",
        "保存的状态位于“{name}”，当前流程版本没有该环节。",
    ),
}
