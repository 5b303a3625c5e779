"""A quote of January 2025 worked out again after everything that was loaded later: small parts, and the real folder."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from entrepot.cli import app
from entrepot.cli import tariff_load as _load  # noqa: F401 - puts the command on the app
from entrepot.customs import queries as customs
from entrepot.customs.terms import Speaks
from entrepot.landed import queries as landed
from entrepot.landed.terms import BasketQuote, Mode, QuoteAnswer, Status, Verdict
from entrepot.parties.terms import ShopperId, Viewer
from entrepot.rates.queries import forget as forget_rates
from entrepot.rates.services import load_rates
from tests.customs import make as law
from tests.flows.test_quote_basket import cherries, phone_case, put, quoted
from tests.landed import make as asked
from tests.parties import make as parties
from tests.shared import TRADE, needs

ON = date(2025, 1, 15)
AT = datetime(2025, 1, 15, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh():
    customs.forget()
    forget_rates()
    yield
    customs.forget()
    forget_rates()


def baskets(viewer: Viewer) -> tuple[BasketQuote, BasketQuote]:
    """A Chinese article to America and an American one to China, frozen on the day."""
    # Over USD 800, so that duty is due.
    put(viewer, phone_case(prices=(("export", "9900", "CNY"),)), 99, channel="export")
    american = quoted(viewer, "US", "USD", at=AT)
    other = Viewer(shopper_id=ShopperId(parties.shopper()))
    put(other, cherries(), 2)
    chinese = quoted(other, at=AT)
    assert all(quote.consignments and not quote.refusals for quote in (american, chinese))
    return american, chinese


def edition(since: date, rate: str, digest: str) -> None:
    speaks = tuple(Speaks(kind, since) for kind in ("base", "goods"))
    law.put_in(
        law.measure("general.61091000", rate, codes=("61091000",), valid_from=since),
        law.measure("general.39269099", rate, codes=("39269099",), valid_from=since),
        part="us.hts", digest=digest, speaks=speaks, holds_from=since,
        goods=(law.goods(since=since), law.goods("3926909989", since=since)),
    )  # fmt: skip


@pytest.mark.django_db
def test_a_quote_of_january_2025_replays_to_the_cent_after_editions_corrections_overlays_and_rates() -> None:
    load_rates(kind="ecb", text="Date,USD,CNY\n2025-01-14,1.02,7.48\n")
    edition(date(2025, 1, 1), "16.5%", "basic")
    request = asked.request(
        asked.line("2600.00", goods_code="6109.10.00.12", quantity=100, origin="CN"), on=ON, mode=Mode.CARGO
    )
    before = landed.answer(request=request)
    american, chinese = baskets(Viewer(shopper_id=ShopperId(parties.shopper())))
    assert before.status is Status.AMOUNT

    edition(date(2025, 2, 4), "20%", "later")
    edition(date(2025, 1, 1), "18%", "corrected")
    law.put_in(
        law.measure("s301_cn.all", "50%", kind="s301_cn", codes=("",), origins=frozenset({"CN"})),
        part="us.ch99.s301_cn", speaks=(Speaks("s301_cn", date(2018, 7, 6)),),
    )  # fmt: skip
    law.put_in(
        law.measure("vat.all", "25%", kind="vat", codes=("",)), part="cn.vat", jurisdiction="CN",
        speaks=(Speaks("vat", date(2016, 1, 1)),),
    )  # fmt: skip
    load_rates(kind="ecb", text="Date,USD,CNY\n2025-01-15,1.50,5.00\n")
    customs.forget()
    forget_rates()

    assert landed.answer(request=request, data_version=before.data_version) == before
    # 18 % and 50 % of 2,600 where 16.5 % and the starter's 7.5 % stood.
    assert landed.answer(request=request).duty == 1768
    assert [one.verdict for quote in (american, chinese) for one in landed.replays(quote=quote)] == [Verdict.SAME] * 2
    # At what is known now both would be other sums.
    anew = [
        replace(quote, data_version=next(one.data_version for one in customs.tariffs() if one.jurisdiction == where))
        for where, quote in (("US", american), ("CN", chinese))
    ]
    assert [one.verdict for quote in anew for one in landed.replays(quote=quote)] == [Verdict.DIFFERS] * 2
    assert baskets(Viewer(shopper_id=ShopperId(parties.shopper())))[0].total != american.total


def put_all(*paths: Path) -> None:
    run = CliRunner().invoke(app, ["tariff", "load", "--json", *map(str, paths)])
    assert run.exit_code == 0, run.output
    customs.forget()
    forget_rates()


def answers(versions: tuple[str, ...] = ()) -> tuple[QuoteAnswer, ...]:
    """What the folder's authorities answered to goods of the day; by the data of these versions, or by today's."""
    requests = (
        asked.request(
            asked.line("2600.00", goods_code="6109.10.00.12", quantity=100, origin="CN"),
            asked.line("913.37", goods_code="8211.92.20.00", origin="AU", measures={"no": 41}),
            asked.line("4100.10", goods_code="7318.15.20.55", origin="DE"),
            on=ON,
            mode=Mode.CARGO,
        ),
        asked.request(asked.line("799.99", goods_code="8517.13.00.00", origin="VN"), on=ON, ship_from="VN"),
        asked.cbec(asked.chinese("850"), on=ON),
        asked.request(
            asked.line("149.90", goods_code="6109.10.00", currency="EUR"), on=ON, destination="DE", currency="EUR"
        ),
        asked.request(asked.line("99.00", goods_code="6109.10.00", currency="GBP"), on=ON, destination="GB", currency="GBP"),
    )  # fmt: skip
    return tuple(
        landed.answer(request=one, data_version=versions[place] if versions else "")
        for place, one in enumerate(requests)
    )


@pytest.mark.slow
@needs(TRADE)
@pytest.mark.django_db
def test_a_quote_of_january_2025_replays_to_the_cent_after_the_whole_folder_is_loaded(tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    for name in ("hts_2025_basic.json.gz", "revision_dates.csv", "hts_concordance.csv"):
        (first / name).symlink_to(TRADE / "us" / "hts" / name)
    load_rates(kind="ecb", text="Date,USD,CNY\n2025-01-14,1.02,7.48\n")
    put_all(first)
    before = answers()
    quotes = baskets(Viewer(shopper_id=ShopperId(parties.shopper())))
    assert [one.status for one in before[:3]] == [Status.AMOUNT] * 3

    put_all(*(TRADE / name for name in ("us", "cn", "eu", "uk", "fx")))
    loads = customs.loads()
    assert len({one.edition for one in loads if one.part == "us.hts"}) == 19
    assert {"us.ch99.s301_cn", "us.ch99.s232", "us.ch99.ieepa", "us.ch99.s122"} <= {one.part for one in loads}

    after = answers(tuple(one.data_version for one in before))
    assert msgspec.json.encode(after) == msgspec.json.encode(before)
    assert [one.verdict for quote in quotes for one in landed.replays(quote=quote)] == [Verdict.SAME] * 2
    assert [one.data_version for one in answers()] != [one.data_version for one in before]
