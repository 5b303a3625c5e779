"""The marketplace's own money: currency bought and sold, what is paid to authorities and carriers, corrections."""

from entrepot.kernel.money import Money
from entrepot.ledger.rules.legs import leg, legs
from entrepot.ledger.terms import About, AccountRef, Code, Entry, Kind, Transfer

_POSITION = AccountRef(Kind.FX_POSITION)
_BANK = AccountRef(Kind.BANK)


def exchange_settled(*, deal: str, sold: Money, bought: Money, spread: Money) -> tuple[Transfer, ...]:
    """Our bank exchanged `sold` for `bought`; debits and credits are equal in each currency on its own.

    spread: the part of `bought` that the bank kept, in that currency; it is a cost of its own. deal: unique.
    """
    key, cost = f"fx/{deal}", AccountRef(Kind.FX_GAIN)
    return legs(
        leg(key=f"{key}/sold", debit=_POSITION, credit=_BANK, amount=sold, code=Code.FX_SETTLED, about=About()),
        leg(key=f"{key}/bought", debit=_BANK, credit=_POSITION, amount=bought, code=Code.FX_SETTLED, about=About()),
        leg(key=f"{key}/spread", debit=cost, credit=_POSITION, amount=spread, code=Code.FX_SPREAD, about=About()),
    )


def exchange_result(*, period: str, gain: Money) -> tuple[Transfer, ...]:
    """What a position is worth more (a gain) or less (a loss, negative) than it cost, taken to the result. period: unique."""
    key, result = f"fx_result/{period}/{gain.currency}", AccountRef(Kind.FX_GAIN)
    debit, credit = (_POSITION, result) if gain.minor > 0 else (result, _POSITION)
    size = Money(abs(gain.minor), gain.currency)
    return legs(leg(key=key, debit=debit, credit=credit, amount=size, code=Code.FX_RESULT, about=About()))


def remitted(*, cause: str, owed: AccountRef, amount: Money) -> tuple[Transfer, ...]:
    """Duty, tax, fees or freight is paid to whom it is owed, from our bank. cause: unique, such as a payment's number."""
    if owed.kind not in {Kind.DUTY_PAYABLE, Kind.TAX_PAYABLE, Kind.FEES, Kind.FREIGHT_PAYABLE}:
        raise ValueError(f"{owed.kind} is not paid to anybody outside")
    return legs(
        leg(key=f"remitted/{cause}", debit=owed, credit=_BANK, amount=amount, code=Code.REMITTED, about=About())
    )


def reversed_entry(*, entry: Entry) -> tuple[Transfer, ...]:
    """The correction of a posted transfer: the same amount the other way, once. The first stays as it is."""
    if not entry.posted or entry.code is Code.REVERSED:
        raise ValueError("only what was posted, and is no correction itself, can be reversed")
    return legs(
        leg(
            key=f"reversed/{entry.id}",
            debit=AccountRef(entry.credit_kind, entry.credit_subject),
            credit=AccountRef(entry.debit_kind, entry.debit_subject),
            amount=entry.posted,
            code=Code.REVERSED,
            about=entry.about,
        )
    )


def adjusted(*, cause: str, debit: AccountRef, credit: AccountRef, amount: Money, about: About) -> tuple[Transfer, ...]:
    """An adjusting entry for a closed period: recorded and effective now, naming what it mends. cause: unique."""
    return legs(
        leg(key=f"adjusted/{cause}", debit=debit, credit=credit, amount=amount, code=Code.ADJUSTED, about=about)
    )
