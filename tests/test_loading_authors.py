"""Who wrote a document, as its format says it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from loading_files import pdf, put, word

from rag.loading import load_file

pytestmark = pytest.mark.usefixtures("parsed_here")


def authored(author: str) -> dict[str, bytes | str]:
    """A file of each format that can say so, by its name."""

    def build(document: Any) -> None:
        document.core_properties.author = author
        document.add_paragraph("The pier stands.")

    return {
        "a.docx": word(build),
        "a.pdf": pdf(["The pier stands."], author=author),
        "a.html": f'<meta name="Author" content="{author}"><p>The pier stands.',
        "a.md": f"---\nauthor: '{author}'\n---\nThe pier stands.",
    }


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.html", "a.md"])
@pytest.mark.parametrize(
    ("author", "known"),
    [
        ("Ingrid Falk", "Ingrid Falk"),
        ("W. Wordsworth", "W. Wordsworth"),
        ("Wordsworth", "Wordsworth"),
        ("python-docx", ""),
        ("Microsoft Office User", ""),
        ("--", ""),
    ],
)
def test_an_author_is_known_but_no_program(tmp_path: Path, name: str, author: str, known: str) -> None:
    path = put(tmp_path, name, authored(author)[name])
    assert load_file(path, root=tmp_path).source.author == known


def test_several_authors_are_all_named(tmp_path: Path) -> None:
    page = put(tmp_path, "a.md", "---\nauthors: [Ingrid Falk, Per Lie]\n---\nThe pier stands.")
    assert load_file(page, root=tmp_path).source.author == "Ingrid Falk, Per Lie"


def test_most_documents_do_not_say(tmp_path: Path) -> None:
    assert load_file(put(tmp_path, "a.txt", "The pier stands."), root=tmp_path).source.author == ""
