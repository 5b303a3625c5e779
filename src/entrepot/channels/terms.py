"""A channel is a market inside the market, as data: who may sell, to where and how, for what fee, on which timers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

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
class Channel:
    """One market. commission: ratio of the goods' price (0.05); release_days: from delivery to the merchant's money.

    currencies: what shoppers may pay in, the usual one first. destinations: by ISO 3166-1 country.
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

    @property
    def routes(self) -> Mapping[str, Route]:
        """The route into each country."""
        return {country: lane.route for country, lane in self.destinations.items()}


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
