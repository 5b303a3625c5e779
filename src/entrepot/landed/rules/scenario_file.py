"""Reading a scenario file (YAML) and a file of goods (CSV), with the line of whatever is wrong."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

import yaml

from entrepot.customs.rules import rate_expression
from entrepot.customs.terms import RateExpression, RateUnreadable
from entrepot.kernel.money import Money, exponent
from entrepot.landed.rules.shares import family_of
from entrepot.landed.rules.telling import sentence
from entrepot.landed.terms import Step
from entrepot.landed.terms.scenarios import Change, ChangeVerb, Elasticity, GoodsLine, Scenario, ScenarioInvalid

_LONGEST: Final = 64_000
_DEEPEST: Final = 20
_MOST_CHANGES: Final = 200
_MOST_CODES: Final = 5_000
_MOST_GOODS: Final = 100_000
_TOP: Final = frozenset({"title", "destination", "on", "changes", "pass_through", "elasticities"})
_CHANGE: Final = frozenset({"add", "set", "end", "rate", "codes", "origins", "with_base"})
_FIGURES: Final = frozenset({"low", "central", "high", "source"})
_COLUMNS: Final = ("category", "goods_code", "origin", "price", "currency", "quantity")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_KIND: Final = re.compile(r"[a-z][a-z0-9_]{1,30}")
_CODE: Final = re.compile(r"\d{2,10}")
_WHOLE: Final = Decimal(100)

Fields = Mapping[str, yaml.Node]


def scenario_of(*, text: str) -> Scenario:
    """The scenario that a YAML text describes. Raises ScenarioInvalid with the line and the reason.

    Plain YAML only: no tags, anchors or aliases, at most 64,000 characters.
    """
    if len(text) > _LONGEST:
        raise _wrong(1, "the file has over {most} characters", most=f"{_LONGEST:,}")
    top = _fields(_composed(text), _TOP)
    for name in ("destination", "changes"):
        if name not in top:
            raise _wrong(1, "`{name}` is missing", name=name)
    changes = tuple(_change(node) for node in _items(top["changes"], "changes", _MOST_CHANGES))
    if not changes:
        raise _at(top["changes"], "`changes` is empty")
    return Scenario(
        title=_text(top["title"], 120) if "title" in top else "",
        destination=_country(top["destination"]),
        on=_day(top["on"]) if "on" in top else None,
        changes=changes,
        pass_through=_share(top["pass_through"]) if "pass_through" in top else Decimal(1),
        elasticities=_elasticities(top["elasticities"]) if "elasticities" in top else {},
    )


def goods_of(*, text: str) -> tuple[GoodsLine, ...]:
    """The goods of a CSV text: category, goods_code, origin, price, currency, quantity. Raises ScenarioInvalid."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise _wrong(1, "the column `{name}` is missing", name=missing[0])
    try:
        goods = tuple(_goods(row, reader.line_num) for row in _counted(reader))
    except csv.Error as wrong:
        raise _wrong(reader.line_num, str(wrong)) from wrong
    return goods


def _counted(reader: "csv.DictReader[str]") -> Iterator[dict[str, str]]:
    for number, row in enumerate(reader):
        if number >= _MOST_GOODS:
            raise _wrong(reader.line_num, "there are over {most} lines", most=f"{_MOST_GOODS:,}")
        if None in row or None in row.values():
            raise _wrong(reader.line_num, "it has not as many cells as the heading")
        yield row


def _goods(row: Mapping[str, str], line: int) -> GoodsLine:
    code, origin, currency = row["goods_code"].replace(".", ""), row["origin"].upper(), row["currency"].upper()
    if not _CODE.fullmatch(code):
        raise _wrong(line, "`goods_code` is no code of 2 to 10 digits")
    if not _COUNTRY.fullmatch(origin):
        raise _wrong(line, "`origin` is no ISO 3166 country")
    if not _CURRENCY.fullmatch(currency):
        raise _wrong(line, "`currency` is no ISO 4217 currency")
    try:
        price = Decimal(row["price"])
        quantity = int(row["quantity"])
        minor = price.scaleb(exponent(currency))
    except (InvalidOperation, ValueError) as wrong:
        raise _wrong(line, "`price` or `quantity` cannot be read") from wrong
    if not price.is_finite() or price <= 0 or minor != int(minor) or quantity < 0:
        raise _wrong(line, "`price` must be a positive amount of money, `quantity` a count")
    return GoodsLine(row["category"].strip(), code, origin, Money(int(minor), currency), quantity)


def _composed(text: str) -> yaml.Node:
    """The file as nodes that know their lines; anchors are refused, so that a small file cannot become a huge one."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                # The reader's work grows with the cube of the depth.
                raise _wrong(1, "this is no YAML that can be read")
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _wrong(line, "anchors and aliases are not allowed")
            if getattr(event, "tag", None):
                raise _wrong(line, "tags are not allowed")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise _wrong(line, "this is no YAML: {problem}", problem=str(wrong.problem)) from wrong
    except (yaml.YAMLError, RecursionError) as wrong:
        raise _wrong(1, "this is no YAML that can be read") from wrong
    if node is None:
        raise _wrong(1, "the file is empty")
    return node


def _fields(node: yaml.Node, known: frozenset[str] | None) -> Fields:
    """A mapping's nodes by name; a name that is unknown or comes twice is refused."""
    if not isinstance(node, yaml.MappingNode):
        raise _at(node, "names with values are expected here")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = str(key.value)
        if known is not None and name not in known:
            raise _at(key, "`{name}` is not known; known are {known}", name=name, known=", ".join(sorted(known)))
        if name in found:
            raise _at(key, "`{name}` comes twice", name=name)
        found[name] = value
    return found


