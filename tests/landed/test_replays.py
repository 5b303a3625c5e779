"""A stored quote is told line by line in both languages, and worked out again it is what it was."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from django.utils import translation
from django.utils.translation import gettext
from typer.testing import CliRunner

import entrepot.customs
from entrepot.cli import app
from entrepot.cli import explain as _register  # noqa: F401 - puts the commands on the app
from entrepot.customs import queries as customs
from entrepot.customs.services import load_tariff
from entrepot.customs.terms import LoadUnknown
from entrepot.landed import queries as landed
from entrepot.landed.models import QuoteRow
from entrepot.landed.rules import citation, replayed, told_quote
from entrepot.landed.terms import BasketQuote, QuoteMissing, Verdict
from entrepot.parties.terms import Desk, ShopperId, Viewer
from tests.flows.test_quote_basket import cherries, phone_case, put, quoted
from tests.landed import make
from tests.parties import make as parties

pytestmark = pytest.mark.django_db
STARTER = Path(entrepot.customs.__file__).parent / "starter"
OPERATOR = Viewer(desks=frozenset({Desk.OPERATOR}))


@pytest.fixture
def viewer() -> Viewer:
    return Viewer(shopper_id=ShopperId(parties.shopper()))


@pytest.fixture
def chinese(viewer: Viewer) -> BasketQuote:
    put(viewer, cherries(), 2)
    return landed.quote_for(viewer=viewer, ref=quoted(viewer).ref)


@pytest.fixture
def american(viewer: Viewer) -> BasketQuote:
    put(viewer, phone_case(), 2, channel="export")
    return landed.quote_for(viewer=viewer, ref=quoted(viewer, "US", "USD").ref)


def test_a_stored_quote_replays_to_the_same(chinese: BasketQuote, american: BasketQuote) -> None:
    for quote in (chinese, american):
        (found,) = landed.replays(quote=quote)
        assert (found.verdict, found.differences) == (Verdict.SAME, ())
        assert found.data_version in quote.data_version


def test_a_quote_from_before_steps_were_kept_replays_too(american: BasketQuote) -> None:
    plain = msgspec.json.decode(msgspec.json.encode(american))
    for one in plain["consignments"]:
        for name in ("steps", "remarks", "guaranteed"):
            one.pop(name, None)
    old = msgspec.convert(plain, BasketQuote, strict=False)
    assert [one.verdict for one in landed.replays(quote=old)] == [Verdict.SAME]
    told = told_quote(quote=old, translate=gettext, cite=str)
    assert told.consignments[0].trace == american.consignments[0].trace


def test_what_was_changed_is_found_and_named(american: BasketQuote) -> None:
    (one,) = american.consignments
    law = customs.law(destination="US", on=one.asked.on)
    again = landed.replays(quote=american)[0].answer
    assert again is not None
    assert law.version in american.data_version
    dearer = replace(
        one, components=(msgspec.structs.replace(one.components[0], amount=Decimal("0.81")), *one.components[1:])
    )
    found = replayed(number=1, then=dearer, now=again)
    assert found.verdict is Verdict.DIFFERS
    assert [(each.what, each.then, each.now) for each in found.differences] == [
        ("base 0", "5.3% x 15.00 = 0.81", "5.3% x 15.00 = 0.80"),
    ]  # fmt: skip
    reworded = replace(one, components=(msgspec.structs.replace(one.components[0], source="HTS"), *one.components[1:]))
    assert replayed(number=1, then=reworded, now=again).verdict is Verdict.REWORDED
    fewer = replace(one, components=one.components[1:])
    assert replayed(number=1, then=fewer, now=again).verdict is Verdict.DIFFERS


def test_a_quote_whose_data_is_not_here_says_so(american: BasketQuote) -> None:
    elsewhere = replace(american, data_version="US:999999-0123456789ab")
    (found,) = landed.replays(quote=elsewhere)
    assert (found.verdict, found.data_version) == (Verdict.LAW_GONE, "US:999999-0123456789ab")


@pytest.mark.parametrize("authority", ["AU", "KR"])
def test_an_answer_is_never_had_again_by_the_load_of_another_authority(authority: str) -> None:
    """Of a load before and of one after those of the United States."""
    versions = {one.jurisdiction: one.data_version for one in customs.tariffs()}
    request = make.request(make.line("50"))
    assert landed.answer(request=request, data_version=versions["US"]) == landed.answer(request=request)
    with pytest.raises(LoadUnknown):
        landed.answer(request=request, data_version=versions[authority])


def test_rates_that_the_law_itself_takes_are_kept_whatever_the_prices_are_in() -> None:
    """Some duties of the United Kingdom are so many euro for 100 kg."""
    found = landed.parcel_prices(parcels=[make.parcel()], door=make.door("GB", "GBP"))
    assert {("CNY", "GBP"), ("EUR", "GBP")} <= found.rates.keys()


def test_only_its_shopper_and_an_operator_find_a_quote(american: BasketQuote) -> None:
    assert landed.quote_for(viewer=OPERATOR, ref=american.ref) == american
    for stranger in (Viewer(), Viewer(shopper_id=ShopperId(parties.shopper())), Viewer(desks=frozenset({Desk.DEPOT}))):
        with pytest.raises(QuoteMissing):
            landed.quote_for(viewer=stranger, ref=american.ref)


def test_it_is_told_in_chinese_with_the_same_figures(chinese: BasketQuote) -> None:
    def told(language: str):
        with translation.override(language):
            return told_quote(quote=chinese, translate=gettext, cite=lambda source: citation(source, language))

    english, mandarin = told("en").consignments[0], told("zh-hans").consignments[0]
    assert english.trace[-1].startswith("Duty 0.00, tax 33.70")
    assert mandarin.trace[-1].startswith("关税 0.00，税款 33.70")
    assert [part.amount for part in english.parts] == [part.amount for part in mandarin.parts]
    assert [part.label for part in mandarin.parts][-1] == "增值税"
    assert english.rounding.startswith("Rounding")
    assert mandarin.rounding != english.rounding
    (rate,) = told("en").rates
    assert (rate.base, rate.quote) == ("USD", "CNY")


def test_every_part_names_its_law_and_since_when(american: BasketQuote) -> None:
    (one,) = told_quote(quote=american, translate=str, cite=str).consignments
    assert all(part.source and part.valid_from <= date(2026, 11, 22) for part in one.parts)
    assert all(part.valid_until is None or part.valid_until > date(2026, 11, 22) for part in one.parts)
    assert sum(part.amount.minor for part in one.parts) == (one.quoted.duty + one.quoted.tax + one.quoted.fees).minor
    assert one.parts[-1].assumed


def test_the_commands_explain_and_replay(chinese: BasketQuote) -> None:
    def run(*words: str):
        return CliRunner().invoke(app, ["quote", *words], env={"COLUMNS": "200"})

    shown = run("explain", chinese.ref, "--full")
    assert shown.exit_code == 0, shown.output
    for words in ("13% x 70%" if "13%" in shown.output else "9% x 70%", "33.70", chinese.data_version, "Rounding"):
        assert words in shown.output
    assert "增值税" in run("explain", chinese.ref, "--language", "zh-hans").output
    again = run("replay", chinese.ref, "--json")
    assert again.exit_code == 0
    assert [one["verdict"] for one in json.loads(again.output)["consignments"]] == ["same"]
    QuoteRow.objects.filter(shopper_id=chinese.shopper_id).update(
        body=msgspec.json.encode(replace(chinese, data_version="CN:999999-0123456789ab")).decode()
    )
    assert run("replay", chinese.ref).exit_code == 1


@pytest.mark.parametrize("verb", ["explain", "replay"])
@pytest.mark.parametrize(
    ("ref", "what"), [("qt_0000000000000000", "quote"), ("ord_0000000000000000", "order"), ("nonsense", "quote")]
)
def test_a_price_that_is_not_there_is_said_in_words(verb: str, ref: str, what: str) -> None:
    run = CliRunner().invoke(app, ["quote", verb, ref])
    assert run.exit_code == 4
    assert run.stderr.startswith(f"We could not find that {what}.")
    assert "Traceback" not in run.output


def test_a_quote_replays_to_the_cent_after_the_law_was_loaded_anew(viewer: Viewer, chinese: BasketQuote) -> None:
    text = (STARTER / "cn_law.toml").read_text(encoding="utf-8")
    goods = (STARTER / "cn_goods.csv").read_text(encoding="utf-8")
    assert text.count('"9%"')
    load_tariff(law=text.replace('"9%"', '"10%"'), goods=goods, file="cn_law.toml", edition="later")
    customs.forget()

    assert [one.verdict for one in landed.replays(quote=chinese)] == [Verdict.SAME]
    dearer = quoted(viewer)
    assert dearer.tax > chinese.tax
    assert dearer.data_version != chinese.data_version
    assert [one.verdict for one in landed.replays(quote=dearer)] == [Verdict.SAME]
    customs.forget()
