"""The state tables, what must hold before an order is placed, and when a merchant's money is due."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from entrepot.channels.terms import Route
from entrepot.kernel.money import Money
from entrepot.kernel.must import must
from entrepot.kernel.text import pick
from entrepot.landed.terms import BasketQuote, ConsignmentQuote, LineQuote
from entrepot.orders.terms import (
    AddressElsewhere,
    BasketChanged,
    CancelReason,
    ConsignmentView,
    KeyReused,
    KnownOrder,
    NotDeliverable,
    NotExpired,
    OrderToPay,
    OrderVerb,
    QuoteUsed,
    Stage,
    State,
    Verb,
    WrongMoment,
)
from entrepot.parties.terms import Address

# The whole life of an order. What is not here is refused.
MOVES: Final[Mapping[tuple[State, OrderVerb], State]] = {
    (State.PLACED, OrderVerb.PAY): State.PAID,
    (State.PLACED, OrderVerb.CANCEL): State.CANCELLED,
    (State.PAID, OrderVerb.FINISH): State.DONE,
}

# The whole life of a consignment.
STAGES: Final[Mapping[tuple[Stage, Verb], Stage]] = {
    (Stage.PLACED, Verb.PAY): Stage.PAID,
    (Stage.PLACED, Verb.CANCEL): Stage.CANCELLED,
    (Stage.PAID, Verb.SEND): Stage.SENT,
    (Stage.SENT, Verb.RECEIVE): Stage.RECEIVED,
    (Stage.RECEIVED, Verb.PACK): Stage.PACKED,
    (Stage.PACKED, Verb.DISPATCH): Stage.DISPATCHED,
    (Stage.DISPATCHED, Verb.DELIVER): Stage.DELIVERED,
    (Stage.SENT, Verb.DELIVER): Stage.DELIVERED,
    (Stage.DELIVERED, Verb.RELEASE): Stage.RELEASED,
    # Customs may refuse what they see: not before it left the country it was sold from.
    (Stage.DISPATCHED, Verb.REFUSE): Stage.REFUSED,
    (Stage.SENT, Verb.REFUSE): Stage.REFUSED,
    (Stage.REFUSED, Verb.GIVE_BACK): Stage.REFUNDED,
    # All its money may go back at any time, but not while the depot has its parcel in hand.
    (Stage.PAID, Verb.GIVE_BACK): Stage.REFUNDED,
    (Stage.SENT, Verb.GIVE_BACK): Stage.REFUNDED,
    (Stage.DISPATCHED, Verb.GIVE_BACK): Stage.REFUNDED,
    (Stage.DELIVERED, Verb.GIVE_BACK): Stage.REFUNDED,
}
# A mistake at the depot is taken back as long as the parcel is there.
BACK: Final[Mapping[Stage, Stage]] = {Stage.RECEIVED: Stage.SENT, Stage.PACKED: Stage.RECEIVED}
# From the merchant's hand a consignment goes to the depot or to the shopper, as its route says, never to the other.
ROUTES: Final[Mapping[tuple[Stage, Verb], Route]] = {
    (Stage.SENT, Verb.RECEIVE): Route.DEPOT,
    (Stage.SENT, Verb.DELIVER): Route.DIRECT,
    (Stage.SENT, Verb.REFUSE): Route.DIRECT,
}

# How long an order waits for its money. Long enough for a bank's page, short enough that goods are not kept from others.
PAY_WITHIN: Final = timedelta(minutes=30)

_BARCODE: Final = re.compile(r"CSN[0-9A-HJKMNP-TV-Z]{16}")


def after(*, state: State, verb: OrderVerb) -> State:
    """The order's state after `verb`. Raises WrongMoment when it is not allowed now."""
    following = MOVES.get((state, verb))
    if following is None:
        raise WrongMoment(state=state, verb=verb)
    return following


def stage_after(*, stage: Stage, verb: Verb, route: Route) -> Stage:
    """The consignment's state after `verb` on this route. Raises WrongMoment when it is not allowed now."""
    following = STAGES.get((stage, verb))
    if following is None or ROUTES.get((stage, verb), route) is not route:
        raise WrongMoment(state=stage, verb=verb)
    return following


def is_past(*, stage: Stage, verb: Verb) -> bool:
    """Whether news of this step comes too late to matter: a parcel that was given up as lost arrives nevertheless."""
    return stage is Stage.REFUNDED and verb is Verb.DELIVER


def stage_before(*, stage: Stage, wrong: Stage) -> Stage:
    """Where a consignment stood before the step to `wrong` that was a mistake.

    Raises WrongMoment when it is no longer there, or when that step cannot be taken back.
    """
    if stage is not wrong or wrong not in BACK:
        raise WrongMoment(state=stage, verb="undo")
    return BACK[wrong]


def stage_of(verb: Verb) -> Stage:
    """The state that `verb` leads to, from wherever it is allowed."""
    return next(following for (_, known), following in STAGES.items() if known is verb)


def may_be_confirmed(*, stage: Stage, route: Route) -> bool:
    """Whether the shopper may say `I have it` although no carrier has said so: it is on its last way."""
    return stage is Stage.DISPATCHED or (stage is Stage.SENT and route is Route.DIRECT)


def confirmable(
    *, consignments: Iterable[ConsignmentView]
) -> tuple[tuple[ConsignmentView, ...], tuple[ConsignmentView, ...]]:
    """Which consignments a shopper's `I have it` is about: those on their last way, and those delivered before.

    One whose clock a claim has stopped is neither.
    """
    free = [part for part in consignments if part.paused_since is None]
    arrived = tuple(part for part in free if may_be_confirmed(stage=part.stage, route=part.route))
    return arrived, tuple(part for part in free if part.stage is Stage.DELIVERED)


