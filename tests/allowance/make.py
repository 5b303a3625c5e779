"""Identities and holds for tests, made through the real services. The numbers are invented; their check signs hold."""

from django.db import transaction

from entrepot.allowance import services
from entrepot.allowance.rules import check_sign
from entrepot.allowance.terms import IdentityKind, MaskedIdentity, Part
from entrepot.base.identity import new_id
from entrepot.kernel.money import Money
from entrepot.parties.terms import ShopperId, Viewer
from tests.parties import make as parties
from tests.parties.make import AT

LIMIT = Money(2_600_000, "CNY")


def number(serial: int = 1, *, born: str = "19900307", place: str = "440305") -> str:
    """A resident number of Shenzhen that checks."""
    digits = f"{place}{born}{serial:03d}"
    return digits + check_sign(digits)


def identity(
    *, shopper_id: int, name: str = "王芳", given: str | None = None, kind: IdentityKind = IdentityKind.RESIDENT, at=AT
) -> MaskedIdentity:
    return services.confirm_identity(
        viewer=Viewer(shopper_id=ShopperId(shopper_id)),
        kind=kind,
        name=name,
        number=given or number(),
        pays_in_person=True,
        at=at,
    )


def shopper(given: str | None = None) -> ShopperId:
    """A shopper whose identity is known."""
    made = parties.shopper()
    identity(shopper_id=made, given=given)
    return made


def hold(shopper_id: int, *minors: int, order_id: int | None = None, at=AT) -> int:
    """Hold so many fen, one part each; answers the order."""
    order = order_id or new_id()
    parts = [Part(number, Money(minor, "CNY")) for number, minor in enumerate(minors, start=1)]
    with transaction.atomic():
        services.hold_allowance(shopper_id=shopper_id, order_id=order, parts=parts, limit=LIMIT, at=at)
    return order
