"""The label of a parcel that was delivered before the demo began; those under way get real ones from the carrier."""

import io

from reportlab.lib.units import mm
from reportlab.pdfgen import canvas


def label(number: str) -> bytes:
    """A label of 100 by 150 mm that says what it is."""
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(100 * mm, 150 * mm), invariant=True)
    page.setFont("Helvetica-Bold", 18)
    page.drawString(10 * mm, 130 * mm, number)
    page.setFont("Helvetica", 10)
    page.drawString(10 * mm, 120 * mm, "Demo market: delivered before it opened.")
    page.save()
    return out.getvalue()
