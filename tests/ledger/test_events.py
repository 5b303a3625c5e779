"""Every event of the book, as a table: what is debited, what is credited, how much. The accountant's page, executable."""

from datetime import timedelta

import pytest

from entrepot.kernel.money import Money
from entrepot.ledger import queries
from entrepot.ledger import rules as book
from entrepot.ledger.services import post_groups, post_transfers
from entrepot.ledger.terms import About, AccountRef, Clamp, GiveBack, Kind, Overdrawn
from tests.ledger import make

K = Kind
USD, CNY = (lambda minor: Money(minor, "USD")), (lambda minor: Money(minor, "CNY"))
SHARES = make.shares(currency="USD")  # goods 100.00, freight 12.00, tax 9.10, fees 0.30, commission 5.00
ABROAD = make.shares(fx="0.1389", merchant_net=USD(1_320), freight=0, tax=0, fees=0)
TAXED = make.shares(currency="USD", commission_tax=USD(105), seat="US", merchant_net=USD(9_395))
NOTHING = About()


def back(shares=SHARES, own=None, **parts):
    named = ("merchant", "commission", "commission_tax", "duty", "tax", "freight", "fees")
    amounts = {name: Money(parts.get(name, 0), shares.goods.currency) for name in named}
    return GiveBack(shares=shares, merchant_own=amounts["merchant"] if own is None else own, **amounts)


PENDING = {"consignment_id": 11, "merchant_id": 7}
PAYOUT = {"payout_id": 3, "merchant_id": 7, "amount": USD(9_500)}
FROM_MERCHANT = [K.MERCHANT_AVAILABLE, K.MERCHANT_PENDING, K.MERCHANT_RESERVE, K.MERCHANT_RECEIVABLE]

