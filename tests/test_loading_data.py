"""JSON, XML, YAML, notebooks, source code and logs: what each becomes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loading_files import put

from rag.errors import LoadError
from rag.loading import load_file
from rag.schema import Document, Section

pytestmark = pytest.mark.usefixtures("parsed_here")

Load = Callable[[str, bytes | str], Document]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    return lambda name, data: load_file(put(tmp_path, name, data), root=tmp_path)


def labels(document: Document, kind: str) -> list[str]:
    return [section.label for section in document.sections if section.kind == kind]


STATION = """{
  "station": {"name": "Lower Weir", "pump": {"model": "Grundel 40", "bar": 6.50, "spare": null}, "on": true},
  "contacts": [
    {"name": "Tomas Reyes", "home": {"town": "Asby"}, "shifts": ["night", "noon"]},
    {"name": "Wanda Okoye", "home": {"town": "Holm"}}
  ],
  "tags": ["water", "weir"],
  "visits": [{"by": "Ada", "found": [{"part": "seal", "state": "worn"}, {"part": "belt", "state": "new"}]}],
  "remark": "The lane is steep.\\nCome by boat."
}"""


def test_every_line_of_json_says_what_it_is_of(load: Load) -> None:
    document = load("weir_station.json", STATION)
    assert document.text == (
        "station.name: Lower Weir\nstation.pump.model: Grundel 40\nstation.pump.bar: 6.50\nstation.pump.spare: null\n"
        "station.on: true\ntags: water, weir\nvisits[0].by: Ada\n\nremark:\nThe lane is steep.\nCome by boat.\n\n"
        "contacts\n\nname | home.town | shifts\nTomas Reyes | Asby | night, noon\nWanda Okoye | Holm | \n\n"
        "visits[0].found\n\npart | state\nseal | worn\nbelt | new"
    )
    assert labels(document, "heading") == ["contacts", "visits[0].found"]
    assert labels(document, "table") == ["name | home.town | shifts", "part | state"]
    assert document.heading_at(document.text.index("Wanda")) == "contacts"
    assert document.source.title == "Weir station" and document.warnings == ()


def test_json_of_one_kind_only(load: Load) -> None:
    assert load("a.json", '[{"a": 1, "b": 2}, {"a": 3, "b": 4}]').text == "a | b\n1 | 2\n3 | 4"
    assert load("a.json", '"Just a text."').text == "Just a text."
    assert load("a.json", '[["a", "b"], ["c"]]').text == "[0]: a, b\n[1]: c"
    assert load("a.json", '{"a": 1, "a": 2}').text == "a: 1\na: 2"
    items = load("a.json", json.dumps({"steps": ["Open the valve slowly."] * 12}))
    assert items.text == "steps:\n" + "\n".join(["- Open the valve slowly."] * 12)
    assert labels(items, "item") == ["-"] * 12
    paragraphs = load("a.json", json.dumps({"news": ["It rained. " * 30, "It snowed."]}))
    assert paragraphs.text == "news:\n\n" + "It rained. " * 29 + "It rained.\n\nIt snowed."


def test_records_that_differ_are_no_table(load: Load) -> None:
    document = load("a.json", '[{"a": 1}, {"b": 2}, {"c": 3}, {"d": {"e": 4}}]')
    assert document.text == "[0].a: 1\n[1].b: 2\n[2].c: 3\n[3].d.e: 4"
    long = load("a.json", json.dumps([{"text": "x " * 300}, {"text": "y"}]))
    assert labels(long, "table") == [] and "[1].text: y" in long.text


def test_what_is_wrong_with_json_is_told(load: Load) -> None:
    with pytest.raises(LoadError, match=r"is damaged, or not JSON \(line 2, column 3: "):
        load("a.json", '{"a": 1,\n  b}')
    for data in ("[" * 5_000 + "]" * 5_000, '{"a":' * 150_000, "[" * 300 + "1" + "]" * 300):
        with pytest.raises(LoadError, match="nests"):
            load("a.json", data)


CATALOGUE = """<?xml version="1.0" encoding="ISO-8859-1"?>
<?style none?><!-- not for readers -->
<catalogue xmlns="urn:books" date="2024">
  <owner>Café Asby</owner>
  <book id="b7"><title>Tides of the Sound</title><author><name>Maren Falk</name></author></book>
  <book id="b9"><title>Weaving by Hand</title><author><name>Jonas Ode</name></author></book>
  <note>Books are <em>lent</em> for
    two weeks.</note>
  <note lang="en">Ask Ada.</note>
  <shelf/>
