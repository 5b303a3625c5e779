"""What must hold of every answer: parts sum, nothing is silent, the same asked is the same told."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import Money
from entrepot.landed.rules import fixed_sum, lawless_answer, needed_rates, quote, request_of
from entrepot.landed.terms import (
    GUARANTEED,
    REASONS,
    Given,
    Importer,
    Mode,
    QuoteAnswer,
    RequestInvalid,
    Status,
    Transport,
)
from tests.landed import make

VALUES = st.decimals("0.01", "90000", places=2)
CODES = st.sampled_from(
    ["3926.90.99.89", "6109100012", "95030000", "64029180", "82119220", "85076000", "0902.30.00", "1"]
)
ORIGINS = st.sampled_from(["CN", "VN", "FR", "JP", "MX", "US", "BR", "GB", "AU", "RU"])
DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 30))
FULL = {"no": Decimal(3), "prs": Decimal(3), "kg": Decimal(2), "value:steel": Decimal(1)}
US_LINES = st.lists(
    st.builds(
        lambda value, code, origin: make.line(value, goods_code=code, origin=origin, measures=FULL),
        VALUES,
        CODES,
        ORIGINS,
    ),
    min_size=1,
    max_size=4,
)
CN_LINES = st.lists(
    st.builds(
        lambda value, vat, tax, count: make.chinese(value, vat=vat, tax=tax, quantity=count),
        st.decimals("0.01", "3000", places=2),
        st.sampled_from(["13", "9", "17"]),
        st.sampled_from(["0", "10", "15", "20"]),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=4,
)


def check(answer: QuoteAnswer) -> None:
    if answer.status is not Status.AMOUNT:
        assert answer.total is None
        assert answer.components == ()
        assert answer.reason or answer.range
        assert answer.reason is None or answer.reason.partition(":")[0] in REASONS
        return
    parts = {"duty": Decimal(0), "tax": Decimal(0), "fees": Decimal(0)}
    for part in answer.components:
        assert part.amount >= 0
        assert part.source
        family = "tax" if part.kind in {"vat", "gst", "pst", "sales_tax", "consumption_tax", "articles_tax"} else "duty"
        parts["fees" if part.kind in {"mpf", "hmf", "waybill_fee", "mail_fee"} else family] += part.amount
    assert parts == {"duty": answer.duty, "tax": answer.tax, "fees": answer.fees}
    assert answer.total == answer.duty + answer.tax + answer.fees
    assert answer.trace
    assert answer.regime


@given(US_LINES, DAYS, st.sampled_from(Mode), st.sampled_from([None, *Transport]), st.sampled_from(Importer))
def test_american_answers_sum_or_say_why_not(lines, on, mode, transport, importer) -> None:
    asked = make.request(*lines, on=on, mode=mode, transport=transport, importer=importer)
    law = make.law("US", on)

    answer = quote(request=asked, law=law)

    check(answer)
    check(quote(request=asked, law=law, policy=GUARANTEED))
    assert quote(request=asked, law=law) == answer


@given(CN_LINES, DAYS, st.sampled_from(Mode), st.decimals("0", "27000", places=2), st.decimals("0", "300", places=2))
def test_chinese_answers_sum_or_say_why_not(lines, on, mode, used, freight) -> None:
    law = make.law("CN", on)
    answer = quote(request=make.cbec(*lines, on=on, mode=mode, annual_used=used, freight=freight), law=law)

    check(answer)
    if answer.annual_used_after is not None:
        assert used < answer.annual_used_after <= 26000


@given(CN_LINES, DAYS, st.sampled_from(["FR", "DE", "GB", "CA"]), st.sampled_from(Mode), VALUES)
def test_answers_elsewhere_sum_or_say_why_not(lines, on, destination, mode, freight) -> None:
    law = make.law(destination, on)
    rates = {("CNY", law.currency): make.rate("CNY", law.currency, "0.13")}
    asked = make.cbec(*lines, destination=destination, on=on, mode=mode, currency=law.currency, freight=freight)

    check(quote(request=asked, law=law, rates=rates))


@given(VALUES, VALUES, CODES, ORIGINS, DAYS)
def test_duty_never_falls_when_the_value_rises_within_one_regime(one, other, code, origin, on) -> None:
    low, high = sorted((one, other))
    law = make.law("US", on)

    def told(value: Decimal) -> QuoteAnswer:
        line = make.line(value, goods_code=code, origin=origin, measures=FULL)
        return quote(request=make.request(line, on=on), law=law, policy=GUARANTEED)

    cheap, dear = told(low), told(high)
    if cheap.status is dear.status is Status.AMOUNT and cheap.regime == dear.regime:
        assert cheap.duty <= dear.duty
        assert cheap.total <= dear.total


@given(st.decimals("0.01", "5000", places=2), st.decimals("0.01", "5000", places=2))
def test_cbec_tax_never_falls_when_the_price_rises(one, other) -> None:
    low, high = sorted((one, other))
    law = make.law("CN", date(2026, 3, 2))
    taxes = [quote(request=make.cbec(make.chinese(value), on=law.on), law=law).tax for value in (low, high)]

    assert taxes[0] <= taxes[1]


@given(US_LINES, st.decimals("0.5", "9", places=4), st.decimals("0.5", "9", places=4))
def test_an_answer_in_another_currency_still_sums(lines, there, back) -> None:
    rates = {("CNY", "USD"): make.rate("CNY", "USD", str(there)), ("USD", "CNY"): make.rate("USD", "CNY", str(back))}
    asked = make.request(*lines, currency="CNY")

    check(quote(request=asked, law=make.law(), rates=rates, policy=GUARANTEED))
    assert needed_rates(request=asked, currency="USD") == {("CNY", "USD"), ("USD", "CNY")}


def test_a_missing_exchange_rate_is_unknown_not_one_to_one() -> None:
    answer = quote(request=make.request(make.line(currency="EUR")), law=make.law())

    assert (answer.status, answer.reason) == (Status.UNKNOWN, "exchange_rate_missing")


@given(st.integers(0, 10**9), st.lists(st.integers(-5, 10**6), min_size=1, max_size=9))
def test_what_is_for_all_lines_is_divided_without_losing_a_cent(minor: int, weights: list[int]) -> None:
    assert sum(share.minor for share in fixed_sum(whole=Money(minor, "USD"), weights=weights)) == minor


def test_the_policy_carries_forward_only_where_it_is_told_to() -> None:
    on = date(2026, 11, 22)
    strict = quote(request=make.request(on=on), law=make.law("US", on))
    carried = quote(request=make.request(on=on), law=make.law("US", on), policy=GUARANTEED)

    assert (strict.status, strict.reason) == (Status.UNKNOWN, "rate_unknown_from:2026-10-01")
    (fee,) = (part for part in carried.components if part.assumed)
    assert (fee.kind, fee.amount) == ("waybill_fee", Decimal("1.34"))
    assert any(note.startswith("Assumed: 19 CFR 24.23") for note in carried.notes)


def test_the_policy_invents_nothing_that_was_never_known() -> None:
    on = date(2026, 11, 22)
    unloaded = make.request(make.line(goods_code="87032301"), on=on)

    assert quote(request=unloaded, law=make.law("US", on), policy=GUARANTEED).reason == "code_unknown"


def test_american_counter_duties_past_the_truce_are_unknown() -> None:
    for on in (date(2026, 11, 9), date(2026, 11, 10)):
        asked = make.cbec(make.chinese("6000", origin="US"), on=on, ship_from="US", mode=Mode.CARGO)
        answer = quote(request=asked, law=make.law("CN", on))
        assert (answer.status, answer.reason) == (
            (Status.UNKNOWN, "rate_unknown_from:2026-11-10") if on.day == 10 else (Status.AMOUNT, None)
        )


def test_a_given_duty_is_taken_to_hold_the_unloaded_lists_and_says_so() -> None:
    asked = make.cbec(make.chinese("6000", origin="US"), on=date(2026, 3, 2), ship_from="US", mode=Mode.CARGO)
    answer = quote(request=asked, law=make.law("CN", date(2026, 3, 2)))

    assert sum(part.amount for part in answer.components if part.kind == "additional_us") == 600
    assert any("counter-duty list" in note for note in answer.notes)


def test_an_exemption_does_not_open_before_its_day() -> None:
    tea = make.line("1000", goods_code="09023000", origin="CN")
    day = date(2025, 11, 12)
    before, after = (
        quote(request=make.request(tea, on=on, mode=Mode.CARGO), law=make.law("US", on))
        for on in (day, day + timedelta(days=1))
    )

    assert sum(part.amount for part in before.components if part.kind == "ieepa_reciprocal") == 100
    assert not [part for part in after.components if part.kind == "ieepa_reciprocal"]


def test_facts_that_no_rule_reads_are_told() -> None:
    answer = quote(request=make.request(make.line(facts={"colour": "red"})), law=make.law())

    assert "The fact colour is read by no rule and changed nothing." in answer.notes


def test_a_gift_by_mail_up_to_a_hundred_dollars_is_free() -> None:
    for value, regime in (("100", "gift"), ("100.01", "informal_entry")):
        asked = make.request(make.line(value, facts={"gift": True}), mode=Mode.POST)
        assert quote(request=asked, law=make.law()).regime == regime


def test_given_rates_do_not_stand_in_for_the_overlays_of_an_unloaded_american_code() -> None:
    line = make.line(goods_code="8703230110", given=Given(duty_pct=Decimal("2.5")))

    assert quote(request=make.request(line), law=make.law()).reason == "code_unknown"


def test_an_informal_entry_above_its_limit_names_the_formal_one() -> None:
    answer = quote(request=make.request(make.line("2500.01"), entry="informal"), law=make.law())

    assert (answer.reason, answer.alternatives) == ("over_informal_limit", ("formal_entry",))


def test_business_does_not_import_by_retail_cbec() -> None:
    answer = quote(request=make.cbec(importer=Importer.BUSINESS), law=make.law("CN", date(2026, 3, 2)))

    assert (answer.reason, answer.alternatives) == ("importer_not_consumer", ("general_trade",))


def test_a_destination_without_law_is_unknown() -> None:
    answer = lawless_answer(request=make.request(destination="BR"))

    assert (answer.status, answer.reason, answer.total) == (Status.UNKNOWN, "destination_unknown", None)


BODY = {
    "id": "a", "on": "2026-03-02", "destination": "US", "ship_from": "CN", "mode": "cargo", "currency": "USD",
    "lines": [{"goods_code": "1", "origin": "CN", "quantity": 1, "value": "1", "currency": "USD"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"colour": 1}, "`colour`"),
        ({"lines": [{"origin": "CN", "value": "1", "currency": "USD", "weight": "2"}]}, "`weight`"),
        ({"lines": [{"origin": "CN", "value": "1", "currency": "USD", "given": {"rate": "2"}}]}, "`rate`"),
        ({"lines": []}, "`lines` is empty"),
        ({"destination": "usa"}, "`destination`"),
        ({"currency": "US"}, "`currency`"),
        ({"mode": "submarine"}, "mode"),
        ({"on": "2026-02-30"}, "on"),
        ({"freight": "-1"}, "`freight`"),
        ({"freight": "NaN"}, "`freight`"),
        ({"freight": "1e30"}, "`freight`"),
        ({"lines": [{"origin": "China", "value": "1", "currency": "USD"}]}, "origin"),
        ({"lines": [{"origin": "CN", "value": "x", "currency": "USD"}]}, "value"),
        ({"lines": [{"origin": "CN", "value": "1", "currency": "USD", "quantity": 0}]}, "quantity"),
        ({"lines": [{"origin": "CN", "value": "1", "currency": "USD", "measures": {"kg": "-1"}}]}, "measures.kg"),
        (
            {"lines": [{"origin": "CN", "value": "1", "currency": "USD", "given": {"consumption_tax_pct": "100"}}]},
            "consumption_tax_pct",
        ),
    ],
)
def test_a_request_that_is_not_in_the_contracts_form_names_the_key(change: dict, word: str) -> None:
    with pytest.raises(RequestInvalid) as refused:
        request_of(body=msgspec.json.encode(BODY | change))

    assert word in str(refused.value.facts["why"])


@pytest.mark.parametrize("origin", [{"origin": None}, {}, {"origin": "ZZ"}, {"origin": "XX"}])
def test_america_asks_for_an_origin_that_nobody_knows(origin: dict) -> None:
    lines = [{"goods_code": "6109100012", "value": "100", "currency": "USD"} | origin]

    answer = quote(request=request_of(body=msgspec.json.encode(BODY | {"lines": lines})), law=make.law())

    assert (answer.status, answer.reason, answer.total) == (Status.UNKNOWN, "origin_unknown", None)


def test_numbers_may_come_as_texts_or_as_numbers() -> None:
    as_numbers = BODY | {"freight": 1.10, "annual_used": 0}

    assert request_of(body=msgspec.json.encode(as_numbers)).freight == Decimal("1.1")


def test_an_answer_is_written_with_amounts_as_texts() -> None:
    body = msgspec.json.decode(msgspec.json.encode(quote(request=make.request(), law=make.law())))

    assert body["total"] == "26.64"
    assert body["components"][0] == {
        "kind": "base", "line": 0, "base": "100.00", "rate": "5.3%", "amount": "5.30",
        "source": "HTS 3926.90.99, 2025 basic edition to 2026 rev. 10", "valid_from": "2024-01-01",
    }  # fmt: skip
    assert body["range"] is None
