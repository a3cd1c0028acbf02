"""Which first rows name the columns of a table that does not say so."""

from __future__ import annotations

import pytest

from rag.loading.headers import names_columns

THREE = "Boat | Skipper | Berth / Gannet | Ole Brandt | Pier 4 / Tern | Siri Dahl | Pier 7"


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")] for row in text.split(" / ")]


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (THREE, True),
        ("Gannet | Ole Brandt | Pier 4 / Tern | Siri Dahl | Pier 7", False),
        ("Zone | Tier 1 | Tier 2 / Inner | 4.50 | 6.00", True),
        ("Boat | CO2 | Q1 2024 / Gannet | 12 t | 340", True),
        ("Boat | 2023 | 2024 / Gannet | 310 | 340", True),
        ("Born | Died | Name / 1823 | 1899 | Ole / 1850 | 1901 | Siri", True),
        ("1823 | 1899 | Ole / 1850 | 1901 | Siri", False),
        ("| Skipper | Berth / Gannet | Ole | Pier 4", True),
        ("Name | Name | Fee | Name / Ole | Siri | 3 | 4", False),
        ("Paid: | | / Ole | yes | 3", False),
        ("Boat | Skipper | Paid", False),
        (f"Boat | Skipper | {'They pay at the gate. ' * 9} / Tern | Siri | 3", False),
    ],
)
def test_a_row_of_names_is_unlike_what_is_below(rows: str, named: bool) -> None:
    assert names_columns(table(rows)) is named


def test_two_columns_are_taken_for_names_and_values_unless_the_format_knows_better() -> None:
    rows = table("Warden | Ulla Frost / Deputy | Ole Brandt")
    assert not names_columns(rows)
    assert names_columns(rows, of_two=True) and names_columns(rows, stands_out=True)
    assert not names_columns(rows[:1], of_two=True, stands_out=True)
