"""From bytes to text: what kind of file it is, its encoding, unpacking within limits. Nothing is guessed twice."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from charset_normalizer import from_bytes

from entrepot.catalogue.terms import ImportTrouble

FILE_MAX: Final = 200 * 1024 * 1024
LINE_MAX: Final = 2 * 1024 * 1024
# Product files shrink five- to twentyfold; a bomb a thousandfold.
_RATIO_MAX: Final = 100
_RATIO_FROM: Final = 16 * 1024 * 1024
_HEAD: Final = 64 * 1024
_SAMPLE: Final = 256 * 1024
_GZIP: Final = b"\x1f\x8b"
_MAGIC: Final = (
    (b"\xd0\xcf\x11\xe0", "feed.excel"),
    (b"%PDF", "feed.pdf"),
    (b"\x89PNG", "feed.picture"),
    (b"\xff\xd8\xff", "feed.picture"),
    (b"GIF8", "feed.picture"),
    (b"RIFF", "feed.picture"),
    (b"Rar!", "feed.zip"),
    (b"7z\xbc\xaf", "feed.zip"),
)
_STARTS: Final = {b"<": "feed.html", b"{": "feed.json", b"[": "feed.json"}
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a person may choose, and Python's name for it.
ENCODINGS: Final = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "gb18030": "gb18030",
    "windows-1252": "cp1252",
}


class Unpacked(io.RawIOBase):
    """A file's bytes, unpacked when it is gzip; stops at FILE_MAX and when it grows like a bomb."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._given = 0
        packed = _peek(file, 2) == _GZIP
        self._stream: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=file) if packed else file
        self._packed = packed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        try:
            content = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error) as broken:
            raise ImportTrouble("feed.gzip_broken") from broken
        self._given += len(content)
        if self._packed and self._given > _RATIO_FROM and self._given > _RATIO_MAX * max(1, self.read_so_far):
            raise ImportTrouble("feed.bomb")
        if self._given > FILE_MAX:
            raise ImportTrouble("feed.too_large", megabytes=FILE_MAX >> 20)
        buffer[: len(content)] = content
        return len(content)

    @property
    def read_so_far(self) -> int:
        """Bytes of the file as it lies on disk: what progress is measured by."""
        return self._file.tell()


def inspect(file: BinaryIO) -> None:
    """Stop at once for a file that cannot be a CSV file, by its first bytes. Raises ImportTrouble saying what it is."""
    head = _peek(file, _HEAD)
    if head.startswith(_GZIP):
        head = _peek_unpacked(file)
        if head.startswith(_GZIP):
            raise ImportTrouble("feed.gzip_twice")
    kind = _kind(head)
    if kind:
        raise ImportTrouble(kind)


def encoding_of(file: BinaryIO, *, chosen: str = "") -> str:
    """Python's name of the file's encoding: as chosen, by its mark, UTF-8 when all of it is, else by its letters.

    chosen: one of ENCODINGS. Reads the whole file once, in pieces. Raises ImportTrouble.
    """
    if chosen:
        if chosen not in ENCODINGS:
            raise ImportTrouble("feed.encoding_unknown", encoding=chosen)
        return _fitting(file, chosen)
    file.seek(0)
    raw = Unpacked(file)
    head = raw.read(_HEAD) or b""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if b"\x00" in head:
        return _without_mark(head)
    return _by_letters(head, raw)


def text_of_file(file: BinaryIO, *, encoding: str) -> tuple[Unpacked, io.TextIOWrapper]:
    """The file from its start as text, line ends as they are; letters that do not decode become U+FFFD."""
    file.seek(0)
    raw = Unpacked(file)
    return raw, io.TextIOWrapper(io.BufferedReader(raw, 256 * 1024), encoding, errors="replace", newline="")


