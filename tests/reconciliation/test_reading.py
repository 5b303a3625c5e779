"""Reports and statements: what is read of them, what is said about a bad line, what is refused whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import Money
from entrepot.reconciliation.rules import SIZE_MAX, report_of
from entrepot.reconciliation.terms import Kind, Place, ReportUnreadable, StatementUnbalanced
from tests.reconciliation.make import body, camt, entry, sandbox

STRIPE_HEAD = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_metadata[reference]\n"


def kinds(read):
    return [(line.number, line.kind, line.source, line.reference, str(line.amount)) for line in read.lines]


def test_our_providers_report_gives_a_line_for_the_money_and_one_for_the_fee() -> None:
    read = report_of(body=body(sandbox(
        {"reference": "pay_1", "amount": 10_000, "fee": 320}, {"kind": "settlement", "source": "st_1", "amount": -500},
        {"kind": "chargeback", "source": "cb_1", "amount": -900, "fee": 1500}, {"kind": "something new"}, opening=70,
    )))  # fmt: skip
    assert read.place is Place.PROVIDER
    assert kinds(read) == [
        ("txn_1", Kind.CAPTURED, "pi_1", "pay_1", "100.00 CNY"),
        ("txn_1/fee", Kind.FEE, "txn_1", "", "-3.20 CNY"),
        ("txn_2", Kind.SETTLED, "st_1", "", "-5.00 CNY"),
        ("txn_3", Kind.CHARGEBACK, "cb_1", "", "-9.00 CNY"),
        ("txn_3/fee", Kind.CHARGEBACK_FEE, "cb_1", "", "-15.00 CNY"),
        ("txn_4", Kind.OTHER, "pi_4", "", "10.00 CNY"),
    ]
    assert read.stated[0].opening == Money(70, "CNY")


def test_stripes_transactions_say_the_same_as_json_and_as_a_table() -> None:
    rows = [
        {"id": "txn_1", "object": "balance_transaction", "amount": 12_140, "fee": 382, "currency": "usd", "created": 1_793_620_800,
         "reporting_category": "charge", "source": {"id": "ch_1", "metadata": {"reference": "pay_1"}}},
        {"id": "txn_2", "object": "balance_transaction", "amount": -9_000, "fee": 0, "currency": "usd", "created": 1_793_620_801,
         "reporting_category": "transfer", "source": {"id": "tr_1", "metadata": {"reference": "pyt_1"}}},
        {"id": "txn_3", "object": "balance_transaction", "amount": -200, "fee": 0, "currency": "usd", "created": 1_793_620_802,
         "reporting_category": "fee", "source": None},
    ]  # fmt: skip
    table = STRIPE_HEAD + (
        "txn_1,2026-11-02 12:00:00,usd,121.40,3.82,117.58,charge,ch_1,pay_1\n"
        "txn_2,2026-11-02 12:00:01,usd,-90.00,0.00,-90.00,transfer,tr_1,pyt_1\n"
        "txn_3,2026-11-02 12:00:02,usd,-2.00,0.00,-2.00,fee,,\n"
    )
    said = report_of(body=json.dumps({"object": "list", "data": rows, "has_more": False}).encode())
    assert kinds(said) == kinds(report_of(body=table.encode()))
    assert [line.kind for line in said.lines] == [Kind.CAPTURED, Kind.FEE, Kind.PAYOUT, Kind.FEE_OTHER]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"id": ""}, "id"), ({"source": None}, "source"), ({"amount": "12.00"}, "amount"), ({"amount": 1.5}, "amount"),
        ({"currency": "YUAN"}, "currency"), ({"created_at": "yesterday"}, "created_at"), ({"fee": 10**16}, "fee"),
        ({"amount": 0}, "amount"), ({"id": "txn_1", "amount": 5}, "number"), ({"id": "x" * 200}, "id"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_and_the_others_go_on(changed, field) -> None:
    read = report_of(body=body(sandbox({}, changed, {}, closing=77)))
    assert [(one.line, one.field) for one in read.faults] == [(2, field)]
    assert read.faults[0].said
    assert {line.number for line in read.lines} >= {"txn_1", "txn_3"}


def test_a_statement_of_a_bank_is_read_with_its_references() -> None:
    read = report_of(body=camt(
        entry("B1", 9_000, "st_9f8e7d6c5b"), entry("B2", -4_500, text="Payout PYT_ABCDEFGH12 thank you"),
        entry("B3", -100, text="pyt_abcdefgh12 and pyt_abcdefgh34"), count=3,
    ))  # fmt: skip
    assert [(line.number, line.reference, str(line.amount)) for line in read.lines] == [
        ("DE02/B1", "st_9f8e7d6c5b", "90.00 USD"), ("DE02/B2", "pyt_abcdefgh12", "-45.00 USD"), ("DE02/B3", "", "-1.00 USD"),
    ]  # fmt: skip
    table = (
        "number,date,amount,currency,balance,reference,text\n"
        "1,2026-11-03,90.00,USD,190.00,st_9f8e7d6c5b,\n2,never,-45.00,USD,145.00,,x\n3,2026-11-04,5.00,USD,150.00,,\n"
    )
    known = report_of(body=table.encode())
    assert [(line.number, line.reference) for line in known.lines] == [("1", "st_9f8e7d6c5b"), ("3", "")]
    assert [(one.line, one.field) for one in known.faults] == [(3, "date")]
    assert known.stated[0].closing == Money(15_000, "USD")


BOMB = "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (b" \n", "empty"), (b"<a" * 10, "xml"), (b"{", "json"), (b"[" * 100_000, "deep"), (b"a,b\n1,2\n", "form"),
        (b'{"data": [{"object": "charge"}]}', "form"), (b"\xff\xfe\xff", "xml"), (b"a\xff", "text"),
        (b"x" * (SIZE_MAX + 1), "size"), (camt(entry("B1", 900))[:-60], "xml"), (camt(entry("B1", 900), count=2), "count"),
        (camt(entry("B1", 900), head=BOMB), "xml"), (camt(entry("B1", 900), head=BOMB).decode().replace("UTF-8", "UTF-16").encode("utf-16"), "xml"),
        (b"<Document>" + b"<a>" * 40 + b"</a>" * 40 + b"</Document>", "deep"), (b"<Document/>", "form"),
        (camt(entry("B1", 900)).replace(b"CLBD", b"ITBD"), "statement"), (b'{"data": [], "has_more": true}', "count"),
        (body({**sandbox({}), "count": 2}), "count"), (body({**sandbox({}), "balances": {}}), "statement"),
        (b"number,date,amount,currency,balance\n1,2026-11-03,?,USD,1.00\n", "statement"),
    ],
)  # fmt: skip
def test_what_is_no_whole_report_is_refused(given, why) -> None:
    with pytest.raises(ReportUnreadable) as refused:
        report_of(body=given)
    assert refused.value.facts["why"] == why


@pytest.mark.parametrize(
    "given",
    [
        camt(entry("B1", 900), closing=1), body(sandbox({}, closing=1)),
        b"number,date,amount,currency,balance\n1,2026-11-03,1.00,USD,1.00\n2,2026-11-03,1.00,USD,3.00\n",
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_refused_whole(given) -> None:
    with pytest.raises(StatementUnbalanced):
        report_of(body=given)


@given(st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["data", "lines", "object", "id", "count"]), inner, max_size=4),
    max_leaves=9,
).map(lambda one: json.dumps(one).encode())))  # fmt: skip
def test_nothing_that_is_given_breaks_the_reader(given) -> None:
    try:
        report_of(body=given)
    except (ReportUnreadable, StatementUnbalanced):
        pass


@given(st.integers(0, 400), st.sampled_from(["<", ">", "&", "0", "Z", ""]))
def test_a_damaged_statement_is_read_whole_or_not_at_all(place, letter) -> None:
    whole = camt(entry("B1", 9_000, "st_9f8e7d6c5b"), entry("B2", -4_500, "pyt_abcdefgh12"))
    at = 250 + place
    try:
        read = report_of(body=whole[:at] + letter.encode() + whole[at + 1 :])
    except (ReportUnreadable, StatementUnbalanced):
        return
    assert len(read.lines) + len(read.faults) == 2
