"""The United Kingdom's commodities as the public tariff service answers them in JSON, with its geographical areas.

The areas file leads; the commodities lie beside it, and rules-of-origin schemes where there are. Each is read as the
API answers (JSON:API) or in the nested form. Northern Ireland's service (XI) answers in the same form.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from fnmatch import fnmatch
from typing import Final, NamedTuple

import msgspec

from entrepot.customs.rules.loaders.files import Loading, TariffFile
from entrepot.customs.rules.loaders.uk_answers import all_of, is_answer, one_of
from entrepot.customs.rules.loaders.uk_components import Condition, MeasureComponent, expression
from entrepot.customs.rules.loaders.uk_schemes import SCHEMES, Scheme, proof_needed, schemes_of
from entrepot.customs.rules.loaders.written import written
from entrepot.customs.terms import Dated, Goods, Measure, Restriction, Rows, Verdict

_SERVICE: Final = "UK Integrated Online Tariff"
_CODE: Final = re.compile(r"\d{10}")
_EVERYBODY: Final = "1011"
_TAG: Final = re.compile(r"<[^>]+>")
_GROUP: Final = re.compile(r"\d{4}")
_AREAS_AT_LEAST: Final = 100


class _Type(msgspec.Struct):
    id: str
    description: str
    measure_type_series_id: str


class _Area(msgspec.Struct):
    id: str
    description: str | None = None
    children_geographical_areas: list["_Area"] = []


class _Code(msgspec.Struct):
    code: str
    description: str | None = None


class _Order(msgspec.Struct):
    number: str


class _Act(msgspec.Struct):
    regulation_code: str | None = None


class _Duty(msgspec.Struct):
    base: str | None = None


class _Measure(msgspec.Struct):
    id: int | str
    effective_start_date: str
    measure_type: _Type
    geographical_area: _Area
    effective_end_date: str | None = None
    duty_expression: _Duty | None = None
    measure_components: list[MeasureComponent] = []
    measure_conditions: list[Condition] = []
    excluded_countries: list[_Area] = []
    additional_code: _Code | None = None
    order_number: _Order | None = None
    legal_acts: list[_Act] = []


class _Commodity(msgspec.Struct):
    goods_nomenclature_item_id: str
    description: str
    import_measures: list[_Measure]


# Source: UK Integrated Online Tariff, measure types of series C, D, J and P. The claim, if any, that a duty asks for.
_DUTIES: Final[Mapping[str, str]] = {
    "103": "", "105": "end_use", "112": "", "115": "end_use", "117": "end_use", "119": "end_use", "122": "quota",
    "123": "quota", "142": "preference", "143": "quota", "145": "end_use", "146": "quota",
}  # fmt: skip
_ADDED: Final[Mapping[str, str]] = {
    "551": "anti_dumping", "552": "anti_dumping", "553": "countervailing", "554": "countervailing",
    "695": "additional", "696": "safeguard",
}  # fmt: skip
_PREFERENTIAL: Final = frozenset({"142", "143", "145", "146"})
_VAT: Final = frozenset({"305", "VTA", "VTE", "VTS", "VTZ"})
_FORBIDDEN: Final = frozenset({"277"})


class _World(NamedTuple):
    """What measures are read against: the members of each area, and the schemes that preferences are claimed under."""

    areas: Mapping[str, frozenset[str]]
    schemes: tuple[Scheme, ...]


def uk_tariff(file: TariffFile) -> Loading:
    """Areas and the commodities beside them, for Great Britain. Raises TariffUnreadable naming the commodity's file."""
    return _read(file, "duty")


def xi_tariff(file: TariffFile) -> Loading:
    """The same for goods at risk in Northern Ireland: kind `duty_xi`. Raises TariffUnreadable."""
    return _read(file, "duty_xi")


def _read(file: TariffFile, kind: str) -> Loading:
    schemes = {name: body for name, body in file.beside.items() if fnmatch(name, SCHEMES)}
    world = _World(_areas(file), schemes_of(schemes))
    measures: list[Measure] = []
    goods: list[Dated[Goods]] = []
    restrictions: list[Dated[Restriction]] = []
    left: list[str] = []
    seen: set[str] = set()
    for name in sorted(file.beside.keys() - schemes.keys()):
        commodity = _commodity(name, file.beside[name])
        code = commodity.goods_nomenclature_item_id
        if not _CODE.fullmatch(code):
            raise TariffFile(name, b"").refuse(f"{code!r} is not a code of ten digits")
        if code in seen:
            left.append(f"{name}: {code} is in another file already")
            continue
        seen.add(code)
        source = f"{_SERVICE}, {code}"
        since = min((_day(one.effective_start_date) for one in commodity.import_measures), default=date(2021, 1, 1))
        goods.append(Dated(Goods(code, {"en": _plain(commodity.description)}, (), source), since))
        for one in commodity.import_measures:
            measures.extend(_measures(code, kind, one, commodity.import_measures, world))
            restrictions.extend(_restrictions(code, one, world.areas))
        left.extend(_unread(code, commodity, world.areas))
    if not goods:
        raise file.refuse("no commodity lies beside it")
    rows = Rows(measures=tuple(measures), goods=tuple(goods), restrictions=tuple(restrictions), areas=world.areas)
    counted = f"{len(goods)} commodities, {len(measures)} measures"
    if schemes:
        counted += f", {len(world.schemes)} schemes of origin"
    return Loading("api", rows, (counted, *left))


