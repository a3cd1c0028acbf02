"""Broken files made of whole ones: a seeded mutation of a file of the format, some of them inside its container."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any

from loading_files import raw_pdf
from lxml import etree
from seeds import CONTENT, SEEDS
from tokens import TOKENS

_READ = re.compile(
    r"word/(document|styles|numbering|footnotes)|xl/(workbook|styles|sharedStrings|worksheets)|ppt/(presentation|slides/"
    r"|notesSlides)|content\.xml|\.(xhtml|opf|ncx|md|zip)$|container\.xml|\[Content_Types\]"
)
"""The names of those members of a package that its reader looks into."""
_VALUES = (
    "",
    "-1",
    "0",
    "2",
    "999999999",
    "1e308",
    "NaN",
    "true",
    "x",
    "#",
    "A1:XFD1048576",
    "../../x",
    "\u202e",
    "9" * 400,
)
_MOST_ELEMENTS = 2000


def mutated(rng: random.Random, suffix: str) -> bytes:
    """A broken file of the format; of packages and PDFs every other one is broken inside."""
    seeds = SEEDS[suffix]
    seed = rng.choice(seeds)
    if suffix == ".pdf" and rng.random() < 0.5:
        return raw_pdf(_broken(rng, CONTENT, suffix, seeds), rng.choice(["", "/ASCIIHexDecode", "/LZWDecode"]))
    if suffix in (".json", ".ipynb") and rng.random() < 0.5:
        return _rearranged_json(rng, seed)
    if seed.startswith(b"PK") and rng.random() < 0.75:
        rearranged = rng.random() < 0.67
        return _repacked(
            rng,
            seed,
            lambda part: (
                _rearranged_xml(rng, part)
                if rearranged and part.lstrip().startswith(b"<")
                else _broken(rng, part, suffix, seeds)
            ),
        )
    return _broken(rng, seed, suffix, seeds)


def _repacked(rng: random.Random, package: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A zip file with one of its members changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(stream, "w") as target:
        changed = rng.choice([name for name in source.namelist() if _READ.search(name)])
        for name in source.namelist():
            target.writestr(name, change(source.read(name)) if name == changed else source.read(name))
    return stream.getvalue()


def _rearranged_xml(rng: random.Random, part: bytes) -> bytes:
    """XML with elements removed, repeated or moved, and values exchanged; a reader goes further into it."""
    root = etree.fromstring(part)
    for _ in range(rng.choice([1, 2, 4, 16])):
        elements = list(root.iter(etree.Element))
        one, other = rng.choice(elements), rng.choice(elements)
        match rng.randrange(5):
            case 0 if one.getparent() is not None:
                one.getparent().remove(one)
            case 1 if len(elements) < _MOST_ELEMENTS:
                other.append(deepcopy(one))
            case 2 if one not in (other, *other.iterancestors()):
                other.insert(0, one)
            case 3 if one.attrib:
                one.set(rng.choice(list(one.attrib)), rng.choice(_VALUES))
            case _:
                one.text = rng.choice(_VALUES)
    return etree.tostring(root)


def _rearranged_json(rng: random.Random, data: bytes) -> bytes:
    """JSON with values exchanged, some for one of another type."""
    root = json.loads(data)
    for _ in range(rng.choice([1, 2, 4])):
        holders = list(_holders(root))
        holder = rng.choice(holders)
        key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        others: list[Any] = [None, True, -1, 1e308, [], {}, ["x"], {"x": 1}, rng.choice(_VALUES), rng.choice(holders)]
        holder[key] = deepcopy(rng.choice(others))
    return json.dumps(root).encode()


def _holders(value: Any) -> Iterator[Any]:
    """The lists and objects in a JSON value that are not empty, itself included."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _holders(inner)


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
