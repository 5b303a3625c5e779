from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from entrepot.base.identity import new_id
from entrepot.base.models import OutboxRow
from entrepot.channels import queries as channels
from entrepot.channels.terms import Route
from entrepot.kernel.money import Money
from entrepot.kernel.must import Broken
from entrepot.orders import queries, services
from entrepot.orders.models import Claim, Consignment, Line, Order
from entrepot.orders.terms import (
    CancelReason,
    ConsignmentUnknown,
    OrderUnknown,
    Stage,
    State,
    Verb,
    WrongMoment,
)
from entrepot.parties.terms import NotYours, ShopperId, Viewer
from tests.flows.budget import at_most
from tests.orders import make
from tests.orders.make import Asked, cny
from tests.parties import make as parties
from tests.parties.make import AT, CHINESE

pytestmark = pytest.mark.django_db

TO_DEPOT = (Verb.SEND, Verb.RECEIVE, Verb.PACK, Verb.DISPATCH, Verb.DELIVER)


def viewer(shopper_id: int) -> Viewer:
    return Viewer(shopper_id=ShopperId(shopper_id))


def only(shopper_id: int):
    """The shopper's only order."""
    (card,) = queries.orders_of(viewer=viewer(shopper_id))
    return queries.order(viewer=viewer(shopper_id), ref=card.ref)


def news(topic: str) -> list[tuple[int, int]]:
    return list(OutboxRow.objects.filter(topic=topic).order_by("id").values_list("owner", "subject"))


def test_an_order_keeps_copies_of_everything_the_quote_said() -> None:
    shopper, one, other = parties.shopper(), parties.merchant(), parties.merchant()
    quote = make.quote(Asked(one, 11, 2), Asked(one, 12), Asked(other, 13), shopper_id=shopper)
    channels.channels()  # known to the process for a minute
    with at_most(1):
        ref = services.write_order(order_id=new_id(owner=shopper), quote=quote, address=CHINESE, key="k", at=AT)
    seen = only(shopper)
    assert (seen.ref, seen.state, seen.quote_ref, seen.fx) == (ref, State.PLACED, quote.ref, quote.fx)
    assert seen.address == CHINESE
    assert seen.expires_at == AT + timedelta(minutes=30)
    assert seen.amounts.total == quote.total
    for got, quoted in zip(seen.consignments, quote.consignments, strict=True):
        for part in ("goods", "freight", "duty", "tax", "fees", "total"):
            assert getattr(got.amounts, part) == getattr(quoted, part)
        assert (got.components, got.notes, got.trace) == (quoted.components, quoted.notes, quoted.trace)
        assert (got.mode, got.route, got.regime, got.channel) == ("cbec_direct", Route.DEPOT, "cbec", "mall")
        for line, asked in zip(got.lines, quoted.lines, strict=True):
            same = ("variant_id", "listing_ref", "sku", "title", "options", "picture", "goods_code", "origin")
            same += ("net_grams", "quantity", "unit", "commission", "merchant_unit", "merchant_net", "fx")
            assert {name: getattr(line, name) for name in same} == {name: getattr(asked, name) for name in same}
    assert seen.consignments[0].pieces == 3
    assert seen.consignments[0].net_grams == 6_000
    assert seen.consignments[0].merchant_net == Money(5_700, "USD")
    assert news("orders.placed") == [(shopper, seen.id)]


def test_one_quote_one_key_one_id_make_one_order() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    quote = make.quote(Asked(merchant, 11), shopper_id=shopper)
    other = make.quote(Asked(merchant, 11), shopper_id=shopper)
    first = new_id()
    assert services.write_order(order_id=first, quote=quote, address=CHINESE, key="k", at=AT)
    for order_id, again, key in ((first, other, "l"), (new_id(), quote, "l"), (new_id(), other, "k")):
        assert services.write_order(order_id=order_id, quote=again, address=CHINESE, key=key, at=AT) is None
    assert len(queries.orders_of(viewer=viewer(shopper))) == 1
    assert Line.objects.filter(merchant_id=merchant).count() == 1
    assert {order.key for order in queries.known_orders(shopper_id=shopper, key="k", quote_ref=other.ref)} == {"k"}
    assert len(queries.known_orders(shopper_id=shopper, key="l", quote_ref=quote.ref)) == 1