def _areas(file: TariffFile) -> dict[str, frozenset[str]]:
    body = all_of(file=file, kind="geographical_area") if is_answer(file.body) else file.body
    try:
        found = msgspec.json.decode(body, type=list[_Area])
    except msgspec.DecodeError as wrong:
        raise file.refuse(f"no list of geographical areas ({wrong})") from wrong
    if len(found) < _AREAS_AT_LEAST:
        raise file.refuse(f"{len(found)} areas; a whole file has {_AREAS_AT_LEAST} or more")
    return {
        area.id: frozenset(child.id for child in area.children_geographical_areas)
        for area in found
        if area.children_geographical_areas
    }


def _commodity(name: str, body: bytes) -> _Commodity:
    file = TariffFile(name, body)
    nested = one_of(file=file, kind="commodity") if is_answer(body) else body
    try:
        found = msgspec.json.decode(nested, type=_Commodity)
    except msgspec.DecodeError as wrong:
        raise file.refuse(f"no commodity of the tariff service ({wrong})") from wrong
    for one in found.import_measures:
        for text in filter(None, (one.effective_start_date, one.effective_end_date)):
            try:
                _day(text)
            except ValueError as wrong:
                raise file.refuse(f"{text!r}, a day of measure {one.id}, is no day") from wrong
    return found


def _measures(code: str, kind: str, one: _Measure, others: Sequence[_Measure], world: _World) -> Iterator[Measure]:
    found = _kind(one, kind)
    if found is None:
        return
    kind, claim = found
    origins, but = _origins(one, world.areas)
    text, note = expression(components=one.measure_components, conditions=one.measure_conditions)
    told = _plain(one.duty_expression.base or "") if one.duty_expression else ""
    if text != "unknown" and one.measure_type.id in _PREFERENTIAL:
        documents = dict.fromkeys(each.document_code for each in one.measure_conditions if each.document_code)
        note = proof_needed(origins=origins - but, documents=tuple(documents), schemes=world.schemes)
    ac = one.additional_code.code if one.additional_code else ""
    if ac and kind in ("vat", *_ADDED.values()) and _several(one, others):
        # `...999` is everybody not named by another code.
        claim = "" if ac.endswith("999") else f"additional_code:{ac}"
    if one.order_number is not None:
        claim = f"quota:{one.order_number.number}"
    yield written(
        key=f"{kind}.{code}.{one.id}",
        kind=kind,
        rate=text,
        codes=(code,),
        origins=origins,
        origins_except=but,
        claim=claim,
        valid_from=_day(one.effective_start_date),
        valid_until=_day(one.effective_end_date) + timedelta(days=1) if one.effective_end_date else None,
        source=f"{_SERVICE}, measure {one.id} ({one.measure_type.description}), {_acts(one)}",
        note=note or ("" if text != "unknown" else f"The duty is {told or 'by conditions'}: not computed."),
    )


def _kind(one: _Measure, duty: str) -> tuple[str, str] | None:
    """The kind and the claim of a measure; None for controls and the rest. Types are told by number and series."""
    number, series = one.measure_type.id, one.measure_type.measure_type_series_id
    if number in _DUTIES and series == "C":
        return duty, _DUTIES[number]
    if number in _ADDED and series in ("D", "J"):
        return _ADDED[number], ""
    if number in _VAT and series == "P" and duty == "duty":
        # Northern Ireland has the VAT of the United Kingdom.
        return "vat", ""
    return None


def _several(one: _Measure, others: Sequence[_Measure]) -> bool:
    return sum(other.measure_type.id == one.measure_type.id for other in others) > 1


def _origins(one: _Measure, areas: Mapping[str, frozenset[str]]) -> tuple[frozenset[str], frozenset[str]]:
    area = one.geographical_area
    but = frozenset(excluded.id for excluded in one.excluded_countries)
    if area.id == _EVERYBODY:
        return frozenset(), but
    members = frozenset(child.id for child in area.children_geographical_areas) or areas.get(area.id, frozenset())
    return (members or frozenset({area.id})), but


def _restrictions(code: str, one: _Measure, areas: Mapping[str, frozenset[str]]) -> Iterator[Dated[Restriction]]:
    if one.measure_type.id not in _FORBIDDEN:
        return
    origins, _ = _origins(one, areas)
    document = next((each.document_code for each in one.measure_conditions if each.document_code), "") or ""
    value = Restriction(
        key=f"{one.measure_type.id}.{code}.{one.id}",
        codes=(code,),
        codes_except=(),
        origins=origins,
        modes=frozenset(),
        verdict=Verdict.LICENCE if document else Verdict.PROHIBITED,
        document=document,
        text={"en": f"{one.measure_type.description}.", "zh-hans": "禁止进口。"},
        source=f"{_SERVICE}, measure {one.id}, {_acts(one)}",
    )
    until = _day(one.effective_end_date) + timedelta(days=1) if one.effective_end_date else None
    yield Dated(value, _day(one.effective_start_date), until)


def _unread(code: str, commodity: _Commodity, areas: Mapping[str, frozenset[str]]) -> Iterator[str]:
    names = sorted(
        {
            one.measure_type.description
            for one in commodity.import_measures
            if _kind(one, "duty") is None and one.measure_type.id not in _FORBIDDEN
        }
    )
    if names:
        yield f"{code}: not computed: {', '.join(names)}"
    nobody = {
        one.geographical_area.id
        for one in commodity.import_measures
        if _kind(one, "duty") is not None and any(_GROUP.fullmatch(origin) for origin in _origins(one, areas)[0])
    }
    if nobody:
        yield f"{code}: the members of these areas are not told, their measures reach nobody: {', '.join(sorted(nobody))}"


def _acts(one: _Measure) -> str:
    return ", ".join(act.regulation_code for act in one.legal_acts if act.regulation_code) or "no act named"


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()
