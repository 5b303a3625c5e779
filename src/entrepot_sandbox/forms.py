"""What a request to the payment provider says, read with its limits; what does not fit is named."""

import json
import re
from typing import Final
from urllib.parse import urlsplit

from entrepot_sandbox.server import Problem
from entrepot_sandbox.store import Json

AMOUNT_MAX: Final = 10**12


def whole(value: object) -> int:
    """A number that the store kept as one."""
    assert isinstance(value, int)
    return value


def amount(body: Json) -> int:
    """Minor units above zero. Raises Problem."""
    found = body.get("amount")
    if type(found) is not int or not 0 < found <= AMOUNT_MAX:
        raise Problem(422, "bad_amount", "amount is a whole number of minor units above zero.")
    return found


def currency(body: Json) -> str:
    """An ISO 4217 code. Raises Problem."""
    found = body.get("currency")
    if not isinstance(found, str) or not re.fullmatch(r"[A-Z]{3}", found):
        raise Problem(422, "bad_currency", "currency is a three-letter ISO 4217 code.")
    return found


def words(body: Json, name: str, *, most: int, needed: bool = True) -> str:
    """A text of at most `most` characters; empty when it is not needed and not there. Raises Problem."""
    value = body.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or len(value) > most or (needed and not value.strip()):
        raise Problem(422, f"bad_{name}", f"{name} is a text of at most {most} characters.")
    return value


def choice(body: Json, name: str, choices: tuple[str, ...]) -> str:
    """One of `choices`, the first when nothing was said. Raises Problem."""
    value = body.get(name, choices[0])
    if value not in choices:
        raise Problem(422, f"bad_{name}", f"{name} is one of {', '.join(choices)}.")
    return str(value)


def return_url(body: Json) -> str:
    """Where the shopper goes back to. Raises Problem."""
    url = words(body, "return_url", most=2000)
    if urlsplit(url).scheme not in ("http", "https") or not json.dumps(url).isprintable():
        raise Problem(422, "bad_return_url", "return_url is an http or https address.")
    return url