def check_cancelling(*, order: OrderToPay, reason: CancelReason, at: datetime) -> None:
    """Raises WrongMoment unless the order waits for its money, NotExpired when its time is said to be over but is not."""
    after(state=order.state, verb=OrderVerb.CANCEL)
    if reason is CancelReason.EXPIRED and at < order.expires_at:
        raise NotExpired(expires_at=order.expires_at)


def check_quote(*, quote: BasketQuote, basket_fingerprint: str, address: Address, language: str) -> None:
    """What must hold between a quote, the basket and the address before an order is made of them.

    Raises BasketChanged, NotDeliverable naming the articles, AddressElsewhere.
    """
    if quote.basket_fingerprint != basket_fingerprint:
        raise BasketChanged
    if not quote.complete:
        titles = (pick(title, language) for refusal in quote.refusals for title in refusal.titles)
        raise NotDeliverable(articles=tuple(titles))
    # A quote without a region is good for the whole country: its law does not differ by region.
    if quote.destination != address.country or (quote.region and quote.region != address.region):
        quoted, given = (
            "-".join(filter(None, place))
            for place in ((quote.destination, quote.region), (address.country, address.region))
        )
        raise AddressElsewhere(quoted=quoted, address=given)


def repeated(
    *, known: Sequence[KnownOrder], key: str, quote_ref: str, address: Address | None = None
) -> KnownOrder | None:
    """The order that a repeat is about, or none for a new one. A quote makes one order, however often it is sent.

    known: the shopper's orders with this key or this quote. address: where it shall go, when that is known. Raises
    KeyReused for the key with another quote or address, QuoteUsed when the quote's order was given up and this is a new attempt.
    """
    for order in known:
        if order.key == key:
            elsewhere = address is not None and replace(address, ref="") != order.address
            if order.quote_ref != quote_ref or elsewhere:
                raise KeyReused
            return order
    for order in known:
        if order.state is State.CANCELLED:
            raise QuoteUsed(order=order.ref)
        return order
    return None


def check_sums(*, quote: BasketQuote) -> None:
    """Lines sum to their consignment and consignments to the quote, part by part. Raises Broken: our mistake."""
    for part in ("goods", "freight", "duty", "tax", "fees"):
        whole = Money.total((getattr(one, part) for one in quote.consignments), quote.currency)
        must(whole == getattr(quote, part), f"consignments sum to the quote's {part}")
        for one in quote.consignments:
            lines = Money.total((getattr(line, part) for line in one.lines), quote.currency)
            must(lines == getattr(one, part), f"lines sum to their consignment's {part}")
            if one.promotions:
                _check_reliefs(one)
    parts = (quote.goods, quote.freight, quote.duty, quote.tax, quote.fees)
    must(Money.total(parts, quote.currency) == quote.total, "the parts sum to the quote's total")


def _check_reliefs(one: ConsignmentQuote) -> None:
    currency = one.total.currency
    for part in ("goods", "freight", "promoted", "promoted_freight"):
        taken = Money.total((getattr(each, part) for each in one.promotions), currency)
        off = Money.total((getattr(line.relief, part) for line in one.lines if line.relief), currency)
        must(taken == off, f"what promotions take off sums to the lines' {part}")


def net_of(consignment: ConsignmentQuote) -> Money:
    """What the merchant is owed for a consignment, in the one currency that all its offers are in."""
    currency = consignment.lines[0].merchant_net.currency
    return Money.total((line.merchant_net for line in consignment.lines), currency)


def relief_columns(priced: BasketQuote | ConsignmentQuote | LineQuote) -> dict[str, int]:
    """What promotions took off a quote, a consignment or a line, as an order keeps it."""
    if isinstance(priced, LineQuote):
        reliefs = [priced.relief] if priced.relief else []
    elif isinstance(priced, ConsignmentQuote):
        reliefs = [line.relief for line in priced.lines if line.relief]
    else:
        reliefs = [line.relief for one in priced.consignments for line in one.lines if line.relief]
    return {
        "discount_minor": sum(one.goods.minor for one in reliefs),
        "freight_discount_minor": sum(one.freight.minor for one in reliefs),
        "promoted_minor": sum(one.promoted.minor for one in reliefs),
        "promoted_freight_minor": sum(one.promoted_freight.minor for one in reliefs),
    }


def line_relief_columns(line: LineQuote) -> dict[str, int]:
    """What else an order keeps of a line's discounts: for customs, and for the merchant."""
    relief = line.relief
    return {
        "undeducted_minor": relief.undeducted.minor if relief else 0,
        "undeducted_freight_minor": relief.undeducted_freight.minor if relief else 0,
        "merchant_discount_minor": relief.own.minor if relief else 0,
        "merchant_freight_minor": relief.own_freight.minor if relief else 0,
    }


def release_date(*, delivered_at: datetime, release_days: int) -> datetime:
    """When the merchant's money is due: so many days after delivery, unless a claim pauses the clock."""
    return delivered_at + timedelta(days=release_days)


def barcode_of(ref: str) -> str:
    """What the parcel carries: the consignment's reference without what scanners dislike."""
    return ref.replace("_", "").upper()


def ref_of(scanned: str) -> str:
    """The reference behind a scanned barcode or a typed reference; the text itself when it is neither."""
    plain = scanned.strip().replace("_", "").replace(" ", "").upper()
    return f"csn_{plain[3:].lower()}" if _BARCODE.fullmatch(plain) else scanned.strip()
