"""Pictures of pages -> the text that is recognised on them; a TIFF file may hold several pages."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from rag.errors import Refused
from rag.loading.formats.pdf import joined
from rag.loading.formats.pdf.page import PageText
from rag.loading.formats.pdf.pictures import recognised_page
from rag.loading.limits import Limits
from rag.loading.ocr import LONGEST_SIDE, Picture
from rag.loading.parsed import Parsed
from rag.loading.progress import at_page

_KINDS = ("PNG", "JPEG", "TIFF", "WEBP")  # no other decoder of Pillow's sees a file


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, one section per page, and one per recognised line.

    Raises:
        Refused: damaged, no picture of these kinds, over the limits, or without text.
    """
    with opened(data, limits) as image:
        pages: list[PageText] = []
        count = frames(image, limits)
        for number in range(1, count + 1):
            at_page(number, count)
            pages.append(recognised_page(picture(image, number, limits)))
    if not any(page.text for page in pages):
        raise Refused("is a picture on which no text is recognised")
    text, sections = joined(pages)
    return Parsed(text, sections)


def opened(data: bytes, limits: Limits) -> Image.Image:
    """The picture, to be closed by the caller; nothing of it is unpacked yet.

    Raises:
        Refused: it is none of these kinds, or has more pixels than the limits allow.
    """
    try:
        return Image.open(BytesIO(data), formats=_KINDS)
    except UnidentifiedImageError as error:
        raise Refused("is damaged, or no PNG, JPEG, TIFF or WebP picture") from error
    except Image.DecompressionBombError as error:
        raise _too_large(limits) from error


def frames(image: Image.Image, limits: Limits) -> int:
    """How many pages it has; those of an animation are none.

    Raises:
        Refused: more than the limits allow.
    """
    if image.format != "TIFF":
        return 1
    for count in range(1, limits.max_recognised_pages + 1):
        try:
            image.seek(count)
        except EOFError:
            return count
    raise Refused(f"has more than {limits.max_recognised_pages:,} pages")


def picture(image: Image.Image, page: int, limits: Limits) -> Picture:
    """The page ``page``, from 1, upright as its camera says, on white, no larger than text recognition needs.

    Raises:
        Refused: more pixels than the limits allow.
    """
    image.seek(page - 1)
    if image.width * image.height > limits.max_pixels:
        raise _too_large(limits)
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG of twice the size is unpacked at half of it
    frame = ImageOps.exif_transpose(image)
    frame.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if frame.has_transparency_data:
        frame = Image.alpha_composite(Image.new("RGBA", frame.size, "white"), frame.convert("RGBA"))
    return np.array(frame.convert("RGB"), np.uint8)


def _too_large(limits: Limits) -> Refused:
    return Refused(f"has more than {limits.max_pixels // 1_000_000} million pixels; save a smaller copy")
