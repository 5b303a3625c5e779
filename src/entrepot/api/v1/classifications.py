"""Goods codes suggested for a description."""

from http import HTTPStatus

from dmr import Body, modify

from entrepot.api.door import Door
from entrepot.base import clock
from entrepot.catalogue import queries as catalogue
from entrepot.catalogue.rules.coding.answering import CodingAnswer, CodingRequest, coding_answer
from entrepot.catalogue.terms import Asked


class ClassificationsDoor(Door):
    """Goods codes for a description. A person decides; nothing is set by it."""

    scope = "merchant"
    tags = ("selling",)
    keyed = False

    @modify(status_code=HTTPStatus.OK)
    def post(self, parsed_body: Body[CodingRequest]) -> CodingAnswer:
        """Suggest goods codes for a title and description in English or Chinese. Nothing is kept, so it takes no key."""
        one = parsed_body
        asked = Asked(one.text, one.description or "", one.destination.upper(), one.answers)
        merchants = sorted(self.viewer.merchants)
        found = catalogue.suggested_codes(
            asked=asked, on=clock.now().date(), merchant_id=merchants[0] if merchants else None
        )
        return coding_answer(one.id, found)