# event: its transfers, and the rows (debit, credit, minor units, currency) the accountant expects.
EVENTS = {
    "captured": (
        book.captured(payment_id=5, shares=[SHARES]),
        [(K.PSP_RECEIVABLE, K.HOLD, 12_140, "USD")],
    ),
    "the provider's fee": (
        book.provider_charged(cause="payment/5", fee=USD(320), about=NOTHING),
        [(K.PSP_FEES, K.PSP_RECEIVABLE, 320, "USD")],
    ),
    "the provider pays us and keeps a reserve": (
        book.provider_settled(settlement="po_1", paid=USD(9_000), reserved=USD(500)),
        [(K.BANK, K.PSP_RECEIVABLE, 9_000, "USD"), (K.PSP_RESERVE, K.PSP_RECEIVABLE, 500, "USD")],
    ),
    "a discount that we bear": (
        book.promoted(payment_id=5, consignment_id=11, amount=USD(200), about=NOTHING),
        [(K.PROMOTION, K.HOLD, 200, "USD")],
    ),
    "released": (
        book.released(shares=SHARES),
        [
            (K.HOLD, K.COMMISSION, 500, "USD"), (K.HOLD, K.TAX_PAYABLE, 910, "USD"), (K.HOLD, K.FEES, 30, "USD"),
            (K.HOLD, K.FREIGHT_PAYABLE, 1_200, "USD"), (K.HOLD, K.MERCHANT_AVAILABLE, 9_500, "USD"),
        ],
    ),
    "released with tax on the commission, to mature": (
        book.released(shares=TAXED, into=K.MERCHANT_PENDING),
        [
            (K.HOLD, K.COMMISSION, 500, "USD"), (K.HOLD, K.TAX_PAYABLE, 910, "USD"), (K.HOLD, K.FEES, 30, "USD"),
            (K.HOLD, K.FREIGHT_PAYABLE, 1_200, "USD"), (K.HOLD, K.TAX_PAYABLE, 105, "USD"),
            (K.HOLD, K.MERCHANT_PENDING, 9_395, "USD"),
        ],
    ),
    "released to a merchant abroad": (
        book.released(shares=ABROAD),
        [
            (K.HOLD, K.COMMISSION, 500, "CNY"), (K.HOLD, K.FX_POSITION, 9_500, "CNY"),
            (K.FX_POSITION, K.MERCHANT_AVAILABLE, 1_320, "USD"),
        ],
    ),
    "matured, a tenth kept": (
        book.matured(**PENDING, amount=USD(9_500), reserve=USD(950)),
        [(K.MERCHANT_PENDING, K.MERCHANT_AVAILABLE, 8_550, "USD"), (K.MERCHANT_PENDING, K.MERCHANT_RESERVE, 950, "USD")],
    ),
    "a reserve kept at once": (
        book.reserve_kept(**PENDING, amount=USD(950)),
        [(K.MERCHANT_AVAILABLE, K.MERCHANT_RESERVE, 950, "USD")],
    ),
    "a reserve given back": (
        book.reserve_returned(**PENDING, amount=USD(950)),
        [(K.MERCHANT_RESERVE, K.MERCHANT_AVAILABLE, 950, "USD")],
    ),
    "storing and packing": (
        book.fulfilled(cause="box/1", merchant_id=7, fee=USD(80), about=About(merchant_id=7)),
        [(kind, K.FULFILMENT_FEE, 80, "USD") for kind in FROM_MERCHANT],
    ),
    "payout through the provider": (
        book.payout_opened(**PAYOUT),
        [(K.MERCHANT_AVAILABLE, K.PSP_RECEIVABLE, 9_500, "USD")],
    ),
    "payout in a file to the bank": (
        book.payout_set_aside(**PAYOUT),
        [(K.MERCHANT_AVAILABLE, K.PAYOUT_IN_TRANSIT, 9_500, "USD")],
    ),
    "the bank paid": (book.payout_confirmed(**PAYOUT), [(K.PAYOUT_IN_TRANSIT, K.BANK, 9_500, "USD")]),
    "the bank refused": (book.payout_failed(**PAYOUT), [(K.PAYOUT_IN_TRANSIT, K.MERCHANT_AVAILABLE, 9_500, "USD")]),
    "the bank sent it back": (book.payout_returned(**PAYOUT), [(K.BANK, K.MERCHANT_AVAILABLE, 9_500, "USD")]),
    "money nothing waits for": (
        book.returned(refund_id=9, payment_id=5, order_id=1, amount=USD(300)),
        [(K.PSP_RECEIVABLE, K.REFUND_IN_TRANSIT, 300, "USD")],
    ),
    "refund before release": (
        book.refunded(refund_id=9, payment_id=5, shares=SHARES, amount=USD(300)),
        [(K.HOLD, K.REFUND_IN_TRANSIT, 300, "USD")],
    ),
    "refund sent": (
        book.refund_sent(refund_id=9, payment_id=5, order_id=1, amount=USD(300)),
        [(K.REFUND_IN_TRANSIT, K.PSP_RECEIVABLE, 300, "USD")],
    ),
    "refund after release": (
        book.refunded_after_release(refund_id=9, payment_id=5, back=back(merchant=4_750, commission=250, tax=455)),
        [
            *((kind, K.REFUND_IN_TRANSIT, 4_750, "USD") for kind in FROM_MERCHANT),
            (K.COMMISSION, K.REFUND_IN_TRANSIT, 250, "USD"), (K.TAX_PAYABLE, K.REFUND_IN_TRANSIT, 455, "USD"),
        ],
    ),
    "refund after release from a merchant abroad": (
        book.refunded_after_release(refund_id=9, payment_id=5, back=back(ABROAD, own=USD(1_320), merchant=9_500)),
        [
            *((kind, K.FX_POSITION, 1_320, "USD") for kind in FROM_MERCHANT),
            (K.FX_POSITION, K.REFUND_IN_TRANSIT, 9_500, "CNY"),
        ],
    ),
    "goodwill": (
        book.goodwill_given(refund_id=9, payment_id=5, amount=USD(100), about=NOTHING),
        [(K.GOODWILL, K.REFUND_IN_TRANSIT, 100, "USD")],
    ),
    "credit given": (
        book.credit_given(cause="claim/1", shopper_id=4, amount=USD(100), about=NOTHING),
        [(K.GOODWILL, K.SHOPPER_CREDIT, 100, "USD")],
    ),
    "credit spent": (
        book.credit_spent(payment_id=5, shopper_id=4, consignment_id=11, amount=USD(100), about=NOTHING),
        [(K.SHOPPER_CREDIT, K.HOLD, 100, "USD")],
    ),
    "a debt netted": (
        book.netted(cause="release/11", merchant_id=7, amount=USD(9_500)),
        [(K.MERCHANT_AVAILABLE, K.MERCHANT_RECEIVABLE, 9_500, "USD")],
    ),
    "a debt written off": (
        book.written_off(cause="2026-11/7", merchant_id=7, amount=USD(40)),
        [(K.BAD_DEBT, K.MERCHANT_RECEIVABLE, 40, "USD")],
    ),
    "dispute opened": (
        book.dispute_opened(dispute_id=2, amount=USD(12_140), fee=USD(1_500), about=NOTHING),
        [(K.PSP_DISPUTED, K.PSP_RECEIVABLE, 12_140, "USD"), (K.PSP_FEES, K.PSP_RECEIVABLE, 1_500, "USD")],
    ),
    "the merchant's part set aside": (
        book.dispute_set_aside(dispute_id=2, shares=SHARES, amount=USD(9_500)),
        [(kind, K.DISPUTE_SET_ASIDE, 9_500, "USD") for kind in FROM_MERCHANT],
    ),
    "dispute won": (
        book.dispute_won(dispute_id=2, shares=SHARES, amount=USD(12_140), fee=USD(1_500), set_aside=USD(9_500)),
        [
            (K.PSP_RECEIVABLE, K.PSP_DISPUTED, 12_140, "USD"), (K.PSP_RECEIVABLE, K.PSP_FEES, 1_500, "USD"),
            (K.DISPUTE_SET_ASIDE, K.MERCHANT_AVAILABLE, 9_500, "USD"),
        ],
    ),
    "dispute lost before release": (
        book.dispute_lost(
            dispute_id=2, shares=SHARES, amount=USD(12_140), held=USD(12_140), back=None, set_aside=USD(0)
        ),
        [(K.HOLD, K.PSP_DISPUTED, 12_140, "USD")],
    ),
    "dispute lost after release": (
        book.dispute_lost(
            dispute_id=2, shares=SHARES, amount=USD(12_140), held=USD(0),
            back=back(merchant=9_500, commission=500, tax=910), set_aside=USD(9_500),
        ),
        [
            (K.DISPUTE_SET_ASIDE, K.PSP_DISPUTED, 9_500, "USD"), (K.COMMISSION, K.PSP_DISPUTED, 500, "USD"),
            (K.TAX_PAYABLE, K.PSP_DISPUTED, 910, "USD"), (K.CHARGEBACK_LOSS, K.PSP_DISPUTED, 1_230, "USD"),
        ],
    ),
    "dispute lost, the loss is ours": (
        book.dispute_lost(
            dispute_id=2, shares=SHARES, amount=USD(12_140), held=USD(0), back=None, set_aside=USD(9_500)
        ),
        [(K.CHARGEBACK_LOSS, K.PSP_DISPUTED, 12_140, "USD"), (K.DISPUTE_SET_ASIDE, K.MERCHANT_AVAILABLE, 9_500, "USD")],
    ),
    "yuan sold for dollars": (
        book.exchange_settled(deal="fx1", sold=CNY(9_500), bought=USD(1_310), spread=USD(10)),
        [
            (K.FX_POSITION, K.BANK, 9_500, "CNY"), (K.BANK, K.FX_POSITION, 1_310, "USD"),
            (K.FX_GAIN, K.FX_POSITION, 10, "USD"),
        ],
    ),
    "a gain of the position": (
        book.exchange_result(period="2026-11", gain=USD(7)),
        [(K.FX_POSITION, K.FX_GAIN, 7, "USD")],
    ),
    "a loss of the position": (
        book.exchange_result(period="2026-11", gain=USD(-7)),
        [(K.FX_GAIN, K.FX_POSITION, 7, "USD")],
    ),
    "tax paid to the authority": (
        book.remitted(cause="2026-11", owed=AccountRef(K.TAX_PAYABLE, book.country_subject("CN")), amount=USD(910)),
        [(K.TAX_PAYABLE, K.BANK, 910, "USD")],
    ),
    "an adjusting entry": (
        book.adjusted(
            cause="a1", debit=AccountRef(K.ROUNDING), credit=AccountRef(K.COMMISSION), amount=USD(1), about=NOTHING
        ),
        [(K.ROUNDING, K.COMMISSION, 1, "USD")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_these_transfers(event) -> None:
    transfers, expected = EVENTS[event]
    assert [(t.debit.kind, t.credit.kind, t.amount.minor, t.amount.currency) for t in transfers] == expected


def test_no_two_events_share_a_key_and_all_are_short() -> None:
    # Two that cannot both happen to one thing have the same key on purpose: the ledger refuses the second.
    once = {}
    for event, (transfers, _) in EVENTS.items():
        for t in transfers:
            assert len(t.key) <= 80 - 19
            once.setdefault(t.key, set()).add(event.split()[0])
    assert {key: names for key, names in once.items() if len(names) > 1} == {
        "refund/9/opened": {"money", "refund"},
    }


def test_every_account_of_the_chart_is_used_by_an_event() -> None:
    used = {kind for _, rows in EVENTS.values() for row in rows for kind in row[:2]}
    assert set(Kind) - used == {K.ROUNDING, K.DUTY_PAYABLE} - used


# --- and on the database, where the clamps count


AT = make.AT


def post(*transfers, at=AT):
    return post_transfers(transfers=transfers, at=at)


def standing(kind, subject=7, currency="USD"):
    return queries.balance(kind=kind, subject=subject, currency=currency).posted.minor


def sold(shares=SHARES):
    post(*book.captured(payment_id=5, shares=[shares]))
    post(*book.released(shares=shares))


@pytest.mark.django_db
def test_a_refund_after_a_payout_takes_what_is_there_and_the_merchant_owes_the_rest() -> None:
    sold()
    post(*book.reserve_kept(**PENDING, amount=USD(950)))
    post(*book.payout_set_aside(payout_id=3, merchant_id=7, amount=USD(8_000)))
    post(*book.refunded_after_release(refund_id=9, payment_id=5, back=back(merchant=4_750, commission=250)))
    # 95.00 less 9.50 kept less 80.00 paid out leave 5.50; then the reserve of 9.50; the rest is owed.
    assert standing(K.MERCHANT_AVAILABLE) == 0
    assert standing(K.MERCHANT_RESERVE) == 0
    assert standing(K.MERCHANT_RECEIVABLE) == -(4_750 - 550 - 950)
    assert standing(K.REFUND_IN_TRANSIT, 5) == 5_000
    entries = queries.transfers_of(about=About(consignment_id=11), limit=50)
    assert [e.amount.minor for e in entries if e.code == "clawed_back"] == [550, 950, 3_250]
    # The next sale pays the debt first, then the rest is the merchant's again.
    post(*book.captured(payment_id=6, shares=[make.shares(12, currency="USD", order_id=2)]))
    post(*book.released(shares=make.shares(12, currency="USD", order_id=2)))
    post(*book.netted(cause="release/12", merchant_id=7, amount=USD(9_500)))
    assert standing(K.MERCHANT_RECEIVABLE) == 0
    assert standing(K.MERCHANT_AVAILABLE) == 9_500 - 3_250
    assert queries.drift() == ()


@pytest.mark.django_db
def test_a_debt_cannot_be_paid_twice_or_beyond_what_is_owed() -> None:
    sold()
    post(*book.fulfilled(cause="box/1", merchant_id=7, fee=USD(10_000), about=About(merchant_id=7)))
    assert standing(K.MERCHANT_RECEIVABLE) == -500
    with pytest.raises(Overdrawn):
        post(*book.written_off(cause="x", merchant_id=7, amount=USD(501)))


@pytest.mark.django_db
def test_nothing_available_is_recorded_as_nothing_and_stays_so_when_repeated() -> None:
    sold()
    post(*book.payout_set_aside(**PAYOUT))
    returned = book.reserve_returned(**PENDING, amount=USD(950))
    post(*returned)
    post(*book.payout_failed(**PAYOUT))
    post(*book.reserve_kept(**PENDING, amount=USD(950)))
    post(*returned)
    assert standing(K.MERCHANT_RESERVE) == 950
    assert Clamp.AVAILABLE is returned[0].clamp


@pytest.mark.django_db
def test_what_one_group_left_over_is_not_taken_by_the_next() -> None:
    """Found by the model: the rest of a clamped transfer reached the group after it."""
    post(make.transfer("fund", credit=make.hold(1), minor=10))
    clamped = make.transfer("a", debit=make.hold(1), credit=make.merchant(7), minor=56, clamp=Clamp.AVAILABLE)
    rest = make.transfer("b", credit=make.merchant(7), minor=13, clamp=Clamp.REST)
    assert post_groups(groups=[[clamped], [rest]], at=AT) == ("created", "created")
    assert standing(K.MERCHANT_AVAILABLE) == 10


@pytest.mark.django_db
@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_leaves_nothing_behind(won) -> None:
    sold()
    about = SHARES.about
    post(*book.dispute_opened(dispute_id=2, amount=USD(12_140), fee=USD(1_500), about=about))
    post(*book.dispute_set_aside(dispute_id=2, shares=SHARES, amount=USD(9_500)))
    assert standing(K.MERCHANT_AVAILABLE) == 0
    end = {"dispute_id": 2, "shares": SHARES, "amount": USD(12_140), "set_aside": USD(9_500)}
    if won:
        post(*book.dispute_won(**end, fee=USD(0)))
    else:
        post(*book.dispute_lost(**end, held=USD(0), back=back(merchant=9_500, commission=500)))
    assert standing(K.PSP_DISPUTED, 0) == 0
    assert standing(K.DISPUTE_SET_ASIDE, 2) == 0
    assert standing(K.MERCHANT_AVAILABLE) == (9_500 if won else 0)
    assert -standing(K.CHARGEBACK_LOSS, 0) == (0 if won else 2_140)


@pytest.mark.django_db
def test_a_correction_is_the_same_the_other_way_once() -> None:
    sold()
    entry = next(e for e in queries.transfers_of(about=About(order_id=1)) if e.code == "released.commission")
    post(*book.reversed_entry(entry=entry), at=AT + timedelta(days=1))
    post(*book.reversed_entry(entry=entry), at=AT + timedelta(days=2))
    assert standing(K.COMMISSION, 0) == 0
    assert standing(K.HOLD, 11) == 500
    with pytest.raises(ValueError, match="no correction"):
        book.reversed_entry(entry=queries.transfers_of(about=About(order_id=1), limit=500)[-1])


def test_only_what_is_owed_to_others_is_remitted() -> None:
    with pytest.raises(ValueError, match="not paid to anybody"):
        book.remitted(cause="x", owed=AccountRef(K.COMMISSION), amount=USD(1))
    with pytest.raises(ValueError, match="more would be given back"):
        book.dispute_lost(dispute_id=2, shares=SHARES, amount=USD(1), held=USD(2), back=None, set_aside=USD(0))
    with pytest.raises(ValueError, match="same money"):
        back(merchant=5, own=USD(0))
    with pytest.raises(ValueError, match="names the merchant"):
        make.transfer("x", credit=AccountRef(K.MERCHANT_PENDING, 9), about=About(merchant_id=8))
