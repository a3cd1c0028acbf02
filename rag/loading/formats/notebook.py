"""Jupyter notebooks (.ipynb) -> their Markdown, their code, and what the code printed."""

from __future__ import annotations

import json
import re
from typing import Any

from rag.errors import Refused
from rag.loading.builder import TextBuilder
from rag.loading.encoding import decode
from rag.loading.formats.markdown import write_markdown
from rag.loading.limits import Limits
from rag.loading.parsed import Parsed, check_length

_TERMINAL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def parse(data: bytes, limits: Limits) -> Parsed:
    """The cells in their order. Of outputs, what is text: streams, results and errors; no pictures.

    Raises:
        Refused: no notebook of format 4 (2015 and later), or too long.
    """
    source, warnings = decode(data)
    check_length(len(source), limits)
    try:
        notebook = json.loads(source)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Refused("is damaged, or not a notebook") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        old = isinstance(notebook, dict) and "worksheets" in notebook
        raise Refused("is of an old format: jupyter nbconvert --to notebook" if old else "is not a notebook")
    builder = TextBuilder(limits)
    metadata = notebook.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    spec = metadata.get("kernelspec")
    language = _text(spec.get("language")) if isinstance(spec, dict) else ""
    for cell in cells:
        if isinstance(cell, dict):
            warnings += _write_cell(cell, language, builder)
    text, sections = builder.build()
    return Parsed(text, sections, _text(metadata.get("title")), warnings=tuple(dict.fromkeys(warnings)))


def _write_cell(cell: dict[str, Any], language: str, builder: TextBuilder) -> tuple[str, ...]:
    """Writes a cell; returns warnings of what is left out."""
    source = _text(cell.get("source"))
    warnings: tuple[str, ...] = ()
    builder.gap(2)
    if cell.get("cell_type") == "markdown":
        warnings = write_markdown(source, builder)
    elif cell.get("cell_type") == "code":
        builder.begin("code", language)
        builder.add(source.strip("\n"))
        builder.end("code")
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, dict):
                builder.add(_TERMINAL.sub("", _output(output)).strip("\n"))
                builder.gap(2)
    else:
        builder.add(source.strip("\n"))
    builder.gap(2)
    return warnings


def _output(output: dict[str, Any]) -> str:
    if "ename" in output:
        return f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
    data = output.get("data")
    return _text(data.get("text/plain")) if isinstance(data, dict) else _text(output.get("text"))


def _text(value: object) -> str:
    """A text of the format: a string, or a list of its lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""
