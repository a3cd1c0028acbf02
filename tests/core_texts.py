"""Texts for property tests: prose, lists and pages, and what makes offsets go wrong."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    "The committee met on Tuesday. ",
    "Dr. Smith paid $1,240.50 at 3.15 p.m. to J. R. Brown, e.g. for the roof. ",
    "Why? ",
    '"It is so," she said. ',
    "and so on",
    "date: 2022-12-22 ",
    "# Heading\n",
    "- an item\n",
    "1. the first\n",
    "(a) a clause;\n",
    "a wrapped line that goes on\nin the next one. ",
    "<|endoftext|>",
    "会议在上海举行。出席的有七十六人。",
    "Привет, мир! ",
    "مرحبا بالعالم. ",
    "👩‍👩‍👧‍👦 🇸🇪 🎉. ",
    "e\u0301\u0300\u0323 na\u0308ive",
    "\u202eright to left\u202c",
    "zero\u200bwidth\ufeff\u00adsoft",
    "\n\n",
    "\n",
    "\f",
    "\t",
    "   ",
    "\u00a0",
    "\u2028",
    "\x0b\x1c\x85",
    "\u3000",
    "." * 50,
    "x" * 120,
    "0123456789" * 15,
    "<script>alert(1)</script>",
)

prose = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
texts = prose | anything | st.tuples(prose, anything, prose).map("".join)
