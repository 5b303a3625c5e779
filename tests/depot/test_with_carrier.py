"""The depot and the carrier's process together, over real HTTP: from the box that leaves to the shopper's door."""

import pytest

from entrepot.carriage import queries as carriage
from entrepot.carriage.models import ShipmentRow
from entrepot.carriage.terms import MARKETPLACE
from entrepot.depot import queries as depot
from entrepot.jobs import carriage as jobs
from entrepot.orders.terms import Stage
from tests.carriage.conftest import carrier, market, party
from tests.depot import make

__all__ = ["carrier", "market", "party"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def two_depots():
    """Tests with real commits empty all tables behind them, the depots and channels too."""
    from entrepot.carriage.terms import Place
    from entrepot.channels.services import open_presets
    from entrepot.depot.services import open_site
    from entrepot.depot.terms import Site

    open_presets()
    open_site(site=Site("ONT", {"en": "Ontario"}, Place("Depot", "", "US", "CA", "Ontario", ()), ("US",), {}))


def advance(process, shipment, to):
    reference = ShipmentRow.objects.get(merchant_id=shipment.merchant_id, id=shipment.id).carrier_ref
    with process.client() as http:
        answer = http.post(f"/v1/shipments/{reference}/advance", json={"to": to}, headers={"Idempotency-Key": to})
    assert answer.status_code == 200
    jobs._ask_about(reference)


def test_a_box_flies_and_each_parcel_is_delivered(carrier):
    world = make.world(count=2)
    box = make.dispatched(world)
    shipment = carriage.shipment_of(merchant_id=MARKETPLACE, subject="box", subject_id=box.id)
    jobs.buy_label(shipment_id=shipment.id, merchant_id=MARKETPLACE)
    bought = carriage.shipment(merchant_id=MARKETPLACE, shipment_id=shipment.id)
    assert len(bought.tracking_number) == 11
    assert bought.has_label
    advance(carrier, shipment, "customs_import_cleared")
    assert {world.view(place).stage for place in range(2)} == {Stage.DISPATCHED}
    advance(carrier, shipment, "delivered")
    assert {world.view(place).stage for place in range(2)} == {Stage.DELIVERED}
    codes = {one.barcode for one in depot.parcels_in(box_id=box.id)}
    assert codes == {world.view(place).barcode for place in range(2)}


def test_a_direct_parcel_is_delivered(carrier):
    world = make.sent(make.world(route="direct"))
    shipment = carriage.shipment_of(merchant_id=world.merchants[0], subject="consignment", subject_id=world.ids[0])
    jobs.buy_label(shipment_id=shipment.id, merchant_id=world.merchants[0])
    advance(carrier, shipment, "delivered")
    assert world.view().stage is Stage.DELIVERED
    assert world.view().release_at is not None
