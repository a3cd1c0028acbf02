"""Messages and archives: what stands in them, what they carry, and where it stands."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from loading_files import archive, outlook_message, pdf, put, workbook

from rag.errors import LoadError
from rag.loading import load_file
from rag.schema import Document

pytestmark = pytest.mark.usefixtures("parsed_here")

Load = Callable[[str, bytes | str], Document]

OFFER = pdf(["The offer is 4,200 euros.", "It holds until May."])


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return lambda name, data: load_file(put(tmp_path, name, data), root=tmp_path)


def place(document: Document, text: str) -> str:
    return document.place_at(document.text.index(text))


def message(subject: str = "Repair of the lift – Mill House") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "José Núñez <jose@example.org>"
    made["To"] = "ana@example.org, Bo Li <bo@example.org>"
    made["Date"] = "Tue, 05 Mar 2024 10:00:00 +0100"
    made["Subject"] = subject
    made.set_content("The lift is repaired on 12 March.\n\nAna wrote:\n> When is it repaired?\n")
    return made


HEAD = (
    "From: José Núñez <jose@example.org>\nTo: ana@example.org, Bo Li <bo@example.org>\n"
    "Date: Tue, 05 Mar 2024 10:00:00 +0100\n\n"
)
BODY = "The lift is repaired on 12 March.\n\nAna wrote:\n> When is it repaired?"


def test_a_message_and_what_it_carries(load: Load) -> None:
    made, inner = message(), message("The old lift")
    made.add_alternative("<p>The same in HTML</p>", subtype="html")
    made.add_attachment(OFFER, maintype="application", subtype="pdf", filename="offer.pdf")
    made.add_attachment(b"\x89PNG", maintype="image", subtype="gif", filename="logo.gif")
    made.add_attachment(b"no such thing", maintype="application", subtype="pdf", filename="torn.pdf")
    made.add_attachment(inner)
    document = load("lift.eml", made.as_bytes())
    assert document.text == (
        f"Repair of the lift – Mill House\n\n{HEAD}{BODY}\n\noffer.pdf\n\nThe offer is 4,200 euros.\n\f"
        f"It holds until May.\n\nThe old lift.eml\n\nThe old lift\n\n{HEAD}{BODY}"
    )
    source = document.source
    assert (source.title, source.date, source.author) == (
        "Repair of the lift – Mill House", date(2024, 3, 5), "José Núñez",
    )  # fmt: skip
    assert source.pages is None
    assert place(document, "12 March") == "message Repair of the lift – Mill House"
    assert place(document, "until May") == "message Repair of the lift – Mill House, file offer.pdf, page 2"
    assert document.heading_at(document.text.index("until May")) == "offer.pdf"
    assert document.place_at(document.text.rindex("12 March")) == "message The old lift, file The old lift.eml"
    assert document.warnings == (
        "not read, as such files are not supported: logo.gif",
        "torn.pdf is damaged, or not a PDF file",
    )


def test_html_is_read_where_there_is_no_plain_text(load: Load) -> None:
    made = EmailMessage()
    made["From"], made["Subject"] = "ana@example.org", "Fees"
    made.set_content("<ul><li>Berth: 90 euros</li></ul><p style='display:none'>tracked</p>", subtype="html")
    document = load("a.eml", made.as_bytes())
    assert document.text == "Fees\n\nFrom: ana@example.org\n\n- Berth: 90 euros" and document.source.author == ""


@pytest.mark.parametrize(
    ("charset", "encoding"), [("iso-2022-jp", "iso-2022-jp"), ("windows-1251", "cp1251"), ("made-up", "utf-8")]
)
def test_encodings_of_messages(load: Load, charset: str, encoding: str) -> None:
    words = "会議は火曜日です。" if encoding == "iso-2022-jp" else "Заседание во вторник."
    head = f"From: ana@example.org\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode()
    assert load("a.eml", head + words.encode(encoding)).text.endswith(words)


def test_a_header_that_cannot_be_taken_apart_is_shown_as_it_is_written(load: Load) -> None:
    document = load("a.eml", b"From: ana@\nTo: bo@example.org\nSubject: The lift\n\nIt is repaired.\n")
    assert document.text == "The lift\n\nFrom: ana@\nTo: bo@example.org\n\nIt is repaired."
    document = load("b.eml", b'From: ana@\nContent-Type: text/plain; charset="utf\x00"\n\nIt is repaired.\n')
    assert document.text == "From: ana@\n\nIt is repaired."


def test_a_mailbox_is_its_messages(load: Load) -> None:
    border = b"From jose@example.org Tue Mar  5 10:00:00 2024\n"
    other = b"From: Bo Li <bo@example.org>\nSubject: Keys\n\nFrom now on:\n>From Monday the keys are with Ana.\n"
    document = load("lift.mbox", border + message().as_bytes() + b"\n" + border + other)
    assert document.text == (
        f"Repair of the lift – Mill House\n\n{HEAD}{BODY}\n\nKeys\n\nFrom: Bo Li <bo@example.org>\n\nFrom now on:\n"
        "From Monday the keys are with Ana."
    )
    assert place(document, "with Ana") == "message Keys"
    assert document.source.title == "Lift"


def test_a_mailbox_has_the_date_of_its_messages_where_they_have_one(load: Load) -> None:
    border, later = b"From x Tue Mar  5 10:00:00 2024\n", message()
    later.replace_header("Date", "Thu, 07 Mar 2024 10:00:00 +0100")
    same = border + message().as_bytes() + b"\n" + border + message("Keys").as_bytes()
    assert load("a.mbox", same).source.date == date(2024, 3, 5)
    assert load("b.mbox", same + b"\n" + border + later.as_bytes()).source.date is None
    assert load("c.zip", archive({"a.eml": message().as_bytes()})).source.date is None


def test_a_message_of_outlook(load: Load) -> None:
    texts = {
        0x1A: "IPM.Note", 0x37: "Mooring fees", 0x1000: "The fee is 90 euros.\r\n", 0xC1A: "Ana Ruiz",
        0xC1F: "ana@example.org", 0x7D: "To: Bo Li <bo@example.org>\r\n",
    }  # fmt: skip
    sent = datetime(2024, 3, 5, 9, tzinfo=UTC)
    document = load("fees.msg", outlook_message(texts, sent, {"offer.pdf": OFFER, "logo.gif": b"x"}))
    assert document.text == (
        'Mooring fees\n\nFrom: "Ana Ruiz" <ana@example.org>\nTo: Bo Li <bo@example.org>\n'
        "Date: Tue, 05 Mar 2024 09:00:00\n\nThe fee is 90 euros.\n\n"
        "offer.pdf\n\nThe offer is 4,200 euros.\n\fIt holds until May."
    )
    assert place(document, "until May") == "message Mooring fees, file offer.pdf, page 2"
    assert (document.source.date, document.source.author) == (date(2024, 3, 5), "Ana Ruiz")
    assert document.warnings == ("not read, as such files are not supported: logo.gif",)


def test_an_archive_is_the_files_in_it(load: Load) -> None:
    files: dict[str, bytes | str] = {
        "rules/pets.md": "# Pets\n\nNo dogs.",
        "rules/offer.pdf": OFFER,
        "sums.xlsx": workbook(),
        "old.zip": archive({"hours.txt": "Open from nine."}),
        "logo.gif": b"\x89PNG",
        "torn.docx": b"nothing",
        ".git/config.txt": "hidden",
        "__MACOSX/a.txt": "hidden",
    }
    document = load("house.zip", archive(files))
    assert document.text == (
        "old.zip\n\nhours.txt\n\nOpen from nine.\n\nrules/offer.pdf\n\nThe offer is 4,200 euros.\n\fIt holds until May."
        "\n\nrules/pets.md\n\nPets\n\nNo dogs.\n\nsums.xlsx\n\nThe committee met on Tuesday."
    )
    assert place(document, "until May") == "file rules/offer.pdf, page 2"
    assert place(document, "from nine") == "file hours.txt"
    assert place(document, "The committee") == "file sums.xlsx, sheet Sheet, row 1"
    assert document.heading_path_at(document.text.index("No dogs")) == ("rules/pets.md", "Pets")
    assert document.warnings == (
        "not read, as such files are not supported: logo.gif",
        "torn.docx is damaged, or not a Word document",
    )


def test_a_damaged_file_in_an_archive_hides_no_other(load: Load) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("hours.txt", "Open from nine.")
        made.writestr("pets.txt", "No dogs.")
    data = stream.getvalue()
    at = data.index(b"pets.txt") + len("pets.txt") + 4
    document = load("a.zip", data[:at] + b"\xff" * 5 + data[at + 5 :])
    assert document.text == "hours.txt\n\nOpen from nine."
    assert document.warnings[0].startswith("pets.txt is damaged, or not a file of an archive")


def test_archives_nest_to_a_small_depth(load: Load) -> None:
    data = archive({"a.txt": "The innermost words."})
    for depth in range(3):
        data = archive({f"{depth}.zip": data, f"{depth}.txt": f"Words at {depth}."})
    document = load("deep.zip", data)
    assert "Words at 2." in document.text and "Words at 0." in document.text
    assert "innermost" not in document.text
    assert any("lies too deep in other files" in warning for warning in document.warnings)


def test_an_archive_without_a_file_to_read_says_why(load: Load) -> None:
    with pytest.raises(LoadError, match=r"holds no file that can be read; not read, .*: a\.gif"):
        load("a.zip", archive({"a.gif": b"x"}))
