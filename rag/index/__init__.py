"""Where documents are kept and searched: the seam, what opens an index, and the engines behind the seam."""

from rag.index.base import CALIBRATION_FILE, FoundChunk, Index, IndexStatus, NewChunk
from rag.index.manifest import Manifest
from rag.index.memory import MemoryIndex
from rag.index.opening import has_index, index_status, open_index, open_without_model, require_index

__all__ = [
    "CALIBRATION_FILE",
    "FoundChunk",
    "Index",
    "IndexStatus",
    "Manifest",
    "MemoryIndex",
    "NewChunk",
    "has_index",
    "index_status",
    "open_index",
    "open_without_model",
    "require_index",
]
