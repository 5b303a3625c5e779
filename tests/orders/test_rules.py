from dataclasses import replace
from datetime import timedelta

import pytest

from entrepot.channels.terms import Route
from entrepot.kernel.must import Broken
from entrepot.landed.terms import Refusal
from entrepot.orders import rules
from entrepot.orders.terms import (
    AddressElsewhere,
    BasketChanged,
    KeyReused,
    KnownOrder,
    NotDeliverable,
    OrderId,
    OrderVerb,
    QuoteUsed,
    Stage,
    State,
    Verb,
    WrongMoment,
)
from tests.orders import make
from tests.orders.make import Asked, cny
from tests.parties.make import AMERICAN, AT, CHINESE

ORDER_TABLE = {
    ("placed", "pay"): "paid", ("placed", "finish"): None, ("placed", "cancel"): "cancelled",
    ("paid", "pay"): None, ("paid", "finish"): "done", ("paid", "cancel"): None,
    ("done", "pay"): None, ("done", "finish"): None, ("done", "cancel"): None,
    ("cancelled", "pay"): None, ("cancelled", "finish"): None, ("cancelled", "cancel"): None,
}  # fmt: skip

# Rows: where it is; columns in the order of Verb: pay send receive pack dispatch deliver release cancel
# refuse give_back.
DEPOT_TABLE = """
placed      paid -    -        -      -          -         -        cancelled -       -
paid        -    sent -        -      -          -         -        -         -       refunded
sent        -    -    received -      -          -         -        -         -       refunded
received    -    -    -        packed -          -         -        -         -       -
packed      -    -    -        -      dispatched -         -        -         -       -
dispatched  -    -    -        -      -          delivered -        -         refused refunded
delivered   -    -    -        -      -          -         released -         -       refunded
released    -    -    -        -      -          -         -        -         -       -
cancelled   -    -    -        -      -          -         -        -         -       -
refused     -    -    -        -      -          -         -        -         -       refunded
refunded    -    -    -        -      -          -         -        -         -       -
"""
DIRECT_TABLE = DEPOT_TABLE.replace(
    "sent        -    -    received -      -          -         -        -         -       refunded",
    "sent        -    -    -        -      -          delivered -        -         refused refunded",
)


def cells(table: str, route: Route) -> list[tuple[Route, str, Verb, str]]:
    rows = [line.split() for line in table.strip().splitlines()]
    return [(route, row[0], verb, cell) for row in rows for verb, cell in zip(Verb, row[1:], strict=True)]


ALL_CELLS = cells(DEPOT_TABLE, Route.DEPOT) + cells(DIRECT_TABLE, Route.DIRECT)


def test_the_tables_above_are_complete() -> None:
    assert len(ORDER_TABLE) == len(State) * len(OrderVerb)
    assert len(ALL_CELLS) == 2 * len(Stage) * len(Verb)
    assert {cell[1] for cell in ALL_CELLS} == set(Stage)
    assert DIRECT_TABLE != DEPOT_TABLE


@pytest.mark.parametrize(("state", "verb"), ORDER_TABLE)
def test_every_state_of_an_order_meets_every_verb(state: str, verb: str) -> None:
    expected = ORDER_TABLE[state, verb]
    if expected:
        assert rules.after(state=State(state), verb=OrderVerb(verb)) == expected
    else:
        with pytest.raises(WrongMoment) as refused:
            rules.after(state=State(state), verb=OrderVerb(verb))
        assert refused.value.facts["state"] == state


@pytest.mark.parametrize(("route", "stage", "verb", "expected"), ALL_CELLS)
def test_every_stage_of_a_consignment_meets_every_verb(route: Route, stage: str, verb: Verb, expected: str) -> None:
    if expected != "-":
        assert rules.stage_after(stage=Stage(stage), verb=verb, route=route) == expected == rules.stage_of(verb)
    else:
        with pytest.raises(WrongMoment) as refused:
            rules.stage_after(stage=Stage(stage), verb=verb, route=route)
        assert refused.value.facts["state"] == stage


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("route", Route)
def test_receipt_may_be_confirmed_on_the_last_way_only(stage: Stage, route: Route) -> None:
    last = {Route.DEPOT: {Stage.DISPATCHED}, Route.DIRECT: {Stage.DISPATCHED, Stage.SENT}}
    assert rules.may_be_confirmed(stage=stage, route=route) is (stage in last[route])


