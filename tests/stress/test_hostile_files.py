"""Thousands of broken files of each format, and files made to hurt: a document or a reason, never a crash or a hang."""

from __future__ import annotations

import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from core_fakes import FAKE_SETTINGS, FakeEmbedder
from counts import INPUTS
from loading_files import WORD_XML, archive, deflated_spaces, open_document, pdf, put, raw_pdf, word_with, word_xml
from loading_samples import assert_sound
from mutations import mutated
from ocr_pictures import needs_ocr
from seeds import SEEDS

from rag.errors import LoadError
from rag.index import open_index
from rag.index.ingest import update_index
from rag.loading import FORMATS, Limits, load_file
from rag.loading.pages import has_page_images, render_page
from rag.text.chunking import chunk_spans

MIB = 1024 * 1024
LIMITS = Limits(parse_seconds=10.0 if INPUTS >= 1000 else 2.0, parse_memory_bytes=1024 * MIB)
SLACK_SECONDS = 20.0
"""For a new parser process to start, on a busy machine."""
GROWTH_MIB = 300
"""That docquote's own process may grow by while it looks at hostile files; the parser has a limit of its own."""


def peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def test_files_of_every_format_are_broken() -> None:
    assert {FORMATS[suffix] for suffix in SEEDS} == set(FORMATS.values())


def one_by_one(suffix: str, count: int, look: Callable[[Path], object], folder: Path) -> str:
    """Looks at so many broken files, and says how that ended: each is taken, or refused in time and with a reason."""
    rng = random.Random(f"broken {suffix}")
    ends: Counter[str] = Counter()
    before, slowest = peak_mib(), 0.0
    for n in range(count):
        path = put(folder, f"any{suffix}", mutated(rng, suffix) or b"x")
        began = time.monotonic()
        try:
            look(path)
        except LoadError as error:
            assert error.reason and error.path == path
            crashed = "crash" in error.reason
            late = "takes longer" in error.reason
            ends["stopped at a limit" if late else "killed its parser" if crashed else "refused with a reason"] += 1
        else:
            ends["taken"] += 1
        took = time.monotonic() - began
        slowest = max(slowest, took)
        assert took < LIMITS.parse_seconds + SLACK_SECONDS, f"input {n} took {took:.0f} s"
    assert peak_mib() - before < GROWTH_MIB
    said = ", ".join(f"{amount} {end}" for end, amount in ends.most_common())
    return f"broken {suffix} files: {count} ({said}; the slowest took {slowest:.1f} s)"


def read(path: Path) -> None:
    document = load_file(path, root=path.parent, limits=LIMITS)
    assert_sound(document)
    spans = chunk_spans(document, chunk_tokens=160, overlap_tokens=40)
    assert all(0 <= start < end <= len(document.text) for start, end in spans)
    assert "".join(document.text[start:end] for start, end in spans).strip()


@pytest.mark.timeout(60 + INPUTS)
@pytest.mark.parametrize("suffix", sorted(suffix for suffix in SEEDS if not FORMATS[suffix].install))
def test_a_broken_file_is_a_document_or_a_reason(tmp_path: Path, suffix: str, counted: Callable[[str], None]) -> None:
    counted(f"read: {one_by_one(suffix, INPUTS, read, tmp_path)}")


@needs_ocr
@pytest.mark.timeout(60 + INPUTS)
@pytest.mark.parametrize("suffix", sorted(suffix for suffix in SEEDS if has_page_images(FORMATS[suffix].media_type)))
def test_a_broken_page_is_drawn_or_refused(tmp_path: Path, suffix: str, counted: Callable[[str], None]) -> None:
    """Of pictures, what is read is what is drawn: text recognition gets pixels, whatever the file was."""
    ended = one_by_one(suffix, INPUTS, lambda path: render_page(path, 1, spans=[], limits=LIMITS), tmp_path)
    counted(f"drawn: {ended}")


