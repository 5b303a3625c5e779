"""What the relay and those who listen to news agree on."""

from collections.abc import Sequence
from typing import Protocol

from entrepot.base.outbox import News


class Breakdown(Exception):
    """A listener can take nothing at the moment, whichever news it is: try the same again later."""


class Listener(Protocol):
    """Somebody who wants to hear of a topic. It may hear the same twice, and must not mind."""

    def take(self, news: Sequence[News]) -> None:
        """Hear these, within the relay's transaction. Raises Breakdown, or anything else for news it cannot bear."""
        ...

    def settle(self) -> None:
        """Make what was taken durable, once for a whole batch. Raises Breakdown."""
        ...
