"""Customs papers from frozen lines: they agree with each other, and say what is missing."""

import copy
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from entrepot.allowance.terms import Identity, IdentityKind
from entrepot.carriage.terms import Place
from entrepot.depot.rules import cbec, entry
from entrepot.depot.terms import Declarable, DeclaredLine, PaperKind
from entrepot.kernel.money import Money

AT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
BARCODE = "CSN7K3M9P2Q4R6T8V0W"
REGISTERED = dict.fromkeys(cbec.REGISTERED, "3100000001")


def yuan(minor):
    return Money(minor, "CNY")


CHERRIES = DeclaredLine(
    1, "CH-2KG", "华盛顿樱桃 2 kg", "0809.29.00.00", "US", 2, 4000, yuan(19900), yuan(39800), yuan(0)
)
BALM = DeclaredLine(2, "BALM", "唇膏", "3304100000", "US", 1, 5, yuan(5000), yuan(5000), yuan(0), "0012345678905")
CONSIGNMENT = Declarable(
    consignment_ref="csn_7k3m9p2q4r6t8v0w",
    merchant_name="Wenatchee Cherries",
    merchant_country="US",
    merchant_city="Wenatchee",
    recipient=Place("王小明", "13800000000", "CN", "SH", "上海市", ("人民路 1 号",), "黄浦区", "200010"),
    buyer_name="王小明",
    buyer_phone="13800000000",
    buyer_id="310101199001011234",
    payment_ref="pi_1",
    payer_name="王小明",
    paid=yuan(54077),
    paid_at=AT,
    goods=yuan(44800),
    freight=yuan(5200),
    tax=yuan(4077),
    lines=(CHERRIES, BALM),
)


def papers(consignment=CONSIGNMENT, registered=REGISTERED, grams=4500):
    return cbec.papers_of(
        consignment=consignment, barcode=BARCODE, gross_grams=grams, mode="cbec_direct", registered=registered, at=AT
    )


def test_complete_papers_agree_and_are_ready_to_declare():
    written = papers()
    assert (written.kind, written.missing) == (PaperKind.CBEC, ())
    assert cbec.disagreements(fields=written.fields) == ()
    order, listed = written.fields["order"], written.fields["inventory"]
    assert order["acturalPaid"] == "540.77"
    assert order["appStatus"] == listed["appStatus"] == "2"
    assert order["consigneeAddress"] == "上海市黄浦区人民路 1 号"
    assert (listed["tradeMode"], listed["country"], listed["packNo"]) == ("9610", "502", "1")
    assert (listed["grossWeight"], listed["netWeight"]) == ("4.5", "4.005")
    assert listed["lines"][0]["gcode"] == "0809290000"
    assert order["appTime"] == "20261123023000"


def test_papers_of_the_same_consignment_carry_the_same_guids():
    first, again = papers(), papers()
    assert first == again
    guids = {first.fields[name]["guid"] for name in first.fields}
    assert len(guids) == 4
    assert all(len(guid) == 36 and guid == guid.upper() for guid in guids)


def test_says_what_is_missing_and_stays_a_draft():
    short = replace(CONSIGNMENT, buyer_id="", lines=(replace(CHERRIES, goods_code="080929"), BALM))
    written = papers(short, {**REGISTERED, "ebpCode": ""})
    assert set(written.missing) == {
        "order.ebpCode",
        "order.buyerIdNumber",
        "payment.payerIdNumber",
        "payment.ebpCode",
        "inventory.ebpCode",
        "inventory.buyerIdNumber",
        "inventory.lines.gcode",
    }
    assert written.fields["order"]["appStatus"] == "1"


def test_another_currency_is_missing_not_renamed():
    written = papers(replace(CONSIGNMENT, paid=Money(54077, "USD")))
    assert "order.currency" in written.missing
    assert "currency is not renminbi" in cbec.disagreements(fields=written.fields)


def test_net_never_stands_above_gross():
    written = papers(grams=3900)
    assert written.fields["inventory"]["netWeight"] == "3.9"
    assert cbec.disagreements(fields=written.fields) == ()


def without(name, message, value):
    fields = copy.deepcopy(papers().fields)
    part = fields[message]
    if isinstance(name, tuple):
        part = part["lines"][0]
        name = name[0]
    part[name] = value
    return fields


