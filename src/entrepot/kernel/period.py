"""Half-open stretches of time: from the first moment up to, not including, the last."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

Moment = TypeVar("Moment", date, datetime)


@dataclass(frozen=True, slots=True)
class Period(Generic[Moment]):
    """`[since, until)`; no `until` means still open. Raises ValueError when it ends before it starts."""

    since: Moment
    until: Moment | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise ValueError("a period cannot end before it starts")

    def holds(self, moment: Moment) -> bool:
        """Whether `moment` lies inside; the end does not."""
        return self.since <= moment and (self.until is None or moment < self.until)

    def overlaps(self, other: "Period[Moment]") -> bool:
        """Whether the two share a moment."""
        starts_before = other.until is None or self.since < other.until
        return starts_before and (self.until is None or other.since < self.until)
