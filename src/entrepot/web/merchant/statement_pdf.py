"""A statement as a PDF: what there was, every movement, what there is. Fonts that every reader of PDF brings along."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from entrepot.kernel.money import Money
from entrepot.ledger.terms import Movement, Statement
from entrepot.parties.terms import Merchant
from entrepot.web.merchant.words import account_name
from entrepot.web.money_words import move_name

# A longer month is for a program to read: the CSV has it whole.
MOST_MOVEMENTS: Final = 5_000
_INK, _SOFT, _LINE = colors.HexColor("#1d2733"), colors.HexColor("#5b6673"), colors.HexColor("#d9dee4")
_CHINESE: Final = "STSong-Light"


def statement_pdf(
    *, statement: Statement, merchant: Merchant, number: str, refs: Mapping[int, str], digest: str, language: str
) -> bytes:
    """The statement on A4. refs: consignments and payouts as people call them; digest: SHA-256 of the CSV beside it.

    The same statement gives the same bytes.
    """
    out = io.BytesIO()
    with override(language):
        title = _("Statement %(number)s") % {"number": number}
        document = SimpleDocTemplate(
            out, pagesize=A4, title=title, author=merchant.name, invariant=1,
            leftMargin=16 * mm, rightMargin=16 * mm, topMargin=18 * mm, bottomMargin=20 * mm,
        )  # fmt: skip
        foot = _("%(number)s · SHA-256 of the CSV: %(digest)s") % {"number": number, "digest": digest[:16] + "…"}

        def furnish(canvas: Any, page: Any) -> None:
            canvas.setFont(_font(foot), 7)
            canvas.setFillColor(_SOFT)
            canvas.drawString(16 * mm, 11 * mm, foot)
            canvas.drawRightString(A4[0] - 16 * mm, 11 * mm, str(page.page))

        document.build(
            [*_head(statement, merchant, title, digest), *_sums(statement), *_movements(statement, refs)],
            onFirstPage=furnish,
            onLaterPages=furnish,
        )
    return out.getvalue()


def _head(statement: Statement, merchant: Merchant, title: str, digest: str) -> list[Flowable]:
    state = _("Final: the books of this month are closed.") if statement.final else _("Not final: the month is open.")
    facts = [
        merchant.name,
        _("%(start)s up to %(until)s (UTC), in %(currency)s")
        % {
            "start": f"{statement.start:%Y-%m-%d}",
            "until": f"{statement.until:%Y-%m-%d}",
            "currency": statement.currency,
        },
        state,
        _("SHA-256 of the CSV: %(digest)s") % {"digest": digest},
    ]
    return [_text(title, 15, 20), Spacer(0, 2 * mm), *(_text(fact, 9, 13) for fact in facts), Spacer(0, 6 * mm)]


def _sums(statement: Statement) -> list[Flowable]:
    rows = [[_("Kind of money"), _("Opening balance"), _("Moved"), _("Closing balance")]]
    rows += [
        [
            account_name(kind),
            _amount(statement.opening[kind]),
            _amount(closing - statement.opening[kind]),
            _amount(closing),
        ]
        for kind, closing in statement.closing.items()
    ]
    zero = Money.zero(statement.currency)
    before, after = (
        Money.total(side.values(), statement.currency) if side else zero
        for side in (statement.opening, statement.closing)
    )
    rows.append([_("All together"), _amount(before), _amount(after - before), _amount(after)])
    return [_table(rows, (88, 30, 30, 30), right=(1, 2, 3), last=True), Spacer(0, 7 * mm)]


def _movements(statement: Statement, refs: Mapping[int, str]) -> list[Flowable]:
    if not statement.movements:
        return [_text(_("Nothing moved in this month."), 9, 13)]
    rows = [[_("Day"), _("What"), _("Reference"), _("Kind of money"), _("In or out"), _("Balance")]]
    rows += [
        [
            _day(one.effective_at), move_name(one.code), _about(one, refs), account_name(one.account),
            _amount(one.change), _amount(one.balance),
        ]
        for one in statement.movements
    ]  # fmt: skip
    return [_table(rows, (20, 42, 42, 34, 20, 20), right=(4, 5))]


def _about(one: Movement, refs: Mapping[int, str]) -> str:
    return refs.get(one.consignment_id or 0) or refs.get(one.payout_id or 0) or ""


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _amount(money: Money) -> str:
    return f"{money.decimal:,}"


def _table(rows: list[list[str]], widths: tuple[int, ...], *, right: tuple[int, ...], last: bool = False) -> Table:
    cells = [
        [
            _text(cell, 8, 10, soft=number == 0, right=place in right)
            for place, cell in enumerate(row)
        ]
        for number, row in enumerate(rows)
    ]  # fmt: skip
    style = [
        ("LINEBELOW", (0, 0), (-1, 0), 1, _INK),
        ("LINEBELOW", (0, 1), (-1, -1), 1, _LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if last:
        style.append(("LINEABOVE", (0, -1), (-1, -1), 1, _INK))
    return Table(
        cells, colWidths=[width * mm for width in widths], repeatRows=1, style=TableStyle(style), hAlign="LEFT"
    )


def _text(written: str, size: int, leading: int, *, soft: bool = False, right: bool = False) -> Paragraph:
    look = ParagraphStyle(
        "text", fontName=_font(written), fontSize=size, leading=leading, textColor=_SOFT if soft else _INK,
        wordWrap="CJK" if not written.isascii() else None,
    )  # fmt: skip
    if right:
        look.alignment = TA_RIGHT
    return Paragraph(escape(written), look)


def _font(written: str) -> str:
    """Latin letters in the font each reader has; anything else in the Chinese one, which is registered when needed."""
    try:
        written.encode("cp1252")
    except UnicodeEncodeError:
        if _CHINESE not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
        return _CHINESE
    return "Helvetica"
