"""The official lists of chapter 99, where the shared folder is at hand, as a law with one line of goods in it."""

from datetime import date
from decimal import Decimal
from functools import cache

from entrepot.customs.rules import indexed
from entrepot.customs.rules.loaders.us_ch99 import Chapter99, chapter_99
from entrepot.customs.rules.loaders.us_frame import frame
from entrepot.customs.rules.loaders.us_kinds import plain_name
from entrepot.customs.rules.loaders.us_lists import FILES
from entrepot.customs.terms import Law, Rows, Speaks
from entrepot.landed.rules import quote
from entrepot.landed.terms import Importer, Mode, QuoteAnswer, Transport
from tests.customs.make import goods, measure
from tests.landed.make import line, request, rows
from tests.shared import TRADE, needs

CH99 = TRADE / "us" / "ch99"
NEEDED = needs(CH99)


@cache
def texts() -> dict[str, str]:
    return {plain_name(path.name): path.read_text() for path in CH99.iterdir() if plain_name(path.name) in FILES}


@cache
def chapter() -> Chapter99:
    return chapter_99(frame=frame(), files=texts())


@cache
def law(code: str, base: str, column_2: str, on: date, also_free: str = "S") -> Law:
    since = date(2016, 1, 1)
    official = Rows(
        measures=(
            measure("base.1", base, codes=(code,), origins_except=frozenset({"BY", "CU", "KP", "RU"}), valid_from=since),
            measure("base.2", column_2, codes=(code,), origins=frozenset({"BY", "CU", "KP", "RU"}), valid_from=since),
            measure("base.s", "Free", codes=(code,), claim=also_free, relation="instead", valid_from=since),
            measure("base.kr", "Free", codes=(code,), claim="KR", relation="instead", valid_from=since),
            *(one for part in chapter().parts.values() for one in part.measures),
        ),
        goods=(goods(code, since=since),),
        speaks=(Speaks("base", since), Speaks("goods", since), *(s for part in chapter().parts.values() for s in part.speaks)),
    )  # fmt: skip
    return Law("US", on, indexed(currency="USD", version="test", official=official, starter=rows("us")))


def answer(code: str, origin: str, on: date, base: str = "5%", value: str = "10000", **facts) -> QuoteAnswer:
    column_2 = facts.pop("column_2", "40%")
    asked = request(
        line(value, goods_code=code, origin=origin, **facts),
        on=on, ship_from=origin, mode=Mode.CARGO, transport=Transport.AIR, importer=Importer.BUSINESS,
    )  # fmt: skip
    return quote(request=asked, law=law(code.replace(".", ""), base, column_2, on))


def percentages(found: QuoteAnswer) -> dict[str, Decimal]:
    """Duty by kind in per cent of the value, without what comes to nothing."""
    sums: dict[str, Decimal] = {}
    for part in found.components:
        if part.line is not None:
            sums[part.kind] = sums.get(part.kind, Decimal(0)) + part.amount
    return {kind: (due / found.customs_value * 100).normalize() for kind, due in sums.items() if due}
