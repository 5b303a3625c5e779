"""The first-level divisions that addresses name, in the order their readers expect. Source: ISO 3166-2:CN, :US, :CA."""

from collections.abc import Mapping
from typing import Final

# Code, English, Chinese.
_CHINA: Final = (
    ("BJ", "Beijing", "北京市"), ("TJ", "Tianjin", "天津市"), ("HE", "Hebei", "河北省"), ("SX", "Shanxi", "山西省"),
    ("NM", "Inner Mongolia", "内蒙古自治区"), ("LN", "Liaoning", "辽宁省"), ("JL", "Jilin", "吉林省"),
    ("HL", "Heilongjiang", "黑龙江省"), ("SH", "Shanghai", "上海市"), ("JS", "Jiangsu", "江苏省"), ("ZJ", "Zhejiang", "浙江省"),
    ("AH", "Anhui", "安徽省"), ("FJ", "Fujian", "福建省"), ("JX", "Jiangxi", "江西省"), ("SD", "Shandong", "山东省"),
    ("HA", "Henan", "河南省"), ("HB", "Hubei", "湖北省"), ("HN", "Hunan", "湖南省"), ("GD", "Guangdong", "广东省"),
    ("GX", "Guangxi", "广西壮族自治区"), ("HI", "Hainan", "海南省"), ("CQ", "Chongqing", "重庆市"), ("SC", "Sichuan", "四川省"),
    ("GZ", "Guizhou", "贵州省"), ("YN", "Yunnan", "云南省"), ("XZ", "Tibet", "西藏自治区"), ("SN", "Shaanxi", "陕西省"),
    ("GS", "Gansu", "甘肃省"), ("QH", "Qinghai", "青海省"), ("NX", "Ningxia", "宁夏回族自治区"), ("XJ", "Xinjiang", "新疆维吾尔自治区"),
)  # fmt: skip
_STATES: Final = (
    ("AL", "Alabama"), ("AK", "Alaska"), ("AZ", "Arizona"), ("AR", "Arkansas"), ("CA", "California"), ("CO", "Colorado"),
    ("CT", "Connecticut"), ("DE", "Delaware"), ("DC", "District of Columbia"), ("FL", "Florida"), ("GA", "Georgia"),
    ("HI", "Hawaii"), ("ID", "Idaho"), ("IL", "Illinois"), ("IN", "Indiana"), ("IA", "Iowa"), ("KS", "Kansas"),
    ("KY", "Kentucky"), ("LA", "Louisiana"), ("ME", "Maine"), ("MD", "Maryland"), ("MA", "Massachusetts"),
    ("MI", "Michigan"), ("MN", "Minnesota"), ("MS", "Mississippi"), ("MO", "Missouri"), ("MT", "Montana"),
    ("NE", "Nebraska"), ("NV", "Nevada"), ("NH", "New Hampshire"), ("NJ", "New Jersey"), ("NM", "New Mexico"),
    ("NY", "New York"), ("NC", "North Carolina"), ("ND", "North Dakota"), ("OH", "Ohio"), ("OK", "Oklahoma"),
    ("OR", "Oregon"), ("PA", "Pennsylvania"), ("RI", "Rhode Island"), ("SC", "South Carolina"), ("SD", "South Dakota"),
    ("TN", "Tennessee"), ("TX", "Texas"), ("UT", "Utah"), ("VT", "Vermont"), ("VA", "Virginia"), ("WA", "Washington"),
    ("WV", "West Virginia"), ("WI", "Wisconsin"), ("WY", "Wyoming"),
)  # fmt: skip
_PROVINCES: Final = (
    ("AB", "Alberta"), ("BC", "British Columbia"), ("MB", "Manitoba"), ("NB", "New Brunswick"),
    ("NL", "Newfoundland and Labrador"), ("NT", "Northwest Territories"), ("NS", "Nova Scotia"), ("NU", "Nunavut"),
    ("ON", "Ontario"), ("PE", "Prince Edward Island"), ("QC", "Quebec"), ("SK", "Saskatchewan"), ("YT", "Yukon"),
)  # fmt: skip
_LATIN: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {"US": _STATES, "CA": _PROVINCES}


def regions(country: str, language: str) -> tuple[tuple[str, str], ...]:
    """Code and name of each division of a country whose addresses need one; empty where they do not."""
    if country == "CN":
        return tuple((code, chinese if language.startswith("zh") else english) for code, english, chinese in _CHINA)
    return _LATIN.get(country, ())


def region_name(country: str, code: str, language: str) -> str:
    """The division's name, or what was written when it is none of ours."""
    return dict(regions(country, language)).get(code, code)
