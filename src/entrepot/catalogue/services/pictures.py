"""Keeping pictures: checked, made square in two sizes, named by what they contain."""

import hashlib
import io
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from entrepot.base.identity import new_id
from entrepot.base.outbox import tell
from entrepot.catalogue import models
from entrepot.catalogue.rules.cells import LARGE, SMALL
from entrepot.catalogue.terms import CHANGED, ListingUnknown, PictureRefused, WaitingPicture
from entrepot.kernel.text import Text

BYTES_MAX: Final = 20 * 1024 * 1024
# A picture of more is refused before it is unpacked: 50 megapixels take 150 MB.
PIXELS_MAX: Final = 50_000_000
TRIES_MAX: Final = 3
_PAPER: Final = (255, 255, 255)


@transaction.atomic
def attach_picture(*, merchant_id: int, listing_id: int, file: bytes, alt: Text, at: datetime) -> str:
    """Add a picture to a listing, behind those it has, and answer its digest; the same file again changes nothing.

    Raises PictureRefused, ListingUnknown.
    """
    if not models.Listing.objects.filter(merchant_id=merchant_id, id=listing_id).exists():
        raise ListingUnknown
    source = "sha256:" + hashlib.sha256(file).hexdigest()
    known = models.Picture.objects.filter(merchant_id=merchant_id, listing_id=listing_id)
    row = known.filter(source=source).first()
    if row is not None and row.sha256:
        return row.sha256
    digest = keep_picture(file=file)
    models.Picture.objects.create(
        id=new_id(owner=merchant_id),
        merchant_id=merchant_id,
        listing_id=listing_id,
        source=source,
        position=known.count() + 1,
        alt=dict(alt),
        sha256=digest,
    )
    models.Listing.objects.filter(merchant_id=merchant_id, id=listing_id).update(updated_at=at)
    tell(CHANGED, subject=listing_id, owner=merchant_id, at=at)
    return digest


@transaction.atomic
def remove_picture(*, merchant_id: int, listing_id: int, digest: str, at: datetime) -> None:
    """Take a picture off a listing; the file stays for orders that show it. Repeating changes nothing."""
    rows = models.Picture.objects.filter(merchant_id=merchant_id, listing_id=listing_id, sha256=digest)
    if digest and rows.delete()[0]:
        models.Listing.objects.filter(merchant_id=merchant_id, id=listing_id).update(updated_at=at)
        tell(CHANGED, subject=listing_id, owner=merchant_id, at=at)


@transaction.atomic
def put_picture(*, merchant_id: int, picture: WaitingPicture, digest: str, trouble: str, at: datetime) -> None:
    """Note what became of fetching a picture: kept under `digest`, or `trouble`, final after the last try."""
    rows = models.Picture.objects.filter(merchant_id=merchant_id, id=picture.id, sha256="")
    tries = picture.tries + 1
    if not digest:
        rows.update(tries=tries, trouble=trouble if tries >= TRIES_MAX else "")
        return
    if rows.update(sha256=digest, tries=tries, trouble=""):
        tell(CHANGED, subject=picture.listing_id, owner=merchant_id, at=at)


def keep_picture(*, file: bytes) -> str:
    """Write both sizes below the media folder and answer the digest they are named by. Raises PictureRefused."""
    picture = _opened(file)
    large = _encoded(picture, LARGE)
    digest = hashlib.sha256(large).hexdigest()
    folder = Path(settings.MEDIA_ROOT) / digest[:2]
    folder.mkdir(parents=True, exist_ok=True)
    for size, content in ((LARGE, large), (SMALL, _encoded(picture, SMALL))):
        target = folder / f"{digest}-{size}.webp"
        if not target.exists():
            # Beside, then renamed: a reader never sees half a picture.
            beside = target.with_suffix(".part")
            beside.write_bytes(content)
            beside.replace(target)
    return digest


def _opened(file: bytes) -> Image.Image:
    if len(file) > BYTES_MAX:
        raise PictureRefused(why="too_large")
    try:
        picture = Image.open(io.BytesIO(file), formats=("JPEG", "PNG", "WEBP", "GIF"))
        if picture.width * picture.height > PIXELS_MAX:
            raise PictureRefused(why="too_many_pixels")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as bad:
        raise PictureRefused(why="not_a_picture") from bad
    upright = ImageOps.exif_transpose(picture) or picture
    if upright.mode in {"RGBA", "LA", "PA", "P"}:
        clear = upright.convert("RGBA")
        paper = Image.new("RGBA", clear.size, (*_PAPER, 255))
        return Image.alpha_composite(paper, clear).convert("RGB")
    return upright.convert("RGB")


def _encoded(picture: Image.Image, size: int) -> bytes:
    """A square of `size` pixels with the whole picture on paper white; nothing of the goods is cut off."""
    square = ImageOps.pad(picture, (size, size), Image.Resampling.LANCZOS, color=_PAPER)
    out = io.BytesIO()
    square.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()