def test_a_quote_that_does_not_sum_is_not_written() -> None:
    shopper = parties.shopper()
    quote = replace(make.quote(Asked(parties.merchant(), 11), shopper_id=shopper), total=cny(1))
    with pytest.raises(Broken), transaction.atomic():
        services.write_order(order_id=new_id(), quote=quote, address=CHINESE, key="k", at=AT)
    assert queries.orders_of(viewer=viewer(shopper)) == ()


@pytest.mark.parametrize("table", ["orders_order", "orders_consignment", "orders_line"])
def test_the_database_itself_keeps_the_sums(table: str) -> None:
    shopper = parties.shopper()
    merchant = parties.merchant()
    make.order(Asked(merchant, 11), shopper_id=shopper)
    owner = f"shopper_id = {shopper}" if table == "orders_order" else f"merchant_id = {merchant}"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET goods_minor = goods_minor + 1 WHERE {owner}")


def test_a_quotes_claim_is_one_id_for_everybody_and_forgotten_later() -> None:
    shopper = parties.shopper()
    first = services.claim_order(shopper_id=shopper, quote_ref="quo_1", at=AT)
    assert services.claim_order(shopper_id=shopper, quote_ref="quo_1", at=AT) == first
    assert services.claim_order(shopper_id=shopper, quote_ref="quo_2", at=AT) != first
    assert services.claim_order(shopper_id=parties.shopper(), quote_ref="quo_1", at=AT) != first
    assert services.prune_claims(at=AT + timedelta(days=1)) == 0
    assert services.prune_claims(at=AT + timedelta(days=3)) == 3
    assert not Claim.objects.filter(shopper_id=shopper).exists()


def test_paying_moves_the_order_and_its_consignments_once() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    order_id = make.order(Asked(merchant, 11), shopper_id=shopper)
    assert services.mark_order_paid(order_id=order_id, shopper_id=shopper, at=AT)
    assert not services.mark_order_paid(order_id=order_id, shopper_id=shopper, at=AT + timedelta(hours=1))
    seen = only(shopper)
    assert [(moment.what, moment.at) for moment in seen.timeline] == [("placed", AT), ("paid", AT)]
    assert [one.stage for one in seen.consignments] == [Stage.PAID]
    assert news("orders.paid") == [(shopper, order_id)]
    with pytest.raises(WrongMoment):
        services.mark_order_cancelled(order_id=order_id, shopper_id=shopper, reason=CancelReason.SHOPPER, at=AT)


def test_cancelling_moves_the_order_and_its_consignments_once() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    order_id = make.order(Asked(merchant, 11), shopper_id=shopper)
    for new in (True, False):
        assert new is services.mark_order_cancelled(
            order_id=order_id, shopper_id=shopper, reason=CancelReason.EXPIRED, at=AT
        )
    seen = only(shopper)
    assert (seen.state, seen.cancel_reason, seen.consignments[0].stage) == ("cancelled", "expired", "cancelled")
    with pytest.raises(WrongMoment):
        services.mark_order_paid(order_id=order_id, shopper_id=shopper, at=AT)


def test_another_shoppers_order_cannot_be_moved() -> None:
    order_id = make.order(Asked(parties.merchant(), 11), shopper_id=parties.shopper())
    stranger = parties.shopper()
    with pytest.raises(OrderUnknown), transaction.atomic():
        services.mark_order_paid(order_id=order_id, shopper_id=stranger, at=AT)
    with pytest.raises(OrderUnknown):
        queries.order_for_payment(order_id=order_id, shopper_id=stranger)
    with pytest.raises(OrderUnknown):
        queries.locked_order(order_id=order_id, shopper_id=stranger)


