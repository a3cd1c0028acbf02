"""Real files made for the loading tests: PDFs by fpdf2, Word documents by python-docx, workbooks by openpyxl, whatever
LibreOffice makes of those, and hostile variants."""

from __future__ import annotations

import io
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from fpdf import FPDF

WORD_XML = "word/document.xml"


def pdf(pages: Sequence[str], *, title: str = "", author: str = "", password: str = "") -> bytes:
    """A PDF with one page per text; an empty text makes a page without any."""
    document = FPDF()
    document.set_font("helvetica", size=11)
    document.set_creation_date(datetime(2001, 2, 3, tzinfo=UTC))
    if title:
        document.set_title(title)
    if author:
        document.set_author(author)
    if password:
        document.set_encryption(owner_password="owner", user_password=password)
    for text in pages:
        document.add_page()
        if text:
            document.multi_cell(0, 6, text)
    return bytes(document.output())


def raw_pdf(content: bytes, filters: str) -> bytes:
    """A one-page PDF written by hand, with a content stream that is already encoded."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d/Filter[%s]>>stream\n%s\nendstream" % (len(content), filters.encode(), content),
    ]
    return written(objects)


def written(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return out + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


def deflated_spaces(mebibytes: int) -> bytes:
    """So many MiB of spaces, deflated twice: a few kilobytes."""
    packer = zlib.compressobj(1)
    once = b"".join(packer.compress(b" " * 1024 * 1024) for _ in range(mebibytes)) + packer.flush()
    return zlib.compress(once)


def word(build: Callable[[Any], None] | None = None, *, title: str = "") -> bytes:
    """A Word document; ``build`` fills the ``docx.Document``."""
    document = docx.Document()
    document.core_properties.title = title
    (build or (lambda d: d.add_paragraph("The committee met on Tuesday.")))(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def word_with(xml: bytes, member: str = WORD_XML) -> bytes:
    """A Word document with one of its parts replaced, or added."""
    return package_with(word(), {member: xml})


def word_xml(body: str, declaration: str = "") -> bytes:
    """The main part of a Word document with the given body."""
    return (
        f'<?xml version="1.0"?>{declaration}<w:document xmlns:w='
        f'"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
    ).encode()


def workbook(build: Callable[[Any], None] | None = None) -> bytes:
    """An Excel workbook; ``build`` fills the ``openpyxl.Workbook``, which has one sheet, "Sheet"."""
    made = openpyxl.Workbook()
    (build or (lambda book: book.active.append(["The committee met on Tuesday."])))(made)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def open_document_sheet(rows: str, styles: str = "", declaration: str = "") -> bytes:
    """An OpenDocument spreadsheet written by hand: one sheet, "Sums", with the given rows."""
    names = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text", "style")}
    content = (
        f'<?xml version="1.0"?>{declaration}<office:document-content '
        + " ".join(f'xmlns:{name}="{urn}"' for name, urn in names.items())
        + f"><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="Sums" table:style-name="ta1">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
    return stream.getvalue()


def parts(package: bytes) -> dict[str, bytes]:
    """The members of a zip file."""
    with zipfile.ZipFile(io.BytesIO(package)) as source:
        return {name: source.read(name) for name in source.namelist()}


def package_with(package: bytes, changed: dict[str, bytes]) -> bytes:
    """A zip file with some of its members replaced, or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in (parts(package) | changed).items():
            target.writestr(name, part)
    return stream.getvalue()


