"""A channel is a market inside the market, as data: who may sell, to where and how, for what fee, on which timers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final

from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.text import Text


class Route(StrEnum):
    """Whether a consignment passes the depot, where many share one master box, or goes straight to the shopper."""

    DEPOT = "depot"
    DIRECT = "direct"


# The goods are in the shopper's country already: no border, no customs. Every other mode is the quote contract's.
DOMESTIC = "domestic"


@dataclass(frozen=True, slots=True)
class Lane:
    """The way a channel takes goods into one country.

    regime_mode: the quote contract's `mode` (`cbec_direct`, `express`, `personal` ...), or `domestic` when the channel
    only sells there what lies there. guaranteed: the marketplace bears the difference between quoted and charged duty.
    """

    regime_mode: str
    route: Route
    guaranteed: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How far the release of held money may be put off, in days.

    shopper: by the shopper, once, when `near` days or fewer are left. most: by merchant and operator, in all.
    """

    shopper: int = 3
    near: int = 3
    most: int = 30


@dataclass(frozen=True, slots=True)
class Channel:
    """One market. commission: ratio of the goods' price (0.05); release_days: from delivery to the merchant's money.

    currencies: what shoppers may pay in, the usual one first. destinations: by ISO 3166-1 country. patience: how far
    the release may be put off. authorise_first: the shopper's money is taken only when the merchants have agreed.
    """

    slug: str
    name: Text
    languages: tuple[str, ...]
    currencies: tuple[str, ...]
    destinations: Mapping[str, Lane]
    commission: Decimal
    release_days: int
    return_days: int
    requires_verified: bool
    patience: Patience = Patience()
    authorise_first: bool = False

    @property
    def routes(self) -> Mapping[str, Route]:
        """The route into each country."""
        return {country: lane.route for country, lane in self.destinations.items()}


@dataclass(frozen=True, slots=True)
class CommissionRule:
    """What is charged from `valid_from` on, in place of the channel's commission. Never changed; a later one overtakes it.

    merchant_id: none is every merchant. category: its path, with all below it; empty is every category. channel: empty
    is every channel. rate: ratio of the goods' price; none takes the rules of the same scope back.
    """

    id: int
    merchant_id: int | None
    category: str
    channel: str
    rate: Decimal | None
    valid_from: date
    reason: str = ""
    user_id: int | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeeTax:
    """Tax on the marketplace's fees. seat: the country of the marketplace; country: the merchant's, empty is any other."""

    seat: str
    country: str
    rate: Decimal
    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class ReserveRule:
    """What is kept of a merchant's released money, and when the rest may be paid out. Never changed.

    merchant_id: none is every merchant; channel: empty is every channel. rate: ratio kept, none takes the rules of the
    same scope back; days: how long it is kept. mature_days: how long the rest waits before it can be paid out.
    """

    id: int
    merchant_id: int | None
    channel: str
    rate: Decimal | None
    days: int
    mature_days: int
    valid_from: date
    reason: str = ""
    user_id: int | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fee:
    """What the marketplace takes of one sale. rule: where the rate comes from (`rule 12`, `channel mall`).

    tax_rate: on the commission, owed to `seat`; none where no row says what is due there.
    """

    rate: Decimal
    rule: str
    tax_rate: Decimal | None
    seat: str


@dataclass(frozen=True, slots=True)
class Reserve:
    """The terms that a release follows; see ReserveRule."""

    rate: Decimal = Decimal(0)
    days: int = 0
    mature_days: int = 0


@dataclass(frozen=True, slots=True)
class FeeBook:
    """All rules about fees and reserves, past and coming ones, by scope and oldest first.

    seat: the country of the marketplace, which taxes its fees.
    """

    seat: str = ""
    commissions: Mapping[tuple[int, str, str], tuple[CommissionRule, ...]] = field(default_factory=dict)
    reserves: Mapping[tuple[int, str], tuple[ReserveRule, ...]] = field(default_factory=dict)
    taxes: Mapping[tuple[str, str], tuple[FeeTax, ...]] = field(default_factory=dict)


class ChannelUnknown(NotFound):
    """No channel of that name is open."""

    code = "channels.unknown"
    message = "There is no channel {channel}."
    remedy = "Choose one of the channels shown."


class NotAdmitted(Refused):
    """The merchant does not meet the channel's admission rules."""

    code = "channels.not_admitted"
    message = "The channel {name} takes verified merchants only."
    remedy = "Have the business verified first, or sell in the bazaar."


class NoLane(Refused):
    """The channel does not send to that country from there."""

    code = "channels.no_lane"
    message = "The channel {name} does not send from {ship_from} to {destination}."
    remedy = "Choose another destination or an article from another channel."


_WRONG: Final = {
    "rate": "the commission is from 0 to 50 per cent",
    "reserve": "the reserve is from 0 to 50 per cent",
    "days": "days are from 0 to 365",
    "past": "it may begin today or later, so that no sale is charged otherwise than it was told",
    "category": "there is no such category",
    "channel": "there is no such channel",
    "merchant": "there is no such merchant",
    "reason": "a reason of at least five characters is needed",
}


class RuleInvalid(Refused):
    """A rule about fees cannot be what it says. `field` is where to look, `why` what is wrong."""

    code = "channels.rule_invalid"
    message = "This rule cannot be added: {why}."
    remedy = "Correct it and try again."
    words: ClassVar = {"why": _WRONG}
