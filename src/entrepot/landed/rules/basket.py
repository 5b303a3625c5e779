"""A basket split into consignments, and the frozen quote put together of priced ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final, Protocol

from entrepot.carriage.terms import Level
from entrepot.catalogue.terms import SaleLine
from entrepot.channels.rules import fee_for, taken_of
from entrepot.channels.terms import Channel, Fee, FeeBook
from entrepot.kernel.money import Money, rounded
from entrepot.landed.rules.parcels import Door, No, Parcel, Piece, Priced, Rates, told
from entrepot.landed.rules.telling import sentences
from entrepot.landed.terms import BasketQuote, ConsignmentQuote, LineQuote, Refusal, Relief
from entrepot.parties.terms import Merchant


class BasketLike(Protocol):
    """A line of a basket, which lies above us."""

    @property
    def merchant_id(self) -> int:
        """Who sells it."""

    @property
    def variant_id(self) -> int:
        """What it is."""

    @property
    def channel(self) -> str:
        """Through which channel."""

    @property
    def quantity(self) -> int:
        """How many pieces."""


VALID: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A consignment before it is priced: the parcel, what is printed about it, and what is taken of each line."""

    parcel: Parcel
    merchant: Merchant
    lines: tuple[SaleLine, ...]
    fees: tuple[Fee, ...]


def on_sale(
    *,
    lines: Iterable[BasketLike],
    sales: Mapping[tuple[int, str], SaleLine],
    merchants: Mapping[int, Merchant],
    channels: Mapping[str, Channel],
) -> tuple[list[tuple[SaleLine, int]], list[Refusal]]:
    """The lines that may be sold at this moment with their quantities, and refusals for the others, in basket order.

    sales: by variant and channel; an article that is gone is absent.
    """
    offered: list[tuple[SaleLine, int]] = []
    refusals = []
    for line in lines:
        sale, merchant = sales.get((line.variant_id, line.channel)), merchants.get(line.merchant_id)
        channel = channels.get(line.channel)
        reason = "not_on_sale"
        if sale is not None and sale.published and merchant is not None and channel is not None:
            if merchant.verified or not channel.requires_verified:
                offered.append((sale, line.quantity))
                continue
            reason = "not_admitted"
        refusals.append(
            Refusal(
                merchant_id=line.merchant_id,
                merchant_name=merchant.name if merchant else "",
                variant_ids=(line.variant_id,),
                titles=(sale.title if sale else {},),
                channel=line.channel,
                reason=reason,
                facts={},
                alternatives=(),
            )
        )
    return offered, refusals


def consigned(
    *,
    lines: Iterable[tuple[SaleLine, int]],
    merchants: Mapping[int, Merchant],
    channels: Mapping[str, Channel],
    book: FeeBook,
    door: Door,
    delivery: Callable[[int, str, str], str] = lambda *_: "",
) -> tuple[Wanted, ...]:
    """The wanted lines as consignments: one for each merchant, channel and place they ship from, in basket order.

    book: what is charged; the rules of the door's day are frozen with the lines. delivery: the level chosen for a
    merchant, channel and place; what is no level is the usual one.
    Source: GACC 2018 No.194: a retail CBEC parcel carries one order of one merchant of record.
    """
    groups: dict[tuple[int, str, str], list[tuple[SaleLine, int]]] = {}
    for line, quantity in lines:
        groups.setdefault((line.merchant_id, line.channel, line.ships_from), []).append((line, quantity))
    wanted = []
    for (merchant_id, slug, ship_from), group in groups.items():
        merchant = merchants[merchant_id]
        fees = tuple(
            fee_for(
                book=book,
                channel=channels[slug],
                merchant_id=merchant_id,
                country=merchant.country,
                category=line.category,
                on=door.at.date(),
            )
            for line, _ in group
        )
        parcel = Parcel(
            merchant_id=merchant_id,
            channel=channels[slug],
            ship_from=ship_from,
            pieces=tuple(
                replace(_piece(line, quantity, door.destination), fee=fee.rate * (1 + (fee.tax_rate or 0)))
                for (line, quantity), fee in zip(group, fees, strict=True)
            ),
            level=_level(delivery(merchant_id, slug, ship_from)),
        )
        wanted.append(Wanted(parcel, merchant, tuple(line for line, _ in group), fees))
    return tuple(wanted)


