"""Spreadsheets, tables, data, notebooks, code and logs are indexed, asked and cited at the right place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from asking import asking, assert_cited
from loading_files import open_document_sheet, workbook

from embeddings import Embedder
from rag import Assistant


def repairs(book: Any) -> None:
    sheet = book.active
    sheet.title = "Repairs"
    sheet.append(["Repairs planned for 2025"])
    sheet.append([])
    sheet.append(["Building", "Work", "Cost", "Share of fund", "Start", "Contractor"])
    for building, work, cost, share, start, contractor in (
        ("Mill House", "new roof", 48500.5, 0.31, date(2025, 5, 12), "Harrow & Sons"),
        ("Dairy", "lift", 12900, 0.08, date(2025, 9, 1), "Liftwell"),
        ("Granary", "windows", 7350, 0.05, date(2025, 3, 17), "Pane Ltd"),
    ):
        sheet.append([building, work, cost, share, start, contractor])
        for column, code in zip("CDE", ("#,##0.00 [$€-407]", "0%", "d mmmm yyyy"), strict=True):
            sheet[f"{column}{sheet.max_row}"].number_format = code
    hidden = book.create_sheet("Old")
    hidden["A1"] = "The new roof of Mill House costs 99,000."
    hidden.sheet_state = "hidden"


def open_rows(*rows: tuple[str, ...]) -> str:
    """Rows of an OpenDocument spreadsheet."""
    cells = ("".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row) for row in rows)
    return "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)


FILES: dict[str, bytes | str] = {
    "estate.xlsx": workbook(repairs),
    "moorings.ods": open_document_sheet(
        open_rows(("Berth", "Boat", "Skipper"), ("Pier 4", "Gannet", "Ole Brandt"), ("Pier 7", "Tern", "Siri Dahl"))
    ),
    "ferries.csv": "Route;Operator;Crossing time;Fare\nAsby - Skerry Island;Northline;45 minutes;12,50\n"
    "Asby - Holm;Blue Star;20 minutes;7,00\n",
    "pump.json": json.dumps(
        {
            "station": {"name": "Lower Weir", "pump": {"model": "Grundel 40"}},
            "contacts": [
                {"name": "Tomas Reyes", "role": "night engineer", "phone": "555 0147"},
                {"name": "Wanda Okoye", "role": "site manager", "phone": "555 0162"},
            ],
        }
    ),
    "catalogue.xml": "<catalogue><book><title>Tides of the Sound</title><author>Maren Falk</author></book>"
    "<book><title>Weaving by Hand</title><author>Jonas Ode</author></book></catalogue>",
    "backup.yaml": "# Backups of the museum are kept for 45 days.\nbackup:\n  host: vault.example\n",
    "soil.ipynb": json.dumps(
        {
            "nbformat": 4,
            "cells": [
                {
                    "cell_type": "markdown",
                    "source": "# Soil of the orchard\n\nThe probe was buried 35 centimetres deep.",
                },
                {"cell_type": "code", "source": "print(mean)", "outputs": [{"text": "mean moisture: 27.4 percent"}]},
            ],
        }
    ),
    "gate.log": "2025-02-03 06:01:12 INFO gate opened\n"
    "2025-02-03 06:44:50 ERROR motor of gate 3 overheated, gate stopped\n"
    "2025-02-03 07:10:02 INFO technician Halima signed in\n",
    "tariff.py": "FEE = 4.75\n\n\ndef bill(used: float) -> float:\n"
    '    """The first 3 cubic metres of water are free."""\n'
    "    return FEE + max(used - 3, 0) * 1.9\n",
}


@pytest.fixture(scope="module")
def assistant(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with asking(
        tmp_path_factory.mktemp("asked"), FILES, embedder, {"estate.xlsx": ("sheet Old is hidden and was not read",)}
    ) as assistant:
        yield assistant


@pytest.mark.parametrize(
    ("question", "quote", "document", "place", "heading"),
    [
        ("How much does the roof of Mill House cost?", "48,500.50 €", "estate.xlsx", "sheet Repairs, row 4", "2025"),
        ("Who is contractor for windows of the Granary?", "Pane Ltd", "estate.xlsx", "sheet Repairs, row 6", "2025"),
        ("Who is skipper of the Tern?", "Siri Dahl", "moorings.ods", "sheet Sums, row 3", "Sums"),
        ("How long does the crossing to Skerry Island take?", "45 minutes", "ferries.csv", "row 2", ""),
        ("What is the phone number of the night engineer?", "555 0147", "pump.json", "", "contacts"),
        ("Who wrote Tides of the Sound?", "Maren Falk", "catalogue.xml", "", "catalogue.book"),
        ("How long are backups of the museum kept?", "45 days", "backup.yaml", "line 1", ""),
        ("How deep was the probe buried?", "35 centimetres", "soil.ipynb", "", "Soil of the orchard"),
        ("What was the mean moisture?", "27.4 percent", "soil.ipynb", "", "Soil of the orchard"),
        ("Why did gate 3 stop?", "overheated", "gate.log", "line 2", ""),
        ("How many cubic metres of water are free?", "first 3 cubic metres", "tariff.py", "line 5", ""),
    ],
)  # fmt: skip
def test_an_answer_is_cited_where_it_stands(
    assistant: Assistant, question: str, quote: str, document: str, place: str, heading: str
) -> None:
    assert_cited(assistant, question, quote, document, place, heading)


def test_what_a_hidden_sheet_says_is_not_quoted(assistant: Assistant) -> None:
    answer = assistant.ask("How much does the new roof of Mill House cost?")
    assert all("99,000" not in passage.text for passage in answer.passages)