</catalogue>"""


def test_xml_is_read_as_lines_and_records(load: Load) -> None:
    document = load("a.xml", CATALOGUE.encode("latin-1"))
    assert document.text == (
        "catalogue.date: 2024\ncatalogue.owner: Café Asby\ncatalogue.note[1]: Books are lent for two weeks.\n"
        "catalogue.note[2]: Ask Ada.\ncatalogue.note[2].lang: en\n\ncatalogue.book\n\nid | title | author.name\n"
        "b7 | Tides of the Sound | Maren Falk\nb9 | Weaving by Hand | Jonas Ode"
    )
    assert labels(document, "heading") == ["catalogue.book"] and document.warnings == ()


def test_entities_of_xml_neither_expand_nor_read_files(load: Load, tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.txt", "the secret")
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "lol">{levels}]><x><a>Fine.</a><b>&l11;</b></x>'
    for harm in (bomb, bomb.replace("<b>&l11;</b>", '<b c="&l11;"/>')):
        with pytest.raises(LoadError, match="amplification"):
            load("a.xml", harm)
    outside = f'<!DOCTYPE x [<!ENTITY f SYSTEM "{secret.as_uri()}">]><x><a>Fine.</a><b>&f;</b></x>'
    assert load("a.xml", outside).text == "x.a: Fine.\nx.b: &f;"
    with pytest.raises(LoadError, match=r"is damaged, or not XML .*depth"):
        load("a.xml", "<a>" * 100_000 + "x")
    with pytest.raises(LoadError, match=r"is damaged, or not XML .*line 1"):
        load("a.xml", "<a><b>x</a>")
    with pytest.raises(LoadError, match=r"is damaged, or not XML .*line 1"):
        load("a.xml", '<?xml version="1.0" encoding="utf-8"><a>x</a>')


def test_xml_that_is_not_in_the_encoding_it_declares(load: Load) -> None:
    page = '<?xml version="1.0" encoding="ISO-8859-1"?><a>Café</a>'
    for encoding in ("utf-8-sig", "utf-16", "utf-8"):
        assert load("a.xml", page.encode(encoding)).text == "a: Café"


BACKUP = """# Backups of the müseum
backup:
  schedule: nightly at 02:30  # never by day
  target: &t
    host: vault.example
  "copies":
    - disk: {size: 4}
      name: a
