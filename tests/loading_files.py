"""Real files made for the loading tests: PDFs by fpdf2, Word documents by python-docx, and hostile variants."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
from fpdf import FPDF

WORD_XML = "word/document.xml"


def pdf(pages: Sequence[str], *, title: str = "", password: str = "") -> bytes:
    """A PDF with one page per text; an empty text makes a page without any."""
    document = FPDF()
    document.set_font("helvetica", size=11)
    document.set_creation_date(datetime(2001, 2, 3, tzinfo=UTC))
    if title:
        document.set_title(title)
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
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name != member:
                target.writestr(name, source.read(name))
        target.writestr(member, xml)
    return stream.getvalue()


def word_xml(body: str, declaration: str = "") -> bytes:
    """The main part of a Word document with the given body."""
    return (
        f'<?xml version="1.0"?>{declaration}<w:document xmlns:w='
        f'"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
    ).encode()


def put(folder: Path, name: str, data: bytes | str) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
