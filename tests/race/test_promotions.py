"""The last use of a promotion goes to one order, whoever asks at the same moment; without the lock to several."""

from collections.abc import Sequence

import pytest
from django.db import connection

from entrepot.base.identity import new_id
from entrepot.promotions import queries, services
from entrepot.promotions.models import PromotionRow, UseRow
from entrepot.promotions.terms import Promotion, PromotionUsedUp, Use
from tests.parties import make as parties
from tests.parties.make import AT
from tests.promotions import make
from tests.race.threads import one_behind_the_other, together

pytestmark = pytest.mark.django_db(transaction=True)


def hold(promotion: Promotion, shopper_id: int) -> int:
    order_id = new_id(owner=shopper_id)
    services.hold_uses(shopper_id=shopper_id, order_id=order_id, uses=[make.use(promotion)], at=AT)
    return order_id


def held(promotion: Promotion, *shoppers: int) -> tuple[int, int]:
    """What the promotion counts, and how many orders hold it."""
    kept = queries.promotion(viewer=make.OPERATOR, owner_id=0, ref=promotion.ref)
    return kept.uses, UseRow.objects.filter(
        shopper_id__in=shoppers, promotion_id=promotion.id, given_back_at=None
    ).count()  # fmt: skip


def looked_first(shopper_id: int, order_id: int, uses: Sequence[Use], at: object) -> list[int]:
    """Look whether one is left, then write one more: what anybody would write at first."""
    row = PromotionRow.objects.get(merchant_id=uses[0].owner_id, id=uses[0].promotion_id)
    if row.uses >= (row.uses_max or 0):
        return [row.id]
    UseRow.objects.create(
        shopper_id=shopper_id, promotion_id=row.id, owner_id=0, order_id=order_id, off_minor=1, promoted_minor=1,
        currency="USD", held_at=AT,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE promotions_promotion SET uses = %s WHERE merchant_id = 0 AND id = %s", [row.uses + 1, row.id]
        )
    return []


def test_control_with_the_lock_off_two_orders_get_the_last_use(monkeypatch: pytest.MonkeyPatch) -> None:
    promotion = make.put_up(uses_max=1, code="LAST")
    one, other = parties.shopper(), parties.shopper()
    monkeypatch.setattr(services, "_taken", looked_first)
    one_behind_the_other(lambda: hold(promotion, one), lambda: hold(promotion, other))
    assert held(promotion, one, other) == (1, 2)


def test_of_sixteen_orders_at_once_exactly_one_gets_the_last_use() -> None:
    promotion = make.put_up(uses_max=1, code="LAST")
    shoppers = [parties.shopper() for _ in range(16)]
    answers = together(*[lambda shopper=shopper: hold(promotion, shopper) for shopper in shoppers])
    assert sorted(type(answer).__name__ for answer in answers) == ["PromotionUsedUp"] * 15 + ["int"]
    assert held(promotion, *shoppers) == (1, 1)


def test_one_shopper_with_many_windows_uses_it_as_often_as_one_may() -> None:
    promotion, shopper = make.put_up(uses_each=2, code="TWICE"), parties.shopper()
    answers = together(*[lambda: hold(promotion, shopper)] * 8)
    assert sorted(type(answer).__name__ for answer in answers) == ["PromotionUsedUp"] * 6 + ["int"] * 2


def test_giving_up_and_taking_at_once_keeps_the_count() -> None:
    promotion = make.put_up(uses_max=1, code="LAST")
    one, other = parties.shopper(), parties.shopper()
    order_id = hold(promotion, one)
    back, taken = together(
        lambda: services.give_back_uses(shopper_id=one, order_id=order_id, at=AT), lambda: hold(promotion, other)
    )
    assert back == 1
    assert isinstance(taken, int | PromotionUsedUp)
    assert held(promotion, one, other) == ((1, 1) if isinstance(taken, int) else (0, 0))
