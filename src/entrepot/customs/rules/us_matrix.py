"""Our rates of a day's overlays against a published matrix of countries and authorities, difference by difference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

from entrepot.customs.rules.day import claimable, measures_on
from entrepot.customs.terms import Law, Measure, Relation, TariffUnreadable

# Source: US Census Bureau, Schedule C, 240 codes; the right side is ISO 3166-1.
CENSUS: Final[Mapping[str, str]] = dict(
    tuple(cell.split(":"))  # type: ignore[misc]
    for cell in """
    1000:US 1010:GL 1220:CA 1610:PM 2010:MX 2050:GT 2080:BZ 2110:SV 2150:HN 2190:NI 2230:CR 2250:PA 2320:BM 2360:BS
    2390:CU 2410:JM 2430:TC 2440:KY 2450:HT 2470:DO 2481:AI 2482:VG 2483:KN 2484:AG 2485:MS 2486:DM 2487:LC 2488:VC
    2489:GD 2720:BB 2740:TT 2774:SX 2777:CW 2779:AW 2831:GP 2839:MQ 3010:CO 3070:VE 3120:GY 3150:SR 3170:GF 3310:EC
    3330:PE 3350:BO 3370:CL 3510:BR 3530:PY 3550:UY 3570:AR 3720:FK 4000:IS 4010:SE 4031:SJ 4039:NO 4050:FI 4091:FO
    4099:DK 4120:GB 4190:IE 4210:NL 4231:BE 4239:LU 4271:AD 4272:MC 4279:FR 4280:DE 4330:AT 4351:CZ 4359:SK 4370:HU
    4411:LI 4419:CH 4470:EE 4490:LV 4510:LT 4550:PL 4621:RU 4622:BY 4623:UA 4631:AM 4632:AZ 4633:GE 4634:KZ 4635:KG
    4641:MD 4642:TJ 4643:TM 4644:UZ 4700:ES 4710:PT 4720:GI 4730:MT 4751:SM 4752:VA 4759:IT 4791:HR 4792:SI 4793:BA
    4794:MK 4801:RS 4803:XK 4804:ME 4810:AL 4840:GR 4850:RO 4870:BG 4890:TR 4910:CY 5020:SY 5040:LB 5050:IQ 5070:IR
    5081:IL 5082:PS 5083:PS 5110:JO 5130:KW 5170:SA 5180:QA 5200:AE 5210:YE 5230:OM 5250:BH 5310:AF 5330:IN 5350:PK
    5360:NP 5380:BD 5420:LK 5460:MM 5490:TH 5520:VN 5530:LA 5550:KH 5570:MY 5590:SG 5600:ID 5601:TL 5610:BN 5650:PH
    5660:MO 5682:BT 5683:MV 5700:CN 5740:MN 5790:KP 5800:KR 5820:HK 5830:TW 5880:JP 6021:AU 6022:NF 6023:CC 6024:CX
    6029:HM 6040:PG 6141:NZ 6142:CK 6143:TK 6144:NU 6150:WS 6223:SB 6224:VU 6225:PN 6226:KI 6227:TV 6412:NC 6413:WF
    6414:PF 6810:MH 6820:FM 6830:PW 6862:NR 6863:FJ 6864:TO 7140:MA 7210:DZ 7230:TN 7250:LY 7290:EG 7321:SD 7323:SS
    7380:GQ 7410:MR 7420:CM 7440:SN 7450:ML 7460:GN 7470:SL 7480:CI 7490:GH 7500:GM 7510:NE 7520:TG 7530:NG 7540:CF
    7550:GA 7560:TD 7580:SH 7600:BF 7610:BJ 7620:AO 7630:CG 7642:GW 7643:CV 7644:ST 7650:LR 7660:CD 7670:BI 7690:RW
    7700:SO 7741:ER 7749:ET 7770:DJ 7780:UG 7790:KE 7800:SC 7810:IO 7830:TZ 7850:MU 7870:MZ 7880:MG 7881:YT 7890:KM
    7904:RE 7905:TF 7910:ZA 7920:NA 7930:BW 7940:ZM 7950:SZ 7960:ZW 7970:MW 7990:LS 9030:PR 9110:VI 9350:GU 9510:AS
    9610:MP 9800:UM
    """.split()
)


class _Tariff(msgspec.Struct):
    tariff_authority: str
    tariff_name: str
    tariff_rate: Decimal
    comment: str = ""


class _Country(msgspec.Struct):
    name: str
    census_code: str
    tariffs: list[_Tariff]


@dataclass(frozen=True, slots=True)
class Probe:
    """How one column of the matrix is asked of our law: goods that stand for it, and the keys of its measures."""

    code: str
    keys: str
    claims: frozenset[str] = frozenset()


# One line of goods for each action; no other action of the same kind takes it.
PROBES: Final[Mapping[tuple[str, str], Probe]] = {
    ("s232", "steel"): Probe("7208101500", "s232.metals."),
    ("s232", "aluminum"): Probe("7610100000", "s232.metals."),
    ("s232", "buses"): Probe("8702103100", "s232.mhd."),
    ("s232", "softwood_lumber"): Probe("4407110001", "s232.wood."),
    ("s232", "wood_furniture"): Probe("9401614011", "s232.wood."),
    ("s232", "kitchen_cabinets"): Probe("9403409060", "s232.wood."),
    ("s232", "semiconductors"): Probe("8473305100", "s232.semi.", frozenset({"semi_note_39"})),
    ("s232", "autos"): Probe("8703230190", "s232.autos."),
    ("s232", "auto_parts"): Probe("8708305090", "s232.parts."),
    ("s232", "mhd_vehicles"): Probe("8704230100", "s232.mhd."),
    ("s232", "mhd_parts"): Probe("8708220000", "s232.mhd_parts."),
    ("s122", "section_122"): Probe("9506624040", "s122."),
    ("s301", "china_301"): Probe("8703800000", "s301_cn."),
}
_CLAIMED_ONLY: Final = "Applies to USMCA-compliant goods only"


@dataclass(frozen=True, slots=True)
class Difference:
    """One country and column where two sources part. judged: which is right and why; empty: nobody has judged it."""

    country: str
    column: str
    theirs: Decimal
    ours: Decimal
    judged: str


# What differs and why, column by column; the first that fits counts. `*` stands for every country.
_JUDGED: Final[Mapping[tuple[str, str], str]] = {
    ("softwood_lumber", "*"): (
        "ours: US note 37(b) and heading 9903.76.01 put 10 % on the lumber of all countries; the deals name furniture and "
        "cabinets only (note 37(d) and (f))"
    ),
    ("autos", "GB"): "ours: heading 9903.94.31 adds 7.5 % to the base of 2.5 %, which makes the 10 % of the matrix",
    (
        "*",
        "US",
    ): "ours: goods of the United States come back free under chapter 98; the matrix fills its row mechanically",
    ("steel", "RU"): "the matrix: steel of Russia pays 50 % (9903.82.14)",
}


def differences(*, law: Law, matrix: bytes, file: str) -> tuple[int, tuple[Difference, ...]]:
    """How many cells agree, and those that do not. matrix: the file's JSON. Raises TariffUnreadable."""
    try:
        rows = msgspec.json.decode(matrix, type=dict[str, msgspec.Raw])
        countries = [msgspec.json.decode(raw, type=_Country) for key, raw in rows.items() if key.isdecimal()]
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise TariffUnreadable(file=file, why=str(wrong)) from wrong
    agreed, found = 0, []
    for country in countries:
        origin = CENSUS.get(country.census_code)
        if origin is None:
            raise TariffUnreadable(file=file, why=f"no country has the census code {country.census_code}")
        stated = {(one.tariff_authority, one.tariff_name): one for one in country.tariffs}
        for column, probe in PROBES.items():
            one = stated.get(column)
            claims = probe.claims | ({"USMCA"} if one and one.comment == _CLAIMED_ONLY else frozenset())
            theirs = one.tariff_rate if one else Decimal(0)
            ours = _ours(law, probe, origin, claims)
            if theirs == ours:
                agreed += 1
            else:
                found.append(Difference(origin, column[1], theirs, ours, _judged(column[1], origin)))
    return agreed, tuple(found)


def _judged(column: str, origin: str) -> str:
    keys = ((column, origin), ("*", origin), (column, "*"))
    return next((_JUDGED[key] for key in keys if key in _JUDGED), "")


def _ours(law: Law, probe: Probe, origin: str, claims: frozenset[str]) -> Decimal:
    rates = (measure.rate.ad_valorem or Decimal(0) for measure in _charged(law, probe, origin, claims))
    return max(rates, default=Decimal(0))


def _charged(law: Law, probe: Probe, origin: str, claims: frozenset[str]) -> Iterator[Measure]:
    for measure in measures_on(law=law, code=probe.code, origin=origin):
        if not measure.key.startswith(probe.keys) or measure.relation is Relation.EXEMPT:
            continue
        if claimable(measure=measure, claims=claims) and not (measure.claims_except & claims):
            yield measure
