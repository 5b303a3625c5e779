"""Files for our bank: the same bytes every time, what a bank can take, and what it answers."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.kernel.money import Money
from entrepot.payments import rules
from entrepot.payments.terms import (
    BankAnswerUnreadable,
    BankFile,
    BankLimits,
    BankLine,
    BankSays,
    Credit,
    Debtor,
    PayoutState,
    PayoutVerb,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "payout_run.pain001.xml"
AT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
OURS = Debtor("Entrepôt Märkte GmbH", "DE", "DE89370400440532013000", "COBADEFFXXX")
LINES = (
    Credit("pyt_0000000000000001", Money(12_345, "EUR"), "Müller & Söhne", "DE", "", "DE02120300000000202051"),
    Credit("pyt_0000000000000002", Money(5, "EUR"), "Columbia Orchards LLC", "US", "021000021", "4400012345"),
    Credit("pyt_0000000000000003", Money(700_000, "EUR"), "青梧茶业", "CN", "102100099996", "6222020200099990001"),
    Credit("pyt_0000000000000004", Money(1_000, "EUR"), "Perth Pty", "AU", "CTBAAU2SXXX", "062000123456"),
)


def file(lines=LINES):
    return BankFile("run_0000000000000001-1", AT, date(2026, 11, 23), OURS, tuple(lines))


def test_a_file_is_the_golden_one_to_the_byte_and_nothing_is_wrong_with_it() -> None:
    body = rules.bank_file_bytes(file=file())
    assert body == GOLDEN.read_bytes()
    assert rules.bank_file_faults(body=body) == ()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"<NbOfTxs>4<", b"<NbOfTxs>5<", "the file says 5 lines and has 4"),
        (b"<CtrlSum>7133.50<", b"<CtrlSum>7133.51<", "the file says 7133.51 and sums to 7133.50"),
        (b"DE02120300000000202051", b"DE03120300000000202051", "the IBAN DE03120300000000202051 is wrong"),
        (b"<PmtMtd>TRF</PmtMtd>", b"", "PmtMtd is missing"),
        (b'Ccy="EUR">0.05', b'Ccy="USD">0.05', "it has more than one currency"),
        (b"BICFI>CTBAAU2SXXX", b"BICFI>CTBA", "BICFI is 'CTBA'"),
        (b"<EndToEndId>pyt_0000000000000002", b"<EndToEndId>pyt_0000000000000001", "a reference stands twice"),
        (b"<ChrgBr>SLEV</ChrgBr>", b"<ChrgBr>SLEV</ChrgBr><More/>", "has More where it cannot stand"),
        (b"pain.001.001.09", b"pain.001.001.03", "the document is"),
        (b"</Document>", b"", "it is no XML"),
    ],
)
def test_the_check_finds_what_is_wrong(old, new, fault) -> None:
    body = rules.bank_file_bytes(file=file())
    assert body.count(old)
    assert any(fault in one for one in rules.bank_file_faults(body=body.replace(old, new, 1)))


BANKS = st.sampled_from([("US", "021000021", "123456"), ("AU", "CTBAAU2S", "0620"), ("DE", "", OURS.number)])
CREDITS = st.builds(
    lambda name, amount, holder, bank: Credit(f"pyt_{name:016d}", amount, holder, *bank),
    st.integers(1, 10**9),
    st.builds(Money, st.integers(1, 10**9), st.sampled_from(["EUR", "USD", "JPY"])),
    st.text(min_size=1, max_size=120),
    BANKS,
)


@given(lines=st.lists(CREDITS, max_size=12, unique_by=lambda one: one.reference), most=st.integers(1, 4))
def test_files_hold_every_line_once_in_one_currency_within_the_banks_limits(lines, most) -> None:
    limits = BankLimits(most, {"EUR": 5 * 10**8})
    made = rules.bank_files(run_ref="run_1", made_at=AT, day=AT.date(), debtor=OURS, credits_=lines, limits=limits)
    assert sorted(one.reference for each in made for one in each.credits) == sorted(one.reference for one in lines)
    assert [each.message_id for each in made] == [f"run_1-{n}" for n in range(1, len(made) + 1)]
    for each in made:
        body = rules.bank_file_bytes(file=each)
        assert rules.bank_file_faults(body=body) == ()
        assert body == rules.bank_file_bytes(file=each)
        assert len(each.credits) <= most
        assert each.total.currency != "EUR" or each.total.minor <= 5 * 10**8 or len(each.credits) == 1


REPORT = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>b1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>run_1-1</OrgnlMsgId>%s</OrgnlGrpInfAndSts>%s
</CstmrPmtStsRpt></Document>"""
STATUS = b"""<OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>a</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>b</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>
</TxInfAndSts><TxInfAndSts><OrgnlEndToEndId>c</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>"""
NOTICE = b"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn>
<Ntry><CdtDbtInd>DBIT</CdtDbtInd><NtryDtls><TxDtls><Refs><EndToEndId>a</EndToEndId></Refs><Amt Ccy="EUR">1.50</Amt>
</TxDtls></NtryDtls></Ntry><Ntry><CdtDbtInd>CRDT</CdtDbtInd><NtryDtls><TxDtls><Refs><EndToEndId>b</EndToEndId></Refs>
<Amt Ccy="EUR">2.00</Amt><RtrInf><Rsn><Cd>AC01</Cd></Rsn></RtrInf></TxDtls></NtryDtls></Ntry></Ntfctn>
</BkToCstmrDbtCdtNtfctn></Document>"""
C, F, R = BankSays


@pytest.mark.parametrize(
    ("body", "kind", "lines"),
    [
        (
            b"\xef\xbb\xbfreference,status,amount,currency,reason\r\na,Confirmed,1.50,EUR,\r\nb,failed,,,AC04\r\n",
            "csv",
            (BankLine("a", C, Money(150, "EUR")), BankLine("b", F, None, "AC04")),
        ),
        (REPORT % (b"", STATUS), "pain.002", (BankLine("a", C), BankLine("b", F, None, "AC04"))),
        (REPORT % (b"<GrpSts>RJCT</GrpSts>", b""), "pain.002", (BankLine("file:run_1-1", F),)),
        (NOTICE, "camt.054", (BankLine("a", C, Money(150, "EUR")), BankLine("b", R, Money(200, "EUR"), "AC01"))),
    ],
)
def test_an_answer_is_read_in_each_of_its_forms(body, kind, lines) -> None:
    assert rules.bank_lines(body=body) == (kind, lines)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "kind"),
        (b"\xff\xfe", "kind"),
        (b"a,b\n1,2\n", "kind"),
        (b"reference,status\na,perhaps\n", "status"),
        (b"reference,status,amount,currency\na,failed,1.234,EUR\n", "amount"),
        (b"reference,status,amount,currency\na,failed,1,XXXX\n", "amount"),
        (b"<Document>", "xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml"),
        (b"<Document/>", "kind"),
    ],
)
def test_what_is_no_answer_is_refused_with_the_reason(body, why) -> None:
    with pytest.raises(BankAnswerUnreadable) as refused:
        rules.bank_lines(body=body)
    assert refused.value.facts["why"] == why


def test_every_state_and_answer() -> None:
    settle, fail, back = PayoutVerb.SETTLE, PayoutVerb.FAIL, PayoutVerb.RETURN
    wanted = {
        PayoutState.OPEN: {C: (settle,), F: (fail,), R: (settle, back)},
        PayoutState.SENT: {C: (settle,), F: (fail,), R: (settle, back)},
        PayoutState.PAID: {C: (), R: (back,)},
        PayoutState.FAILED: {F: ()},
        PayoutState.RETURNED: {C: (), R: ()},
    }
    for state in PayoutState:
        for says in BankSays:
            leads = rules.answer_leads(state=state, asked=Money(1, "EUR"), line=BankLine("a", says))
            assert leads == wanted[state].get(says, f"a: {says}, but it is {state}")
    odd = rules.answer_leads(state=PayoutState.OPEN, asked=Money(1, "EUR"), line=BankLine("a", C, Money(2, "EUR")))
    assert odd == "a: confirmed with 0.02 EUR, but 0.01 EUR was sent"
