"""What can be wrong with a timer."""

from typing import Final

TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "timer_empty": (
        "The timer has no time.",
        "定时器没有填写时间。",
        "A date is written 2026-12-24T09:00:00+08:00, a duration PT1H, a cycle R3/PT1H.",
        "日期写成 2026-12-24T09:00:00+08:00，时长写成 PT1H，循环写成 R3/PT1H。",
    ),
    "timer_not_text": (
        "The expression of the timer gives neither a text nor a date.",
        "定时器的表达式得到的既不是文本也不是日期。",
        'Give a date, or a text such as "PT" + text(hours) + "H".',
        '请给出日期，或如 "PT" + text(hours) + "H" 的文本。',
    ),
    "timer_long": (
        "The timer is longer than {maximum} characters.",
        "定时器超过 {maximum} 个字符。",
        "Write one date, duration or cycle.",
        "请只填写一个日期、时长或循环。",
    ),
    "timer_not_date": (
        "“{text}” is not a date of the calendar.",
        "“{text}”不是有效的日期。",
        "Write 2026-12-24, or 2026-12-24T09:00:00+08:00; without a zone the time in China is meant.",
        "请写成 2026-12-24 或 2026-12-24T09:00:00+08:00；不写时区即为北京时间。",
    ),
    "timer_not_duration": (
        "“{text}” is not a duration.",
        "“{text}”不是有效的时长。",
        "Write P1Y, P2M, P1W, P3D, PT4H, PT30M, or together from large to small: P1DT4H30M.",
        "请写成 P1Y、P2M、P1W、P3D、PT4H、PT30M，或由大到小合写：P1DT4H30M。",
    ),
    "timer_negative": (
        "“{text}” would lie in the past.",
        "“{text}”早于当前时间。",
        "Write it without a minus sign.",
        "请去掉负号。",
    ),
    "timer_fraction": (
        "“{text}” has a fraction.",
        "“{text}”含有小数。",
        "Write PT1H30M instead of PT1.5H.",
        "请写 PT1H30M，不要写 PT1.5H。",
    ),
    "timer_not_cycle": (
        "“{text}” is not a cycle.",
        "“{text}”不是有效的循环。",
        "Write R/PT1H (without end), R3/PT1H (three times) or R3/2026-12-24T09:00:00+08:00/P1D.",
        "请写成 R/PT1H（不限次数）、R3/PT1H（三次）或 R3/2026-12-24T09:00:00+08:00/P1D。",
    ),
    "timer_cron": (
        "“{text}” is a cron line.",
        "“{text}”是 cron 表达式。",
        "Write it as a cycle with a start: R/2026-12-24T09:00:00+08:00/P1D is each day at nine.",
        "请改写为带起始时间的循环：R/2026-12-24T09:00:00+08:00/P1D 表示每天九点。",
    ),
    "timer_end": (
        "“{text}” names the end of a cycle.",
        "“{text}”写的是循环的结束时间。",
        "Name its start and how many times: R3/2026-12-24T09:00:00+08:00/P1D.",
        "请写起始时间和次数：R3/2026-12-24T09:00:00+08:00/P1D。",
    ),
    "timer_no_round": (
        "“{text}” never fires.",
        "“{text}”不会触发。",
        "Write R1 for once, R for without end.",
        "R1 表示一次，R 表示不限次数。",
    ),
    "timer_many_rounds": (
        "A cycle has at most {maximum} rounds.",
        "循环次数最多为 {maximum}。",
        "Write R for without end.",
        "不限次数请写 R。",
    ),
    "timer_step": (
        "“{text}” fires more often than once a minute.",
        "“{text}”的间隔不足一分钟。",
        "Let at least PT1M lie between two rounds.",
        "两次之间至少间隔 PT1M。",
    ),
    "timer_far": (
        "The timer lies more than {maximum} years away.",
        "定时器的时间超过 {maximum} 年。",
        "Choose a nearer date or a shorter time.",
        "请选择更近的日期或更短的时间。",
    ),
    "timer_wrong_form": (
        "“{text}” belongs into {form}.",
        "“{text}”应写在 {form} 中。",
        "Choose the other kind of timer.",
        "请选择另一种定时器。",
    ),
}