def test_a_consignment_goes_by_the_depot_to_the_door_and_ends_its_order() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    make.order(Asked(merchant, 11), shopper_id=shopper, paid=True)
    (part,) = only(shopper).consignments
    make.move(part.id, merchant, *TO_DEPOT)
    (part,) = only(shopper).consignments
    assert [moment.what for moment in part.timeline] == [
        "placed", "paid", "sent", "received", "packed", "dispatched", "delivered",
    ]  # fmt: skip
    assert part.release_at == AT + timedelta(hours=5, days=10), "ten days in the mall"
    assert only(shopper).state is State.PAID
    assert services.move_consignment(consignment_id=part.id, merchant_id=merchant, verb=Verb.RELEASE, at=AT)
    assert not services.move_consignment(consignment_id=part.id, merchant_id=merchant, verb=Verb.RELEASE, at=AT)
    assert only(shopper).state is State.DONE
    assert len(news("orders.consignment_moved")) == 6
    assert len(news("orders.done")) == 1


def test_an_order_is_done_with_its_last_consignment() -> None:
    shopper, one, other = parties.shopper(), parties.merchant(), parties.merchant()
    make.order(Asked(one, 11), Asked(other, 12), shopper_id=shopper, paid=True, route="direct")
    first, last = only(shopper).consignments
    make.move(first.id, one, Verb.SEND, Verb.DELIVER, Verb.RELEASE)
    assert only(shopper).state is State.PAID
    make.move(last.id, other, Verb.SEND, Verb.DELIVER, Verb.RELEASE)
    assert only(shopper).state is State.DONE


def test_consignments_move_together_or_not_at_all() -> None:
    shopper, one, other = parties.shopper(), parties.merchant(), parties.merchant()
    make.order(Asked(one, 11), Asked(other, 12), shopper_id=shopper, paid=True)
    pairs = [(part.id, part.merchant_id) for part in only(shopper).consignments]
    assert set(services.move_consignments(consignments=pairs, verb=Verb.SEND, at=AT)) == {pair[0] for pair in pairs}
    make.move(*pairs[0], Verb.RECEIVE)
    with pytest.raises(WrongMoment), transaction.atomic():
        services.move_consignments(consignments=pairs, verb=Verb.PACK, at=AT)
    assert [part.stage for part in only(shopper).consignments] == [Stage.RECEIVED, Stage.SENT]
    with pytest.raises(ConsignmentUnknown), transaction.atomic():
        services.move_consignments(consignments=[(pairs[0][0], other)], verb=Verb.PACK, at=AT)


def test_a_claim_stops_the_clock_of_the_merchants_money() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    make.order(Asked(merchant, 11), shopper_id=shopper, paid=True, route="direct")
    (part,) = only(shopper).consignments
    make.move(part.id, merchant, Verb.SEND, Verb.DELIVER)
    due = AT + timedelta(hours=2, days=10)
    for days in (1, 2):
        services.pause_release(consignment_id=part.id, merchant_id=merchant, at=AT + timedelta(days=days))
    assert only(shopper).consignments[0].paused_since == AT + timedelta(days=1)
    for _ in range(2):
        services.resume_release(consignment_id=part.id, merchant_id=merchant, at=AT + timedelta(days=4))
    assert only(shopper).consignments[0].release_at == due + timedelta(days=3)
    late = due + timedelta(days=3)
    assert queries.due_releases(at=late - timedelta(seconds=1)) == ()
    assert queries.due_releases(at=late) == ((part.id, merchant),)
    services.pause_release(consignment_id=part.id, merchant_id=merchant, at=late)
    assert queries.due_releases(at=late) == ()
    services.resume_release(consignment_id=part.id, merchant_id=merchant, at=late)
    assert services.set_release(consignments=[(part.id, merchant)], release_at=AT) == 1
    assert only(shopper).consignments[0].release_at == AT


