"""What documents and quotes are called where other programs know things by URI; nothing can be fetched from these."""

from __future__ import annotations

from rag.schema import Citation

DOCUMENT = "docquote://documents/{id}"
"""A document; a template (RFC 6570) with its ``Source.id``."""


def document_uri(document_id: str) -> str:
    """The URI of a document by its ``Source.id``."""
    return DOCUMENT.format(id=document_id)


def quote_uri(citation: Citation) -> str:
    """The URI of a quote: that of its document, and from which character to which (RFC 5147)."""
    return f"{document_uri(citation.document_id)}#char={citation.start},{citation.end}"