spare: *t
"""


def test_yaml_is_kept_to_the_character_and_its_names_are_headings(load: Load) -> None:
    document = load("backup.yml", BACKUP)
    assert document.text == BACKUP
    assert labels(document, "heading") == ["backup", "target", '"copies"', "disk"]
    assert document.heading_path_at(BACKUP.index("vault")) == ("backup", "target")
    assert document.heading_path_at(BACKUP.index("name: a")) == ("backup", '"copies"', "disk")
    assert document.source.title == "Backup"


@pytest.mark.parametrize("text", ["host: vault.example\nport: 80\n", "- one\n- two\n", "# Nothing yet\n---\n"])
def test_yaml_without_a_name_that_holds_others_is_its_lines(load: Load, text: str) -> None:
    document = load("a.yaml", text)
    lines = Section("lines", "1", 0, len(text))
    assert (document.text, document.sections, document.warnings) == (text, (lines,), ())


def test_yaml_makes_no_objects_and_follows_no_alias(load: Load) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n" for n in range(9))
    assert load("a.yaml", bomb).text == bomb
    harm = "a: !!python/object/apply:os.system ['touch harm']\nb: &b [*b]\n"
    assert load("a.yaml", harm).text == harm
    deep = load("a.yaml", "a: " + "[" * 100_000)
    assert "is not valid YAML (line 1)" in deep.warnings[0]


def test_a_template_of_yaml_is_read_all_the_same(load: Load) -> None:
    document = load("a.yaml", "host: {{ .Values.host }}\nport: [80\n")
    assert "host: {{ .Values.host }}" in document.text
    assert document.warnings[0].startswith("is not valid YAML (line ")


def notebook(*cells: dict[str, Any], **more: Any) -> str:
    return json.dumps({"nbformat": 4, "metadata": {"kernelspec": {"language": "python"}}, "cells": cells} | more)


def test_a_notebook_is_its_cells_and_what_they_printed(load: Load) -> None:
    outputs = [
        {"output_type": "stream", "text": ["one\n", "two\n"]},
        {"output_type": "execute_result", "data": {"text/html": "<b>27.4</b>", "text/plain": ["mean 27.4"]}},
        {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}},
        {"output_type": "error", "ename": "ValueError", "evalue": "no probe", "traceback": ["\x1b[31mx\x1b[0m"]},
    ]
    document = load(
        "soil.ipynb",
        notebook(
            {"cell_type": "markdown", "source": ["# Soil in the *orchard*\n", "\n", "The probe lies\ndeep."]},
            {"cell_type": "code", "source": "mean(\n    x)\n", "outputs": outputs},
            {"cell_type": "raw", "source": "As it is."},
        ),
    )
    assert document.text == (
        "Soil in the orchard\n\nThe probe lies deep.\n\nmean(\n    x)\n\none\ntwo\n\nmean 27.4\n\nValueError: no probe"
        "\n\nAs it is."
    )
    assert labels(document, "code") == ["python"] and labels(document, "heading") == ["Soil in the orchard"]
    assert document.source.title == "Soil in the orchard"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("[]", "is not a notebook"), ('{"cells": 1}', "is not a notebook"), ("{", "is damaged, or not a notebook"),
        ('{"worksheets": []}', "is of an old format: jupyter nbconvert"), (notebook(), "holds no text"),
        (notebook({"cell_type": "code", "source": [1], "outputs": [3, {"data": 4}]}, {}, metadata=5), "holds no text"),
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_told(load: Load, data: str, reason: str) -> None:
    with pytest.raises(LoadError, match=reason):
        load("a.ipynb", data)


PROGRAM = (
    '"""Tariff."""\n\nFEE = 4.75  # euros\n\n\ndef bill(used):\n    """In euros."""\n\n    return used * FEE\n\n\n'
)
PROGRAM += "class Meter:\n    pass\n"


def test_code_is_kept_to_the_character_in_parts(load: Load) -> None:
    document = load("tariff.py", PROGRAM)
    assert document.text == PROGRAM
    parts = [document.text[section.start : section.end] for section in document.sections if section.kind == "code"]
    assert parts == [
        '"""Tariff."""',
        "FEE = 4.75  # euros",
        'def bill(used):\n    """In euros."""\n\n    return used * FEE',
        "class Meter:\n    pass",
    ]
    assert document.place_at(0) == "line 1"
    assert document.place_at(PROGRAM.index("pass")) == f"line {PROGRAM.splitlines().index('    pass') + 1}"
    assert document.source.title == "Tariff" and document.source.media_type == "text/x-source"
    settings = load("a.toml", "[server]\r\nport = 1\r\n\r\n[db]\r\nname = 2\r\n")
    assert [settings.text[s.start : s.end] for s in settings.sections if s.kind == "code"] == [
        "[server]\nport = 1",
        "[db]\nname = 2",
    ]


def test_a_log_is_its_lines_without_colours(load: Load) -> None:
    lines = "2025-02-03 06:01 INFO gate opened\n2025-02-03 06:44 \x1b[31mERROR\x1b[0m gate stopped\n"
    document = load("gate.log", lines)
    assert document.text == "2025-02-03 06:01 INFO gate opened\n2025-02-03 06:44 ERROR gate stopped\n"
    assert document.source.title == "Gate" and document.place_at(len(document.text) - 1) == "line 2"
