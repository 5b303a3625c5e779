"""The files of China, the European Union and the United Kingdom that we read."""

import re
from typing import Final

from entrepot.customs.rules.loaders import cn_articles, cn_history, cn_tables, cn_workbook, eu_vat, uk_measures
from entrepot.customs.rules.loaders.files import FileKind

WORLD_KINDS: Final[tuple[FileKind, ...]] = (
    FileKind(
        part="cn.mfn_2011",
        jurisdiction="CN",
        what="China's duties of 2009 and 2011 from the Costa Rica agreement",
        name=re.compile(r"cn_mfn_2011_hs8.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?hs8,name_zh,mfn_2009_pct,mfn_2011_pct"),
        read=cn_history.costa_rica_schedule,
    ),
    FileKind(
        part="cn.mfn_2014",
        jurisdiction="CN",
        what="China's duties of 2014 from the Swiss agreement",
        name=re.compile(r"cn_mfn_2014_hs8.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?hs8,name_zh,mfn_pct,fta_ch_pct"),
        read=cn_history.swiss_schedule,
    ),
    FileKind(
        part="cn.mfn_2018",
        jurisdiction="CN",
        what="China's duties and counter-duties of 2018 and 2019",
        name=re.compile(r"cn_tariff_2018.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?hs10,description_en,mfn_\d{4}_\d{2}_\d{2}"),
        read=cn_workbook.workbook,
    ),
    FileKind(
        part="cn.schedule",
        jurisdiction="CN",
        what="China's schedule of duties",
        name=re.compile(r"cn_schedule.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?code,zh,en,mfn,conventional,special,general"),
        read=cn_tables.schedule,
        order=60,
    ),
    FileKind(
        part="cn.cbec_list",
        jurisdiction="CN",
        what="China's positive list of retail CBEC imports",
        name=re.compile(r"cn_cbec_list.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?code,zh,remark,valid_from"),
        read=cn_tables.positive_list,
        order=61,
    ),
    FileKind(
        part="cn.vat",
        jurisdiction="CN",
        what="China's value added tax by code",
        name=re.compile(r"cn_vat.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?code,rate,valid_from"),
        read=cn_tables.vat_table,
        order=62,
    ),
    FileKind(
        part="cn.consumption_tax",
        jurisdiction="CN",
        what="China's consumption tax by code",
        name=re.compile(r"cn_consumption_tax.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?code,rate,at_least,per,"),
        read=cn_tables.consumption_table,
        order=62,
    ),
    FileKind(
        part="cn.articles",
        jurisdiction="CN",
        what="China's table of personal articles",
        name=re.compile(r"cn_inbound_articles.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?article_code8,name_zh"),
        read=cn_articles.articles_table,
    ),
    FileKind(
        part="eu.vat",
        jurisdiction="EU",
        what="the member states' standard VAT rates",
        name=re.compile(r"eu_standard_vat.*\.csv"),
        mark=re.compile(rb"^(\xef\xbb\xbf)?eu_code,name,effective_from"),
        read=eu_vat.vat_history,
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