def libre_office() -> str | None:
    """The program of LibreOffice; None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def by_libre_office(path: Path, suffix: str) -> Path:
    """What LibreOffice makes of a file, beside it and with another suffix; skips the test where it is not installed."""
    program = libre_office()
    if program is None:
        pytest.skip("LibreOffice is not installed")
    folder = path.parent / "converted"
    profile = (path.parent / "profile").as_uri()
    command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", suffix.removeprefix(".")]
    subprocess.run([*command, "--outdir", folder, path], check=True, capture_output=True, timeout=240)
    return folder / f"{path.stem}{suffix}"


def put(folder: Path, name: str, data: bytes | str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word_of(body: str, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A Word document written by hand.

    Args:
        body: of the main part; the prefixes w and r are known.
        parts: further parts by name, without "word/": WordprocessingML without a declaration of w, or anything. The
            kind of each is its name without digits and suffix, and its relation has the name for an id.
    """
    parts = parts or {}
    spaces = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        f'xmlns:r="{_RELATIONSHIPS}" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    kinds = {name: name.partition(".")[0].rstrip("0123456789") for name in parts}
    types = "".join(
        f'<Override PartName="/word/{name}" ContentType="{_WORD_TYPE}.{kinds[name]}+xml"/>'
        for name in parts
        if name.endswith(".xml")
    )
    links = "".join(
        f'<Relationship Id="{name}" Type="{_RELATIONSHIPS}/{kinds[name]}" Target="{name}"/>' for name in parts
    )
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="html" ContentType="text/html"/><Default Extension="rtf" ContentType="application/rtf"/>'
        f'<Default Extension="docx" ContentType="{_WORD_TYPE}.document"/>'
        f'<Override PartName="/{WORD_XML}" ContentType="{_WORD_TYPE}.document.main+xml"/>{types}</Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r" Type="{_RELATIONSHIPS}/officeDocument" Target="{WORD_XML}"/></Relationships>',
        WORD_XML: f"<w:document {spaces}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships">{links}</Relationships>',
    }
    for name, part in parts.items():
        members[f"word/{name}"] = part.replace(">", f" {spaces}>", 1) if isinstance(part, str) else part
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in members.items():
            package.writestr(name, part)
    return stream.getvalue()


def strict(data: bytes) -> bytes:
    """An Office package as a program writes it that saves "Strict Open XML"."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name.endswith((".xml", ".rels")):
                part = re.sub(
                    rb"http://schemas\.openxmlformats\.org/(officeDocument|wordprocessingml|drawingml)/2006/",
                    rb"http://purl.oclc.org/ooxml/\1/",
                    part,
                )
            target.writestr(name, part)
    return stream.getvalue()


def presentation(build: Callable[[Any], None] | None = None) -> bytes:
    """A PowerPoint presentation; ``build`` fills the ``pptx.Presentation``, in the default template."""
    made = pptx.Presentation()
    (build or _one_slide)(made)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _one_slide(made: Any) -> None:
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "The committee"
    slide.placeholders[1].text = "The committee met on Tuesday."


def archive(members: Mapping[str, bytes | str]) -> bytes:
    """A zip file with these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return stream.getvalue()


def open_document(body: str, styles: str = "", *, kind: str = "text", declaration: str = "") -> bytes:
    """An OpenDocument text, or of another kind ("presentation"), written by hand."""
    names = ("office", "table", "text", "style", "presentation")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    return archive({
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f'<?xml version="1.0"?>{declaration}<office:document-content {spaces}'
        ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
    })  # fmt: skip


def book(chapters: Mapping[str, str], *, extra: Mapping[str, str] | None = None) -> bytes:
    """An EPUB book of pages of XHTML, in their order; their names are in its table of contents too."""
    items = "".join(f'<item id="{n}" href="text/{n}.xhtml" media-type="application/xhtml+xml"/>' for n in chapters)
    order = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    points = "".join(
        f'<navPoint><navLabel><text>{name}</text></navLabel><content src="text/{name}.xhtml"/></navPoint>'
        for name in chapters
    )
    return archive({
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>The lighthouse</dc:title><dc:creator>Ana Ruiz</dc:creator><dc:creator>Bo Li</dc:creator>"
        "<dc:date>2019-06-01</dc:date></metadata><manifest>"
        f'<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>{items}</manifest>'
        f'<spine toc="ncx">{order}</spine></package>',
        "OEBPS/toc.ncx": f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap></ncx>',
        **{f"OEBPS/text/{name}.xhtml": f"<html><body>{markup}</body></html>" for name, markup in chapters.items()},
        **(extra or {}),
    })  # fmt: skip


