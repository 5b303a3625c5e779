"""Who imports: the name and number customs ask for at the checkout, shown masked, and what is left of the year."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _

from entrepot.allowance import queries as allowance
from entrepot.allowance.rules import check_identity
from entrepot.allowance.terms import DocumentUnreadable, IdentityKind, NameMissing, NumberMistyped
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.money import Money
from entrepot.landed import queries as landed
from entrepot.landed.terms import BasketQuote
from entrepot.parties.terms import Viewer


@dataclass(frozen=True, slots=True)
class Importer:
    """name, number: masked, empty when not known. before: used this year; after: with this order; left: of the limit."""

    name: str
    number: str
    year: int
    before: Money
    after: Money
    left: Money | None
    limit: Money | None


@dataclass(frozen=True, slots=True)
class IdentityForm:
    """What was typed and what is wrong with it; the number is not written back into the page."""

    name: str = ""
    kind: IdentityKind = IdentityKind.RESIDENT
    number: str = ""
    payer: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def wrong(self) -> tuple[tuple[str, str], ...]:
        """For the head of the form."""
        return tuple(self.errors.items())

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """The documents to choose from."""
        return ((IdentityKind.RESIDENT, _("Resident identity card")), (IdentityKind.OTHER, _("Passport or permit")))


def importer_of(viewer: Viewer, quote: BasketQuote, at: datetime) -> Importer:
    """What is known of who imports, and the year's allowance with this order in it."""
    known = allowance.identity(viewer=viewer)
    use = allowance.use_of(shopper_id=viewer.shopper_id or 0, at=at)
    wanted = Money.total((part.amount for part in landed.counted_parts(quote=quote)), "CNY")
    limit = landed.annual_limit(at=at)
    return Importer(
        name=known.name if known else "",
        number=known.number if known else "",
        year=use.year,
        before=use.known,
        after=use.known + wanted,
        left=limit - use.known - wanted if limit and use.known + wanted < limit else None,
        limit=limit,
    )


def read_identity(data: QueryDict, at: datetime) -> IdentityForm:
    """What was typed, with a sentence for each thing that customs would not take."""
    kind = IdentityKind.OTHER if data.get("kind") == IdentityKind.OTHER else IdentityKind.RESIDENT
    name, number = data.get("name", "").strip()[:60], data.get("number", "").strip()[:40]
    payer = data.get("payer") == "1"
    errors: dict[str, str] = {}
    try:
        check_identity(kind=kind, name=name, number=number, at=at)
    except NameMissing as wrong:
        errors["name"] = _sentence(wrong)
    except (NumberMistyped, DocumentUnreadable) as wrong:
        errors["number"] = _sentence(wrong)
    if not payer:
        errors["payer"] = _("Confirm that you order and pay for yourself.")
    return IdentityForm(name, kind, number, payer, errors)


def _sentence(wrong: EntrepotError) -> str:
    return f"{_(wrong.message)} {_(wrong.remedy)}"
