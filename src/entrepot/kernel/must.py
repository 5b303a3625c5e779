"""Assertions that stay on in production: what they catch is our mistake, never the caller's."""


class Broken(AssertionError):
    """An invariant of ours does not hold."""


def must(condition: object, why: str) -> None:
    """Stop at once when an invariant is broken.

    Raises Broken: always a bug, so the transaction around it rolls back and the page says so.
    """
    if not condition:
        raise Broken(why)