def _level(chosen: str) -> Level:
    return Level(chosen) if chosen in set(Level) else Level.STANDARD


def _piece(line: SaleLine, quantity: int, destination: str) -> Piece:
    return Piece(
        variant_id=line.variant_id,
        quantity=quantity,
        price=line.price,
        goods_code=line.goods_code(destination),
        origin=line.origin,
        net_grams=line.net_grams,
        gross_grams=line.gross_grams,
        listing_id=line.listing_id,
        category=line.category,
    )


def consignment_result(*, wanted: Wanted, priced: Priced | No, door: Door, rates: Rates) -> ConsignmentQuote | Refusal:
    """The consignment frozen, or refused with its reason."""
    made = priced if isinstance(priced, No) else consignment_quote(wanted=wanted, priced=priced, door=door, rates=rates)
    return refusal(wanted=wanted, no=made) if isinstance(made, No) else made


def consignment_quote(*, wanted: Wanted, priced: Priced, door: Door, rates: Rates) -> ConsignmentQuote | No:
    """One consignment frozen. What the merchant is owed is told in the merchant's own currency at the day's rate."""
    lines = []
    for i, (line, piece) in enumerate(zip(wanted.lines, wanted.parcel.pieces, strict=True)):
        frozen = _line(wanted, line, piece, (i, priced), rates)
        if frozen is None:
            return No("exchange_rate_missing", {"currency": wanted.merchant.currency})
        lines.append(frozen)
    sums = {name: Money.total(getattr(priced, name), door.currency) for name in _PARTS}
    answer = priced.answer
    used = answer.annual_used_after if answer else None
    return ConsignmentQuote(
        merchant_id=wanted.merchant.id,
        merchant_name=wanted.merchant.name,
        channel=wanted.parcel.channel.slug,
        ship_from=wanted.parcel.ship_from,
        mode=priced.lane.regime_mode,
        route=priced.lane.route.value,
        regime=priced.regime,
        lines=tuple(lines),
        goods=sums["goods"],
        freight=sums["freight"],
        duty=sums["duty"],
        tax=sums["tax"],
        fees=sums["fees"],
        total=Money.total(sums.values(), door.currency),
        components=answer.components if answer else (),
        notes=sentences(priced.remarks),
        trace=answer.trace if answer else (),
        annual_used_after=None if used is None else Money.of(used, "CNY"),
        days_min=priced.days_min,
        days_max=priced.days_max,
        asked=priced.asked,
        steps=priced.worked.steps if priced.worked else (),
        remarks=priced.remarks,
        guaranteed=priced.guaranteed,
        level=priced.level,
        options=priced.options,
        promotions=priced.promotions,
    )


_PARTS: Final = ("goods", "freight", "duty", "tax", "fees")


def _line(wanted: Wanted, line: SaleLine, piece: Piece, place: tuple[int, Priced], rates: Rates) -> LineQuote | None:
    i, priced = place
    fee = wanted.fees[i]
    relief = relief_of(priced=priced, i=i, sold=piece.price * piece.quantity)
    sold = piece.price * piece.quantity
    base, own_base = priced.goods[i], sold
    if relief is not None:
        # Commission is on what the goods bring: their price less what the merchant gives of it.
        base, own_base = base + relief.promoted, sold - relief.own
    commission, tax = taken_of(fee=fee, goods=base)
    net = own_base - sum(taken_of(fee=fee, goods=own_base), Money.zero(sold.currency))
    if relief is not None:
        net -= relief.own_freight
    currency = wanted.merchant.currency
    owed = told(amount=net, currency=currency, rates=rates)
    if owed is None:
        return None
    rate = rates.get((piece.price.currency, priced.units[i].currency))
    return LineQuote(
        variant_id=line.variant_id,
        merchant_id=line.merchant_id,
        listing_ref=line.listing_ref,
        sku=line.sku,
        title=line.title,
        options=line.options,
        picture=line.picture,
        goods_code=piece.goods_code,
        origin=line.origin,
        net_grams=line.net_grams or line.gross_grams or 0,
        quantity=piece.quantity,
        unit=priced.units[i],
        goods=priced.goods[i],
        freight=priced.freight[i],
        duty=priced.duty[i],
        tax=priced.tax[i],
        fees=priced.fees[i],
        commission=commission,
        merchant_unit=piece.price,
        merchant_net=owed,
        fx=Decimal(1) if rate is None else rate.value,
        gross_grams=line.gross_grams,
        relief=relief and _in_merchants(relief, currency, rates),
        category=line.category,
        commission_rate=fee.rate,
        commission_rule=fee.rule,
        commission_tax=tax,
        seat=fee.seat,
    )