HURTING: dict[str, Callable[[], bytes]] = {
    "bomb.docx": lambda: word_with(b" " * (600 if INPUTS >= 1000 else 60) * MIB, "word/media/a.bin"),
    "xmlbomb.docx": lambda: word_with(word_xml("<w:p><w:r><w:t>" + " " * 60 * MIB + "x</w:t></w:r></w:p>"), WORD_XML),
    "entities.docx": lambda: word_with(
        word_xml(
            "<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>",
            "<!DOCTYPE x [<!ENTITY l0 'lol'>"
            + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
            + "]>",
        )
    ),
    "bomb.pdf": lambda: raw_pdf(deflated_spaces(900 if INPUTS >= 1000 else 400), "/FlateDecode/FlateDecode"),
    "loop.pdf": lambda: raw_pdf(b"/X Do", "").replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "deep.html": lambda: b"<div>" * 300_000 + b"x",
    "deep.md": lambda: b"> " * 50_000 + b"x",
    "links.md": lambda: b"[" * 50_000 + b"](" * 50_000,
    "stars.md": lambda: b"*a_" * 50_000,
    "entities.html": lambda: b"&lt;" * 2_000_000,
    "cells.adoc": lambda: b"|===\n" + b"9999*|x " * 2_000 + b"\n|===",
    "links.adoc": lambda: b"https://a" * 50_000,
    "notes.adoc": lambda: b"footnote:[" * 50_000,
    "stars.rst": lambda: b"*a " * 30_000,
    "levels.rst": lambda: b"".join(b"  " * n + b"- x\n\n" for n in range(300)),
    "braces.rtf": lambda: b"{\\rtf1 " + b"{" * 200_000,
    "notes.rtf": lambda: b"{\\rtf1\\outlinelevel0 " + b"x{\\footnote y}" * 50_000 + b"\\par}",
    "attributes.xml": lambda: b"<a " + b" ".join(b"k%d='v'" % n for n in range(100_000)) + b"/>",
    "deep.json": lambda: b"[" * 1_000_000,
    "aliases.yaml": lambda: b"a: &a [x]\n" + b"b: [*a, *a]\n" * 50_000,
    "quotes.csv": lambda: b'"' * 1_000_001,
    "words.eml": lambda: b"From: a\nSubject: " + b"=?utf-8?q?a?= " * 20_000 + b"\n\nx",
    "parameters.eml": lambda: b"From: a\nContent-Type: text/plain" + b"; a*0*=b" * 20_000 + b"\n\nx",
    "borders.mbox": lambda: b"From a 2024\n" * 100_000,
    "repeated.odt": lambda: open_document(
        "<table:table><table:table-row table:number-rows-repeated='99999999'><table:table-cell"
        " table:number-columns-repeated='99999'><text:p>x</text:p></table:table-cell></table:table-row></table:table>"
    ),
    "bomb.zip": lambda: archive({"a.zip": archive({"b.txt": b" " * (600 if INPUTS >= 1000 else 60) * MIB})}),
    "nulls.txt": lambda: b"The board met.\x00" * 1000 + b"\n" * 100_000,
    "nulls.html": lambda: b"<p>The board\x00 met.",
}


@pytest.mark.parametrize("name", HURTING)
def test_files_made_to_hurt(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, name, HURTING[name]())
    before, began = peak_mib(), time.monotonic()
    try:
        assert load_file(path, root=tmp_path, limits=LIMITS).text.strip()
    except LoadError as error:
        assert error.reason
    assert time.monotonic() - began < LIMITS.parse_seconds + SLACK_SECONDS
    assert peak_mib() - before < GROWTH_MIB
    path = put(tmp_path, "good.pdf", pdf(["The board met on Tuesday."]))
    assert "Tuesday" in load_file(path, root=tmp_path, limits=LIMITS).text


@pytest.mark.parametrize(
    "piece", ["The board met on Tuesday. ", "x", "«", '"“', ". ", "\u202e\u200b\u0301", "漢", "A."]
)
def test_a_long_line_is_cut_into_chunks_in_time_that_grows_with_its_length(tmp_path: Path, piece: str) -> None:
    size = (1_000_000 if INPUTS >= 1000 else 100_000) // len(piece.encode())
    path = put(tmp_path, "line.txt", piece * size)
    document = load_file(path, root=tmp_path, limits=LIMITS)
    spans = chunk_spans(
        document,
        chunk_tokens=160,
        overlap_tokens=40,
        model_tokens=256,
        model_counter=FakeEmbedder().count_tokens,
    )
    assert sum(end - start for start, end in spans) >= 0.9 * len(document.text.replace(" ", ""))


NAMES = [
    "a\nb.txt", "--rebuild.txt", "-rf.txt", "..txt", "...txt", " .txt", "a b\t.txt", "'; DROP TABLE documents; --.txt",
    "<img src=x onerror=alert(1)>.txt", "\u202etxt.exe.txt", "\u200bzero\u200bwidth.txt", "%2e%2e%2fpasswd.txt",
    "$(reboot).txt", "`id`.txt", "C:\\windows.txt", "[bold]rich[/bold].txt", "\x1b[31mred.txt", "🦆.txt",
    "*.txt", "a" * 240 + ".txt", "e\u0301.txt", "NUL.txt",
]  # fmt: skip


def test_hostile_names_are_names_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from rag.cli.console import print_report

    folder = tmp_path / "documents"
    for name in NAMES:
        put(folder, name, f"This one tells of file {NAMES.index(name)}.")
    put(folder, "empty\n[red]ok[/red]\x1b[2J.txt", "")
    outside = put(tmp_path, "secret.txt", "The secret.")
    (folder / "link.txt").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    put(folder, "sub/..hidden/x.txt", "Hidden folder.")
    with closing(open_index(tmp_path / "index", FakeEmbedder(), FAKE_SETTINGS, create=True)) as index:
        report = update_index(index, FakeEmbedder(), [folder], FAKE_SETTINGS)
        assert sorted(index.document(source.id).text for source in index.sources()) == sorted(
            f"This one tells of file {n}." for n in range(len(NAMES)) if not NAMES[n].startswith(".")
        )
        assert {Path(link).name for link in report.links} == {"link.txt", "up", "round"}
        assert len(report.failed) == 1
        print_report(report, *index.counts()[:2], (), folder)
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err
        assert not any(line.startswith("[red]") for line in said.err.splitlines())
        index.search_lexical(["tells"], 10)
