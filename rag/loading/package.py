"""Office packages, zip files of XML parts: what is checked before one is opened, and how a part is read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from rag.errors import Refused
from rag.loading.limits import MIB, Limits, in_words

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # old Office files, and new ones under a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENCRYPTED_MEMBER = 0x1  # flag bit of a zip member
_MAX_RATIO = 200  # unpacked to packed; XML reaches 30, a bomb 1000
_RATIO_FREE_BYTES = 10 * MIB  # below, no ratio does harm
_RELATIONS = "_rels/.rels"
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_CORE_PROPERTIES = (
    b"http://purl.oclc.org/ooxml/officeDocument/relationships/metadata/core-properties",
    b"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
)
PROTECTED = "is protected by a password; save a copy without one"
"""Why an encrypted file is refused."""


def check_package(data: bytes, limits: Limits, *, name: str, old: str = "", suffix: str) -> None:
    """Raise Refused for what is no zip file, is encrypted, or would unpack beyond the limits.

    Args:
        data: a file's bytes.
        limits: of what it may unpack to.
        name: what it should be, "Word document".
        old: what people call the format before, "Word file (.doc)"; "" where there was none.
        suffix: of the format as it is now, ".docx".
    """
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Refused(PROTECTED)
        raise Refused(f"is an old {old or 'Office file'} under a new name: save it as {suffix}")
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        article = "an" if name[0] in "AEIOU" else "a"
        raise Refused(f"is damaged, or not {article} {name}") from error
    if any(member.flag_bits & _ENCRYPTED_MEMBER for member in members):
        raise Refused(PROTECTED)
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.max_unpacked_bytes:
        limit = in_words(limits.max_unpacked_bytes)
        raise Refused(f"unpacks to {in_words(unpacked)}, over the limit of {limit}")
    if unpacked > max(_RATIO_FREE_BYTES, _MAX_RATIO * len(data)):
        raise Refused(f"unpacks to {in_words(unpacked)} from {in_words(len(data))}: a zip bomb")


def parse_part(package: zipfile.ZipFile, part: str) -> Any:
    """The root element of a part, read without entities, a DTD or the network; None where there is no such part."""
    if part not in package.namelist():
        return None
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    return etree.fromstring(package.read(part), parser)


def iterate_part(package: zipfile.ZipFile, part: str, tags: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """The elements of a large part that have one of the tags, as ``("start" or "end", element)``; read likewise.

    What an element holds may be looked at when it ends, and is forgotten after that.
    """
    with package.open(part) as stream:
        events = etree.iterparse(
            stream, events=("start", "end"), tag=tags, resolve_entities=False, load_dtd=False, no_network=True
        )
        for event, element in events:
            yield event, element
            if event == "end":
                element.clear(keep_tail=False)
                while element.getprevious() is not None:
                    del element.getparent()[0]


def transitional(data: bytes) -> bytes:
    """An Office package with the names of Transitional Office Open XML, which libraries know, for those of Strict.

    Any other package is as it was.
    """
    with zipfile.ZipFile(BytesIO(data)) as package:
        if _RELATIONS not in package.namelist() or _STRICT not in package.read(_RELATIONS):
            return data
        stream = BytesIO()
        with zipfile.ZipFile(stream, "w") as renamed:
            for name in package.namelist():
                part = package.read(name)
                if name.endswith((".xml", ".rels")):
                    part = part.replace(*_CORE_PROPERTIES)
                    part = _STRICT_NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
                renamed.writestr(name, part)
        return stream.getvalue()
