"""Opaque, signed cursors: where the next page begins, so that rows that come and go neither skip nor repeat."""

from typing import Final, Generic, TypeVar

import msgspec
from django.core import signing

from entrepot.kernel.errors import Refused

Item = TypeVar("Item")
LIMIT_MAX: Final = 100
_SALT: Final = "api.cursor"


class CursorUnknown(Refused):
    """A cursor that this server did not make."""

    code = "api.cursor_unknown"
    message = "The cursor is not one of ours."
    remedy = "Start again without a cursor, and pass on `next` as it came."


class Page(msgspec.Struct, Generic[Item]):
    """One page of a list. next: the cursor of the following page, absent on the last."""

    items: list[Item]
    next: str | None = None


class PageQuery(msgspec.Struct):
    """What every list takes. limit: 1 to 100."""

    cursor: str = ""
    limit: int = 20


def position(query: PageQuery) -> tuple[int, int]:
    """Where to go on (0 for the start) and how many. Raises CursorUnknown for one that was tampered with."""
    limit = min(max(query.limit, 1), LIMIT_MAX)
    if not query.cursor:
        return 0, limit
    try:
        return int(signing.loads(query.cursor, salt=_SALT)), limit
    except (signing.BadSignature, ValueError) as tampered:
        raise CursorUnknown from tampered


def cursor(after: int | None) -> str | None:
    """The cursor for going on after this position; none when there is no more."""
    return None if after is None else signing.dumps(after, salt=_SALT)