def test_each_sees_what_is_theirs() -> None:
    person, merchant = parties.shopper_viewer(), parties.merchant()
    assert person.shopper_id
    make.order(Asked(merchant, 11), shopper_id=person.shopper_id, paid=True)
    seen = only(person.shopper_id)
    (part,) = seen.consignments
    make.move(part.id, merchant, Verb.SEND)
    team, stranger = (
        parties.merchant_viewer(merchant_id=merchant),
        parties.merchant_viewer(merchant_id=parties.merchant()),
    )
    assert queries.order(viewer=parties.operator(), ref=seen.ref).ref == seen.ref
    for nobody in (Viewer(), viewer(parties.shopper()), team, parties.depot_worker()):
        with pytest.raises(OrderUnknown):
            queries.order(viewer=nobody, ref=seen.ref)
    assert queries.consignment(viewer=team, ref=part.ref).address == replace(
        CHINESE, name="", phone="", city="", district="", lines=(), postal_code=""
    ), "who sends to the depot need not know the shopper"
    for desk in (parties.operator(), parties.depot_worker()):
        assert queries.consignment(viewer=desk, ref=part.ref).address == CHINESE
    for nobody in (Viewer(), person, stranger):
        with pytest.raises(ConsignmentUnknown):
            queries.consignment(viewer=nobody, ref=part.ref)
    with pytest.raises(NotYours):
        queries.consignments_of(viewer=stranger, merchant_id=merchant)
    with pytest.raises(NotYours):
        queries.consignment_counts(viewer=stranger, merchant_id=merchant)
    for nobody in (person, team):
        with pytest.raises(NotYours):
            queries.depot_consignments(viewer=nobody, stage=Stage.SENT)
        with pytest.raises(NotYours):
            queries.orders_page(viewer=nobody)
        with pytest.raises(NotYours):
            queries.order_counts(viewer=nobody)
    assert queries.orders_of(viewer=Viewer()) == ()


def test_a_direct_parcel_tells_its_merchant_the_way_but_is_none_of_the_depots() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    make.order(Asked(merchant, 11), shopper_id=shopper, paid=True, route="direct")
    (part,) = only(shopper).consignments
    team = parties.merchant_viewer(merchant_id=merchant)
    assert queries.consignment(viewer=team, ref=part.ref).address == CHINESE
    with pytest.raises(ConsignmentUnknown):
        queries.consignment(viewer=parties.depot_worker(), ref=part.ref)
    with pytest.raises(ConsignmentUnknown):
        queries.consignment_for_depot(ref=part.barcode)


def test_the_depot_finds_a_parcel_by_its_barcode() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    make.order(Asked(merchant, 11), shopper_id=shopper, paid=True)
    (part,) = only(shopper).consignments
    with pytest.raises(ConsignmentUnknown):
        queries.consignment(viewer=parties.depot_worker(), ref=part.ref)
    make.move(part.id, merchant, Verb.SEND)
    assert queries.consignment_for_depot(ref=part.barcode).id == part.id
    assert [card.ref for card in queries.depot_consignments(viewer=parties.depot_worker(), stage=Stage.SENT)] == [
        part.ref
    ]
    assert queries.depot_consignments(viewer=parties.depot_worker(), stage=Stage.SENT, destination="US") == ()


