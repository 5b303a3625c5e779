"""Duty and tax on goods that go back: what each destination's law says, dated, and what we do not know."""

from datetime import date, datetime, timedelta
from typing import Final

from entrepot.disputes.terms import DutyLaw, GivesBack

_READ: Final = date(2026, 11, 22)
_CBEC: Final = ("cbec_bonded", "cbec_direct")

ROWS: Final = (
    # Source: GACC announcement 2020 No.45: application within 30 days of release, goods back in the customs zone within
    # 45 days: the tax is not levied and the yearly amount is restored.
    DutyLaw(
        destination="CN", modes=_CBEC, valid_from=date(2020, 3, 28), valid_until=None, gives_back=GivesBack.YES,
        apply_days=30, back_days=45, restores=True,
        note={
            "en": "Tax on retail imports is not levied, and the yearly allowance is restored, when the return is applied "
            "for within 30 days of customs' release and the goods are back in the zone within 45 days.",
            "zh-hans": "跨境电商零售进口商品自海关放行之日起30日内申请退货，并在45日内运抵原海关监管作业场所的，相应税款不予征收，并恢复消费者个人年度交易累计金额。",
        },
        source="GACC announcement 2020 No.45 (海关总署公告2020年第45号)", read=_READ,
    ),
    DutyLaw(
        destination="US", modes=(), valid_from=date(2018, 2, 24), valid_until=None, gives_back=GivesBack.APPLICATION,
        apply_days=None, back_days=None, restores=False,
        note={
            "en": "Duty drawback of unused or rejected goods is paid on a claim by whoever imported or exported them, "
            "within five years; shoppers do not get it by themselves.",
            "zh-hans": "美国对未使用或拒收货物的退税（drawback）须由进口商或出口商在五年内申请，不会自动退给买家。",
        },
        source="19 USC 1313; 19 CFR part 190", read=_READ,
    ),
    *(
        DutyLaw(
            destination=country, modes=(), valid_from=date(2016, 5, 1), valid_until=None,
            gives_back=GivesBack.APPLICATION, apply_days=None, back_days=None, restores=False,
            note={
                "en": "Import duty on defective or rejected goods is repaid on an application of whoever paid it; it is "
                "not repaid by itself.",
                "zh-hans": "欧盟对有瑕疵或被拒收货物的进口关税，须由缴税人申请退还，不会自动退还。",
            },
            source="Regulation (EU) No 952/2013, articles 116 to 118", read=_READ,
        )
        for country in ("DE", "ES", "FR", "IT", "NL")
    ),
)  # fmt: skip


def duty_law(*, destination: str, mode: str, on: date) -> DutyLaw | None:
    """The row on goods that were imported that way on that day; none where we do not know the law."""
    for row in ROWS:
        in_force = row.valid_from <= on and (row.valid_until is None or on < row.valid_until)
        if row.destination == destination and in_force and (not row.modes or mode in row.modes):
            return row
    return None


def apply_by(*, law: DutyLaw, cleared_at: datetime) -> datetime | None:
    """Until when the return is applied for, where the law counts days from customs' release."""
    return None if law.apply_days is None else cleared_at + timedelta(days=law.apply_days)