def lines_of(text: io.TextIOWrapper) -> Iterator[str]:
    """The lines one by one. Raises ImportTrouble for one longer than LINE_MAX, before it fills the memory."""
    number = 0
    while line := text.readline(LINE_MAX):
        number += 1
        if len(line) == LINE_MAX:
            raise ImportTrouble("feed.line_too_long", line=number, limit=LINE_MAX)
        yield line


def _fitting(file: BinaryIO, chosen: str) -> str:
    file.seek(0)
    sample = Unpacked(file).read(_SAMPLE) or b""
    decoded = sample.decode(ENCODINGS[chosen], errors="replace")
    if decoded.count("\ufffd") * 5 > sum(letter > "\x7f" for letter in decoded):
        raise ImportTrouble("feed.not_decodable", encoding=chosen)
    return ENCODINGS[chosen]


def _peek(file: BinaryIO, size: int) -> bytes:
    file.seek(0)
    content = file.read(size)
    file.seek(0)
    return content


def _peek_unpacked(file: BinaryIO) -> bytes:
    head = Unpacked(file).read(_HEAD) or b""
    file.seek(0)
    return head


def _kind(head: bytes) -> str:
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        return "feed.empty"
    if head.startswith(b"PK\x03\x04"):
        return "feed.excel" if b"xl/" in head or b"[Content_Types].xml" in head else "feed.zip"
    marked = next((code for mark, code in _MAGIC if head.startswith(mark)), "")
    first = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    return marked or _STARTS.get(first, "") or ("feed.binary" if _is_binary(head) else "")


def _is_binary(head: bytes) -> bool:
    if b"\x00" not in head or any(head.startswith(mark) for mark, _ in _BOMS):
        return False
    try:
        _without_mark(head)
    except ImportTrouble:
        return True
    return False


def _without_mark(head: bytes) -> str:
    """UTF-16 without its mark: headings are ASCII, so every other byte of them is zero. Raises ImportTrouble."""
    start = head[:200]
    low, high = start[0::2].count(0), start[1::2].count(0)
    if high > len(start) * 2 // 5 and low == 0:
        return "utf-16-le"
    if low > len(start) * 2 // 5 and high == 0:
        return "utf-16-be"
    raise ImportTrouble("feed.binary")


def _by_letters(head: bytes, raw: Unpacked) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    piece = head
    while piece:
        try:
            decoder.decode(piece)
        except UnicodeDecodeError:
            return _judged(_with_letters(piece, raw))
        piece = raw.read(1 << 20) or b""
    return "utf-8"


def _with_letters(piece: bytes, raw: Unpacked) -> bytes:
    """Lines with bytes beyond ASCII, enough of them to judge by."""
    kept = bytearray()
    while piece and len(kept) < _SAMPLE:
        for line in piece.splitlines(keepends=True):
            if not line.isascii():
                kept += line
        piece = raw.read(1 << 20) or b""
    return bytes(kept[:_SAMPLE])


def _judged(sample: bytes) -> str:
    """Mostly UTF-8 stays UTF-8 (its broken rows are reported); else GB18030 or Windows-1252.

    Chinese in GB18030 is pairs of high bytes; in Western text a high byte stands alone among ASCII. Where that does
    not decide, charset-normalizer does.
    """
    decoded = sample.decode("utf-8", errors="replace")
    broken = decoded.count("\ufffd")
    if sum(letter > "\x7f" for letter in decoded) > 20 * broken:
        return "utf-8"
    paired = alone = place = 0
    while place < len(sample):
        if sample[place] < 0x80:
            place += 1
        elif place + 1 < len(sample) and sample[place + 1] >= 0x80:
            paired += 2
            place += 2
        else:
            alone += 1
            place += 1
    if paired >= 4 * alone:
        return "gb18030"
    if alone >= 4 * paired:
        return "cp1252"
    best = from_bytes(sample, cp_isolation=["gb18030", "cp1252"]).best()
    return best.encoding if best is not None and best.encoding in {"gb18030", "cp1252"} else "cp1252"