def test_lists_are_paged_by_reference_newest_first(django_assert_num_queries) -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    for number in range(5):
        make.order(Asked(merchant, number + 1, 2), shopper_id=shopper, paid=number != 2)
    with django_assert_num_queries(3):
        first = queries.orders_of(viewer=viewer(shopper), limit=2)
    rest = queries.orders_of(viewer=viewer(shopper), after=first[-1].ref, limit=9)
    assert [card.placed_at for card in first + rest] == [AT] * 5
    assert len({card.ref for card in first + rest}) == 5
    assert (first[0].pieces, first[0].merchants, first[0].stages) == (2, ("Columbia Orchards",), (Stage.PAID,))
    assert queries.orders_of(viewer=viewer(shopper), after="ord_unknown") == ()
    operator = parties.operator()
    assert [card.state for card in queries.orders_page(viewer=operator, state=State.PLACED)] == [State.PLACED]
    assert [card.ref for card in queries.orders_page(viewer=operator, ref=first[0].ref)] == [first[0].ref]
    assert queries.order_counts(viewer=operator) == {"placed": 1, "paid": 4, "done": 0, "cancelled": 0}
    team = parties.merchant_viewer(merchant_id=merchant)
    with django_assert_num_queries(2):
        paid = queries.consignments_of(viewer=team, merchant_id=merchant, stage=Stage.PAID, limit=3)
    more = queries.consignments_of(viewer=team, merchant_id=merchant, stage=Stage.PAID, after=paid[-1].ref)
    assert (len(paid), len(more)) == (3, 1)
    assert queries.consignment_counts(viewer=team, merchant_id=merchant)[Stage.PAID] == 4
    assert paid[0].grams == 4_000


def test_what_settling_needs_is_there() -> None:
    shopper, one, other = parties.shopper(), parties.merchant(), parties.merchant()
    order_id = make.order(Asked(one, 11, 2), Asked(other, 12), shopper_id=shopper)
    asked = queries.order_for_payment(order_id=order_id, shopper_id=shopper)
    assert queries.locked_order(order_id=order_id, shopper_id=shopper) == asked
    assert set(asked.merchant_ids) == {one, other}
    shares = queries.order_shares(order_id=order_id, merchant_ids=asked.merchant_ids)
    assert Money.total((one.total for one in shares), "CNY") == asked.total
    assert [(share.merchant_id, share.merchant_net, share.authority) for share in shares] == [
        (one, Money(3_800, "USD"), "CN"),
        (other, Money(1_900, "USD"), "CN"),
    ]
    assert shares[0].fx == Decimal(1) / make.FX
    alone = queries.consignment_money(consignment_id=shares[0].consignment_id, merchant_id=one)
    assert alone == shares[0]
    with pytest.raises(ConsignmentUnknown):
        queries.consignment_money(consignment_id=shares[0].consignment_id, merchant_id=other)


def test_rows_to_lock_name_their_owners() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    order_id = make.order(Asked(merchant, 11), shopper_id=shopper)
    (part,) = only(shopper).consignments
    both = queries.rows_of_order(order_id=order_id, shopper_id=shopper, merchant_ids=[merchant])
    assert [(rows.table, rows.ids, rows.owners) for rows in both] == [
        ("orders_order", (order_id,), (shopper,)),
        ("orders_consignment", (part.id,), (merchant,)),
    ]
    assert queries.rows_of_consignment(consignment_id=part.id, merchant_id=merchant) == both
    with pytest.raises(ConsignmentUnknown):
        queries.rows_of_consignment(consignment_id=part.id, merchant_id=parties.merchant())


def test_the_sweep_finds_what_was_not_paid_in_time() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    make.order(Asked(merchant, 11), shopper_id=shopper, paid=True)
    order_id = make.order(Asked(merchant, 11), shopper_id=shopper)
    assert queries.expired_orders(at=AT + timedelta(minutes=29)) == ()
    assert [order.id for order in queries.expired_orders(at=AT + timedelta(minutes=30))] == [order_id]


def test_by_id_a_verb_sees_the_whole_consignment() -> None:
    shopper, merchant = parties.shopper(), parties.merchant()
    make.order(Asked(merchant, 11), shopper_id=shopper)
    (part,) = only(shopper).consignments
    assert queries.consignment_by_id(consignment_id=part.id, merchant_id=merchant) == part
    assert queries.consignment_lines(consignment_id=part.id, merchant_id=merchant) == part.lines
    with pytest.raises(ConsignmentUnknown):
        queries.consignment_by_id(consignment_id=part.id, merchant_id=parties.merchant())
    assert str(Order.objects.get(shopper_id=shopper)) != str(Consignment.objects.get(merchant_id=merchant))
