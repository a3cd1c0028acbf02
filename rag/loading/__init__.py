"""Files -> documents: ``find_files`` says which, ``load_file`` reads one."""

from __future__ import annotations

from rag.loading.files import FoundFiles, find_files
from rag.loading.limits import DEFAULT_LIMITS, Limits
from rag.loading.loader import document_from_text, document_id, file_sha256, load_file
from rag.loading.registry import FORMATS

__all__ = [
    "DEFAULT_LIMITS",
    "FORMATS",
    "FoundFiles",
    "Limits",
    "document_from_text",
    "document_id",
    "file_sha256",
    "find_files",
    "load_file",
]
