"""What the events of the book share: subjects of authorities, one leg, and taking from a merchant in a fixed order."""

from entrepot.kernel.money import Money
from entrepot.ledger.terms import About, AccountRef, Clamp, Code, Kind, Transfer

_OF_COUNTRIES = frozenset({Kind.DUTY_PAYABLE, Kind.TAX_PAYABLE, Kind.FEES})


def country_subject(country: str) -> int:
    """The account subject of a country's authorities: its two letters as a number."""
    if len(country) != 2 or not country.isascii():
        raise ValueError(f"{country!r} is no country")
    return int.from_bytes(country.encode())


def subject_label(kind: Kind, subject: int) -> str:
    """The plain name of an account's subject where it has one (CN), else nothing."""
    if kind in _OF_COUNTRIES and subject:
        return subject.to_bytes(2).decode("ascii", "replace")
    return ""


def legs(*wanted: Transfer | None) -> tuple[Transfer, ...]:
    """Those that move something, in order."""
    return tuple(leg for leg in wanted if leg)


def leg(*, key: str, debit: AccountRef, credit: AccountRef, amount: Money, code: Code, about: About) -> Transfer | None:
    """One leg, or none when there is nothing to move."""
    if not amount:
        return None
    return Transfer(key=key, debit=debit, credit=credit, amount=amount, code=code, about=about)


# Where a merchant's debt is taken from. What none of them has, the merchant owes: a state, not an error.
_ORDER = (
    (Kind.MERCHANT_AVAILABLE, Clamp.AVAILABLE),
    (Kind.MERCHANT_PENDING, Clamp.REST_AVAILABLE),
    (Kind.MERCHANT_RESERVE, Clamp.REST_AVAILABLE),
    (Kind.MERCHANT_RECEIVABLE, Clamp.REST),
)


def taken(
    *, key: str, merchant_id: int, credit: AccountRef, amount: Money, code: Code, about: About
) -> tuple[Transfer, ...]:
    """Take `amount` from a merchant: available money first, then pending, then the reserve; the rest is owed.

    Always four transfers to the same account, which together move exactly `amount`; those that find nothing move zero.
    """
    if not amount:
        return ()
    return tuple(
        Transfer(f"{key}/{kind}", AccountRef(kind, merchant_id), credit, amount, code, about, clamp=clamp)
        for kind, clamp in _ORDER
    )