_SECTOR = 512
_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE
Storage = Mapping[str, "bytes | Storage"]


def outlook_message(texts: Mapping[int, str], sent: datetime, attachments: Mapping[str, bytes]) -> bytes:
    """A message as Outlook saves it.

    Args:
        texts: properties by their numbers, as 0x0037 for the subject.
        sent: when.
        attachments: by their names.
    """
    ticks = int((sent - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000
    fixed = struct.pack("<HHIQ", 0x40, 0x39, 6, ticks)
    storages = {
        f"__attach_version1.0_#{at:08X}": _properties(8, {0x3707: name}, {0x3701: data})
        for at, (name, data) in enumerate(attachments.items())
    }
    return _compound_file({**_properties(32, texts, {}, fixed), **storages})


def _properties(header: int, texts: Mapping[int, str], binaries: Mapping[int, bytes], fixed: bytes = b"") -> Storage:
    values = [(number, 0x1F, text.encode("utf-16-le")) for number, text in texts.items()]
    values += [(number, 0x102, data) for number, data in binaries.items()]
    index = b"".join(struct.pack("<HHIQ", kind, number, 6, len(data)) for number, kind, data in values)
    streams = {f"__substg1.0_{number:04X}{kind:04X}": data for number, kind, data in values}
    return {"__properties_version1.0": bytes(header) + fixed + index, **streams}


def _compound_file(root: Storage) -> bytes:
    """A compound file: sectors of streams, the directory, and tables of which sector follows which."""
    sectors: list[bytes] = []
    following: list[int] = []
    small: list[bytes] = []  # sectors of streams below 4,096 bytes
    small_following: list[int] = []
    entries: list[bytes] = []

    def stored(data: bytes, size: int, into: list[bytes], table: list[int]) -> int:
        first, pieces = len(into), [data[at : at + size].ljust(size, b"\0") for at in range(0, len(data), size)]
        into.extend(pieces)
        table.extend([*range(first + 1, first + len(pieces)), _END] if pieces else [])
        return first if pieces else _END

    def entry(name: str, content: bytes | Storage, kind: int) -> int:
        number, child, first, size = len(entries), _FREE, 0, 0
        entries.append(b"")
        if isinstance(content, bytes):
            into = (64, small, small_following) if len(content) < 4096 else (_SECTOR, sectors, following)
            first, size = stored(content, *into), len(content)
        else:
            for inner, data in reversed(content.items()):
                at = entry(inner, data, 2 if isinstance(data, bytes) else 1)
                entries[at] = entries[at][:72] + struct.pack("<I", child) + entries[at][76:]
                child = at
        if kind == 5:
            size = 64 * len(small)
            first = stored(b"".join(small), _SECTOR, sectors, following)
        title = (name + "\0").encode("utf-16-le")
        entries[number] = (
            title.ljust(64, b"\0") + struct.pack("<HBB3I", len(title), kind, 1, _FREE, _FREE, child) + bytes(36)
            + struct.pack("<IQ", first, size)
        )  # fmt: skip
        return number

    entry("Root Entry", root, 5)
    directory = stored(b"".join(entries).ljust(-(-len(entries) // 4) * _SECTOR, b"\0"), _SECTOR, sectors, following)
    of_small = struct.pack(f"<{len(small_following)}I", *small_following)
    of_small = of_small.ljust(-(-len(of_small) // _SECTOR) * _SECTOR, b"\xff")
    first_of_small = stored(of_small, _SECTOR, sectors, following)
    tables = 1
    while tables * _SECTOR // 4 < len(sectors) + tables:
        tables += 1
    table = struct.pack(f"<{len(following) + tables}I", *following, *[0xFFFFFFFD] * tables)
    table = table.ljust(tables * _SECTOR, b"\xff")
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, tables, directory, 0, 4096, first_of_small, len(of_small) // _SECTOR, _END, 0)
    header += struct.pack("<109I", *[len(sectors) + at if at < tables else _FREE for at in range(109)])
    return header + b"".join(sectors) + table
