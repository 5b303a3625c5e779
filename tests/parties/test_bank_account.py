"""Where a merchant's payouts go: checked as banks check, sealed at rest, changed by the owner alone."""

import pytest

from entrepot.parties import queries, rules
from entrepot.parties.models import BankAccount
from entrepot.parties.services import add_member, save_bank_account
from entrepot.parties.terms import AccountInvalid, NotYours, Role, Viewer
from tests.parties import make

AMERICAN = {"holder": "Columbia Orchards Inc.", "country": "US", "number": "1234 5678-90", "bank_code": "021000021"}
GERMAN = {"holder": "Obsthof GmbH", "country": "DE", "number": "DE89 3704 0044 0532 0130 00", "bank_code": "ignored"}
CHINESE = {"holder": "深圳壳客", "country": "CN", "number": "6222021234567890123", "bank_code": "102584000013"}


@pytest.mark.parametrize(
    ("given", "number", "code"),
    [
        (AMERICAN, "1234567890", "021000021"),
        (GERMAN, "DE89370400440532013000", ""),
        ({**GERMAN, "country": "GB", "number": "gb29 nwbk 6016 1331 9268 19"}, "GB29NWBK60161331926819", ""),
        (CHINESE, "6222021234567890123", "102584000013"),
        ({**AMERICAN, "country": "JP", "bank_code": "mhcbjpjt"}, "1234567890", "MHCBJPJT"),
    ],
)
def test_accounts_are_written_as_banks_write_them(given, number, code) -> None:
    assert rules.bank_account(**given)[1:] == (number, code)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({**GERMAN, "number": "DE89370400440532013001"}, "number"),
        ({**GERMAN, "number": "DE8937040044053201300"}, "number"),
        ({**GERMAN, "number": "GB29NWBK60161331926819"}, "number"),
        ({**AMERICAN, "bank_code": "021000022"}, "bank_code"),
        ({**AMERICAN, "bank_code": "000000000"}, "bank_code"),
        ({**AMERICAN, "number": "12-3"}, "number"),
        ({**AMERICAN, "holder": "  "}, "holder"),
        ({**AMERICAN, "country": ""}, "country"),
        ({**CHINESE, "bank_code": "10258400001"}, "bank_code"),
        ({**CHINESE, "number": "62220212A4567890123"}, "number"),
        ({**AMERICAN, "country": "JP", "bank_code": "MHCB"}, "bank_code"),
    ],
)
def test_what_no_bank_would_take_is_refused_by_field(given, field) -> None:
    with pytest.raises(AccountInvalid) as refused:
        rules.bank_account(**given)
    assert refused.value.facts["field"] == field
    assert "_" not in refused.value.text()


@pytest.mark.django_db
def test_a_change_keeps_the_account_before_and_the_number_lies_sealed() -> None:
    merchant_id = make.merchant()
    owner = make.merchant_viewer(merchant_id=merchant_id)
    first = save_bank_account(viewer=owner, merchant_id=merchant_id, at=make.AT, **AMERICAN)
    assert save_bank_account(viewer=owner, merchant_id=merchant_id, at=make.AT, **AMERICAN) == first
    second = save_bank_account(viewer=owner, merchant_id=merchant_id, at=make.AT, **GERMAN)

    shown = queries.bank_account(merchant_id=merchant_id)
    assert shown is not None
    assert (shown.ref, shown.ending) == (second, "3000")
    assert queries.bank_destination(merchant_id=merchant_id, ref=first) == "US/021000021/1234567890"
    assert queries.bank_destination(merchant_id=merchant_id, ref=second) == "DE89370400440532013000"
    rows = BankAccount.objects.filter(merchant_id=merchant_id)
    assert rows.count() == 2
    assert all(b"1234567890" not in bytes(row.sealed) for row in rows)


@pytest.mark.django_db
def test_only_the_owner_decides_where_payouts_go() -> None:
    merchant_id, staff = make.merchant(), make.user()
    add_member(merchant_id=merchant_id, user_id=staff, role=Role.STAFF)
    strangers = [Viewer(user_id=staff, merchants={merchant_id: Role.STAFF}), make.operator(), make.shopper_viewer()]
    for viewer in strangers:
        with pytest.raises(NotYours):
            save_bank_account(viewer=viewer, merchant_id=merchant_id, at=make.AT, **AMERICAN)
    assert queries.bank_account(merchant_id=merchant_id) is None
    with pytest.raises(NotYours):
        queries.bank_destination(merchant_id=merchant_id, ref="bnk_other")
