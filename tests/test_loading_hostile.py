"""Bad files of every kind give a LoadError with a reason, and the next file is read."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loading_files import (
    WORD_XML,
    archive,
    deflated_spaces,
    open_document_sheet,
    package_with,
    pdf,
    put,
    raw_pdf,
    word,
    word_of,
    word_with,
    word_xml,
)
from loading_samples import GOOD, assert_sound

from rag.errors import LoadError
from rag.loading import FORMATS, Limits, load_file
from rag.loading.sandbox.child import PARSER

MIB = 1024 * 1024
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
        ("a.txt", GOOD[".docx"], "looks binary"),
        ("a.md", b"\x7fELF\x02\x01\x01" + bytes(500), "looks binary"),
        ("a.html", b"\x89PNG\r\n\x1a\n" + bytes(500), "looks binary"),
        ("a.txt", b"\xff\xfe" + b"\x00\xd8" * 99, "looks binary"),
        ("a.pdf", b"Not a PDF at all, but text.", "is damaged, or not a PDF file"),
        ("a.pdf", GOOD[".pdf"][: len(GOOD[".pdf"]) // 3], "is damaged, or not a PDF file"),
        ("a.pdf", GOOD[".docx"], "is damaged, or not a PDF file"),
        ("a.pdf", pdf(["Secret."], password="x"), "is protected by a password"),
        ("a.docx", b"Not a Word document.", "is damaged, or not a Word document"),
        ("a.docx", GOOD[".pdf"], "is damaged, or not a Word document"),
        ("a.docx", GOOD[".docx"][:-200], "is damaged, or not a Word document"),
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
    few = Limits(max_characters=20)
    two = archive({"a.txt": "x" * 12, "b.txt": "x" * 12})
    texts = {suffix: b"x" * 2000 for suffix in (".txt", ".md", ".html", ".log", ".py")}
    for suffix, data in (GOOD | texts | {".zip": two}).items():
        assert refused(put(tmp_path, f"b{suffix}", data), few) == "holds more than 20 characters of text"
    for suffix in (".docx", ".xlsx", ".ods", ".pptx", ".odt", ".epub", ".zip"):
        assert "unpacks to" in refused(put(tmp_path, f"c{suffix}", GOOD[suffix]), Limits(max_unpacked_bytes=100))


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
    reason = refused(put(tmp_path, "far.xlsx", package_with(GOOD[".xlsx"], {SHEET: sheet_xml(far)})), SMALL)
    assert "memory" in reason
    merged = sheet_xml(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>All</t></is></c><c r="C1"><v>5</v></c></row>',
        '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
    )
    document = load_file(put(tmp_path, "merged.xlsx", package_with(GOOD[".xlsx"], {SHEET: merged})), root=tmp_path)
    assert "All" in document.text
    cell = '<table:table-cell table:number-columns-repeated="{}"><text:p>7</text:p></table:table-cell>'
    rows = f'<table:table-row table:number-rows-repeated="999999999">{cell.format(999_999_999)}</table:table-row>'
    assert refused(put(tmp_path, "repeated.ods", open_document_sheet(rows)), SMALL)
    empty = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
    row = f"<table:table-row>{cell.format(2)}</table:table-row>"
    document = load_file(put(tmp_path, "empty.ods", open_document_sheet(empty + row)), root=tmp_path)
    assert document.text == "Sums\n\n7 | 7" and document.place_at(7) == "sheet Sums, row 1048576"
    assert load_file(put(tmp_path, "good.xlsx", GOOD[".xlsx"]), root=tmp_path).text


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
            ("a.xlsx", package_with(GOOD[".xlsx"], {SHEET: excel})),
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
    assert "Tuesday" in load_file(put(tmp_path, "b.pdf", GOOD[".pdf"]), root=tmp_path).text


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
    path = put(tmp_path, "a.pdf", GOOD[".pdf"])
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


def test_an_interrupt_while_the_process_starts_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def interrupted(stream: object) -> bytes:
        raise KeyboardInterrupt

    def noted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))
        return started[-1]

    popen = subprocess.Popen
    PARSER.close()
    monkeypatch.setattr("rag.loading.sandbox.child.subprocess.Popen", noted)
    monkeypatch.setattr("rag.loading.sandbox.child.read_frame", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load_file(put(tmp_path, "a.pdf", GOOD[".pdf"]), root=tmp_path)
    assert [process.returncode for process in started] == [-9]


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
    pid = int(run_python(code, put(tmp_path, "a.pdf", GOOD[".pdf"])).stdout)
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
    assert_sound(document)


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