@pytest.mark.parametrize(
    ("message", "name", "value", "fault"),
    [
        ("payment", "orderNo", "other", "orderNo differs"),
        ("inventory", "ebpCode", "other", "ebpCode differs"),
        ("logistics", "logisticsNo", "other", "logisticsNo differs"),
        ("payment", "payTransactionId", "other", "payTransactionId differs"),
        ("order", "freight", "52.01", "acturalPaid is not the sum"),
        ("payment", "amountPaid", "540.76", "amountPaid differs"),
        ("payment", "currency", "502", "currency is not renminbi"),
        ("payment", "payerName", "李雷", "payer is not the buyer"),
        ("inventory", "buyerIdNumber", "1", "payer is not the buyer"),
        ("logistics", "consigneeTelephone", "1", "consignee differs"),
        ("inventory", "consigneeAddress", "1", "consignee differs"),
        ("inventory", ("qty",), "3", "the list's lines are not the order's"),
        ("inventory", ("totalPrice",), "398.01", "the lines do not add up to goodsValue"),
        ("inventory", "packNo", "2", "more than one package"),
        ("inventory", "netWeight", "4.6", "net above gross"),
    ],
)
def test_every_rule_of_the_match_notices_its_own_fault(message, name, value, fault):
    assert fault in cbec.disagreements(fields=without(name, message, value))


def dollars(minor):
    return Money(minor, "USD")


CASE = DeclaredLine(1, "CASE", "Phone case", "3926.90.99.10", "CN", 3, 120, dollars(900), dollars(2700), dollars(648))
TO_US = replace(
    CONSIGNMENT,
    merchant_name="Huaqiang Cases",
    merchant_country="CN",
    merchant_city="深圳市",
    recipient=Place("Ann Lee", "+1 775", "US", "NV", "Reno", ("2 Main St",), "", "89501"),
    paid=dollars(4000),
    goods=dollars(2700),
    freight=dollars(652),
    tax=dollars(648),
    lines=(CASE,),
)
US_CODES = {"filer_code": "ABC", "importer_of_record": "12-3456789", "bond": "B1", "port_of_entry": "2720"}


def test_us_entry_lines_carry_code_origin_value_and_duty():
    written = entry.us_entry_of(consignment=TO_US, barcode=BARCODE, gross_grams=170, registered=US_CODES, at=AT)
    assert (written.kind, written.missing) == (PaperKind.US_ENTRY, ())
    assert written.fields["entry"]["entryType"] == "11"
    assert written.fields["lines"] == [
        {
            "number": "1",
            "description": "Phone case",
            "hts": "3926909910",
            "origin": "CN",
            "quantity": "3",
            "netKg": "0.12",
            "unitPrice": "9.00",
            "value": "27.00",
            "currency": "USD",
            "dutyCollected": "6.48",
        }
    ]
    assert written.fields["manifest"]["consignee"]["address"] == "2 Main St, Reno, NV, 89501"


def test_above_the_informal_limit_the_entry_is_formal():
    at_limit = replace(TO_US, goods=dollars(250_000))
    above = replace(TO_US, goods=dollars(250_001))
    for consignment, kind in ((at_limit, "11"), (above, "01")):
        written = entry.us_entry_of(
            consignment=consignment, barcode=BARCODE, gross_grams=170, registered=US_CODES, at=AT
        )
        assert written.fields["entry"]["entryType"] == kind


def test_a_short_code_and_an_unknown_importer_are_missing():
    short = replace(TO_US, lines=(replace(CASE, goods_code="392690"),))
    written = entry.us_entry_of(consignment=short, barcode=BARCODE, gross_grams=170, registered={}, at=AT)
    assert set(written.missing) == {
        "entry.filerCode",
        "entry.importerOfRecord",
        "entry.bond",
        "entry.portOfEntry",
        "lines.hts",
    }


def test_a_postal_content_list_keeps_six_digits():
    written = entry.postal_of(consignment=TO_US, barcode=BARCODE, gross_grams=170)
    assert (written.kind, written.missing) == (PaperKind.POSTAL, ())
    assert written.fields["lines"][0]["hs"] == "392690"


def test_who_imports_is_masked_in_the_papers_and_put_in_for_filing() -> None:
    masked = papers(replace(CONSIGNMENT, buyer_id="**************1234", buyer_name="王**", payer_name="王**"))
    filed = cbec.with_identity(
        fields=masked.fields, identity=Identity(IdentityKind.RESIDENT, "王小明", "11010519491231002X")
    )
    assert (filed["order"]["buyerIdNumber"], filed["order"]["buyerName"]) == ("11010519491231002X", "王小明")
    assert (filed["payment"]["payerIdNumber"], filed["payment"]["payerName"]) == ("11010519491231002X", "王小明")
    assert filed["inventory"]["buyerIdNumber"] == "11010519491231002X"
    assert "payer is not the buyer" not in cbec.disagreements(fields=filed)
    assert masked.fields["order"]["buyerIdNumber"] == "**************1234"
