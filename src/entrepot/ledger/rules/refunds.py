"""Money that goes back to the shopper, and what merchants come to owe by it."""

from entrepot.kernel.money import Money
from entrepot.ledger.rules.legs import country_subject, leg, legs, taken
from entrepot.ledger.terms import About, AccountRef, Clamp, Code, GiveBack, Kind, PaidBack, Shares, Transfer


def returned(*, refund_id: int, payment_id: int, order_id: int, amount: Money) -> tuple[Transfer, ...]:
    """Money came that nothing waits for (the order was cancelled, or was paid already): it is on its way back."""
    return _opened(refund_id, AccountRef(Kind.PSP_RECEIVABLE), payment_id, amount, About(order_id=order_id))


def refunded(*, refund_id: int, payment_id: int, shares: Shares, amount: Money) -> tuple[Transfer, ...]:
    """Part or all of a consignment's held money is on its way back to the shopper."""
    return _opened(refund_id, AccountRef(Kind.HOLD, shares.consignment_id), payment_id, amount, shares.about)


def refunded_after_release(*, refund_id: int, payment_id: int, back: GiveBack) -> tuple[Transfer, ...]:
    """What was released goes back: the merchant's part from the merchant, in the merchant's currency, the others' from theirs.

    A merchant that has too little comes to owe the rest; the shopper gets the whole amount either way.
    """
    return gathered(
        key=f"refund/{refund_id}",
        back=back,
        credit=AccountRef(Kind.REFUND_IN_TRANSIT, payment_id),
        source=None,
        code=Code.REFUND_OPENED,
    )


def paid_back(*, refund_id: int, payment_id: int, moves: PaidBack) -> tuple[Transfer, ...]:
    """All that one refund of a consignment moves to the shopper, whoever gives it up."""
    shares, transit = moves.shares, AccountRef(Kind.REFUND_IN_TRANSIT, payment_id)
    about, key = shares.about, f"refund/{refund_id}"
    home = transit if moves.released else AccountRef(Kind.HOLD, shares.consignment_id)
    freight = AccountRef(Kind.FREIGHT_PAYABLE)
    return (
        *refunded(refund_id=refund_id, payment_id=payment_id, shares=shares, amount=moves.held),
        *(refunded_after_release(refund_id=refund_id, payment_id=payment_id, back=moves.back) if moves.back else ()),
        *goodwill_given(refund_id=refund_id, payment_id=payment_id, amount=moves.goodwill, about=about),
        *legs(
            leg(
                key=f"{key}/promotion", debit=home, credit=AccountRef(Kind.PROMOTION), amount=moves.promoted,
                code=Code.PROMOTION_RETURNED, about=about,
            ),
            leg(
                key=f"{key}/carried", debit=transit, credit=freight, amount=moves.carried,
                code=Code.RELEASED_FREIGHT, about=about,
            ),
        ),
    )  # fmt: skip


def gathered(
    *, key: str, back: GiveBack, credit: AccountRef, source: AccountRef | None, code: Code
) -> tuple[Transfer, ...]:
    """Bring all parts of `back` to one account in the shopper's currency.

    source: where the merchant's part stands already; none takes it from the merchant's own money.
    """
    shares, about = back.shares, back.shares.about
    foreign = back.merchant_own.currency != back.merchant.currency
    way = AccountRef(Kind.FX_POSITION) if foreign else credit
    if source is None:
        merchant = taken(
            key=key, merchant_id=shares.merchant_id, credit=way, amount=back.merchant_own, code=Code.CLAWED_BACK, about=about
        )  # fmt: skip
    else:
        merchant = legs(
            leg(key=f"{key}/merchant", debit=source, credit=way, amount=back.merchant_own, code=code, about=about)
        )
    exchanged = leg(
        key=f"{key}/exchanged", debit=way, credit=credit, amount=back.merchant, code=code, about=about
    ) if foreign else None  # fmt: skip
    authority = country_subject(shares.authority)
    seat = country_subject(shares.seat or shares.authority)
    others = (
        ("commission", AccountRef(Kind.COMMISSION), back.commission, Code.REFUND_COMMISSION),
        ("commission_tax", AccountRef(Kind.TAX_PAYABLE, seat), back.commission_tax, Code.REFUND_TAX),
        ("duty", AccountRef(Kind.DUTY_PAYABLE, authority), back.duty, Code.REFUND_DUTY),
        ("tax", AccountRef(Kind.TAX_PAYABLE, authority), back.tax, Code.REFUND_TAX),
        ("freight", AccountRef(Kind.FREIGHT_PAYABLE), back.freight, Code.REFUND_FREIGHT),
        ("fees", AccountRef(Kind.FEES, authority), back.fees, Code.REFUND_FEES),
    )
    return merchant + legs(
        exchanged,
        *(
            leg(key=f"{key}/{name}", debit=debit, credit=credit, amount=amount, code=why, about=about)
            for name, debit, amount, why in others
        ),
    )


