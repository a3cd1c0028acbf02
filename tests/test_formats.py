"""What can be read, what the command says of it, and formats that other packages add."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from loading_files import put
from typer.testing import CliRunner

from rag.cli.main import app
from rag.errors import LoadError
from rag.loading import FORMATS, find_files, load_file, registry
from rag.loading.sandbox.child import PARSER

CHECKOUT = Path(__file__).resolve().parents[1]

PLUGIN = '''
"""Recipes: a line is an ingredient or a step."""
from rag.loading.builder import TextBuilder
from rag.loading.parsed import Parsed
from rag.loading.registry import Format

FORMAT = Format("recipe", "text/x-recipe", "docquote_recipe")


def parse(data, limits):
    builder = TextBuilder(limits)
    for line in data.decode().split(";"):
        builder.begin_item("-", 1)
        builder.add(line.strip())
        builder.end_item()
    return Parsed(*builder.build())
'''
ENTRY_POINTS = """[docquote.formats]
recipe = docquote_recipe:FORMAT
gone = docquote_recipe:NOTHING
lost = docquote_missing:FORMAT
odd = docquote_recipe:parse
pdf = docquote_recipe:FORMAT
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package as an installer leaves it, with one format that works and some that do not."""
    folder = tmp_path / "site-packages"
    put(folder, "docquote_recipe.py", PLUGIN)
    put(
        folder, "docquote_recipe-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: docquote-recipe\nVersion: 1.5\n"
    )
    put(folder, "docquote_recipe-1.5.dist-info/entry_points.txt", ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(folder))
    registry._plugins.cache_clear()
    PARSER.close()  # the next one sees the package too
    yield
    registry._plugins.cache_clear()
    PARSER.close()


def said(*arguments: str) -> str:
    ran = CliRunner().invoke(app, ["formats", *arguments])
    assert ran.exit_code == 0
    return ran.output


def test_the_command_names_every_suffix_and_what_reads_it() -> None:
    listed = json.loads(said("--json"))
    assert sorted(suffix for one in listed for suffix in one["suffixes"]) == sorted(FORMATS)
    excel = next(one for one in listed if one["format"] == "Excel")
    assert excel["suffixes"] == [".xlsx"] and excel["readable"] and excel["problem"] is None
    assert set(excel["libraries"]) == {"python-calamine", "lxml"} and all(excel["libraries"].values())
    words = said()
    assert all(suffix in words for suffix in FORMATS) and "python-calamine" in words


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "python-calamine":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(registry, "version", version)
    excel = next(one for one in json.loads(said("--json")) if one["format"] == "Excel")
    assert excel["libraries"] == {"python-calamine": None, "lxml": "1.0"}
    assert not excel["readable"] and excel["problem"] == "needs: pip install python-calamine"
    assert "python-calamine (not installed), lxml 1.0" in said()


def test_a_package_adds_a_format(plugin: None, tmp_path: Path) -> None:
    path = put(tmp_path, "library/soup.RECIPE", b"two leeks; boil them")
    assert find_files(path.parent).files == (path,)
    document = load_file(path, root=tmp_path)
    assert document.text == "- two leeks\n- boil them"
    assert document.source.media_type == "text/x-recipe"
    recipe = next(one for one in json.loads(said("--json")) if one["format"] == "recipe")
    assert (recipe["suffixes"], recipe["plugin"], recipe["readable"]) == ([".recipe"], "docquote-recipe 1.5", True)


def test_a_package_that_does_not_work_is_named_and_harms_nothing_else(plugin: None, tmp_path: Path) -> None:
    problems = {one["format"]: one["problem"] for one in json.loads(said("--json")) if not one["readable"]}
    assert problems[".gone"].startswith("docquote_recipe:NOTHING does not load (AttributeError")
    assert problems[".lost"].startswith("docquote_missing:FORMAT does not load (ModuleNotFoundError")
    assert problems[".odd"].startswith("docquote_recipe:parse is no rag.loading.registry.Format")
    assert problems[".pdf"] == ".pdf is read by docquote; remove or mend docquote-recipe 1.5"
    assert "remove or mend docquote-recipe 1.5" in said()
    for suffix in (".gone", ".lost", ".odd"):
        with pytest.raises(LoadError, match=r"does not load .* see: docquote formats"):
            load_file(put(tmp_path, f"a{suffix}", "x"), root=tmp_path)
    assert load_file(put(tmp_path, "a.md", "Fine."), root=tmp_path).text == "Fine."


def test_the_page_on_formats_names_every_suffix() -> None:
    page = (CHECKOUT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [suffix for suffix in FORMATS if f"`{suffix}`" not in page] == []
