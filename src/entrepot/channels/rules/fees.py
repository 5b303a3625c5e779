"""What the marketplace takes of a sale, the tax on it, and what it keeps back of a merchant's money.

Of all commission rules in force the most special one counts: first one for the merchant, then the deeper category, then
one for the channel. Of two with the same scope the later day counts, of the same day the one recorded later. When none
is left, the channel's own commission.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final, Protocol, TypeVar

from entrepot.channels.terms import (
    Channel,
    CommissionRule,
    Fee,
    FeeBook,
    FeeTax,
    Reserve,
    ReserveRule,
    RuleInvalid,
)
from entrepot.kernel.money import Money

RATE_MOST: Final = Decimal("0.5")
DAYS_MOST: Final = 365
_REASON_LEAST: Final = 5

_EU: Final = (
    "Directive 2006/112/EC art. 44 and 196: a service to a business is taxed where the business is, by the business; "
    "from general knowledge, 2026-11-22"
)
_CN: Final = (
    "Value-Added Tax Law of the PRC, in force 2026-01-01, art. 10(3): services 6 per cent; before: Cai Shui [2016] 36, "
    "annex 1 art. 15; from general knowledge, 2026-11-22"
)
_GB: Final = "VAT Act 1994 s.2(1): 20 per cent; from general knowledge, 2026-11-22"
_GB_ELSEWHERE: Final = (
    "VAT Act 1994 s.7A(2)(a): supplied where the business customer belongs; read 2026-11-22, from memory"
)
_US: Final = "No tax of the federation on services; what single states may ask is not modelled; 2026-11-22"
_FROM: Final = date(2024, 1, 1)

# Rows we ship. A seat that is not here has none, and the operator's page says so.
FEE_TAXES: Final = (
    FeeTax("CN", "CN", Decimal("0.06"), _FROM, _CN),
    FeeTax("DE", "DE", Decimal("0.19"), _FROM, "Umsatzsteuergesetz § 12(1); from general knowledge, 2026-11-22"),
    FeeTax("DE", "", Decimal(0), _FROM, _EU),
    FeeTax("FR", "FR", Decimal("0.20"), _FROM, "Code général des impôts art. 278; from general knowledge, 2026-11-22"),
    FeeTax("FR", "", Decimal(0), _FROM, _EU),
    FeeTax("NL", "NL", Decimal("0.21"), _FROM, "Wet op de omzetbelasting 1968 art. 9(1); from general knowledge, 2026-11-22"),
    FeeTax("NL", "", Decimal(0), _FROM, _EU),
    FeeTax("GB", "GB", Decimal("0.20"), _FROM, _GB),
    FeeTax("GB", "", Decimal(0), _FROM, _GB_ELSEWHERE),
    FeeTax("US", "US", Decimal(0), _FROM, _US),
    FeeTax("US", "", Decimal(0), _FROM, _US),
)  # fmt: skip


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


_Row = TypeVar("_Row", bound=_Dated)


def fee_book(
    *, seat: str, commissions: Iterable[CommissionRule], reserves: Iterable[ReserveRule], taxes: Iterable[FeeTax]
) -> FeeBook:
    """All rules by their scope, each scope's in the order in which they overtake each other."""
    by_sale: dict[tuple[int, str, str], list[CommissionRule]] = {}
    for rule in sorted(commissions, key=lambda rule: (rule.valid_from, rule.id)):
        by_sale.setdefault((rule.merchant_id or 0, rule.category, rule.channel), []).append(rule)
    by_release: dict[tuple[int, str], list[ReserveRule]] = {}
    for kept in sorted(reserves, key=lambda kept: (kept.valid_from, kept.id)):
        by_release.setdefault((kept.merchant_id or 0, kept.channel), []).append(kept)
    by_place: dict[tuple[str, str], list[FeeTax]] = {}
    for tax in sorted(taxes, key=lambda tax: tax.valid_from):
        by_place.setdefault((tax.seat, tax.country), []).append(tax)
    return FeeBook(
        seat=seat,
        commissions={scope: tuple(rules) for scope, rules in by_sale.items()},
        reserves={scope: tuple(rules) for scope, rules in by_release.items()},
        taxes={scope: tuple(rows) for scope, rows in by_place.items()},
    )


