"""An exported conversation can be audited, and nothing in a document becomes markup."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from answers import LEAD, make_answer, refusal
from core_fakes import FAKE_SETTINGS, FakeEmbedder
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answer.markdown import escaped
from rag.answer.serialise import answer_from_json
from rag.history import Conversation, Conversations, Exchange
from rag.history.export import export_json, export_markdown
from rag.history.provenance import PACKAGES, made_with
from rag.index import Manifest

QUESTION = "How many members attended?"
QUOTE = "In 2021, seventy-six  members attended."
ANSWER = make_answer(QUESTION, QUOTE, highlight=(9, 20), page=2)
HOSTILE = (
    "<script>alert(1)</script> ![x](http://evil.example/x.png) [a](javascript:b) `c` **d** &amp; $e$ www.x.example"
)
SHA = ANSWER.passages[0].source.sha256


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    manifest = Manifest.of(FakeEmbedder(), FAKE_SETTINGS)
    kept = Conversations(tmp_path, made_with(manifest, "sentences", FAKE_SETTINGS))
    made = kept.create("browser 1234")
    for exchange in (
        Exchange(QUESTION, ANSWER),
        Exchange("And who?", refusal("And who?")),
        Exchange("#?", problem="It <failed>."),
    ):
        kept.append("browser 1234", made.id, exchange)
    return kept.open("browser 1234", made.id)


def html_of(markdown: str) -> str:
    return MarkdownIt("gfm-like", {"linkify": False}).render(markdown)


def visible(html: str) -> str:
    from html import unescape

    return unescape(re.sub(r"<[^>]+>", "", html))


def test_json_holds_what_an_audit_needs(conversation: Conversation) -> None:
    content = json.loads(export_json(conversation))
    first, second, third = content["exchanges"]
    assert answer_from_json(json.dumps(first["answer"])).citations == ANSWER.citations
    assert first["documents"] == [
        {"id": ANSWER.citations[0].document_id, "name": "minutes.txt", "path": "/library/minutes.txt", "sha256": SHA}
    ]
    assert first["made_with"]["embedding_model"] == "fake"
    assert first["made_with"]["embedding_fingerprint"] == "0" * 64
    assert set(first["made_with"]["versions"]) >= set(PACKAGES)
    assert (second["answer"]["found"], second["documents"][0]["name"]) == (False, "roof.txt")
    assert (third["answer"], third["problem"]) == (None, "It <failed>.")
    assert content["title"] == QUESTION
    assert "browser 1234" not in json.dumps(content)  # who asked is not told; it may be a secret


def test_markdown_reads_like_the_page(conversation: Conversation) -> None:
    markdown = export_markdown(conversation)
    assert markdown.startswith(f"# {QUESTION}\n")
    assert "> In 2021, **seventy-six** members attended. [1]" in markdown
    assert f"page 2, characters {len(LEAD)}-{len(LEAD) + len(QUOTE)}, SHA-256 `{SHA}`" in markdown
    assert "That is not in your documents" in markdown
    assert "No document has the words: zebra" in markdown
    assert "Confidence: 88%" in markdown
    assert markdown.count("Made with:") == 1
    assert f"fake (`{'0' * 64}`)" in markdown
    html = html_of(markdown)
    assert "<blockquote>" in html
    assert "<strong>seventy-six</strong>" in html
    assert "It <failed>." in visible(html)


def test_a_hostile_document_injects_nothing(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    made = kept.create("ada", HOSTILE)
    kept.append(
        "ada", made.id, Exchange(HOSTILE, make_answer(HOSTILE, HOSTILE, name=f"{HOSTILE}.txt", highlight=(1, 7)))
    )
    html = html_of(export_markdown(kept.open("ada", made.id)))
    assert not re.search(r"<(script|img|a)\b", html)
    assert visible(html).count("<script>alert(1)</script>") >= 3


@given(st.text(st.sampled_from("ab 12\\`*_[]()<>#+-=.!|~&$:/@\n\t'\""), max_size=40))
def test_whatever_is_escaped_is_shown_as_it_is(text: str) -> None:
    html = MarkdownIt("gfm-like", {"linkify": False}).render(f"> {escaped(text)} [1]")
    assert visible(html).split() == [*text.split(), "[1]"]
    assert not re.search(r"<(?!/?(blockquote|p)>)", html)


def test_what_an_answer_was_made_with_stays_with_it(tmp_path: Path) -> None:
    old = Conversations(tmp_path, {"embedding_model": "old"})
    made = old.create("ada")
    old.append("ada", made.id, Exchange(QUESTION, ANSWER))
    new = Conversations(tmp_path, {"embedding_model": "new"})
    new.append("ada", made.id, Exchange(QUESTION, ANSWER))
    exchanges = new.open("ada", made.id).exchanges
    assert [exchange.made_with["embedding_model"] for exchange in exchanges] == ["old", "new"]
    assert export_markdown(new.open("ada", made.id)).count("Made with:") == 2
