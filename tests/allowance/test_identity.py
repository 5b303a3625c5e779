"""An identity is sealed, shown masked, found again across accounts, and every reading is written down."""

import pytest
from django.db import connection
from django.test import override_settings

from entrepot.allowance import queries, services
from entrepot.allowance.models import IdentityRow, PersonRow
from entrepot.allowance.terms import Identity, IdentityKind, NumberMistyped, PayerNotOrderer, ReadFor
from entrepot.base import sealing
from entrepot.kernel.must import Broken
from entrepot.parties.terms import NotYours, ShopperId, Viewer
from tests.allowance import make
from tests.parties import make as parties
from tests.parties.make import AT

pytestmark = pytest.mark.django_db


def viewer(shopper_id: int) -> Viewer:
    return Viewer(shopper_id=ShopperId(shopper_id))


def test_only_the_last_four_signs_come_back() -> None:
    shopper = make.shopper()
    found = queries.identity(viewer=viewer(shopper))
    assert found is not None
    assert (found.name, found.number) == ("王**", "*" * 14 + make.number()[-4:])
    assert queries.identity(viewer=Viewer()) is None


def test_neither_name_nor_number_is_in_the_database() -> None:
    shopper = make.shopper()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT encode(sealed, 'escape'), i::text, p::text
                 FROM allowance_identity i JOIN allowance_person p ON p.id = i.person_id WHERE i.shopper_id = %s""",
            [shopper],
        )
        kept = " ".join(cursor.fetchone())
    assert make.number() not in kept
    assert "王芳" not in kept


def test_the_same_person_is_found_under_two_accounts() -> None:
    one, other = make.shopper(), make.shopper(make.number().lower())
    make.hold(one, 100_000)
    assert PersonRow.objects.count() == 1
    assert queries.use_of(shopper_id=other, at=AT).known.minor == 100_000


def test_giving_it_again_changes_nothing_and_another_takes_its_place() -> None:
    shopper = make.shopper()
    before = queries.identity(viewer=viewer(shopper))
    assert make.identity(shopper_id=shopper) == before
    order = make.hold(shopper, 5_000)
    after = make.identity(shopper_id=shopper, given=make.number(77))
    assert after != before
    assert queries.identities_of_orders(orders=[(order, shopper)]) == {order: before}
    assert IdentityRow.objects.filter(shopper_id=shopper).count() == 2


def test_a_wrong_number_or_another_payer_keeps_nothing() -> None:
    shopper = parties.shopper()
    with pytest.raises(NumberMistyped):
        make.identity(shopper_id=shopper, given="110105194912310021")
    with pytest.raises(PayerNotOrderer):
        services.confirm_identity(
            viewer=viewer(shopper), kind=IdentityKind.RESIDENT, name="王芳", number=make.number(),
            pays_in_person=False, at=AT,
        )  # fmt: skip
    assert not IdentityRow.objects.filter(shopper_id=shopper).exists()


def test_staff_reads_it_and_is_written_down() -> None:
    shopper = make.shopper()
    order = make.hold(shopper, 5_000)
    worker = parties.depot_worker()
    read = services.read_identities(
        viewer=worker, orders=[(order, shopper)], why=ReadFor.CUSTOMS_PAPERS, subject="MBX-1", at=AT
    )
    assert read == {order: Identity(IdentityKind.RESIDENT, "王芳", make.number())}
    (written,) = queries.readings(viewer=parties.operator())
    assert (written.reader_id, written.shopper_id, written.why, written.subject, written.at) == (
        worker.user_id, shopper, ReadFor.CUSTOMS_PAPERS, "MBX-1", AT,
    )  # fmt: skip


def test_nobody_else_reads_it_or_the_list_of_readings() -> None:
    shopper = make.shopper()
    order = make.hold(shopper, 5_000)
    for stranger in (viewer(shopper), parties.shopper_viewer(), Viewer()):
        with pytest.raises(NotYours):
            services.read_identities(
                viewer=stranger, orders=[(order, shopper)], why=ReadFor.CUSTOMS_PAPERS, subject="", at=AT
            )
    with pytest.raises(NotYours):
        queries.readings(viewer=parties.depot_worker())
    assert queries.readings(viewer=parties.operator()) == ()


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    with override_settings(IDENTITY_KEYS={"old": b"o" * 32}):
        before = sealing.sealed(text="110105", bound_to="row 1")
    with override_settings(IDENTITY_KEYS={"new": b"n" * 32, "old": b"o" * 32}):
        after = sealing.sealed(text="110105", bound_to="row 1")
        assert sealing.opened(envelope=before, bound_to="row 1") == "110105"
    assert (before[1:4], after[1:4]) == (b"old", b"new")
    with override_settings(IDENTITY_KEYS={"new": b"n" * 32}), pytest.raises(Broken):
        sealing.opened(envelope=before, bound_to="row 1")


def test_what_was_moved_or_changed_does_not_open() -> None:
    envelope = sealing.sealed(text="110105", bound_to="row 1")
    assert envelope != sealing.sealed(text="110105", bound_to="row 1")
    with pytest.raises(Broken):
        sealing.opened(envelope=envelope, bound_to="row 2")
    with pytest.raises(Broken):
        sealing.opened(envelope=envelope[:-1] + bytes([envelope[-1] ^ 1]), bound_to="row 1")
