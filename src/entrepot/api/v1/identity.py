"""Who the shopper is to customs, for retail imports into China."""

from typing import Annotated

import msgspec
from dmr import Body

from entrepot.allowance import queries as allowance
from entrepot.allowance.services import confirm_identity
from entrepot.allowance.terms import IdentityKind, IdentityNeeded
from entrepot.api.door import Door
from entrepot.api.v1.baskets import as_shopper
from entrepot.api.v1.values import Amount, amount
from entrepot.base import clock
from entrepot.landed import queries as landed


class IdentityIn(msgspec.Struct, forbid_unknown_fields=True):
    """Who imports, as customs ask for retail imports into China. kind: resident, or other for any other document.

    pays_in_person: whoever orders confirms to order for own use and to pay.
    """

    name: Annotated[str, msgspec.Meta(max_length=120)]
    number: Annotated[str, msgspec.Meta(max_length=40)]
    pays_in_person: bool
    kind: IdentityKind = IdentityKind.RESIDENT


class IdentityOut(msgspec.Struct):
    """What is shown of an identity, and how much of the year's allowance is used, which is a lower bound."""

    kind: IdentityKind
    name: str
    number: str
    year: int
    annual_used: Amount
    annual_limit: Amount | None


class IdentityDoor(Door):
    """The shopper's identity for customs."""

    scope = "shop"
    tags = ("shopping",)

    def get(self) -> IdentityOut:
        """Who the shopper is to customs, masked, and what is used of this year's allowance."""
        return self._shown()

    def put(self, parsed_body: Body[IdentityIn]) -> IdentityOut:
        """Keep it, encrypted; it is used for customs only. The number never comes back in full."""
        one = parsed_body
        confirm_identity(
            viewer=as_shopper(self.viewer), kind=one.kind, name=one.name, number=one.number,
            pays_in_person=one.pays_in_person, at=clock.now(),
        )  # fmt: skip
        return self._shown()

    def _shown(self) -> IdentityOut:
        viewer, at = as_shopper(self.viewer), clock.now()
        known = allowance.identity(viewer=viewer)
        if known is None:
            raise IdentityNeeded
        use, limit = allowance.use_of(shopper_id=known.shopper_id, at=at), landed.annual_limit(at=at)
        return IdentityOut(
            known.kind, known.name, known.number, use.year, amount(use.known), amount(limit) if limit else None
        )