def relief_of(*, priced: Priced, i: int, sold: Money) -> Relief | None:
    """What is taken off a line, none for nothing. sold: the line's price in the offer's currency.

    The merchant's part of it is told in the offer's currency at the line's own rate.
    """
    off = priced.reduced[i] if priced.reduced else None
    if off is None or not (off.goods or off.freight):
        return None
    before = priced.goods[i] + off.goods
    given, given_freight = off.goods - off.promoted, off.freight - off.promoted_freight
    return Relief(
        goods=off.goods,
        freight=off.freight,
        promoted=off.promoted,
        promoted_freight=off.promoted_freight,
        undeducted=off.undeducted,
        undeducted_freight=off.undeducted_freight,
        own=_part_of(sold, given, before),
        own_freight=_part_of(sold, given_freight, before),
    )


def _part_of(sold: Money, part: Money, whole: Money) -> Money:
    if sold.currency == whole.currency:
        return part
    return Money(rounded(Decimal(sold.minor * part.minor) / whole.minor), sold.currency)


def _in_merchants(relief: Relief, currency: str, rates: Rates) -> Relief:
    own, own_freight = (told(amount=part, currency=currency, rates=rates) for part in (relief.own, relief.own_freight))
    return replace(relief, own=own or relief.own, own_freight=own_freight or relief.own_freight)


def refusal(*, wanted: Wanted, no: No) -> Refusal:
    """A consignment that cannot be had, with what it was."""
    return Refusal(
        merchant_id=wanted.merchant.id,
        merchant_name=wanted.merchant.name,
        variant_ids=tuple(line.variant_id for line in wanted.lines),
        titles=tuple(line.title for line in wanted.lines),
        channel=wanted.parcel.channel.slug,
        reason=no.reason,
        facts=no.facts,
        alternatives=no.alternatives,
    )


def frozen_quote(
    *,
    ref: str,
    shopper_id: int,
    door: Door,
    results: Sequence[ConsignmentQuote | Refusal],
    rates: Rates,
    fingerprint: str,
    versions: Mapping[str, str],
) -> BasketQuote:
    """The whole basket's quote, valid for half an hour.

    versions: data version by destination whose law was asked. rates: only those are kept that were used.
    """
    consignments = tuple(one for one in results if isinstance(one, ConsignmentQuote))
    sums = {name: Money.total((getattr(one, name) for one in consignments), door.currency) for name in _PARTS}
    return BasketQuote(
        ref=ref,
        shopper_id=shopper_id,
        currency=door.currency,
        destination=door.destination,
        region=door.law_region,
        consignments=consignments,
        goods=sums["goods"],
        freight=sums["freight"],
        duty=sums["duty"],
        tax=sums["tax"],
        fees=sums["fees"],
        total=Money.total(sums.values(), door.currency),
        made_at=door.at,
        valid_until=door.at + VALID,
        data_version=" ".join(version for _, version in sorted(versions.items())),
        fx=tuple(rates[pair] for pair in sorted(rates)),
        refusals=tuple(one for one in results if isinstance(one, Refusal)),
        basket_fingerprint=fingerprint,
    )
