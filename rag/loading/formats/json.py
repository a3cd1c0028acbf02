"""JSON -> lines "server.port: 8080" and tables of records."""

from __future__ import annotations

import json
from typing import Any

from rag.errors import Refused
from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.loading.outline import Node, outline
from rag.loading.parsed import Parsed, check_length, clean_newlines


class _Record(list[tuple[str, Any]]):
    """An object's names and values, told from a list; a name that comes twice is kept twice."""


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_Record)
"""Leaves numbers as they are written."""


def parse(data: bytes, limits: Limits) -> Parsed:
    """Every value, with the names it stands under; of a list, items are counted from 0.

    Raises:
        Refused: not JSON, nested too deep, or too long.
    """
    text, warnings = decode(data)
    check_length(len(text), limits)
    try:
        root = _node(_DECODER.decode(text))
    except RecursionError as error:
        raise Refused("nests too deep to be read") from error
    except json.JSONDecodeError as error:
        raise Refused(f"is damaged, or not JSON (line {error.lineno}, column {error.colno}: {error.msg})") from error
    text, sections = outline(root, limits, first=0)
    return Parsed(clean_newlines(text), sections, warnings=warnings)


def _node(value: Any) -> Node:
    if isinstance(value, _Record):
        return Node(fields=[(name, _node(part)) for name, part in value])
    if isinstance(value, list):
        return Node(items=[_node(item) for item in value])
    if isinstance(value, str):
        return Node(clean_newlines(value))
    return Node({True: "true", False: "false", None: "null"}[value])
