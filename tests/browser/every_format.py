"""A library with a file of every format, each about something else, and written by software that people use.

Texts, sheets and slides are saved by LibreOffice, messages and mailboxes by Python's ``email`` and ``mailbox``,
pictures by Pillow, data by the writers of their formats.
"""

from __future__ import annotations

import csv
import json
import mailbox
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import openpyxl
import pptx
import yaml
from docx.enum.text import WD_BREAK
from loading_files import archive, by_libre_office, libre_office, outlook_message
from ocr_pictures import page, saved
from pptx.util import Cm

Rows = Sequence[Sequence[str]]

TEXTS: Mapping[str, tuple[str, Mapping[str, Sequence[str] | Rows]]] = {
    "apiary.docx": (
        "The apiary of Linden Farm",
        {
            "Place": ["The hives stand under the lime trees, with their backs to the road."],
            "Hives": ["Each hive of the apiary holds eleven frames.", "Frames are turned once a year."],
        },
    ),
    "evening-school.odt": (
        "Evening school of Marl",
        {
            "Fees": ["A term is paid for in advance."],
            "Courses": [
                ["Course", "Teacher", "Room"],
                ["Pottery", "Ina Falk", "Cellar"],
                ["Spanish", "Luis Rey", "12"],
            ],
        },
    ),
    "camping.rtf": (
        "Camping with the scouts",
        {
            "Before": ["Parents are told a month before."],
            "Packing": ["- The tent goes into the yellow bag.", "- Stoves travel in the trailer."],
        },
    ),
    "skating-rink.html": (
        "The skating rink",
        {
            "Skates": ["Skates can be hired at the counter."],
            "Opening times": [["Day", "Opens", "Closes"], ["Saturday", "9:30", "18:45"], ["Sunday", "11:00", "17:15"]],
        },
    ),
    "ferryman.epub": (
        "The ferryman's house",
        {
            "Chapter 1: The flood": ["In the spring the river rose over the meadow."],
            "Chapter 2: The letter": [
                "The ferryman hid the letter inside the clock.",
                "Nobody looked there for years.",
            ],
        },
    ),
    "windmill.pdf": (
        "Survey of the windmill",
        {
            "The tower": ["The tower is built of brick and was limed in 1998."],
            "The sails": ["", "The sails of the windmill measure 22 metres from tip to tip.", "Two of them are new."],
        },
    ),
}
"""Titles, and under each heading paragraphs, items ("- …"), or the rows of a table; "" is a new page."""

SLIDES: Mapping[str, Mapping[str, Sequence[str] | Rows]] = {
    "theatre.pptx": {
        "The open-air theatre": ["Plans for the summer"],
        "Seats": ["The stand has been painted", "Cushions are lent at the gate"],
        "Ticket prices": [["Seat", "Row", "Price"], ["Front bench", "1", "19 euros"], ["Lawn", "9", "6 euros"]],
    },
    "observatory.odp": {
        "The observatory": ["What visitors see"],
        "The telescope": ["The mirror of the telescope is 85 centimetres wide", "It was ground in Jena"],
    },
}
"""Of each slide its title, and items or the rows of a table."""

SHEETS: Mapping[str, Mapping[str, Rows]] = {
    "mill-house.xlsx": {
        "Tenants": [["Flat", "Tenant"], ["1", "Ada Brink"], ["2", "Tom Weir"]],
        "Repairs": [
            ["Repairs of Mill House"],
            [],
            ["Repair", "Firm", "Paid"],
            ["Boiler", "Kessler", "1,840 euros"],
            ["Chimney", "Rook & Sons", "960 euros"],
        ],
    },
    "apples.xlsx": {
        "Apples": [
            ["Year", *(f"Tree {number} in kg" for number in range(1, 13)), "Picked by"],
            ["2020", *map(str, range(31, 43)), "Sten Orr"],
            ["2021", *map(str, range(50, 62)), "Hanna Vik"],
        ]
    },
    "greenhouse.ods": {
        "Rota": [
            ["Day", "Waters", "Airs"],
            ["Wednesday", "Olga Prinz", "Per Dahl"],
            ["Thursday", "Nils Ekman", "Eva Rut"],
        ]
    },
    "birds.csv": {
        "birds": [["Bird", "Nest", "Eggs"], ["Kestrel", "church tower", "5"], ["Dipper", "weir", "4"]],
    },
}
"""Of each sheet its rows."""


