"""Who takes part: people, shoppers, merchants and their teams, the operator; and what each may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, NewType

from entrepot.kernel.errors import NotFound, Refused
from entrepot.kernel.text import Text

UserId = NewType("UserId", int)
ShopperId = NewType("ShopperId", int)
MerchantId = NewType("MerchantId", int)


class Role(StrEnum):
    """What a person is in a merchant's team. The owner also manages the team and payouts."""

    OWNER = "owner"
    STAFF = "staff"


class Desk(StrEnum):
    """Where one of the marketplace's own people works."""

    OPERATOR = "operator"
    DEPOT = "depot"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking. Every query that an edge may call takes one and shows only what is theirs.

    shopper_id: also set for a visitor without an account once a basket exists.
    merchants: the merchants whose team the person belongs to.
    """

    user_id: UserId | None = None
    shopper_id: ShopperId | None = None
    merchants: Mapping[MerchantId, Role] = field(default_factory=dict)
    desks: frozenset[Desk] = frozenset()
    language: str = "en"

    @property
    def operator(self) -> bool:
        """Works for the marketplace itself."""
        return Desk.OPERATOR in self.desks

    @property
    def depot(self) -> bool:
        """May work in the depot; operators may too."""
        return bool(self.desks)


@dataclass(frozen=True, slots=True)
class Merchant:
    """A business that sells. country: where it is established; currency: in which it is paid out."""

    id: MerchantId
    ref: str
    slug: str
    name: str
    about: Text
    country: str
    region: str
    city: str
    currency: str
    channels: tuple[str, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where a merchant's payouts go, as people may see it. ending: the last four characters of the number."""

    ref: str
    holder: str
    country: str
    bank_code: str
    ending: str
    since: datetime


@dataclass(frozen=True, slots=True)
class BankDetails:
    """A bank account as our own bank must be told it. number: the IBAN, else the plain number at `bank_code`."""

    holder: str
    country: str
    bank_code: str
    number: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel goes. region: ISO 3166-2 subdivision without the country (CA, GD); lines: 1 to 3, local order."""

    name: str
    phone: str
    country: str
    region: str
    city: str
    district: str
    lines: tuple[str, ...]
    postal_code: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a merchant's team."""

    user_id: UserId
    email: str
    role: Role


class NotYours(NotFound):
    """There is no such thing, or it is not yours to see."""

    code = "parties.not_yours"
    message = "We could not find that."
    remedy = "Check the address, or sign in with the account it belongs to."


_FIELD_WORDS: Final = {
    "name": "the name of the person who takes the parcel",
    "phone": "a phone number that the carrier can call",
    "country": "the country",
    "region": "the state or province",
    "city": "the city",
    "district": "the district or county",
    "lines": "street and number",
    "postal_code": "a postal code of the country's form",
}


class AddressIncomplete(Refused):
    """An address lacks something its country needs."""

    code = "parties.address_incomplete"
    message = "The address lacks {field}."
    remedy = "Fill in {field}."
    words: ClassVar = {"field": _FIELD_WORDS}


class ClientUnknown(Refused):
    """An API client could not prove itself or asked for more than it has."""

    code = "parties.client_unknown"
    message = "The client id, the secret or a scope is not right."
    remedy = "Check the credentials; a lost secret cannot be shown again, issue a new client."


_WRONG_WORDS: Final = {
    "holder": "the name of the account's holder is missing",
    "country": "the country of the bank is missing",
    "iban": "the IBAN is not right; compare it letter by letter",
    "number": "the account number is not right; write its digits without spaces or signs",
    "routing": "the routing number is not right; it has nine digits and stands on a cheque at the left",
    "cnaps": "the CNAPS code is not right; it has twelve digits",
    "bic": "the BIC (SWIFT code) is not right; it has eight or eleven characters",
}


class AccountInvalid(Refused):
    """A bank account cannot be what it says. `field` is where to look, `why` what is wrong."""

    code = "parties.account_invalid"
    message = "This bank account cannot be used: {why}."
    remedy = "Compare it with a statement of the bank and enter it again."
    words: ClassVar = {"why": _WRONG_WORDS}
