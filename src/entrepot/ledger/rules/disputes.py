"""A card holder's dispute: the provider takes the money at once, and gives it back if we win."""

from entrepot.kernel.money import Money
from entrepot.ledger.rules.legs import leg, legs, taken
from entrepot.ledger.rules.refunds import gathered
from entrepot.ledger.terms import About, AccountRef, Code, GiveBack, Kind, Shares, Transfer

_DISPUTED = AccountRef(Kind.PSP_DISPUTED)
_RECEIVABLE = AccountRef(Kind.PSP_RECEIVABLE)


def dispute_opened(*, dispute_id: int, amount: Money, fee: Money, about: About) -> tuple[Transfer, ...]:
    """The provider took the disputed amount and its fee. A hold that still stands stays as it is."""
    key = f"dispute/{dispute_id}"
    return legs(
        leg(key=f"{key}/opened", debit=_DISPUTED, credit=_RECEIVABLE, amount=amount, code=Code.DISPUTE_OPENED, about=about),
        leg(key=f"{key}/fee", debit=AccountRef(Kind.PSP_FEES), credit=_RECEIVABLE, amount=fee, code=Code.PSP_FEE, about=about),
    )  # fmt: skip


def dispute_set_aside(*, dispute_id: int, shares: Shares, amount: Money) -> tuple[Transfer, ...]:
    """The hold was released before: the merchant's part, in its currency, is set aside till the dispute ends."""
    return taken(
        key=f"dispute/{dispute_id}/aside",
        merchant_id=shares.merchant_id,
        credit=AccountRef(Kind.DISPUTE_SET_ASIDE, dispute_id),
        amount=amount,
        code=Code.DISPUTE_SET_ASIDE,
        about=shares.about,
    )


def dispute_won(
    *, dispute_id: int, shares: Shares, amount: Money, fee: Money, set_aside: Money
) -> tuple[Transfer, ...]:
    """The provider gives back the amount, and the fee where it does; what was set aside is the merchant's again."""
    key, about = f"dispute/{dispute_id}", shares.about
    return legs(
        leg(key=f"{key}/won", debit=_RECEIVABLE, credit=_DISPUTED, amount=amount, code=Code.DISPUTE_WON, about=about),
        leg(
            key=f"{key}/fee_back",
            debit=_RECEIVABLE,
            credit=AccountRef(Kind.PSP_FEES),
            amount=fee,
            code=Code.DISPUTE_WON,
            about=about,
        ),
        _back_to_merchant(key, dispute_id, shares, set_aside),
    )


def dispute_lost(
    *,
    dispute_id: int,
    shares: Shares,
    amount: Money,
    held: Money,
    back: GiveBack | None,
    set_aside: Money,
    home: Money | None = None,
) -> tuple[Transfer, ...]:
    """The amount is gone: from the hold as far as it stands, then from those who give `back`; the rest is our loss.

    set_aside: what stands set aside in the merchant's currency; what `back` does not need of it is the merchant's again.
    home: our part of a discount that comes home, out of the hold besides `held`, or else within `back`.
    """
    key, about = f"dispute/{dispute_id}", shares.about
    aside = AccountRef(Kind.DISPUTE_SET_ASIDE, dispute_id)
    given = (
        gathered(key=f"{key}/lost", back=back, credit=_DISPUTED, source=aside, code=Code.DISPUTE_LOST) if back else ()
    )
    home = home or Money.zero(amount.currency)
    loss = amount - held - (back.total - home if back else Money.zero(amount.currency))
    if loss.minor < 0:
        raise ValueError("more would be given back than was lost")
    hold, nobody = AccountRef(Kind.HOLD, shares.consignment_id), AccountRef(Kind.CHARGEBACK_LOSS)
    unused = set_aside - back.merchant_own if back else set_aside
    return given + legs(
        leg(key=f"{key}/lost/hold", debit=hold, credit=_DISPUTED, amount=held, code=Code.DISPUTE_LOST, about=about),
        leg(
            key=f"{key}/lost/home",
            debit=_DISPUTED if back else hold,
            credit=AccountRef(Kind.PROMOTION),
            amount=home,
            code=Code.PROMOTION_RETURNED,
            about=about,
        ),
        leg(key=f"{key}/lost/loss", debit=nobody, credit=_DISPUTED, amount=loss, code=Code.DISPUTE_LOST, about=about),
        _back_to_merchant(key, dispute_id, shares, unused),
    )


def _back_to_merchant(key: str, dispute_id: int, shares: Shares, amount: Money) -> Transfer | None:
    return leg(
        key=f"{key}/aside_back",
        debit=AccountRef(Kind.DISPUTE_SET_ASIDE, dispute_id),
        credit=AccountRef(Kind.MERCHANT_AVAILABLE, shares.merchant_id),
        amount=amount,
        code=Code.DISPUTE_WON,
        about=shares.about,
    )
