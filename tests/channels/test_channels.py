"""The preset channels and who may sell in them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from entrepot.channels import queries
from entrepot.channels.rules import PRESETS, lane_between, must_admit, sends_to
from entrepot.channels.services import open_presets, set_channel
from entrepot.channels.terms import DOMESTIC, ChannelUnknown, Lane, NoLane, NotAdmitted, Route

BAZAAR, MALL, EXPORT = PRESETS


@pytest.fixture(autouse=True)
def _fresh():
    queries.forget()
    yield
    queries.forget()


@pytest.mark.django_db
def test_the_presets_are_there_after_migration_exactly_as_the_rules_say() -> None:
    assert {channel.slug: channel for channel in queries.channels()} == {channel.slug: channel for channel in PRESETS}
    assert open_presets() == 0


@pytest.mark.django_db
def test_channels_are_read_once_and_kept(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        queries.channels()
        assert queries.channel(slug="mall").requires_verified


@pytest.mark.django_db
def test_a_change_counts_from_its_day_and_the_presets_stay_as_changed() -> None:
    today = datetime.now(UTC).date()
    set_channel(channel=replace(MALL, commission=Decimal("0.03000")), valid_from=today)
    set_channel(channel=replace(MALL, commission=Decimal("0.01000")), valid_from=today + timedelta(days=2))

    assert queries.channel(slug="mall").commission == Decimal("0.03000")
    assert open_presets() == 0


@pytest.mark.django_db
def test_setting_the_same_day_twice_leaves_one_row() -> None:
    for rate in ("0.03", "0.04"):
        set_channel(channel=replace(EXPORT, commission=Decimal(rate)), valid_from=date(2025, 1, 1))

    assert queries.channel(slug="export").commission == Decimal("0.04")


@pytest.mark.django_db
def test_an_unknown_channel_is_not_found() -> None:
    with pytest.raises(ChannelUnknown):
        queries.channel(slug="souk")


def test_the_mall_takes_verified_merchants_only() -> None:
    with pytest.raises(NotAdmitted):
        must_admit(channel=MALL, verified=False)
    must_admit(channel=MALL, verified=True)
    must_admit(channel=BAZAAR, verified=False)


def test_foreign_goods_reach_china_through_the_mall_by_cbec_over_the_depot() -> None:
    lane = lane_between(channel=MALL, ship_from="US", destination="CN")

    assert lane == Lane("cbec_direct", Route.DEPOT, guaranteed=True)
    assert MALL.routes == {"CN": "depot"}


def test_goods_that_lie_in_the_country_cross_no_border() -> None:
    assert lane_between(channel=BAZAAR, ship_from="CN", destination="CN").regime_mode == DOMESTIC
    assert lane_between(channel=BAZAAR, ship_from="US", destination="US").regime_mode == DOMESTIC


def test_the_bazaar_does_not_send_from_china_to_america() -> None:
    assert not sends_to(channel=BAZAAR, ship_from="CN", destination="US")
    with pytest.raises(NoLane):
        lane_between(channel=BAZAAR, ship_from="CN", destination="US")
    with pytest.raises(NoLane):
        lane_between(channel=MALL, ship_from="US", destination="US")
