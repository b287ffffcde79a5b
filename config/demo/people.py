"""The people of the demo company 华东工业品网, named by what they do."""

from django.contrib.auth.hashers import make_password

from config.company_roles import load_roles
from core.models import Department, Role, User
from crm.services import load_vocabulary

PASSWORD = "xiaoliu"  # demo mode serves loopback only

# code: (Chinese, English, parent)
DEPARTMENTS: dict[str, tuple[str, str, str | None]] = {
    "hq": ("华东工业品网", "East China Industrial", None),
    "sales": ("销售部", "Sales", "hq"),
    "sales1": ("销售一部", "Sales team 1", "sales"),
    "sales2": ("销售二部", "Sales team 2", "sales"),
    "service": ("客户服务部", "Customer service", "hq"),
    "finance": ("财务部", "Finance", "hq"),
    "legal": ("法务部", "Legal", "hq"),
    "marketing": ("市场部", "Marketing", "hq"),
    "content": ("内容与广告部", "Content and ads", "hq"),
    "tech": ("产品技术部", "Product and technology", "hq"),
}

# user name: (Chinese, English, department, manager, roles)
PEOPLE: dict[str, tuple[str, str, str, str | None, tuple[str, ...]]] = {
    "boss": ("郑国栋", "Zheng Guodong", "hq", None, ("boss",)),
    "gm": ("沈立军", "Shen Lijun", "hq", "boss", ("gm",)),
    "admin": ("贺明", "He Ming", "tech", "gm", ("process_admin",)),
    "director": ("陆建华", "Lu Jianhua", "sales", "gm", ("director",)),
    "manager1": ("王芳", "Wang Fang", "sales1", "director", ("manager",)),
    "manager2": ("赵强", "Zhao Qiang", "sales2", "director", ("manager",)),
    "rep1": ("李雷", "Li Lei", "sales1", "manager1", ("rep",)),
    "rep2": ("韩梅", "Han Mei", "sales1", "manager1", ("rep",)),
    "rep3": ("陈晨", "Chen Chen", "sales2", "manager2", ("rep",)),
    "assistant": ("周小雨", "Zhou Xiaoyu", "sales", "director", ("assistant", "seal_keeper")),
    "aftersales": ("吴静", "Wu Jing", "service", "gm", ("aftersales", "complaint_ruler")),
    "aftersales2": ("徐峰", "Xu Feng", "service", "aftersales", ("aftersales",)),
    "finance": ("孙丽", "Sun Li", "finance", "gm", ("finance",)),
    "finance2": ("钱进", "Qian Jin", "finance", "finance", ("finance",)),
    "legal": ("冯律", "Feng Lü", "legal", "gm", ("legal",)),
    "seal": ("何静", "He Jing", "hq", "gm", ("seal_keeper",)),
    "marketer": ("林悦", "Lin Yue", "marketing", "director", ("marketer",)),
    "content": ("高文", "Gao Wen", "content", "gm", ("content",)),
    "adplan": ("唐策", "Tang Ce", "content", "content", ("ad_planner",)),
    "addesign": ("罗图", "Luo Tu", "content", "content", ("ad_designer",)),
    "product": ("许诺", "Xu Nuo", "tech", "gm", ("product",)),
    "tech": ("丁工", "Ding Gong", "tech", "product", ("tech",)),
}

# user name: what stands on their card, where it says more than the role.
POSITIONS: dict[str, str] = {
    "boss": "董事长",
    "gm": "总经理",
    "admin": "信息主管",
    "director": "销售总监",
    "manager1": "销售一部经理",
    "manager2": "销售二部经理",
    "rep1": "高级销售代表",
    "rep2": "销售代表",
    "rep3": "销售代表",
    "assistant": "销售助理",
    "aftersales": "客服主管",
    "finance": "财务主管",
    "finance2": "会计",
    "legal": "法务专员",
    "seal": "行政专员",
    "content": "内容主管",
    "product": "产品经理",
    "tech": "工程师",
}


def create_people() -> dict[str, User]:
    """Create departments, roles and people where there are none; returns the people by user name."""
    roles = load_roles()
    load_vocabulary()
    if not User.objects.filter(username__in=PEOPLE).exists():
        _create(roles, _departments())
    found = User.objects.select_related("department", "manager").filter(username__in=PEOPLE)
    return {person.username: person for person in found}


def _departments() -> dict[str, Department]:
    departments: dict[str, Department] = {}
    for code, (zh, en, parent) in DEPARTMENTS.items():
        departments[code], _created = Department.objects.get_or_create(
            code=code, defaults={"name": zh, "name_en": en, "parent": departments.get(parent or "")}
        )
    return departments


def _create(roles: dict[str, Role], departments: dict[str, Department]) -> None:
    # One hash for all: it is the same known password, and a hash takes a tenth of a second.
    password = make_password(PASSWORD)
    people = {
        username: User(
            username=username,
            display_name=zh,
            display_name_en=en,
            department=departments[department],
            password=password,
            email=f"{username}@example.com",
            position=POSITIONS.get(username, ""),
        )
        for username, (zh, en, department, _manager, _roles) in PEOPLE.items()
    }
    for person in people.values():
        person.derive()
    User.objects.bulk_create(people.values())
    for username, (_zh, _en, _department, manager, _roles) in PEOPLE.items():
        people[username].manager = people[manager] if manager else None
    User.objects.bulk_update(people.values(), ["manager"])
    holds = User.roles.through
    holds.objects.bulk_create(
        holds(user=people[username], role=roles[code])
        for username, (*_person, codes) in PEOPLE.items()
        for code in codes
    )
