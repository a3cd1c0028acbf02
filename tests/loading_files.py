"""Real files made for the loading tests: PDFs by fpdf2, Word documents by python-docx, workbooks by openpyxl, whatever
LibreOffice makes of those, and hostile variants."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
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


def by_libre_office(path: Path, suffix: str) -> Path:
    """What LibreOffice makes of a file, beside it and with another suffix; skips the test where it is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
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
