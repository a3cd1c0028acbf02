"""Word (.docx) -> text in the order of the body: numbers of lists, tables as "a | b" rows, notes and comments.

Headers and footers stand at its end, each text of them once. Tables of contents are dropped: what they list is there.
"""

from __future__ import annotations

from io import BytesIO

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.formats.word.writing import Writer
from rag.loading.limits import Limits
from rag.loading.package import check_package, transitional
from rag.loading.parsed import Parsed


def parse(data: bytes, limits: Limits) -> Parsed:
    """Text, sections, and the metadata's title and author.

    Raises:
        Refused: damaged, protected, not a Word document, or over the limits when unpacked.
    """
    document = _opened(data, limits)
    builder = TextBuilder(limits)
    writer = Writer(builder, document, lambda part: _opened(part, limits))
    writer.write_document()
    text, sections = builder.build()
    known = document.core_properties
    return Parsed(text, sections, known.title or "", warnings=writer.warnings, author=known.author or "")


def _opened(data: bytes, limits: Limits) -> WordDocument:
    check_package(data, limits, name="Word document", old="Word file (.doc)", suffix=".docx")
    try:
        return docx.Document(BytesIO(transitional(data)))
    except (PackageNotFoundError, KeyError) as error:
        raise Refused("is damaged, or not a Word document") from error
    except ValueError as error:
        raise Refused("is not a Word document, whatever its name says") from error
