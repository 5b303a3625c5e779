"""What may be shown as evidence: pictures and documents, by what they are and not by what they are called."""

from typing import Final

from entrepot.disputes.terms import EvidenceUnfit

SIZE_MAX: Final = 8 * 1024 * 1024
FILES_MAX: Final = 10
_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


def media_type(*, content: bytes, shown: int) -> str:
    """What a file is by its first bytes. shown: how many its side has shown before. Raises EvidenceUnfit."""
    if not content:
        raise EvidenceUnfit(why="empty")
    if len(content) > SIZE_MAX:
        raise EvidenceUnfit(why="size")
    if shown >= FILES_MAX:
        raise EvidenceUnfit(why="many")
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise EvidenceUnfit(why="type")
