"""Money on its way to a merchant's bank: through the payment provider, or in a file to our own bank."""

from entrepot.kernel.money import Money
from entrepot.ledger.rules.legs import leg, legs
from entrepot.ledger.terms import About, AccountRef, Code, Kind, Transfer


def payout_key(*, payout_id: int) -> str:
    """The key under which a payout's pending transfer is posted when the bank paid, voided when it did not."""
    return f"payout/{payout_id}"


def payout_opened(*, payout_id: int, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """The merchant's money is promised to the provider: pending until it says paid or failed."""
    return (
        Transfer(
            key=payout_key(payout_id=payout_id),
            debit=AccountRef(Kind.MERCHANT_AVAILABLE, merchant_id),
            credit=AccountRef(Kind.PSP_RECEIVABLE),
            amount=amount,
            code=Code.PAYOUT,
            about=About(merchant_id=merchant_id, payout_id=payout_id),
            pending=True,
        ),
    )


def payout_set_aside(*, payout_id: int, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """The merchant's money is in a file to our bank: no longer the merchant's to take, not yet gone."""
    debit, credit = AccountRef(Kind.MERCHANT_AVAILABLE, merchant_id), AccountRef(Kind.PAYOUT_IN_TRANSIT, payout_id)
    return _moved(payout_id, merchant_id, debit, credit, amount, Code.PAYOUT_SET_ASIDE)


def payout_confirmed(*, payout_id: int, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """Our bank says that the money left."""
    debit, credit = AccountRef(Kind.PAYOUT_IN_TRANSIT, payout_id), AccountRef(Kind.BANK)
    return _moved(payout_id, merchant_id, debit, credit, amount, Code.PAYOUT_CONFIRMED)


def payout_failed(*, payout_id: int, merchant_id: int, amount: Money) -> tuple[Transfer, ...]:
    """The bank refused: the money is the merchant's again."""
    debit, credit = AccountRef(Kind.PAYOUT_IN_TRANSIT, payout_id), AccountRef(Kind.MERCHANT_AVAILABLE, merchant_id)
    return _moved(payout_id, merchant_id, debit, credit, amount, Code.PAYOUT_FAILED)


def payout_returned(*, payout_id: int, merchant_id: int, amount: Money, by: Kind = Kind.BANK) -> tuple[Transfer, ...]:
    """The merchant's bank sent confirmed money back: it is the merchant's again. by: where it came back to."""
    debit, credit = AccountRef(by), AccountRef(Kind.MERCHANT_AVAILABLE, merchant_id)
    return _moved(payout_id, merchant_id, debit, credit, amount, Code.PAYOUT_RETURNED)


def _moved(
    payout_id: int, merchant_id: int, debit: AccountRef, credit: AccountRef, amount: Money, code: Code
) -> tuple[Transfer, ...]:
    about = About(merchant_id=merchant_id, payout_id=payout_id)
    return legs(leg(key=f"{code}/{payout_id}", debit=debit, credit=credit, amount=amount, code=code, about=about))