def mail(day: int, sender: str, subject: str, text: str) -> EmailMessage:
    """A message of a day in March 2024, as plain text and as HTML."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "all@example.org", subject
    message["Date"] = datetime(2024, 3, day, 10, tzinfo=UTC)
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    return message


def data_files(folder: Path) -> None:
    """Those that are written with Python's own library, or by hand as people write them."""
    (folder / "bakery.txt").write_text(
        "The bakery in Mill Lane\n\nThe oven is lit at three in the morning.\n\nRye bread of the bakery is baked on "
        "Tuesdays and Fridays.\n"
    )
    (folder / "canoes.md").write_text(
        "# Canoe club\n\n## Lockers\n\nLockers are free.\n\n## Boats\n\n1. Paddles hang by the door.\n"
        "2. The red canoe carries **three people** and a dog.\n"
    )
    (folder / "brewing.rst").write_text(
        "Brewing at home\n===============\n\nYeast\n-----\n\nThe yeast of the ale is kept at 4 degrees.\n\n"
        "Bottles\n-------\n\nBottles are boiled.\n"
    )
    (folder / "looms.adoc").write_text(
        "= Handbook of the weaving mill\n\n== Safety\n\nHair is tied back.\n\n== Looms\n\n|===\n|Loom |Width |Maker\n\n"
        "|North |140 cm |Dornier\n|South |190 cm |Picanol\n|===\n"
    )
    with (folder / "trains.tsv").open("w", newline="") as file:
        trains = [["Night train to Turin", "22:50", "7"], ["Slow train to Aosta", "6:05", "3"]]
        csv.writer(file, "excel-tab").writerows([["Train", "Leaves", "Platform"], *trains])
    weather = {
        "station": {"name": "Gull Rock", "barometer": {"maker": "Fuess", "checked": "8 May 2024"}},
        "gauges": [{"gauge": "rain", "height": "1 m"}, {"gauge": "wind", "height": "10 m"}],
    }
    (folder / "weather.json").write_text(json.dumps(weather, indent=2))
    museum = ElementTree.Element("museum")
    for name, hall in (("Steam engine", "Hall 2"), ("Fire pump", "Hall 5")):
        exhibit = ElementTree.SubElement(museum, "exhibit")
        ElementTree.SubElement(exhibit, "name").text = name
        ElementTree.SubElement(exhibit, "hall").text = hall
    ElementTree.ElementTree(museum).write(folder / "museum.xml", encoding="utf-8", xml_declaration=True)
    settings = {"pump": {"pressure": "6 bar", "valve": {"kind": "ball", "opens at": "5 bar"}}}
    pump = yaml.safe_dump(settings, sort_keys=False)
    (folder / "pump.yaml").write_text(f"{pump}# The fire pump starts by itself at 4 bar.\n")
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Growth of oaks\n", "\n", "Rings were counted."]},
        {
            "cell_type": "code",
            "execution_count": 1,
            "metadata": {},
            "source": ["rings = [41, 44]\n", "print(f'The oldest oak has {max(rings)} rings.')"],
            "outputs": [{"name": "stdout", "output_type": "stream", "text": ["The oldest oak has 44 rings.\n"]}],
        },
    ]
    notebook = {"cells": cells, "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "oaks.ipynb").write_text(json.dumps(notebook, indent=1))
    (folder / "retries.py").write_text(
        '"""Sends telegrams."""\n\nimport time\n\n\ndef send(telegram):\n    """Send it."""\n'
        "    return telegram\n\n\ndef wait():\n    # A telegram is sent again after 90 seconds.\n    time.sleep(90)\n"
    )
    (folder / "lighthouse.log").write_text(
        "2024-03-05 18:02:11 INFO the lamp was lit\n2024-03-05 23:40:07 ERROR the foghorn lost pressure at valve 9\n"
        "2024-03-06 06:15:00 INFO the lamp was put out\n"
    )


def messages(folder: Path, offer: bytes) -> None:
    """A message that carries ``offer``, a PDF; a mailbox of two days; one of Outlook that carries a table."""
    lift = mail(5, "Ana Ruiz <ana@example.org>", "Repair of the lift", "The lift engineer comes on 12 March.")
    lift.add_attachment(offer, maintype="application", subtype="pdf", filename="offer.pdf")
    (folder / "lift.eml").write_bytes(bytes(lift))
    club = mailbox.mbox(folder / "outings.mbox")
    club.add(mail(6, "Bo Li <bo@example.org>", "Bus to Skerry", "The bus to Skerry leaves at 7:40."))
    club.add(mail(7, "Ida Holm <ida@example.org>", "Boots", "Hikers need waterproof boots."))
    club.close()
    texts = {
        0x1A: "IPM.Note",
        0x37: "The harbour",
        0xC1A: "Greta Lund",
        0xC1F: "greta@example.org",
        0x1000: "The crane of the harbour lifts 14 tonnes.",
    }
    moorings = b"Mooring,Boat,Owner\r\nA1,Seagull,Per Dahl\r\nA2,Marigold,Eva Rut\r\n"
    message = outlook_message(texts, datetime(2024, 3, 5, tzinfo=UTC), {"moorings.csv": moorings})
    (folder / "harbour.msg").write_bytes(message)


PICTURES = {
    "laundry.png": ("PNG", [("Notice of the laundry", "The mangle is out of order until Monday.")]),
    "piano.jpg": ("JPEG", [("Concert hall", "The grand piano was tuned by Emil Hartmann.")]),
    "stables.webp": ("WEBP", [("Stables", "The grey mare eats nine kilos of hay.")]),
    "orchestra.tiff": (
        "TIFF",
        [
            ("Orchestra of Lund", "List of the year"),
            ("Accounts of the orchestra", "The double bass cost 7,300 euros."),
        ],
    ),
}
"""Notices as a scanner or a telephone makes them: what Pillow calls the format, and the lines of each page."""


def make_every_format(folder: Path, *, recognised: bool) -> None:
    """Writes the library; without LibreOffice the files that it saves are left out, and those they lie in.

    Args:
        folder: new or empty.
        recognised: whether pictures are written.
    """
    folder.mkdir()
    data_files(folder)
    for name, (kind, pages) in PICTURES.items() if recognised else ():
        first, *more = [page(*lines) for lines in pages]
        (folder / name).write_bytes(saved(first, kind, more))
    offer = b""
    if libre_office():
        drafts = folder.with_name("drafts")
        drafts.mkdir()
        for writer, files in ((write_text, TEXTS), (write_slides, SLIDES), (write_workbook, SHEETS)):
            for name, content in files.items():
                save(writer, content, folder / name, drafts)
        lift = ("Offer", {"Lift": ["We offer to repair the lift."], "Cable": ["", "A new cable costs 2,150 euros."]})
        save(write_text, lift, folder / "offer.pdf", drafts)
        offer = (folder / "offer.pdf").read_bytes()
        (folder / "offer.pdf").unlink()
    messages(folder, offer)
    stock = {
        "stock/paint.csv": "Paint,Maker,Tins\nOchre,Lefranc,31\nUmber,Schmincke,12\n",
        "notes/glue.md": "# Glue\n\nThe bone glue is warmed to 60 degrees.\n",
        "tools/mix.py": "import tins\n\n# Umber is thinned with turpentine.\ntins.open()\n",
    }
    (folder / "workshop.zip").write_bytes(archive(stock))


def save(write: Callable[[Path, Any], Path], content: Any, path: Path, drafts: Path) -> None:
    """Writes a draft and has LibreOffice save it as ``path``."""
    by_libre_office(write(drafts / path.stem, content), path.suffix).rename(path)


def write_text(path: Path, content: tuple[str, Mapping[str, Sequence[str] | Rows]]) -> Path:
    title, parts = content
    made = docx.Document()
    made.core_properties.title = title
    book = any(heading.startswith("Chapter") for heading in parts)  # LibreOffice begins one at a heading of level 1
    if not book:
        made.add_heading(title, 1)
    for heading, blocks in parts.items():
        if blocks[0] == "":
            made.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        made.add_heading(heading, 1 if book else 2)
        if not isinstance(blocks[0], str):
            table = made.add_table(len(blocks), len(blocks[0]), "Table Grid")
            for row, cells in enumerate(blocks):
                for column, words in enumerate(cells):
                    table.cell(row, column).paragraphs[0].add_run(words).bold = row == 0
        else:
            for block in blocks:
                if block:
                    item = block.removeprefix("- ")
                    made.add_paragraph(item, "List Bullet" if item != block else None)
    made.save(str(path.with_suffix(".docx")))
    return path.with_suffix(".docx")


def write_slides(path: Path, content: Mapping[str, Sequence[str] | Rows]) -> Path:
    made = pptx.Presentation()
    for title, blocks in content.items():
        if isinstance(blocks[0], str):
            slide = made.slides.add_slide(made.slide_layouts[1])
            slide.placeholders[1].text = "\n".join(blocks)
        else:
            slide = made.slides.add_slide(made.slide_layouts[5])
            table = slide.shapes.add_table(len(blocks), len(blocks[0]), Cm(2), Cm(5), Cm(16), Cm(4)).table
            for row, cells in enumerate(blocks):
                for column, words in enumerate(cells):
                    table.cell(row, column).text = words
        slide.shapes.title.text = title
    made.save(str(path.with_suffix(".pptx")))
    return path.with_suffix(".pptx")


def write_workbook(path: Path, content: Mapping[str, Rows]) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in content.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")
