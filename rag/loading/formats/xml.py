"""XML -> lines "catalogue.book[2].title: ..." and tables of records; what is prose in it, as paragraphs.

lxml reads it without entities of the file's own, without its DTD, and without the network.
"""

from __future__ import annotations

import re
from itertools import groupby

from lxml import etree

from rag.errors import Refused
from rag.loading.encoding import decode
from rag.loading.limits import Limits
from rag.loading.outline import Node, outline
from rag.loading.parsed import Parsed, check_length, clean_newlines

_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")


def parse(data: bytes, limits: Limits) -> Parsed:
    """Every text and attribute, with the elements it stands in; of several alike, from 1 as XPath counts.

    Raises:
        Refused: not well-formed, nested too deep, or too long.
    """
    declared = _ENCODING.match(data)
    text, warnings = decode(data, declared[1].decode("ascii", "replace") if declared else "")
    check_length(len(text), limits)
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever it declares
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.strip().encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Refused(f"is damaged, or not XML ({error.msg})") from error
    text, sections = outline(Node(fields=[(_name(root), _node(root))]), limits, first=1)
    return Parsed(clean_newlines(text), sections, warnings=warnings)


def _node(element: etree._Element) -> Node:
    """An element; one with text between its elements is prose, and its text is all of it."""
    fields = [(etree.QName(name).localname, Node(" ".join(value.split()))) for name, value in element.attrib.items()]
    parts = [child for child in element if isinstance(child.tag, str)]
    if not parts or (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        return Node(" ".join("".join(element.itertext()).split()), fields)
    for name, run in groupby(parts, key=_name):
        alike = [_node(child) for child in run]
        fields.append((name, alike[0] if len(alike) == 1 else Node(items=alike)))
    return Node(fields=fields)


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)
