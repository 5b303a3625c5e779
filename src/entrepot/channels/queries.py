"""The channels in force and the rules about fees, kept in memory for at most a minute: every page asks for them."""

from datetime import date
from time import monotonic_ns
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now, TruncDate

from entrepot.channels import rules
from entrepot.channels.models import ChannelRow, CommissionRow, FeeTaxRow, ReserveRow
from entrepot.channels.terms import (
    Channel,
    ChannelUnknown,
    CommissionRule,
    FeeBook,
    FeeTax,
    Lane,
    Patience,
    ReserveRule,
    Route,
)

_KEPT_NS: Final = 60_000_000_000
_kept: dict[str, tuple[int, tuple[Channel, ...]]] = {}
_books: dict[str, tuple[int, FeeBook]] = {}


def channels() -> tuple[Channel, ...]:
    """All open channels by their rows of today, in name order. A change shows after a minute at the latest."""
    database = str(connection.settings_dict["NAME"])
    since, known = _kept.get(database, (0, ()))
    if not known or monotonic_ns() - since > _KEPT_NS:
        known = _in_force()
        _kept[database] = (monotonic_ns(), known)
    return known


def channel(*, slug: str) -> Channel:
    """One channel. Raises ChannelUnknown."""
    for known in channels():
        if known.slug == slug:
            return known
    raise ChannelUnknown(channel=slug)


def fee_book() -> FeeBook:
    """All rules about commission, its tax and reserves. A change shows after a minute at the latest; no SQL till then."""
    database = str(connection.settings_dict["NAME"])
    since, book = _books.get(database, (0, None))
    if book is None or monotonic_ns() - since > _KEPT_NS:
        book = rules.fee_book(
            seat=settings.SEAT,
            commissions=[_commission(row) for row in CommissionRow.objects.all()],
            reserves=[_reserve(row) for row in ReserveRow.objects.all()],
            taxes=[FeeTax(row.seat, row.country, row.rate, row.valid_from, row.source) for row in _taxes()],
        )
        _books[database] = (monotonic_ns(), book)
    return book


def commission_rules(*, merchant_id: int | None = None, limit: int = 200) -> tuple[CommissionRule, ...]:
    """Rules about commission as they were recorded, latest first; with a merchant those that are about it or about all."""
    rows = CommissionRow.objects.order_by("-id")
    if merchant_id is not None:
        rows = rows.filter(Q(merchant_id=merchant_id) | Q(merchant_id__isnull=True))
    return tuple(_commission(row) for row in rows[:limit])


def reserve_rules(*, limit: int = 200) -> tuple[ReserveRule, ...]:
    """Rules about reserves and maturing as they were recorded, latest first."""
    return tuple(_reserve(row) for row in ReserveRow.objects.order_by("-id")[:limit])


def fee_taxes(*, on: date) -> tuple[FeeTax, ...]:
    """The rows in force on a day for our own seat, its own country first."""
    rows = FeeTaxRow.objects.filter(seat=settings.SEAT, valid_from__lte=on).order_by("country", "-valid_from")
    found = [FeeTax(row.seat, row.country, row.rate, row.valid_from, row.source) for row in rows.distinct("country")]
    return tuple(sorted(found, key=lambda tax: tax.country == ""))


def forget() -> None:
    """Read the rows again at the next call: after a change in this process."""
    _kept.clear()
    _books.clear()


def _taxes() -> "QuerySet[FeeTaxRow]":
    return FeeTaxRow.objects.filter(seat=settings.SEAT)


def _commission(row: CommissionRow) -> CommissionRule:
    return CommissionRule(
        id=row.id,
        merchant_id=row.merchant_id,
        category=row.category,
        channel=row.channel,
        rate=row.rate,
        valid_from=row.valid_from,
        reason=row.reason,
        user_id=row.user_id,
        made_at=row.made_at,
    )


def _reserve(row: ReserveRow) -> ReserveRule:
    return ReserveRule(
        id=row.id,
        merchant_id=row.merchant_id,
        channel=row.channel,
        rate=row.rate,
        days=row.days,
        mature_days=row.mature_days,
        valid_from=row.valid_from,
        reason=row.reason,
        user_id=row.user_id,
        made_at=row.made_at,
    )


def _in_force() -> tuple[Channel, ...]:
    rows = ChannelRow.objects.filter(valid_from__lte=TruncDate(Now())).order_by("slug", "-valid_from").distinct("slug")
    return tuple(_channel(row) for row in rows if not row.closed)


def _channel(row: ChannelRow) -> Channel:
    return Channel(
        slug=row.slug,
        name=row.name,
        languages=tuple(row.languages),
        currencies=tuple(row.currencies),
        destinations={
            country: Lane(lane["mode"], Route(lane["route"]), bool(lane["guaranteed"]))
            for country, lane in row.destinations.items()
        },
        commission=row.commission,
        release_days=row.release_days,
        return_days=row.return_days,
        requires_verified=row.requires_verified,
        patience=Patience(row.patience_shopper, row.patience_near, row.patience_most),
        authorise_first=row.authorise_first,
    )
