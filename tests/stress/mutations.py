"""Broken files made of whole ones: a seeded mutation of a file of the format, some of them inside its container."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence

from loading_files import pdf, raw_pdf, word, word_with, word_xml

PROSE = "The board met on Tuesday, 4 March 2021. Seventy-six members attended; four sent their apologies. " * 3
MARKDOWN = (
    f"# Minutes\n\n- one\n- two\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n[x](y) {PROSE}\n"
)
HTML = (
    "<!doctype html><html><head><meta charset=utf-8><title>Minutes</title><style>p{}</style></head><body>"
    f"<h1>Minutes</h1><p>{PROSE}</p><ul><li>one<li>two</ul><table><tr><td>1<td>2</table><pre>x</pre>&lt;&#65;</body>"
)
BODY = (
    "<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>Minutes</w:t></w:r></w:p>"
    f"<w:p><w:r><w:t>{PROSE}</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)
CONTENT = b"BT /F1 12 Tf 20 150 Td (The board met on Tuesday.) Tj 0 -20 Td (It ended at noon.) Tj ET"

_ENCODINGS = ("utf-8", "utf-16", "utf-32", "cp1252", "utf-8-sig", "gb18030", "utf-16-le")

SEEDS: dict[str, Sequence[bytes]] = {
    ".txt": [(PROSE + "Žluťoučký 董事会 \u202eabc\u200b\u0301").encode(e, errors="replace") for e in _ENCODINGS],
    ".md": [MARKDOWN.encode(), MARKDOWN.replace("\n", "\r\n").encode("utf-16")],
    ".html": [HTML.encode(), HTML.encode("utf-16"), HTML.replace("utf-8", "shift_jis").encode()],
    ".pdf": [pdf([PROSE, "Second page."], title="Minutes"), raw_pdf(CONTENT, ""), pdf(["x"], password="p")],
    ".docx": [word(), word_with(word_xml(BODY))],
}
"""Whole files by the suffix they are given."""

TOKENS: dict[str, Sequence[bytes]] = {
    ".txt": [b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1a", b"\r", b"\x0c", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\n\n"],
    ".md": [b"[", b"](", b"**", b"`", b"> ", b"- ", b"\t", b"|", b"<!--", b"![", b"&#", b"\\", b"\x00", b"\n", b"# "],
    ".html": [b"<", b">", b"<!--", b"-->", b"<![CDATA[", b"&#x110000;", b"&#0;", b"<svg>", b"<math>", b"<template>",
              b"<table>", b"<p", b"='", b"<script>", b"</", b"<base href=", b"\x00", b"<meta charset=utf-7>"],
    ".pdf": [b"endobj", b"stream\n", b"/Length 99999999", b"/Count -1", b"/Kids[3 0 R 3 0 R]", b"<<", b">>", b"[", b"(",
             b"/FlateDecode", b"/ASCII85Decode", b"/JBIG2Decode", b"4294967295", b"-2147483648", b"0 R", b"%%EOF"],
    ".docx": [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff", b"<w:p>", b"</w:p>", b"&lt;", b"&x;",
              b"<w:tbl>", b"<!DOCTYPE x [<!ENTITY x 'xxxx'>]>", b"w:val='", b"<?xml", b"]]>"],
}  # fmt: skip
"""What means something in the format."""


def mutated(rng: random.Random, suffix: str) -> bytes:
    """A broken file of the format; in one of two Word files and one of two PDFs what lies inside is broken."""
    if suffix == ".docx" and rng.random() < 0.5:
        member = rng.choice(
            ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"]
        )
        return _repacked(rng.choice(SEEDS[suffix]), member, lambda data: _broken(rng, data, suffix, SEEDS[suffix]))
    if suffix == ".pdf" and rng.random() < 0.5:
        return raw_pdf(_broken(rng, CONTENT, suffix, SEEDS[suffix]), rng.choice(["", "/ASCIIHexDecode", "/LZWDecode"]))
    return _broken(rng, rng.choice(SEEDS[suffix]), suffix, SEEDS[suffix])


def _repacked(package: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """A zip file with one of its members changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            target.writestr(name, change(source.read(name)) if name == member else source.read(name))
    return stream.getvalue()


def _broken(rng: random.Random, data: bytes, suffix: str, seeds: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16, 64])):
        at = rng.randrange(len(changed) + 1)
        length = rng.choice([1, 2, 8, 64, 512])
        match rng.randrange(8):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << rng.randrange(8)
            case 1 if changed:
                changed[at % len(changed)] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
            case 2:
                del changed[at : at + length]
            case 3:
                changed[at:at] = changed[at : at + length]
            case 4 | 5:
                changed[at:at] = rng.choice(TOKENS[suffix]) * rng.choice([1, 1, 1, 3, 100])
            case 6:
                other = rng.choice(seeds)
                start = rng.randrange(len(other))
                changed[at : at + length] = other[start : start + length]
            case 7:
                changed[at:] = changed[at : rng.randrange(at, len(changed) + 1)]
    return bytes(changed)