def refund_sent(*, refund_id: int, payment_id: int, order_id: int, amount: Money) -> tuple[Transfer, ...]:
    """The provider gave the money back to the shopper."""
    return legs(
        leg(
            key=f"refund/{refund_id}/sent",
            debit=AccountRef(Kind.REFUND_IN_TRANSIT, payment_id),
            credit=AccountRef(Kind.PSP_RECEIVABLE),
            amount=amount,
            code=Code.REFUND_SENT,
            about=About(order_id=order_id),
        )
    )


def goodwill_given(*, refund_id: int, payment_id: int, amount: Money, about: About) -> tuple[Transfer, ...]:
    """The marketplace gives a shopper money back of its own."""
    return legs(
        leg(
            key=f"refund/{refund_id}/goodwill",
            debit=AccountRef(Kind.GOODWILL),
            credit=AccountRef(Kind.REFUND_IN_TRANSIT, payment_id),
            amount=amount,
            code=Code.GOODWILL,
            about=about,
        )
    )


def credit_given(*, cause: str, shopper_id: int, amount: Money, about: About) -> tuple[Transfer, ...]:
    """The marketplace gives a shopper money to spend here. cause: unique, such as `claim/5`."""
    return legs(
        leg(
            key=f"credit/{cause}",
            debit=AccountRef(Kind.GOODWILL),
            credit=AccountRef(Kind.SHOPPER_CREDIT, shopper_id),
            amount=amount,
            code=Code.GOODWILL,
            about=about,
        )
    )


def credit_spent(
    *, payment_id: int, shopper_id: int, consignment_id: int, amount: Money, about: About
) -> tuple[Transfer, ...]:
    """A shopper pays a part of a consignment with credit: it is held like captured money."""
    return legs(
        leg(
            key=f"credit_spent/{payment_id}/{consignment_id}",
            debit=AccountRef(Kind.SHOPPER_CREDIT, shopper_id),
            credit=AccountRef(Kind.HOLD, consignment_id),
            amount=amount,
            code=Code.CREDIT_SPENT,
            about=about,
        )
    )


def netted(*, cause: str, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """Pay what a merchant owes from what it has: as much as both allow, at most `amount`. cause: unique."""
    if not amount:
        return ()
    debit, credit = (AccountRef(kind, merchant_id) for kind in (Kind.MERCHANT_AVAILABLE, Kind.MERCHANT_RECEIVABLE))
    about = About(merchant_id=merchant_id)
    return (Transfer(f"netted/{cause}", debit, credit, amount, Code.NETTED, about, clamp=Clamp.AVAILABLE),)


def written_off(*, cause: str, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """A merchant will never pay what it owes: the loss is ours. cause: unique."""
    return legs(
        leg(
            key=f"written_off/{cause}",
            debit=AccountRef(Kind.BAD_DEBT),
            credit=AccountRef(Kind.MERCHANT_RECEIVABLE, merchant_id),
            amount=amount,
            code=Code.WRITTEN_OFF,
            about=About(merchant_id=merchant_id),
        )
    )


def _opened(refund_id: int, debit: AccountRef, payment_id: int, amount: Money, about: About) -> tuple[Transfer, ...]:
    credit = AccountRef(Kind.REFUND_IN_TRANSIT, payment_id)
    key = f"refund/{refund_id}/opened"
    return legs(leg(key=key, debit=debit, credit=credit, amount=amount, code=Code.REFUND_OPENED, about=about))
