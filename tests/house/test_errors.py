"""What people read when something is refused: sentences, never the codes behind them."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from django.utils import translation

import entrepot
from entrepot.base.problems import COUNTRIES, facts_of, said
from entrepot.catalogue.terms import FILE_SENTENCES, EditTrouble, ImportTrouble, Lack, NotComplete, PictureUnreachable
from entrepot.channels.terms import NoLane
from entrepot.customs.terms import LawMissing
from entrepot.depot.terms import BoxMismatch, ParcelMoved, ParcelState
from entrepot.kernel.errors import EntrepotError
from entrepot.kernel.money import Money
from entrepot.landed.terms import QuoteExpired
from entrepot.ledger.terms import Kind, Overdrawn
from entrepot.orders import rules as order_rules
from entrepot.orders import terms as orders
from entrepot.parties.terms import AddressIncomplete
from entrepot.payments import terms as payments
from entrepot.rates.terms import RateMissing

LANGUAGES = ("en", "zh-hans")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# Facts that are no codes: how many, what people typed or can look up, names, moments and amounts of their own type.
PLAIN = {
    "amount", "articles", "asked", "barcode", "base", "box", "channel", "currency", "expires_at", "file", "got", "grams",
    "codes_max", "given", "key", "left", "limit", "line", "lines_max", "minimum", "missing", "moment", "now", "other", "title", "most", "name", "on", "order", "path", "quantity", "quantity_max", "quote",
    "available", "pieces", "promised", "release_at", "reserved", "scope", "seconds", "text", "until", "valid_until", "value", "version", "wait",
}  # fmt: skip
# What an outside party, or a file's reader, says in whole words, to programs and people alike.
IN_WORDS_OF_OTHERS = {
    "carriage.carrier_refuses", "catalogue.coding_file_unreadable", "carriage.event_unreadable", "customs.tariff_unreadable", "landed.request_invalid",
    "landed.scenario_invalid", "payments.unreadable", "rates.unreadable",
}  # fmt: skip


def errors() -> Iterator[type[EntrepotError]]:
    for module in pkgutil.walk_packages(entrepot.__path__, "entrepot."):
        if module.name.rpartition(".")[2] in {"terms", "door", "paging", "idempotency"} or ".terms." in module.name:
            importlib.import_module(module.name)
    waiting = list(EntrepotError.__subclasses__())
    while waiting:
        one = waiting.pop()
        waiting += one.__subclasses__()
        yield one


def placeholders(error: type[EntrepotError]) -> set[str]:
    return set(PLACEHOLDER.findall(error.message) + PLACEHOLDER.findall(error.remedy))


def test_every_fact_that_a_sentence_names_has_words_or_is_none_of_our_codes() -> None:
    unworded = {
        f"{error.code}: {fact}"
        for error in errors()
        for fact in placeholders(error)
        if not (fact in error.words or fact in PLAIN or fact in COUNTRIES)
        if not (fact == "why" and error.code in IN_WORDS_OF_OTHERS)
    }
    assert unworded == set()


@pytest.mark.parametrize(
    ("error", "fact", "codes"),
    [
        (orders.WrongMoment, "state", [*orders.State, *orders.Stage]),
        (orders.WrongMoment, "verb", [*orders.Verb, *orders.OrderVerb, "undo"]),
        (payments.WrongMoment, "state", [*payments.State, *payments.PayoutState, *payments.HoldState]),
        (payments.WrongMoment, "verb", [*payments.Verb, *payments.PayoutVerb, "release"]),
        (Overdrawn, "kind", list(Kind)),
        (ParcelMoved, "state", list(ParcelState)),
        (NotComplete, "lacks", list(Lack)),
    ],
)
def test_every_code_of_an_enumeration_has_words(error: type[EntrepotError], fact: str, codes: list[StrEnum]) -> None:
    assert {str(code) for code in codes} - set(error.words[fact]) == set()


CASES: list[tuple[EntrepotError, str, str]] = [
    (
        orders.WrongMoment(verb=orders.OrderVerb.CANCEL, state=orders.State.PAID),
        "It cannot be cancelled now, because it is paid and not handed over yet.",
        "当前状态为“已付款、尚未发货”，无法取消。",
    ),
    (
        payments.WrongMoment(verb="release", state=payments.HoldState.REFUNDED),
        "This money cannot be released to the merchant now, because it is given back to the shopper.",
        "该款项当前状态为“已退还买家”，无法结算给商家。",
    ),
    (AddressIncomplete(field="lines"), "The address lacks street and number.", "详细地址"),
    (
        BoxMismatch(barcode="CSN1", destination="US", mode="cbec_direct"),
        "United States by retail import (9610)",
        "美国",
    ),
    (LawMissing(destination="NL"), "customs law of Netherlands", "荷兰"),
    (
        NoLane(channel="mall", name={"en": "Mall", "zh-hans": "商城"}, ship_from="US", destination="CN"),
        "The channel Mall does not send from United States to China.",
        "商城不支持从美国发往中国。",
    ),
    (NotComplete(lacks=(Lack.GOODS_CODE, Lack.ORIGIN)), "a goods code, the country of origin.", "、"),
    (EditTrouble(field="title", value="empty"), "The title cannot be empty.", "标题"),
    (PictureUnreachable(why="RemoteDisconnected"), "the address did not answer", "没有响应"),
    (ImportTrouble("feed.too_large", megabytes=256), "The file is larger than 256 MB.", "256 MB"),
    (QuoteExpired(valid_until=datetime(2026, 11, 22, 9, 5, tzinfo=UTC)), "Nov 22, 2026", "2026年11月22日"),
    (RateMissing(base="USD", quote="CNY", on=date(2026, 11, 22)), "Nov 22, 2026", "2026年11月22日"),
    (payments.AmountDiffers(asked=Money(1050, "USD"), got=Money(1000, "USD")), "$10.00, but $10.50", "US$10.00"),
    (payments.ProviderRefused(reason="weird_code_7"), "its own records name", "支付机构的记录"),
]


@pytest.mark.parametrize(("error", "english", "chinese"), CASES, ids=lambda one: getattr(one, "code", None))
def test_people_read_words_in_their_own_language(error: EntrepotError, english: str, chinese: str) -> None:
    for language, expected in zip(LANGUAGES, (english, chinese), strict=True):
        with translation.override(language):
            sentence = " ".join(said(error))
        assert expected in sentence
        assert not re.search(r"[a-z]+_[a-z_]+|feed\.", sentence), "no code is left in it"


def test_programs_still_read_the_codes() -> None:
    refused = orders.WrongMoment(verb=orders.OrderVerb.CANCEL, state=orders.State.PAID)
    assert facts_of(refused) == {"verb": "cancel", "state": "paid"}
    assert facts_of(NotComplete(lacks=(Lack.TITLE, Lack.PRICE))) == {"lacks": "title, price"}
    assert facts_of(QuoteExpired(valid_until=datetime(2026, 11, 22, 9, 5, tzinfo=UTC))) == {
        "valid_until": "2026-11-22T09:05:00+00:00"
    }


def test_every_reason_a_file_is_refused_for_is_a_sentence() -> None:
    for why in FILE_SENTENCES:
        assert not ImportTrouble(why).said()[0].startswith("The file cannot be imported")


def test_a_state_table_refuses_in_words() -> None:
    with pytest.raises(orders.WrongMoment) as refused:
        order_rules.after(state=orders.State.DONE, verb=orders.OrderVerb.PAY)
    assert str(refused.value) == "orders.wrong_moment: It cannot be paid now, because it is complete."