def commission_rule(*, book: FeeBook, merchant_id: int, category: str, channel: str, on: date) -> CommissionRule | None:
    """The most special rule in force on a day (UTC), or none. category: the article's path, empty when it has none."""
    if not book.commissions:
        return None
    for owner in (merchant_id, 0):
        for path in _upwards(category):
            for slug in (channel, ""):
                rule = _in_force(book.commissions.get((owner, path, slug), ()), on)
                if rule is not None and rule.rate is not None:
                    return rule
    return None


def rate_for(*, book: FeeBook, channel: Channel, merchant_id: int, category: str, on: date) -> Decimal:
    """The commission on a day (UTC): the rule's in force, else the channel's own."""
    rule = commission_rule(book=book, merchant_id=merchant_id, category=category, channel=channel.slug, on=on)
    return channel.commission if rule is None or rule.rate is None else rule.rate


def with_rule(*, book: FeeBook, rule: CommissionRule) -> FeeBook:
    """The book as it would be with one more rule, recorded last."""
    known = [one for rules in book.commissions.values() for one in rules]
    last = replace(rule, id=max((one.id for one in known), default=0) + 1)
    return replace(
        book, commissions=fee_book(seat=book.seat, commissions=[*known, last], reserves=(), taxes=()).commissions
    )


def fee_for(*, book: FeeBook, channel: Channel, merchant_id: int, country: str, category: str, on: date) -> Fee:
    """What is taken of a merchant's sale in a channel on a day (UTC). country: where the merchant is established."""
    rule = commission_rule(book=book, merchant_id=merchant_id, category=category, channel=channel.slug, on=on)
    tax = fee_tax(book=book, country=country, on=on)
    return Fee(
        rate=channel.commission if rule is None or rule.rate is None else rule.rate,
        rule=f"channel {channel.slug}" if rule is None else f"rule {rule.id}",
        tax_rate=tax.rate if tax else None,
        seat=book.seat,
    )


def fee_tax(*, book: FeeBook, country: str, on: date) -> FeeTax | None:
    """The tax on our fees to merchants of a country: the row for it, else the seat's for any other; or none."""
    for place in (country, ""):
        row = _in_force(book.taxes.get((book.seat, place), ()), on)
        if row is not None:
            return row
    return None


def taken_of(*, fee: Fee, goods: Money) -> tuple[Money, Money]:
    """(commission, tax on it), each rounded once to the minor unit; together never more than the goods."""
    commission = min(goods.at_rate(fee.rate), goods)
    tax = commission.at_rate(fee.tax_rate) if fee.tax_rate else Money.zero(goods.currency)
    return commission, min(tax, goods - commission)


def reserve_for(*, book: FeeBook, merchant_id: int, channel: str, on: date) -> Reserve:
    """What is kept back of a release on a day (UTC): the merchant's own terms before the channel's before everybody's."""
    for scope in ((merchant_id, channel), (merchant_id, ""), (0, channel), (0, "")):
        rule = _in_force(book.reserves.get(scope, ()), on)
        if rule is not None and rule.rate is not None:
            return Reserve(rule.rate, rule.days, rule.mature_days)
    return Reserve()


def check_commission(*, rule: CommissionRule, today: date) -> None:
    """Raises RuleInvalid for a rate that cannot be, a day in the past, a missing reason."""
    if rule.rate is not None and not 0 <= rule.rate <= RATE_MOST:
        raise RuleInvalid(field="rate", why="rate")
    _check(reason=rule.reason, valid_from=rule.valid_from, today=today)


def check_reserve(*, rule: ReserveRule, today: date) -> None:
    """Raises RuleInvalid for a rate or days that cannot be, a day in the past, a missing reason."""
    if rule.rate is not None and not 0 <= rule.rate <= RATE_MOST:
        raise RuleInvalid(field="rate", why="reserve")
    for name, days in (("days", rule.days), ("mature_days", rule.mature_days)):
        if not 0 <= days <= DAYS_MOST:
            raise RuleInvalid(field=name, why="days")
    _check(reason=rule.reason, valid_from=rule.valid_from, today=today)


def _check(*, reason: str, valid_from: date, today: date) -> None:
    if valid_from < today:
        raise RuleInvalid(field="valid_from", why="past")
    if len(reason) < _REASON_LEAST:
        raise RuleInvalid(field="reason", why="reason")


def _upwards(category: str) -> Iterator[str]:
    """A category's path, then those above it, at last every category."""
    path = category
    while path:
        yield path
        path = path.rpartition("/")[0]
    yield ""


def _in_force(rows: Sequence[_Row], on: date) -> _Row | None:
    return next((row for row in reversed(rows) if row.valid_from <= on), None)
