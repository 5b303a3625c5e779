"""Where a duty stands in the law, cited as readers of the language cite it."""

import re
from functools import cache
from typing import Final

# The tariff data cites Chinese instruments in Latin letters; a Chinese reader knows them by their file numbers.
_CHINESE: Final = (
    (re.compile(r"Cai Guan Shui (\d{4}) No\.\s?(\d+)"), r"财关税〔\1〕\2号"),
    (re.compile(r"Cai Shui (\d{4}) No\.\s?(\d+)"), r"财税〔\1〕\2号"),
    (re.compile(r"Guo Shui Han (\d{4}) No\.\s?(\d+)"), r"国税函〔\1〕\2号"),
    (re.compile(r"MOF/STA/GACC announcement (\d{4}) No\.\s?(\d+)"), r"财政部 税务总局 海关总署公告\1年第\2号"),
    (re.compile(r"GACC (\d{4}) No\.\s?(\d+)"), r"海关总署公告\1年第\2号"),
    (re.compile(r"Tariff Commission (\d{4}) No\.\s?(\d+)"), r"税委会公告\1年第\2号"),
    (re.compile(r"Provisional Regulations on VAT"), "增值税暂行条例"),
    (re.compile(r"Provisional Regulations on consumption tax"), "消费税暂行条例"),
    (re.compile(r"Positive list of retail CBEC imports, (\d{4}) edition"), r"跨境电商零售进口商品清单（\1年版）"),
    (re.compile(r"Tariff Law"), "关税法"),
    (re.compile(r"ECB euro foreign exchange reference rates, crossed through EUR"), "欧洲央行参考汇率（经欧元套算）"),
    (re.compile(r"ECB euro foreign exchange reference rates"), "欧洲央行参考汇率"),
    (re.compile(r",? ?art\. (\d+)(?:\((\d+)\))?"), r"第\1条"),
    (re.compile(r",? ?item (\d+)"), r"第\1项"),
    (re.compile(r",? ?annex (\d+)"), r"附件\1"),
)
# What follows is the rule in English words; the number in front of it says the same.
_EXPLANATION: Final = re.compile(r"(?<=[条号项0-9）例法])\s*(?:[:;(,]| kept by ).*$")


@cache
def citation(source: str, language: str) -> str:
    """The source for a reader of `language`; one we have no form for stays as the data has it."""
    if not language.startswith("zh"):
        return source
    told = source
    for pattern, chinese in _CHINESE:
        told = pattern.sub(chinese, told)
    return _EXPLANATION.sub("", told) if told != source else source
