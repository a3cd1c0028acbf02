"""OpenDocument texts (.odt) and presentations (.odp) -> text in the order of the file, slides one after another."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.formats.open_document.names import OFFICE
from rag.loading.formats.open_document.styles import Styles
from rag.loading.formats.open_document.writing import Writer
from rag.loading.limits import Limits
from rag.loading.package import PROTECTED, check_package, parse_part
from rag.loading.parsed import Parsed

_DAMAGED = "is damaged, or not an OpenDocument text or presentation"
_MANIFEST = "META-INF/manifest.xml"


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, sections, and the metadata's title and author. Hidden slides are named in a warning.

    Raises:
        Refused: damaged, protected, neither text nor presentation, or over the limits when unpacked.
    """
    check_package(data, limits, name="OpenDocument file", suffix=".odt or .odp")
    with zipfile.ZipFile(BytesIO(data)) as package:
        if _MANIFEST in package.namelist() and b"encryption-data" in package.read(_MANIFEST):
            raise Refused(PROTECTED)
        content, styles, meta = (parse_part(package, f"{name}.xml") for name in ("content", "styles", "meta"))
    body = content.find(f"{OFFICE}body") if content is not None else None
    if body is None:
        raise Refused(_DAMAGED)
    builder = TextBuilder(limits)
    writer = Writer(builder, Styles(styles, content))
    if (text := body.find(f"{OFFICE}text")) is not None:
        writer.write_text(text, styles)
    elif (slides := body.find(f"{OFFICE}presentation")) is not None:
        writer.write_slides(slides)
    else:
        raise Refused(_DAMAGED)
    written, sections = builder.build()
    return Parsed(
        written,
        sections,
        _known(meta, "{http://purl.org/dc/elements/1.1/}title"),
        warnings=writer.warnings,
        author=_known(meta, "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}initial-creator")
        or _known(meta, "{http://purl.org/dc/elements/1.1/}creator"),
    )


def _known(meta: Any, name: str) -> str:
    return (meta.findtext(f".//{name}") or "") if meta is not None else ""