def _items(node: yaml.Node, name: str, most: int) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise _at(node, "`{name}` must be a list", name=name)
    if len(node.value) > most:
        raise _at(node, "`{name}` has over {most} entries", name=name, most=f"{most:,}")
    return list(node.value)


def _change(node: yaml.Node) -> Change:
    fields = _fields(node, _CHANGE)
    verbs = [verb for verb in ChangeVerb if verb.value in fields]
    if len(verbs) != 1:
        raise _at(node, "a change is one of `add`, `set` and `end`")
    (verb,) = verbs
    kind = _text(fields[verb.value], 31)
    if not _KIND.fullmatch(kind) or family_of(kind=kind) != "duty":
        raise _at(fields[verb.value], "`{name}` is no kind of duty", name=kind)
    if (verb is ChangeVerb.END) == ("rate" in fields):
        raise _at(node, "`rate` is needed with `add` and `set`, and not with `end`")
    return Change(
        verb=verb,
        kind=kind,
        codes=_codes(fields["codes"]) if "codes" in fields else (),
        origins=frozenset(_country(one) for one in _items(fields["origins"], "origins", 300))
        if "origins" in fields
        else frozenset(),
        rate=_rate(fields["rate"]) if "rate" in fields else None,
        top_up="with_base" in fields and _text(fields["with_base"], 5).lower() == "true",
        line=node.start_mark.line + 1,
    )


def _codes(node: yaml.Node) -> tuple[str, ...]:
    found = []
    for one in _items(node, "codes", _MOST_CODES):
        code = _text(one, 14).replace(".", "")
        if not _CODE.fullmatch(code):
            raise _at(one, "`{code}` is no goods code of 2 to 10 digits", code=code)
        found.append(code)
    return tuple(dict.fromkeys(found))


def _rate(node: yaml.Node) -> RateExpression:
    text = _text(node, 80)
    try:
        rate = rate_expression(text=text)
    except RateUnreadable as wrong:
        raise _at(node, "the rate {rate} is in no form we can read; write `25%` or `2.5¢/kg`", rate=text) from wrong
    if not rate.known:
        raise _at(node, "a rate must be known")
    return rate


def _elasticities(node: yaml.Node) -> dict[str, Elasticity]:
    found = {}
    for category, figures in _fields(node, None).items():
        fields = _fields(figures, _FIGURES)
        missing = sorted(_FIGURES - fields.keys())
        if missing:
            raise _at(
                figures, "`{name}` is missing: an elasticity has low, central, high and its source", name=missing[0]
            )
        low, central, high = (_number(fields[name]) for name in ("low", "central", "high"))
        if not 0 <= low <= central <= high <= 100:
            raise _at(figures, "an elasticity must have 0 <= low <= central <= high")
        found[category] = Elasticity(low, central, high, _text(fields["source"], 300))
    return found


def _text(node: yaml.Node, longest: int) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _at(node, "a single value is expected here")
    text = str(node.value).strip()
    if not text or len(text) > longest:
        raise _at(node, "a value of 1 to {most} characters is expected here", most=str(longest))
    return text


def _country(node: yaml.Node) -> str:
    text = _text(node, 10).upper()
    if not _COUNTRY.fullmatch(text):
        raise _at(node, "`{country}` is no ISO 3166 country of two letters", country=text)
    return text


def _day(node: yaml.Node) -> date:
    try:
        return date.fromisoformat(_text(node, 10))
    except ValueError as wrong:
        raise _at(node, "a day is written 2026-06-15") from wrong


def _number(node: yaml.Node) -> Decimal:
    try:
        number = Decimal(_text(node, 20))
    except InvalidOperation as wrong:
        raise _at(node, "a number is expected here") from wrong
    if not number.is_finite():
        raise _at(node, "a number is expected here")
    return number


def _share(node: yaml.Node) -> Decimal:
    text = _text(node, 20)
    try:
        share = Decimal(text.removesuffix("%")) / (_WHOLE if text.endswith("%") else 1)
    except InvalidOperation as wrong:
        raise _at(node, "a share is written 80% or 0.8") from wrong
    if not 0 <= share <= 1:
        raise _at(node, "a share lies between 0 and 100%")
    return share


def _at(node: yaml.Node, why: str, **facts: str) -> ScenarioInvalid:
    return _wrong(node.start_mark.line + 1, why, **facts)


def _wrong(line: int, why: str, **facts: str) -> ScenarioInvalid:
    step = Step(why, dict(facts))
    return ScenarioInvalid(line=line, why=sentence(step), step=step)
