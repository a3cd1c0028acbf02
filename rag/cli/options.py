"""Options that several commands take."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.place import default_library

IndexOption = Annotated[
    str,
    typer.Option(
        "--index",
        "--library",
        metavar="PLACE",
        help="The index: a folder, or postgresql://USER@HOST/DATABASE.",
        default_factory=default_library,
        show_default="$DOCQUOTE_LIBRARY, $DOCQUOTE_INDEX or .docquote",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
