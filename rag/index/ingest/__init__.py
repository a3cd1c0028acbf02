"""Files into an index, whichever engine is behind it: what changed, chunks, vectors, progress."""

from rag.index.ingest.jobs import IndexJobs, Job
from rag.index.ingest.moves import Move
from rag.index.ingest.pipeline import add_documents
from rag.index.ingest.update import IndexReport, Progress, leave_sample, limits_from, remove_documents, update_index
from rag.index.ingest.uploads import forget_upload, keep_uploads
from rag.index.ingest.watch import bursts, following

__all__ = [
    "IndexJobs",
    "IndexReport",
    "Job",
    "Move",
    "Progress",
    "add_documents",
    "bursts",
    "following",
    "forget_upload",
    "keep_uploads",
    "leave_sample",
    "limits_from",
    "remove_documents",
    "update_index",
]
