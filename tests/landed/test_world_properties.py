"""What must hold of every answer outside the United States: sums, exact allocation, more never costs less."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.landed.rules import quote
from entrepot.landed.terms import Given, Importer, Mode, QuoteAnswer, QuoteRequest, Status
from tests.landed import make

VALUES = st.decimals("0.01", "9000", places=2)
DAYS = st.dates(date(2021, 8, 1), date(2026, 11, 9))
CODES = st.sampled_from(["610910", "640399", "950300", "330300", "220421", "490199", "080929", "420221"])
PLACES = st.sampled_from(["CN", "FR", "GB", "CA", "JP", "AU"])
RATES = {place: make.rate(*place, "1.2") for place in (("USD", "KRW"), ("EUR", "GBP"))}
TOLD = Given(
    listed=True, duty_pct=Decimal(12), vat_pct=Decimal(20), gst_pct=Decimal(5), consumption_tax_pct=Decimal(0),
    articles_rate_pct=Decimal(20),
)  # fmt: skip


def asked(
    place: str, on: date, lines: list[tuple[Decimal, str]], *, mode: Mode, freight: Decimal, **facts
) -> QuoteRequest:
    currency = make.CURRENCIES.get(place.lower(), "EUR")
    whole = Decimal(1) if currency == "JPY" else Decimal("0.01")
    return make.request(
        *(
            make.line(value.quantize(whole), goods_code=code, currency=currency, given=TOLD, measures={"ml": Decimal(50)})
            for value, code in lines
        ),
        on=on, destination=place, currency=currency, mode=mode, freight=freight.quantize(whole), **facts,
    )  # fmt: skip


def told(request: QuoteRequest) -> QuoteAnswer:
    return quote(request=request, law=make.law(request.destination, request.on), rates=RATES)


LINES = st.lists(st.tuples(VALUES, CODES), min_size=1, max_size=5)


@given(
    PLACES, DAYS, LINES, st.sampled_from([Mode.POST, Mode.EXPRESS, Mode.CARGO]), st.decimals("0", "500", places=2),
    st.sampled_from(Importer), st.sampled_from(["CN", "US"]),
)  # fmt: skip
def test_parts_sum_to_the_total_and_the_same_asked_is_the_same_told(
    place, on, lines, mode, freight, importer, ship_from
) -> None:
    request = asked(place, on, lines, mode=mode, freight=freight, importer=importer, ship_from=ship_from)
    answer = told(request)

    assert answer == told(request)
    if answer.status is not Status.AMOUNT:
        assert answer.reason or answer.range
        assert answer.total is None
        return
    assert sum((part.amount for part in answer.components), Decimal(0)) == answer.total
    assert answer.total == answer.duty + answer.tax + answer.fees
    assert all(part.amount >= 0 and part.source for part in answer.components)
    assert answer.regime
    assert answer.trace


@given(st.sampled_from(["CN", "FR", "GB"]), LINES, st.decimals("0", "500", places=2))
def test_freight_is_spread_without_losing_a_cent(place, lines, freight) -> None:
    request = asked(place, date(2026, 3, 2), lines, mode=Mode.CARGO, freight=freight, importer=Importer.BUSINESS)
    answer = told(request)
    if answer.status is not Status.AMOUNT:
        return

    whole = sum((line.value for line in request.lines), Decimal(0)) + request.freight
    assert answer.customs_value == whole
    first = {part.line: part.base for part in answer.components if part.kind == "duty"}
    if len(first) == len(request.lines):
        assert sum(first.values()) == whole


@pytest.mark.parametrize(
    ("place", "mode", "importer"),
    [
        ("CN", Mode.CBEC_BONDED, Importer.CONSUMER),
        ("CN", Mode.PERSONAL, Importer.CONSUMER),
        ("CN", Mode.CARGO, Importer.BUSINESS),
        ("FR", Mode.POST, Importer.CONSUMER),
        ("GB", Mode.POST, Importer.CONSUMER),
        ("CA", Mode.EXPRESS, Importer.CONSUMER),
        ("JP", Mode.EXPRESS, Importer.CONSUMER),
        ("AU", Mode.POST, Importer.CONSUMER),
    ],
)
@given(value=VALUES, more=st.decimals("0.01", "500", places=2), on=DAYS)
def test_a_dearer_parcel_never_costs_less_within_its_bracket(place, mode, importer, value, more, on) -> None:
    less, dearer = (
        told(asked(place, on, [(worth, "420221")], mode=mode, freight=Decimal(0), importer=importer))
        for worth in (value, value + more)
    )
    if less.status is Status.AMOUNT and dearer.status is Status.AMOUNT and less.regime == dearer.regime:
        assert dearer.total >= less.total


@given(st.lists(st.decimals("0.01", "900", places=2), min_size=1, max_size=4), st.decimals("0", "60", places=2))
def test_retail_imports_pay_nine_point_one_percent_of_everything(values, freight) -> None:
    lines = [make.chinese(value) for value in values]
    answer = quote(
        request=make.cbec(*lines, on=date(2026, 3, 2), freight=freight), law=make.law("CN", date(2026, 3, 2))
    )

    exact = (sum(values, Decimal(0)) + freight) * Decimal("0.091")
    assert abs(answer.total - exact) <= Decimal("0.005") * len(values)
    assert answer.annual_used_after == sum(values, Decimal(0)) + freight


@given(
    st.integers(1, 12), st.lists(CODES.filter(lambda code: code not in ("330300", "220421")), min_size=1, max_size=6)
)
def test_europe_counts_classifications_never_pieces(count, codes) -> None:
    lines = [
        make.line("5", goods_code=code, currency="EUR", quantity=count, given=Given(vat_pct=Decimal(20)))
        for code in codes
    ]
    request = make.request(*lines, destination="FR", on=date(2026, 8, 10), mode=Mode.POST, currency="EUR")

    assert told(request).duty == 3 * len(set(codes))