def quote(**changes: object):
    return replace(make.quote(Asked(1, 2), shopper_id=9), **changes)


def check(given, *, fingerprint="f", address=CHINESE) -> None:
    rules.check_quote(quote=given, basket_fingerprint=fingerprint, address=address, language="en")


def test_a_quote_fits_its_basket_and_address() -> None:
    check(quote())
    check(quote(region="GD"))
    check(quote(destination="US", region=""), address=AMERICAN)


def test_another_basket_is_refused() -> None:
    with pytest.raises(BasketChanged):
        check(quote(), fingerprint="g")


def test_what_the_quote_refuses_is_named_in_the_shoppers_language() -> None:
    refusal = Refusal(1, "Columbia", (2,), ({"en": "Apples", "zh-hans": "苹果"},), "mall", "prohibited", {}, ())
    given = quote(refusals=(refusal,))
    with pytest.raises(NotDeliverable, match="Apples"):
        check(given)
    with pytest.raises(NotDeliverable, match="苹果"):
        rules.check_quote(quote=given, basket_fingerprint="f", address=CHINESE, language="zh-hans")
    with pytest.raises(NotDeliverable):
        check(quote(consignments=()))


@pytest.mark.parametrize(("destination", "region"), [("US", ""), ("CN", "ZJ")])
def test_an_address_elsewhere_is_refused(destination: str, region: str) -> None:
    with pytest.raises(AddressElsewhere, match="CN-GD"):
        check(quote(destination=destination, region=region))


def known(key: str, quote_ref: str, state: State = State.PLACED) -> KnownOrder:
    return KnownOrder(OrderId(1), f"ord_{key}", state, key, quote_ref)


def test_a_repeat_finds_its_order_by_key_and_a_second_window_by_quote() -> None:
    assert rules.repeated(known=[], key="k", quote_ref="q") is None
    assert rules.repeated(known=[known("k", "q")], key="k", quote_ref="q") == known("k", "q")
    assert rules.repeated(known=[known("other", "q")], key="k", quote_ref="q") == known("other", "q")
    ended = known("k", "q", State.CANCELLED)
    assert rules.repeated(known=[ended], key="k", quote_ref="q") == ended


def test_a_key_for_another_quote_and_a_quote_that_has_ended_are_refused() -> None:
    with pytest.raises(KeyReused):
        rules.repeated(known=[known("other", "q"), known("k", "p")], key="k", quote_ref="q")
    with pytest.raises(QuoteUsed, match="ord_other"):
        rules.repeated(known=[known("other", "q", State.CANCELLED)], key="k", quote_ref="q")


def test_sums_are_checked_part_by_part() -> None:
    rules.check_sums(quote=quote())
    one = quote().consignments[0]
    for broken in (
        quote(goods=cny(1)),
        quote(total=cny(1)),
        quote(consignments=(replace(one, lines=(*one.lines, one.lines[0])),)),
    ):
        with pytest.raises(Broken):
            rules.check_sums(quote=broken)


def test_what_the_merchant_is_owed_is_in_its_own_currency() -> None:
    one = make.consignment([make.line(Asked(1, 2, quantity=3)), make.line(Asked(1, 3))])
    assert str(rules.net_of(one)) == "76.00 USD"


def test_money_is_due_so_many_days_after_delivery() -> None:
    assert rules.release_date(delivered_at=AT, release_days=10) == AT + timedelta(days=10)


@pytest.mark.parametrize("typed", ["csn_0123456789abcdef", "CSN0123456789ABCDEF", " csn 0123456789abcdef\n"])
def test_a_barcode_leads_back_to_its_reference(typed: str) -> None:
    assert rules.ref_of(typed) == "csn_0123456789abcdef"
    assert rules.barcode_of("csn_0123456789abcdef") == "CSN0123456789ABCDEF"
    assert rules.ref_of("1Z999") == "1Z999"
