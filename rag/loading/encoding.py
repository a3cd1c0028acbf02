"""Bytes -> text: byte order marks, UTF-8, a declared encoding, and only then a guess.

Charset detectors mistake short Western texts for nearly anything (measured with charset-normalizer 3.5: a
French paragraph in Windows-1252 came out as Baltic), so a text whose bytes above 127 mostly stand alone, as
accented letters do and no other script's letters, is read as Windows-1252 or, by its tell-tale bytes,
Windows-1250.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from rag.errors import Refused

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(sorted(set(range(32)) - set(b"\t\n\r\f\v\b\x1b"))) + b"\x7f"
_BINARY_SHARE = 0.01  # of control bytes: prose has none, random or compressed bytes have 10 %
_NO_CONTROLS = dict.fromkeys(_CONTROLS)
_ZERO_SHARE = 0.1  # of the high bytes of UTF-16: nearly all in Western text, those of spaces and digits in Cyrillic
_SAMPLE_BYTES = 256 * 1024  # enough for a guess; a detector's time grows with what it is given
_LONE_SHARE = 0.3  # of bytes above 127 that follow another; German 0.05, Czech 0.2, Russian 0.8, Chinese 1
_CENTRAL_EUROPEAN = re.compile(rb"[\x8a\x8e\x9a\x9d\x9e\x9f]|(?<=[A-Za-z])[\xb3\xb9](?=[a-z])")
_GUESSED = [  # the encodings in use before UTF-8; a longer list makes the guess worse
    "gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874",
]  # fmt: skip


def decode(data: bytes, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """The text of ``data`` without its byte order mark, and warnings where the encoding was guessed.

    Args:
        data: a file's bytes.
        declared: the encoding that the file itself names, or "". Used where the bytes are not valid UTF-8.

    Raises:
        Refused: the bytes are not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), ()
            except UnicodeDecodeError as error:
                raise Refused(f"looks binary, or damaged: not the {encoding} it claims to be") from error
    unmarked = _utf_16(data)
    if unmarked is not None:
        return unmarked[0], (f"the encoding is not stated; read as {unmarked[1]}",)
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > _BINARY_SHARE * len(data):
        raise Refused("looks binary, not text")
    for encoding in filter(None, ("utf-8", declared)):
        try:
            return data.decode(encoding), ()
        except (UnicodeDecodeError, LookupError):
            continue
    encoding = _guess(data[:_SAMPLE_BYTES])
    text = data.decode(encoding, errors="replace")
    return text, (f"the encoding is not stated; read as {encoding}",)


def _utf_16(data: bytes) -> tuple[str, str] | None:
    """The text of UTF-16 without a byte order mark, and which it is; None for anything else.

    Every other byte of Western text is zero then, and none of those between.
    """
    sample = data[:_SAMPLE_BYTES]
    high, low = sample[1::2].count(0), sample[::2].count(0)
    if len(data) % 2 or max(high, low) < _ZERO_SHARE * len(sample) / 2 or min(high, low) > 0:
        return None
    encoding = "utf-16-le" if high else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    controls = len(text) - len(text.translate(_NO_CONTROLS))
    return None if controls > _BINARY_SHARE * len(text) else (text, encoding)


def _guess(sample: bytes) -> str:
    high = sum(len(run) for run in re.findall(rb"[\x80-\xff]+", sample))
    following = len(re.findall(rb"(?<=[\x80-\xff])[\x80-\xff]", sample))
    if following > _LONE_SHARE * high:
        cut = sample.rfind(b"\n") + 1 or len(sample)  # not in the middle of a character
        best = from_bytes(sample[:cut], cp_isolation=_GUESSED, enable_fallback=False).best()
        if best is not None:
            return best.encoding
    return "cp1250" if _CENTRAL_EUROPEAN.search(sample) else "cp1252"
