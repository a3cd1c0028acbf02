"""Books (.epub) -> their chapters, each a page of HTML, in the order in which they are read."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from lxml import etree

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.dates import parse_date
from rag.loading.encoding import decode
from rag.loading.formats.html import write_fragment
from rag.loading.formats.html.visible import rules_of
from rag.loading.limits import Limits
from rag.loading.package import check_package, parse_part
from rag.loading.parsed import Parsed
from rag.schema import Section

_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
_FONT_METHODS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_PAGES = ("application/xhtml+xml", "text/html")
_NCX = "application/x-dtbncx+xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MOST_STYLE = 500_000  # bytes; a style sheet that is longer holds fonts or pictures
_SELF_CLOSED = re.compile(r"<(a|b|div|em|i|p|script|span|strong|style|td|th|title)\b([^<>]*)/>")
"""What XHTML closes at once, and HTML would leave open."""
_DAMAGED = "is damaged, or not an EPUB book"


def parse(data: bytes, limits: Limits) -> Parsed:
    """The chapters with their headings; title, authors and date of publication. The table of contents is left out.

    Raises:
        Refused: damaged, protected, not a book, or over the limits.
    """
    check_package(data, limits, name="EPUB book", suffix=".epub")
    builder = TextBuilder(limits)
    warnings: tuple[str, ...] = ()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if _is_locked(archive):
            raise Refused("is protected by digital rights management (DRM): only its seller's programs can read it")
        place, package = _package(archive)
        names = dict(_contents(archive, package, place))

        @cache
        def declared(sheet: str) -> Mapping[str, str]:
            if sheet not in archive.namelist() or archive.getinfo(sheet).file_size > _MOST_STYLE:
                return {}
            try:
                return rules_of(decode(archive.read(sheet))[0])
            except Refused:  # what is no text declares nothing
                return {}

        def declared_at(place: str, href: str) -> Mapping[str, str]:
            return declared(_linked(place, href))

        for name in _spine(package, place):
            if name not in archive.namelist():
                warnings += (f"chapter {name} is not in the file",)
                continue
            markup, guessed = decode(archive.read(name))
            chapter = TextBuilder(limits)
            markup = _SELF_CLOSED.sub(r"<\1\2></\1>", markup)
            warnings += guessed + write_fragment(markup, chapter, partial(declared_at, name))
            _write_chapter(names.get(name, ""), *chapter.build(), builder)
    text, sections = builder.build()
    known = {name: [_words(one) for one in package.iter(f"{_DC}{name}")] for name in ("title", "creator", "date")}
    return Parsed(
        text,
        sections,
        next(iter(known["title"]), ""),
        parse_date(next(iter(known["date"]), "")),
        tuple(dict.fromkeys(warnings)),
        ", ".join(filter(None, known["creator"])),
    )


def _write_chapter(name: str, text: str, sections: Sequence[Section], builder: TextBuilder) -> None:
    """Writes a chapter; where none of its lines is marked as a heading, the table of contents names it."""
    if not name or any(section.kind == "heading" for section in sections):
        builder.add_written(text, sections)
    elif text.startswith(name):
        builder.add_written(text, (Section("heading", name, 0, len(text), 1), *sections))
    else:
        builder.begin_heading(1)
        builder.add(name)
        builder.end_heading()
        builder.add_written(text, sections)


def _contents(archive: zipfile.ZipFile, package: Any, place: str) -> Iterator[tuple[str, str]]:
    """The members of the archive that the table of contents leads to the start of, and what it calls them."""
    for item in package.iterfind(".//{*}manifest/{*}item"):
        name = _member(place, item)
        if "nav" in (item.get("properties") or "").split():
            links = [
                (link.get("href") or "", _words(link)) for link in _root(archive, name).iterfind(".//{*}nav//{*}a")
            ]
        elif item.get("media-type") == _NCX:
            points = _root(archive, name).iterfind(".//{*}navPoint")
            links = [
                ((content.get("src") or "") if content is not None else "", label.strip())
                for point in points
                for content, label in [(point.find("{*}content"), point.findtext("{*}navLabel/{*}text") or "")]
            ]
        else:
            continue
        for href, label in links:
            if label and href and "#" not in href:
                yield _linked(name, href), label


def _root(archive: zipfile.ZipFile, name: str) -> Any:
    """The root element of a member; an empty one where it is missing or no XML."""
    try:
        root = parse_part(archive, name)
    except etree.XMLSyntaxError:
        root = None
    return root if root is not None else etree.Element("none")


def _is_locked(archive: zipfile.ZipFile) -> bool:
    """Whether more is encrypted than fonts, which some publishers scramble."""
    root = parse_part(archive, _ENCRYPTION)
    if root is None:
        return "META-INF/sinf.xml" in archive.namelist()
    methods = [method.get("Algorithm") for method in root.iterfind(".//{*}EncryptedData/{*}EncryptionMethod")]
    return any(method not in _FONT_METHODS for method in methods)


def _package(archive: zipfile.ZipFile) -> tuple[str, Any]:
    """Where the list of a book's files lies, and that list."""
    container = parse_part(archive, _CONTAINER)
    root_file = container.find(".//{*}rootfile") if container is not None else None
    place = unquote((root_file.get("full-path") or "") if root_file is not None else "")
    package = parse_part(archive, place)
    if package is None:
        raise Refused(_DAMAGED)
    return place, package


def _spine(package: Any, place: str) -> Iterator[str]:
    """The members of the archive that are chapters, in their order."""
    items = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES or "nav" in (item.get("properties") or "").split():
            continue
        yield _member(place, item)


def _member(place: str, item: Any) -> str:
    """Where in the archive a file lies that the list at ``place`` names."""
    return _linked(place, item.get("href") or "")


def _linked(place: str, href: str) -> str:
    """The member of the archive that a reference in the one at ``place`` leads to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(href)))


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
