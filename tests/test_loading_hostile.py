"""Bad files of every kind give a LoadError with a reason, and the next file is read."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import threading
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading_files import (
    WORD_XML,
    archive,
    book,
    deflated_spaces,
    open_document,
    open_document_sheet,
    outlook_message,
    package_with,
    pdf,
    presentation,
    put,
    raw_pdf,
    word,
    word_of,
    word_with,
    word_xml,
    workbook,
)

from rag.errors import LoadError
from rag.loading import FORMATS, Limits, load_file
from rag.loading.sandbox.child import PARSER

MIB = 1024 * 1024
GOOD_PDF = pdf(["The board met on Tuesday.", "It ended at noon."])
GOOD_WORD = word()
GOOD_EXCEL = workbook()
GOOD_ODS = open_document_sheet(
    '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-spanned="2">'
    "<text:p>The board met<text:s/>on <text:span>Tuesday</text:span>.</text:p></table:table-cell></table:table-row>"
)
GOOD_SLIDES = presentation()
GOOD_ODT = open_document(
    '<text:h text:outline-level="1">Board</text:h><text:p>The board met<text:s/>on '
    "<text:span>Tuesday</text:span>.</text:p>"
    '<text:list><text:list-item text:start-value="2"><text:p>noon</text:p></text:list-item></text:list>'
)
GOOD_BOOK = book({"one": "<h1>The board</h1><p>The board met on Tuesday.</p>"})
GOOD_RTF = (
    rb"{\rtf1\ansicpg1252{\fonttbl{\f0\fcharset204 A;}}\pard\outlinelevel0 The board\par\pard It met \'e0 noon\u8364?."
    rb"{\footnote Or not.}\par\trowd\cellx1\cellx2\pard\intbl a\cell b\cell\row\pard{\listtext 1.\tab}End.\par}"
)
GOOD_MAIL = (
    b"From: a@example.org\nSubject: The board\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
    b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nVGhlIGJvYXJkIG1ldC4=\n--x\n"
    b'Content-Type: text/html\nContent-Disposition: attachment; filename="a.html"\n\n<p>On Tuesday.</p>\n--x--\n'
)
GOOD_MAILBOX = b"From a Tue Mar  5 10:00:00 2024\n" + GOOD_MAIL + b"\nFrom b Wed Mar  6 10:00:00 2024\n" + GOOD_MAIL
GOOD_OUTLOOK = outlook_message(
    {0x1A: "IPM.Note", 0x37: "The board", 0x1000: "The board met on Tuesday."},
    datetime(2024, 3, 5, tzinfo=UTC),
    {"a.txt": b"It ended at noon."},
)
GOOD_ZIP = archive({"a.md": "# The board\n\nIt met on Tuesday.", "b.zip": archive({"c.txt": "It ended at noon."})})
NOTEBOOK = b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "mean(readings)", "outputs": []}]}'
FAMILIES = {format_: suffix for suffix, format_ in FORMATS.items()}
"""A suffix of each format."""


def refused(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(LoadError) as caught:
        load_file(path, root=path.parent, limits=limits or Limits())
    assert caught.value.path == path
    return caught.value.reason


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        *[(f"a{suffix}", b"", "is empty") for suffix in FORMATS],
        ("a.txt", b" \n\t\r\n ", "holds nothing but white space"),
        ("a.md", b"\n\n", "holds nothing but white space"),
        ("a.html", b"<script>1</script>", "holds no text"),
        ("a.docx", word(lambda document: None), "holds no text"),
        ("a.txt", bytes(range(256)) * 20, "looks binary"),
        ("a.txt", GOOD_WORD, "looks binary"),
        ("a.md", b"\x7fELF\x02\x01\x01" + bytes(500), "looks binary"),
        ("a.html", b"\x89PNG\r\n\x1a\n" + bytes(500), "looks binary"),
        ("a.txt", b"\xff\xfe" + b"\x00\xd8" * 99, "looks binary"),
        ("a.pdf", b"Not a PDF at all, but text.", "is damaged, or not a PDF file"),
        ("a.pdf", GOOD_PDF[: len(GOOD_PDF) // 3], "is damaged, or not a PDF file"),
        ("a.pdf", GOOD_WORD, "is damaged, or not a PDF file"),
        ("a.pdf", pdf(["Secret."], password="x"), "is protected by a password"),
        ("a.docx", b"Not a Word document.", "is damaged, or not a Word document"),
        ("a.docx", GOOD_PDF, "is damaged, or not a Word document"),
        ("a.docx", GOOD_WORD[:-200], "is damaged, or not a Word document"),
        ("a.docx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), r"is an old Word file"),
        ("a.docx", bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "by a password"),
        ("a.docx", word_with(b"<w:broken", WORD_XML), "is damaged"),
        ("a.docx", word_with(b" " * 80 * MIB, "word/media/a.bin"), "a zip bomb"),
        ("a.gif", b"x", r"files of the type '\.gif' are not supported"),
        ("README", b"x", "files without a suffix are not supported"),
    ],
)  # fmt: skip
def test_the_reason_is_told(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    path = put(tmp_path, name, data)
    with pytest.raises(LoadError, match=reason):
        load_file(path, root=tmp_path)


def test_other_zip_files_are_no_word_documents(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("hello.txt", "x")
    assert "Word document" in refused(put(tmp_path, "a.docx", stream.getvalue()))
    encrypted = bytearray(stream.getvalue())
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    assert "password" in refused(put(tmp_path, "b.docx", bytes(encrypted)))


def test_what_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(tmp_path / "missing.txt") == "no such file"
    (tmp_path / "folder.txt").mkdir()
    assert refused(tmp_path / "folder.txt") == refused(tmp_path) == "is a folder, not a file"
    with pytest.raises(LoadError, match="cannot be opened"):
        load_file(Path("nul\x00.txt"), root=tmp_path)
    path = put(tmp_path, "a.txt", "x")

    def denied(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert refused(path) == "permission denied"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert refused(tmp_path / "pipe.txt") == "is not a regular file"


def test_limits_are_told(tmp_path: Path) -> None:
    path = put(tmp_path, "a.txt", "x" * 2000)
    assert refused(path, Limits(max_file_bytes=1000)) == "is larger than the limit of 1,000 bytes (2,000 bytes)"
    for name, data in (
        *((f"b{suffix}", b"x" * 2000) for suffix in (".txt", ".md", ".csv", ".yaml", ".log", ".py")),
        ("b.json", b'{"a": "%s"}' % (b"x" * 2000)),
        ("b.xml", b"<a>%s</a>" % (b"x" * 2000)),
        ("b.ipynb", NOTEBOOK),
        ("b.pdf", GOOD_PDF),
        ("b.docx", GOOD_WORD),
        ("b.xlsx", GOOD_EXCEL),
        ("b.ods", GOOD_ODS),
        ("b.pptx", GOOD_SLIDES),
        ("b.odt", GOOD_ODT),
        ("b.epub", GOOD_BOOK),
        ("b.rtf", GOOD_RTF),
        ("b.eml", GOOD_MAIL),
        ("b.mbox", GOOD_MAILBOX),
        ("b.msg", GOOD_OUTLOOK),
        ("b.zip", archive({"a.txt": "x" * 12, "b.txt": "x" * 12})),
        ("b.rst", b"x" * 2000),
        ("b.adoc", b"x" * 2000),
    ):
        reason = refused(put(tmp_path, name, data), Limits(max_characters=20))
        assert reason == "holds more than 20 characters of text"
    for name, data in (
        ("c.docx", GOOD_WORD),
        ("c.xlsx", GOOD_EXCEL),
        ("c.ods", GOOD_ODS),
        ("c.pptx", GOOD_SLIDES),
        ("c.odt", GOOD_ODT),
        ("c.epub", GOOD_BOOK),
        ("c.zip", GOOD_ZIP),
    ):
        assert "unpacks to" in refused(put(tmp_path, name, data), Limits(max_unpacked_bytes=100))


def test_bombs_in_archives_and_messages_are_refused(tmp_path: Path) -> None:
    bomb = archive({"a.txt": b" " * 80 * MIB})
    assert "a zip bomb" in refused(put(tmp_path, "a.zip", bomb))
    assert "b.zip unpacks to" in refused(put(tmp_path, "c.zip", archive({"b.zip": bomb})))
    many = archive({f"{number}.txt": "x" for number in range(10_001)})
    assert "holds 10,001 files" in refused(put(tmp_path, "d.zip", many))
    nested = b"From: a\nContent-Type: multipart/mixed; boundary=0\n\n"
    nested += b"".join(b"--%d\nContent-Type: multipart/mixed; boundary=%d\n\n" % (n, n + 1) for n in range(300))
    assert refused(put(tmp_path, "a.eml", nested))


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    put(tmp_path, "secret.txt", "the secret")
    folder = tmp_path / "documents"
    data = archive({"../secret.txt": "Words of the archive.", "/etc/motd.txt": "Others.", "a\nb.txt": "Third."})
    text = load_file(put(folder, "a.zip", data), root=folder).text
    assert "Words of the archive." in text and "Others." in text and "the secret" not in text
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "documents", "secret.txt"]


def test_one_very_long_line(tmp_path: Path) -> None:
    text = "The board met on Tuesday. " * 400_000
    for name in ("a.txt", "a.html"):
        document = load_file(put(tmp_path, name, text), root=tmp_path)
        assert document.text.strip() == text.strip() and document.source.title == "A"


def test_entity_bombs_do_not_expand(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = "<w:p><w:r><w:t>Start &l11; end</w:t></w:r></w:p>"
    bomb = word_xml(body, f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]>')
    assert "amplification" in refused(put(tmp_path, "a.docx", word_with(bomb)))


def test_entities_do_not_read_other_files(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.txt", "the secret")
    body = "<w:p><w:r><w:t>Start &f; end</w:t></w:r></w:p><w:p><w:r><w:t>Next.</w:t></w:r></w:p>"
    xml = word_xml(body, f'<!DOCTYPE x [<!ENTITY f SYSTEM "{secret.as_uri()}">]>')
    text = load_file(put(tmp_path, "a.docx", word_with(xml)), root=tmp_path).text
    assert "Next." in text and "secret" not in text


SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(cells: str, after: str = "") -> bytes:
    """The main part of a sheet of an Excel workbook."""
    name = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{name}"><sheetData>{cells}</sheetData>{after}</worksheet>'.encode()


def test_huge_sheets_of_small_files_are_read_or_refused(tmp_path: Path) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>7</v></c></row>'
    reason = refused(put(tmp_path, "far.xlsx", package_with(GOOD_EXCEL, {SHEET: sheet_xml(far)})), SMALL)
    assert "memory" in reason
    merged = sheet_xml(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>All</t></is></c><c r="C1"><v>5</v></c></row>',
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    )
    document = load_file(put(tmp_path, "merged.xlsx", package_with(GOOD_EXCEL, {SHEET: merged})), root=tmp_path)
    assert "All" in document.text
    cell = '<table:table-cell table:number-columns-repeated="{}"><text:p>7</text:p></table:table-cell>'
    rows = f'<table:table-row table:number-rows-repeated="999999999">{cell.format(999_999_999)}</table:table-row>'
    assert refused(put(tmp_path, "repeated.ods", open_document_sheet(rows)), SMALL)
    empty = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
    row = f"<table:table-row>{cell.format(2)}</table:table-row>"
    document = load_file(put(tmp_path, "empty.ods", open_document_sheet(empty + row)), root=tmp_path)
    assert document.text == "Sums\n\n7 | 7" and document.place_at(7) == "sheet Sums, row 1048576"
    assert load_file(put(tmp_path, "good.xlsx", GOOD_EXCEL), root=tmp_path).text


def test_entities_in_sheets_neither_expand_nor_read_files(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.txt", "the secret")
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for declaration in (
        f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]>',
        f'<!DOCTYPE x [<!ENTITY l11 SYSTEM "{secret.as_uri()}">]>',
    ):
        row = "<table:table-row><table:table-cell><text:p>Start &l11; end</text:p></table:table-cell></table:table-row>"
        excel = declaration.encode() + sheet_xml('<row><c t="str"><v>Start &l11; end</v></c></row>')
        for name, data in (
            ("a.ods", open_document_sheet(row, declaration=declaration)),
            ("a.xlsx", package_with(GOOD_EXCEL, {SHEET: excel})),
        ):
            try:
                text = load_file(put(tmp_path, name, data), root=tmp_path, limits=SMALL).text
            except LoadError as error:
                assert error.reason
            else:
                assert len(text) < 100 and "secret" not in text and "lol" not in text


def test_a_deflate_bomb_in_a_pdf_is_stopped(tmp_path: Path) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("this system has no memory limit for a process")
    path = put(tmp_path, "a.pdf", raw_pdf(deflated_spaces(700), "/FlateDecode/FlateDecode"))
    assert path.stat().st_size < MIB
    reason = refused(path, Limits(parse_memory_bytes=512 * MIB))
    assert "memory" in reason or "no text" in reason
    assert "Tuesday" in load_file(put(tmp_path, "b.pdf", GOOD_PDF), root=tmp_path).text


def test_memory_is_limited(tmp_path: Path) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("this system has no memory limit for a process")
    path = put(
        tmp_path, "a.md", "ā" * 45_000_000
    )  # asked for at once: little by little, time may run out before memory
    assert "256.0 MiB of memory" in refused(path, Limits(parse_memory_bytes=256 * MIB))
    assert load_file(put(tmp_path, "b.md", "Fine."), root=tmp_path).text == "Fine."


def test_time_is_limited(tmp_path: Path) -> None:
    path = put(tmp_path, "a.html", "<div>" * 200_000 + "x")
    assert refused(path, Limits(parse_seconds=0.5)) == "takes longer than 0.5 seconds to read"
    assert load_file(put(tmp_path, "b.html", "<p>Fine."), root=tmp_path).text == "Fine."


def test_deep_nesting_is_read_or_refused(tmp_path: Path) -> None:
    for name, data in (
        ("a.html", "<b><i>" * 3000 + "x"),
        ("a.md", "> " * 5000 + "x"),
        ("b.md", "[" * 5000 + "x"),
        ("c.md", "".join("  " * n + "- x\n" for n in range(300))),
    ):
        try:
            assert "x" in load_file(put(tmp_path, name, data), root=tmp_path).text
        except LoadError as error:
            assert error.reason


@pytest.mark.parametrize("name", ["a.html", "a.md"])
def test_a_table_that_grows_when_its_cells_are_repeated_is_refused(tmp_path: Path, name: str) -> None:
    page = "<table>" + "<tr><td colspan=1000 rowspan=60000>x</td></tr>" * 9000 + "</table>"
    assert refused(put(tmp_path, name, page)) == "has a table of more than 5,000,000 cells"


def test_front_matter_that_repeats_itself_does_not_expand(tmp_path: Path) -> None:
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    document = load_file(put(tmp_path, "a.md", f"---\nl0: &l0 [lol, lol]\n{levels}---\nFine."), root=tmp_path)
    assert document.text == "l0: lol, lol\n\nFine."


def test_a_document_that_a_document_imports_is_held_to_the_limits(tmp_path: Path) -> None:
    bomb = word_with(b" " * 80 * MIB, "word/media/a.bin")
    data = word_of('<w:p><w:r><w:t>Fine.</w:t></w:r></w:p><w:altChunk r:id="aFChunk.docx"/>', {"aFChunk.docx": bomb})
    document = load_file(put(tmp_path, "a.docx", data), root=tmp_path)
    assert document.text == "Fine." and "a zip bomb" in document.warnings[0]


def test_styles_and_lists_that_refer_to_themselves_end(tmp_path: Path) -> None:
    style = '<w:style w:type="paragraph" w:styleId="S"><w:basedOn w:val="S"/></w:style>'
    lists = (
        '<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="S"/><w:numStyleLink w:val="S"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    )
    body = (
        '<w:p><w:pPr><w:pStyle w:val="S"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        "<w:r><w:t>Fine.</w:t></w:r></w:p>"
    )
    parts = {"styles.xml": f"<w:styles>{style}</w:styles>", "numbering.xml": f"<w:numbering>{lists}</w:numbering>"}
    assert load_file(put(tmp_path, "a.docx", word_of(body, parts)), root=tmp_path).text == "Fine."


def test_the_process_is_shared_and_replaced_when_it_dies(tmp_path: Path) -> None:
    path = put(tmp_path, "a.pdf", GOOD_PDF)
    PARSER.close()  # a process that has read much retires after its next file
    ballast = bytearray(700 << 20)  # what the parent holds must not count as the child's
    ballast[::4096] = b"x" * len(ballast[::4096])
    load_file(path, root=tmp_path)
    first = PARSER.pid
    refused(put(tmp_path, "bad.pdf", "bad"))
    load_file(path, root=tmp_path)
    assert PARSER.pid == first
    assert PARSER._process is not None
    PARSER._process.kill()
    PARSER._process.wait()
    assert load_file(path, root=tmp_path).text
    assert PARSER.pid != first


def test_threads_take_turns(tmp_path: Path) -> None:
    paths = [put(tmp_path, f"{n}.pdf", pdf([f"Number {n} here."])) for n in range(12)]
    texts: dict[Path, str] = {}

    def work(path: Path) -> None:
        texts[path] = load_file(path, root=tmp_path).text

    threads = [threading.Thread(target=work, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [texts[path] for path in paths] == [f"Number {n} here." for n in range(12)]


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, env=environment, check=False
    )


def test_plain_text_starts_no_process(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, rag.loading, rag.loading.sandbox.child\n"
        "rag.loading.load_file(pathlib.Path(sys.argv[1]), root=pathlib.Path('.'))\n"
        "print(rag.loading.sandbox.child.PARSER.pid)"
    )
    assert run_python(code, put(tmp_path, "a.txt", "Fine.")).stdout.strip() == "None"


def test_the_process_imports_no_models_or_pages() -> None:
    modules = {format_.module for format_ in FORMATS.values()}
    code = f"import sys, rag.loading.sandbox.worker, {', '.join(sorted(modules))}; print(*sys.modules)"
    imported = set(run_python(code).stdout.split())
    assert "rag.loading.formats.pdf" in imported
    assert not imported & {"torch", "gradio", "transformers", "sentence_transformers", "faiss", "sklearn", "scipy"}


def test_a_module_in_the_current_folder_is_not_imported(tmp_path: Path) -> None:
    put(tmp_path, "json.py", "raise SystemExit('taken in')")
    path = put(tmp_path, "a.md", "Fine.")
    code = (
        "import os, sys, pathlib, rag.loading\n"
        "path = pathlib.Path(sys.argv[1]); os.chdir(path.parent)\n"
        "print(rag.loading.load_file(path, root=path.parent).text)"
    )
    assert run_python(code, path).stdout.strip() == "Fine."


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see another process")
def test_the_process_ends_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import os, sys, pathlib, rag.loading, rag.loading.sandbox.child\n"
        "rag.loading.load_file(pathlib.Path(sys.argv[1]), root=pathlib.Path('.'))\n"
        "print(rag.loading.sandbox.child.PARSER.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    pid = int(run_python(code, put(tmp_path, "a.pdf", GOOD_PDF)).stdout)
    command = Path(f"/proc/{pid}/cmdline")  # empty for a process that has ended and waits to be collected
    for _ in range(200):
        if not command.exists() or not command.read_bytes():
            return
        time.sleep(0.05)
    pytest.fail("the parser process outlived its parent")


SMALL = Limits(parse_seconds=20.0)


def check_any(folder: Path, suffix: str, data: bytes) -> None:
    """Any bytes make a document whose offsets hold, or a LoadError with a reason."""
    path = put(folder, f"any{suffix}", data)
    try:
        document = load_file(path, root=folder, limits=SMALL)
    except LoadError as error:
        assert error.reason and error.path == path
        return
    text = document.text
    assert text.strip() and "\r" not in text and "\x00" not in text
    text.encode()
    assert document.source.title.strip()
    starts = [section.start for section in document.sections]
    assert starts == sorted(starts)
    for section in document.sections:
        assert 0 <= section.start <= section.end <= len(text)
        if section.kind == "heading":
            assert " ".join(text[section.start : section.end].split()).startswith(section.label)


relaxed = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@relaxed
@given(suffix=st.sampled_from(sorted(FAMILIES.values())), data=st.binary(max_size=3000))
def test_any_bytes(tmp_path: Path, suffix: str, data: bytes) -> None:
    check_any(tmp_path, suffix, data)


@relaxed
@given(
    suffix=st.sampled_from([".txt", ".md", ".html", ".csv", ".json", ".xml", ".yaml", ".ipynb", ".log", ".py"]),
    text=st.text(max_size=500),
)
def test_any_text(tmp_path: Path, suffix: str, text: str) -> None:
    check_any(tmp_path, suffix, text.encode())


OTHER_MARKUP = [
    "= ", "== ", "\n", "\n\n", "* ", "** ", ". ", "|===\n", "|a ", "2+|b ", "----\n", "====\n", "[cols=2]\n",
    "a:: ", "{x}", "footnote:[a]", ".. note:: ", ".. table::\n", "   ", "+--+\n", "=== ===\n", "|x|\n",
    ":a: b\n", "`a`_ ", "[1]_ ", "::\n", ".. [1] ", "word ", "*", "_", "^", "~", "//", "\\rtf1", "{", "}",
    "\\par ", "\\cell ", "\\row ", "\\trowd", "\\'e9", "\\u9?", "{\\footnote ", "From a 2024\n", "From: b\n",
    "Content-Type: multipart/mixed; boundary=c\n", "--c\n",
]  # fmt: skip


@relaxed
@given(
    suffix=st.sampled_from([".adoc", ".rst", ".rtf", ".eml", ".mbox"]),
    pieces=st.lists(st.sampled_from(OTHER_MARKUP), max_size=40),
)
def test_any_other_markup(tmp_path: Path, suffix: str, pieces: list[str]) -> None:
    start = {".rtf": "{\\rtf1 ", ".eml": "From: a\n", ".mbox": "From a 2024\nFrom: b\n"}.get(suffix, "")
    check_any(tmp_path, suffix, (start + "".join(pieces)).encode())


MARKUP = [
    "# ", "## ", "\n", "\n\n", "- ", "1. ", "> ", "| a | b |\n|-|-|\n", "```", "*", "[x](y)", "word ", "\t", "===\n",
    "<h1>", "</h1>", "<p>", "<li>", "<ol>", "<table>", "<tr>", "<td>", "<pre>", "</pre>", "<br>", "&lt;", "<!--",
    "<dl>", "<dt>", "<dd>", "<th colspan=3>", "<td rowspan=2>", "<sup>", "</sup>", "<a href='#n'>", "</a>",
    "<li id=n>", "<details>", "<summary>", "<del>", "<template>", "[^1]", "\n[^1]: n", "\n: d", "{% x %}",
    "<name>", "~~", "!!! note\n    ",
]  # fmt: skip


@relaxed
@given(suffix=st.sampled_from([".md", ".html"]), pieces=st.lists(st.sampled_from(MARKUP), max_size=40))
def test_any_markup(tmp_path: Path, suffix: str, pieces: list[str]) -> None:
    check_any(tmp_path, suffix, "".join(pieces).encode())


DATA = [
    "a", "b: ", "- ", "\n", "  ", '"', "'", ",", ";", "\t", "|", "{", "}", "[", "]", ":", "1.50", "2024-03-05", "null",
    "<a>", "</a>", "<b c='d'/>", "&lt;", "&x;", "<!--", "&a ", "*a", "#", "? ", "!!int ", "---\n", "|\n", "\ufeff",
]  # fmt: skip


@relaxed
@given(
    suffix=st.sampled_from([".csv", ".json", ".xml", ".yaml", ".toml"]),
    pieces=st.lists(st.sampled_from(DATA), max_size=40),
)
def test_any_data(tmp_path: Path, suffix: str, pieces: list[str]) -> None:
    check_any(tmp_path, suffix, "".join(pieces).encode())


@pytest.mark.parametrize(
    ("suffix", "good"),
    [
        (".pdf", GOOD_PDF),
        (".docx", GOOD_WORD),
        (".xlsx", GOOD_EXCEL),
        (".ods", GOOD_ODS),
        (".pptx", GOOD_SLIDES),
        (".odt", GOOD_ODT),
        (".epub", GOOD_BOOK),
        (".rtf", GOOD_RTF),
        (".eml", GOOD_MAIL),
        (".mbox", GOOD_MAILBOX),
        (".msg", GOOD_OUTLOOK),
        (".zip", GOOD_ZIP),
        (".ipynb", NOTEBOOK),
        (".json", b'{"a": [{"b": 1, "c": "x"}, {"b": 2, "c": "y"}], "d": [1, [2, 3]]}'),
        (".xml", b'<?xml version="1.0" encoding="utf-8"?><a b="c"><d>e</d><d>f</d><g>h<i>j</i></g></a>'),
        (".yaml", b"a:\n  b: &x [1, 2]\n  c: *x\nd:\n  - e: f\n    g: {h: i}\n"),
        (
            ".rst",
            b"Board\n=====\n\nIt met [1]_ *today*.\n\n- a\n\n  - b\n\n.. note:: c\n\n.. [1] d\n\n== ==\ne  f\n== ==\n",
        ),
        (
            ".adoc",
            b"= Board\nA B\n\nIt *met*.footnote:[x]\n\n* a\n** b\n\n|===\n|c |d\n\n2+|e\n|===\n\n----\nf\n----\n",
        ),
        (".csv", b'a,b,c\n1,"two, three",4\n5,"six ""7""",8\n'),
    ],
)
def test_damaged_files(tmp_path: Path, suffix: str, good: bytes) -> None:
    randomness = random.Random(7)
    for _ in range(60):
        data = bytearray(good)
        for _ in range(randomness.choice([1, 5, 50])):
            data[randomness.randrange(len(data))] = randomness.randrange(256)
        check_any(tmp_path, suffix, bytes(data[: randomness.choice([len(data), randomness.randrange(1, len(data))])]))
