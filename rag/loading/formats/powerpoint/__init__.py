"""PowerPoint (.pptx) -> its slides: titles as headings, items with their levels, tables, charts, speaker notes."""

from __future__ import annotations

from io import BytesIO

import pptx
from pptx.exc import PackageNotFoundError
from pptx.slide import Slide

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.formats.powerpoint.writing import Writer
from rag.loading.limits import Limits
from rag.loading.package import check_package, transitional
from rag.loading.parsed import Parsed

_DAMAGED = "is damaged, or not a PowerPoint presentation"


def parse(data: bytes, limits: Limits) -> Parsed:
    """The slides that are shown, in their order; a hidden one is named in a warning. Title and author.

    Raises:
        Refused: damaged, protected, not a presentation, or over the limits when unpacked.
    """
    check_package(data, limits, name="PowerPoint presentation", old="PowerPoint file (.ppt)", suffix=".pptx")
    try:
        presentation = pptx.Presentation(BytesIO(transitional(data)))
    except (PackageNotFoundError, KeyError) as error:
        raise Refused(_DAMAGED) from error
    except ValueError as error:
        raise Refused("is not a PowerPoint presentation, whatever its name says") from error
    builder = TextBuilder(limits)
    writer = Writer(builder)
    hidden: list[str] = []
    for number, slide in enumerate(presentation.slides, 1):
        if slide._element.get("show") in ("0", "false"):
            hidden.append(f"slide {number} is hidden and was not read")
            continue
        builder.begin("slide", str(number))
        writer.write_slide(slide)
        _write_notes(slide, builder)
        builder.end("slide")
    text, sections = builder.build()
    known = presentation.core_properties
    return Parsed(text, sections, known.title or "", warnings=(*hidden, *writer.warnings), author=known.author or "")


def _write_notes(slide: Slide, builder: TextBuilder) -> None:
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    text = frame.text.replace("\v", "\n").strip() if frame is not None else ""
    builder.begin("note", "speaker notes")
    builder.add(f"Speaker notes: {text}" if text else "")
    builder.end("note")
