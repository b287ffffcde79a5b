"""The customers of the demo: invented firms of industries that buy on an industrial site."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from config.demo.codes import landline, mobile, uscc
from core.acting import acting_as
from core.models import User
from crm.models import Customer
from crm.services import create_customer, merge_customer


@dataclass(frozen=True)
class Place:
    """Where firms are: region, code of GB/T 2260, telephone area, postcode, streets."""

    region: str
    code: str
    area: str
    postcode: str
    streets: tuple[str, ...]


PLACES: dict[str, Place] = {
    "上海": Place(
        "上海市",
        "310115",
        "021",
        "201206",
        ("浦东新区金桥路1389号", "嘉定区宝安公路3386号", "松江区新桥镇明中路618号"),
    ),
    "苏州": Place(
        "江苏省苏州市",
        "320506",
        "0512",
        "215021",
        ("工业园区星湖街328号", "吴中区木渎镇金枫路216号", "相城区渭塘镇爱格豪路19号"),
    ),
    "无锡": Place(
        "江苏省无锡市", "320206", "0510", "214174", ("惠山区洛社镇中兴西路6号", "新吴区锡锦路108号")
    ),
    "常州": Place("江苏省常州市", "320412", "0519", "213161", ("武进区常武中路18号", "新北区黄河西路199号")),
    "南京": Place(
        "江苏省南京市", "320115", "025", "211100", ("江宁区将军大道166号", "浦口区桥林街道步月路29号")
    ),
    "杭州": Place(
        "浙江省杭州市", "330110", "0571", "311121", ("余杭区文一西路1818号", "萧山区建设三路733号")
    ),
    "宁波": Place(
        "浙江省宁波市", "330205", "0574", "315033", ("江北区洪塘工业区洪兴路88号", "北仑区小港街道纬五路59号")
    ),
    "温州": Place(
        "浙江省温州市", "330382", "0577", "325604", ("乐清市柳市镇电器城大道288号", "龙湾区永强高科路15号")
    ),
    "合肥": Place("安徽省合肥市", "340111", "0551", "230601", ("经济技术开发区紫云路239号",)),
    "青岛": Place("山东省青岛市", "370214", "0532", "266109", ("城阳区双元路200号",)),
    "佛山": Place("广东省佛山市", "440606", "0757", "528305", ("顺德区容桂街道红旗中路3号",)),
}

# place, firm (without 有限公司), industry, size, scale, main products, legal representative, contact, title, owner
_FIRMS = """
上海|上海明远阀门|阀门|100_499|medium|球阀、蝶阀、调节阀|顾明远|曹丽华|采购经理|rep1
苏州|苏州恒力泵业|泵|100_499|medium|离心泵、多级泵、化工泵|陆恒|蒋伟|市场部经理|rep1
无锡|无锡锡安轴承|轴承|20_99|small|深沟球轴承、滚针轴承|华锡安|杨帆|总经理助理|rep1
常州|常州天目减速机|传动|100_499|medium|行星减速机、蜗轮减速机|史天目|马晓东|销售总监|rep1
杭州|杭州西湖仪表|仪器仪表|20_99|small|压力变送器、流量计|俞西宁|沈佳|市场专员|rep1
宁波|宁波东海紧固件|紧固件|500_999|large|高强度螺栓、不锈钢螺母|贺东海|夏敏|电商负责人|rep1
温州|温州正阳电气|低压电器|100_499|medium|断路器、接触器、继电器|郑正阳|林志远|采购主管|rep1
上海|上海浦江密封件|密封|20_99|small|机械密封、O型圈|江浦生|谭云|总经理|rep1
南京|南京金陵工业自动化|自动化|20_99|small|PLC控制柜、人机界面|金凌|袁野|商务经理|rep1
合肥|合肥科源激光设备|激光设备|20_99|small|光纤激光切割机|方科源|程璐|市场经理|rep1
苏州|苏州精诚模具|模具|20_99|small|注塑模具、压铸模具|钱精诚|吴磊|业务经理|rep1
宁波|宁波海天液压件|液压|100_499|medium|液压阀、油缸|邬海天|童欣|市场部主任|rep1
青岛|青岛胶州湾橡胶制品|橡塑|100_499|medium|橡胶软管、输送带|于胶东|宋洁|外贸经理|rep1
无锡|无锡太湖工具|刀具|20_99|small|硬质合金铣刀、钻头|钱太湖|邵军|总经理|rep1
上海|上海申江气动元件|气动|20_99|small|气缸、电磁阀|沈申江|胡倩|推广主管|rep2
苏州|苏州吴越机床|机床|100_499|medium|数控车床、加工中心|吴越|陶然|市场经理|rep2
常州|常州龙城电机|电机|500_999|large|三相异步电机、伺服电机|龙承|何勇|品牌经理|rep2
杭州|杭州钱塘环保设备|环保设备|20_99|small|除尘器、废气处理设备|钱唐|柳青|总经理助理|rep2
温州|温州瓯海管件|管件|100_499|small|不锈钢弯头、法兰|欧海|金晨|采购经理|rep2
南京|南京钟山起重机械|起重|100_499|medium|桥式起重机、电动葫芦|钟国山|丁洁|市场主管|rep2
佛山|佛山南风风机|风机|100_499|medium|离心风机、轴流风机|区南风|梁颖|华东区经理|rep2
宁波|宁波甬江弹簧|弹簧|20_99|micro|压缩弹簧、碟形弹簧|应永江|毛俊|总经理|rep2
上海|上海闵行焊接材料|焊接|20_99|small|焊丝、焊条|闵国信|诸葛明|市场经理|rep2
苏州|苏州太仓物流设备|仓储物流|100_499|medium|货架、堆高车|仓国平|史蕾|销售经理|rep2
无锡|无锡梁溪换热器|换热设备|20_99|small|板式换热器|梁溪|季鹏|总工程师|rep2
合肥|合肥巢湖变压器|变压器|100_499|medium|干式变压器|巢国明|汪海波|市场部经理|rep2
杭州|杭州富春链条|传动|500_999|large|滚子链、输送链|富春|章琳|电商经理|rep3
宁波|宁波象山注塑机|塑料机械|100_499|medium|注塑机、机械手|向国强|戴伟|市场总监|rep3
上海|上海宝山钢管|钢材|500_999|large|无缝钢管、不锈钢管|鲍国山|莫莉|业务部长|rep3
苏州|苏州昆仑传感器|传感器|20_99|small|接近开关、光电开关|昆仑|卞琳|产品经理|rep3
常州|常州戚墅堰齿轮|齿轮|100_499|medium|齿轮、齿条|戚燕|施展|市场经理|rep3
南京|南京栖霞过滤设备|过滤|20_99|micro|袋式过滤器、滤芯|齐霞|顾雯|总经理|rep3
温州|温州鹿城包装机械|包装机械|20_99|small|真空包装机、封口机|陆城|叶秋|外贸主管|rep3
青岛|青岛崂山电缆|电线电缆|100_499|medium|电力电缆、控制电缆|劳山|尹志刚|市场经理|rep3
佛山|佛山禅城陶瓷机械|陶瓷机械|100_499|medium|压砖机、抛光线|单国城|黎明|华东办主任|rep3
上海|上海奉贤实验仪器|仪器仪表|20_99|micro|天平、恒温箱|冯国贤|裴文|总经理|rep3
无锡|无锡江阴法兰锻造|锻造|100_499|medium|法兰、环锻件|尹江|费宇|销售部长|
杭州|杭州临平五金工具|五金工具|20_99|small|扳手、套筒|林国平|宓雪|市场经理|
苏州|苏州常熟纺织机械|纺织机械|100_499|medium|梳棉机、剑杆织机|常树|褚伟|采购部长|
宁波|宁波慈溪电磁阀|阀门|20_99|small|电磁阀、角座阀|施慈|岑朋|总经理|
苏州|苏州阳澄液压接头|液压|20_99|small|液压接头、软管总成|阳承|倪珊|市场主管|rep2
宁波|宁波镇海阀门铸件|铸造|100_499|medium|阀体铸件、泵壳铸件|镇国海|桂平|总经理助理|rep1
常州|常州金坛滚珠丝杠|传动|20_99|small|滚珠丝杠、直线导轨|金谭|于晴|推广经理|rep3
杭州|杭州富阳水处理|环保设备|20_99|small|反渗透设备、滤料|傅阳|甘霖|市场专员|rep2
无锡|无锡宜兴耐火材料|耐火材料|100_499|medium|耐火砖、浇注料|宜兴国|路遥|销售部长|rep3
上海|上海青浦联轴器|传动|20_99|small|膜片联轴器、梅花联轴器|青浦生|苗青|采购经理|rep1
南京|南京溧水齿轮箱|传动|100_499|medium|工业齿轮箱、减速电机|李水|冷锋|市场经理|rep2
合肥|合肥庐江称重仪表|仪器仪表|20_99|small|称重传感器、电子秤|卢江|万芳|总经理|rep3
温州|温州瑞安汽配冲件|汽车配件|20_99|small|冲压件、紧固卡箍|瑞国安|舒敏|业务经理|rep1
上海|上海嘉定注塑件|塑料制品|100_499|medium|注塑件、精密外壳|贾定国|曾莹|市场经理|rep1
苏州|苏州昆山连接器|电子元件|100_499|medium|工业连接器、线束|匡山|闵雪|采购主管|rep2
佛山|佛山三水铝型材|铝型材|500_999|large|工业铝型材、散热器|岑三水|区慧|华东区经理|rep3
合肥|合肥肥东输送设备|输送设备|20_99|small|滚筒线、皮带输送机|费东来|鲁敏|总经理助理|rep1
南京|南京六合搅拌机|混合设备|20_99|small|反应釜搅拌机、均质机|陆合|经纬|市场专员|rep2
温州|温州龙港印刷机|印刷机械|100_499|medium|柔版印刷机、模切机|龙刚|缪颖|销售部长|rep3
青岛|青岛即墨纺织器材|纺织器材|20_99|small|综框、钢筘|墨守成|姜楠|外贸经理|rep1
合肥|合肥长丰叉车配件|叉车配件|100_499|medium|门架、液压缸|常丰|伍岳|采购经理|rep1
温州|温州永嘉泵阀|泵|100_499|small|磁力泵、衬氟阀|雍嘉|谷雨|市场经理|rep2
无锡|无锡惠山电镀设备|表面处理|20_99|small|电镀线、整流器|惠山青|尤佳|总经理|rep2
杭州|杭州萧山钢构件|钢结构|500_999|large|钢平台、货梯井架|萧山河|戚薇|商务经理|rep3
常州|常州溧阳变速箱|传动|100_499|medium|变速箱、蜗杆减速器|黎阳|蒲松|品牌经理|rep2
上海|上海松江伺服驱动|自动化|20_99|small|伺服驱动器、编码器|宋江平|阮欣|市场主管|rep3
苏州|苏州张家港法兰|管件|100_499|medium|锻造法兰、管板|章家刚|景岚|销售经理|rep1
宁波|宁波余姚模架|模具|20_99|small|标准模架、导柱导套|余耀|邬丹|业务经理|rep1
南京|南京浦口测控|仪器仪表|20_99|small|温控器、数据记录仪|浦阔|钮静|总经理助理|rep2
佛山|佛山顺德风机叶轮|风机|20_99|small|离心叶轮、风筒|顺德仁|黄绮|采购经理|rep3
"""

_SOURCES = ("registration", "outbound", "exhibition", "referral", "target_list", "inbound")
_LEVELS = "ABBCCCD"


def create_customers(people: dict[str, User]) -> dict[str, Customer]:
    """All firms, by their short names; those without an owner stand in the pool."""
    serial = count(1)
    made = {
        parts[1]: _create(next(serial), parts, people)
        for parts in (line.split("|") for line in _FIRMS.split())
    }
    _look_alike(next(iter(made.values())), people["assistant"])
    return made


def _look_alike(customer: Customer, assistant: User) -> None:
    """A copy of a customer in the recycle bin, and a firm of the pool that shares its number only."""
    (known,) = customer.contacts.all()
    with acting_as(assistant):
        copy, _other = (
            create_customer(
                fields={"name": name, "region": customer.region, "industry": customer.industry},
                contacts=[{"name": known.name, "mobile": known.mobile}],
                actor=assistant,
                in_pool=True,
            )
            for name in (customer.name, customer.name.replace("有限公司", "经营部"))
        )
        merge_customer(customer_id=customer.pk, copy_id=copy.pk, actor=assistant, note="展会名片重复录入")


def _create(serial: int, parts: list[str], people: dict[str, User]) -> Customer:
    place, firm, industry, size, scale, products, representative, contact, title, owner = parts
    at = PLACES[place]
    street = at.streets[serial % len(at.streets)]
    person = people[owner or "assistant"]
    fields: dict[str, Any] = {
        "name": f"{firm}有限公司",
        "uscc": uscc(at.code, 210_000 + serial * 37),
        "legal_representative": representative,
        "enterprise_scale": scale,
        "industry": industry,
        "region": at.region,
        "size": size,
        "source": _SOURCES[serial % len(_SOURCES)],
        "level": _LEVELS[serial % len(_LEVELS)],
        "status": ("interested", "planned", "quoted")[serial % 3],
        "main_products": products,
        "introduction": f"{firm}位于{at.region}，主要生产{products}，产品销往华东及全国。",
        "bank_name": f"中国建设银行{place}分行",
        "bank_account": f"3205 0166 {serial:04d} 0000 {serial * 37:04d}",
    }
    reached = {
        "name": contact,
        "title": title,
        "mobile": mobile(serial),
        "phone": landline(at.area, serial),
        "email": f"contact{serial:02d}@example.com",
    }
    with acting_as(person):
        return create_customer(
            fields=fields,
            actor=person,
            in_pool=not owner,
            contacts=[reached],
            addresses=_addresses(serial, at, street, contact),
        )


def _addresses(serial: int, at: Place, street: str, contact: str) -> list[dict[str, str]]:
    registered = {"kind": "registered", "address": at.region + street, "postcode": at.postcode}
    postal = {
        "kind": "postal",
        "address": f"{at.region}{street}行政楼{serial % 4 + 1}层",
        "addressee": contact,
        "phone": mobile(serial),
        "postcode": at.postcode,
    }
    # One firm lacks its postal address: the dunning run has to say so.
    return [registered] if serial == 8 else [registered, postal]
