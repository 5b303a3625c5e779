"""A parcel label as a one-page PDF of 100 x 150 mm, written by hand: two addresses and a Code 128 barcode."""

from collections.abc import Mapping
from typing import Final

from entrepot_sandbox.store import Json

WIDTH: Final = 283
HEIGHT: Final = 425

# Code 128: bar and space widths of the symbols 0 to 105 and the stop. Source: ISO/IEC 15417.
_PATTERNS: Final = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()
_START_B: Final = 104
_STOP: Final = 106


def symbols(text: str) -> list[int]:
    """The Code 128 (set B) symbols of printable ASCII `text`: start, characters, check, stop."""
    values = [ord(character) - 32 for character in text]
    check = (_START_B + sum(place * value for place, value in enumerate(values, 1))) % 103
    return [_START_B, *values, check, _STOP]


def pdf(shipment: Json) -> bytes:
    """The label of one shipment; the same shipment gives the same bytes."""
    draw = [_text(14, 398, 13, "SANDBOX CARRIER"), _text(190, 398, 11, str(shipment["service"]).upper())]
    draw += ["0.8 w 14 388 m 269 388 l S"]
    draw += _address("From", shipment["from"], top=374, size=8)
    draw += _address("To", shipment["to"], top=290, size=11)
    draw += ["0.8 w 14 176 m 269 176 l S"]
    draw += _barcode(str(shipment["tracking_number"]), left=24, bottom=80, width=235, height=76)
    draw += [_text(24, 62, 14, _grouped(str(shipment["tracking_number"])))]
    draw += [
        _text(14, 36, 8, f"Ref {shipment['reference']}"),
        _text(14, 22, 8, "Not a real label. For trying out only."),
    ]
    return _file("\n".join(draw).encode("ascii"))


def _grouped(number: str) -> str:
    return f"{number[:3]}-{number[3:7]} {number[7:]}" if number.isdigit() else number


def _address(title: str, address: object, *, top: int, size: int) -> list[str]:
    assert isinstance(address, Mapping)
    lines = [str(address.get("name", "")), *str(address.get("lines", "")).split("\n")]
    lines.append(" ".join(str(address.get(part, "")) for part in ("district", "city", "region", "postal_code")).strip())
    lines += [str(address["country"]), str(address.get("phone", ""))]
    shown = [line[:44] for line in lines if line.strip()][:8]
    return [_text(14, top, 7, title.upper())] + [
        _text(14, top - (place + 1) * (size + 3), size, line) for place, line in enumerate(shown)
    ]


def _text(x: int, y: int, size: int, words: str) -> str:
    # Latin in Helvetica; anything else in the CJK font that PDF readers bring along.
    if words.isascii():
        escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return f"BT /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET"
    return f"BT /F2 {size} Tf {x} {y} Td <{words.encode('utf-16-be').hex()}> Tj ET"


def _barcode(text: str, *, left: int, bottom: int, width: int, height: int) -> list[str]:
    runs = [int(run) for symbol in symbols(text) for run in _PATTERNS[symbol]]
    module = width / sum(runs)
    starts = [left + module * sum(runs[:place]) for place in range(len(runs))]
    bars = [f"{starts[place]:.3f} {bottom} {runs[place] * module:.3f} {height} re" for place in range(0, len(runs), 2)]
    return [*bars, "f"]


def _file(content: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
        % (WIDTH, HEIGHT),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [7 0 R] >>",
        (
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 8 0 R /DW 1000 "
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>"
        ),
        (
            b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
            b"/Ascent 752 /Descent -271 /CapHeight 737 /StemV 58 >>"
        ),
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
