"""Reading one field of a report: a number, a moment, a name; what is wrong with it is said with its name."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

from entrepot.kernel.money import Money

NUMBER_MAX: Final = 128
TEXT_MAX: Final = 300
# Further away than this is no amount of ours but a reader's or a writer's mistake.
MINOR_MAX: Final = 10**15

# What to do about a field that cannot be read; gettext ids, see web/operator/reconciliation.
SAYINGS: Final[Mapping[str, str]] = {
    "missing": "It is missing. Have the report made again.",
    "amount": "It is no amount of that currency. Have the report made again.",
    "currency": "It is no currency in three letters. Have the report made again.",
    "moment": "It is no day or moment. Write it like 2026-11-22.",
    "long": "It is longer than 128 characters. Have the report made again.",
    "twice": "The same number stands on another line with other content. Ask who made the report.",
    "zero": "It moves nothing. It was left out.",
}


class FieldWrong(Exception):
    """One field cannot be read. Args: its name, and the key of what to do."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, why)
        self.field, self.why = field, why


def name_in(value: object, *, field: str, needed: bool = True) -> str:
    """A name or number as a text without spaces around it."""
    text = value.strip() if isinstance(value, str) else ""
    if not text and needed:
        raise FieldWrong(field, "missing")
    if len(text) > NUMBER_MAX or "\x00" in text:
        raise FieldWrong(field, "long")
    return text


def currency_in(value: object, *, field: str = "currency") -> str:
    """A currency's three letters."""
    text = value.strip().upper() if isinstance(value, str) else ""
    if len(text) != 3 or not text.isascii() or not text.isalpha():
        raise FieldWrong(field, "currency")
    return text


def minor_in(value: object, currency: str, *, field: str = "amount") -> Money:
    """Whole minor units."""
    if type(value) is not int or abs(value) > MINOR_MAX:
        raise FieldWrong(field, "amount")
    return Money(value, currency)


def decimal_in(value: object, currency: str, *, field: str = "amount") -> Money:
    """A plain decimal text."""
    try:
        amount = Money.parse(value.strip().removeprefix("+") if isinstance(value, str) else "", currency)
    except ValueError as wrong:
        raise FieldWrong(field, "amount") from wrong
    return minor_in(amount.minor, currency, field=field)


def moment_in(value: object, *, field: str) -> datetime:
    """A moment (UTC unless it says otherwise), or the beginning of a day."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise FieldWrong(field, "moment") from wrong
    if not 2000 <= moment.year <= 2200:
        raise FieldWrong(field, "moment")
    return moment


def seconds_in(value: object, *, field: str) -> datetime:
    """Seconds since 1970."""
    if type(value) is not int or not 946_684_800 <= value < 7_258_118_400:
        raise FieldWrong(field, "moment")
    return datetime.fromtimestamp(value, UTC)


def day_in(value: object, *, field: str) -> date:
    """A day."""
    return moment_in(value, field=field).date()


def text_in(value: object) -> str:
    """Free words, cut to what is shown."""
    return " ".join(value.replace("\x00", " ").split())[:TEXT_MAX] if isinstance(value, str) else ""
