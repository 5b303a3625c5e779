"""The files of China, the European Union and the United Kingdom that we read."""

import re
from collections.abc import Callable
from typing import Final

from entrepot.customs.rules.loaders import cn_articles, cn_history, cn_tables, cn_workbook, eu_vat, uk_measures
from entrepot.customs.rules.loaders.files import FileKind, Loading, TariffFile


def _table(
    part: str, what: str, name: str, heading: str, read: Callable[[TariffFile], Loading], order: int = 50
) -> FileKind:
    """A CSV file that is known by its name, or by how its heading begins (both regular expressions)."""
    mark = re.compile(rb"^(\xef\xbb\xbf)?" + heading.encode())
    return FileKind(part, part[:2].upper(), what, re.compile(name), read, mark, order=order)


WORLD_KINDS: Final[tuple[FileKind, ...]] = (
    _table(
        "cn.mfn_2011",
        "China's duties of 2009 and 2011 from the Costa Rica agreement",
        r"cn_mfn_2011_hs8.*\.csv",
        "hs8,name_zh,mfn_2009_pct,mfn_2011_pct",
        cn_history.costa_rica_schedule,
    ),
    _table(
        "cn.mfn_2014",
        "China's duties of 2014 from the Swiss agreement",
        r"cn_mfn_2014_hs8.*\.csv",
        "hs8,name_zh,mfn_pct,fta_ch_pct",
        cn_history.swiss_schedule,
    ),
    _table(
        "cn.mfn_2018",
        "China's duties and counter-duties of 2018 and 2019",
        r"cn_tariff_2018.*\.csv",
        r"hs10,description_en,mfn_\d{4}_\d{2}_\d{2}",
        cn_workbook.workbook,
    ),
    _table(
        "cn.schedule",
        "China's schedule of duties",
        r"cn_schedule.*\.csv",
        "code,zh,en,mfn,conventional,special,general",
        cn_tables.schedule,
        order=60,
    ),
    _table(
        "cn.cbec_list",
        "China's positive list of retail CBEC imports",
        r"cn_cbec_list.*\.csv",
        "code,zh,remark,valid_from",
        cn_tables.positive_list,
        order=61,
    ),
    _table(
        "cn.vat",
        "China's value added tax by code",
        r"cn_vat.*\.csv",
        "code,rate,valid_from",
        cn_tables.vat_table,
        order=62,
    ),
    _table(
        "cn.consumption_tax",
        "China's consumption tax by code",
        r"cn_consumption_tax.*\.csv",
        "code,rate,at_least,per,",
        cn_tables.consumption_table,
        order=62,
    ),
    _table(
        "cn.articles",
        "China's table of personal articles",
        r"cn_inbound_articles.*\.csv",
        "article_code8,name_zh",
        cn_articles.articles_table,
    ),
    _table(
        "eu.vat",
        "the member states' standard VAT rates",
        r"eu_standard_vat.*\.csv",
        "eu_code,name,effective_from",
        eu_vat.vat_history,
    ),
    FileKind(
        part="gb.tariff",
        jurisdiction="GB",
        what="the United Kingdom's commodities and areas",
        name=re.compile(r"(uk__)?geographical_areas\.json"),
        read=uk_measures.uk_tariff,
        beside=("uk__commodities__*.json", "uk__rules_of_origin_schemes*.json"),
    ),
    FileKind(
        part="gb.xi",
        jurisdiction="GB",
        what="Northern Ireland's commodities and areas",
        name=re.compile(r"xi__geographical_areas\.json"),
        read=uk_measures.xi_tariff,
        beside=("xi__commodities__*.json", "xi__rules_of_origin_schemes*.json"),
    ),
)
