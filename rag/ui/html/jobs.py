"""What is being added to the library, file by file, as HTML.."""

from __future__ import annotations

from collections.abc import Sequence

from rag.index.ingest import Job
from rag.ui.html.render import render

SHOWN = 4
"""The last jobs are shown; those that are not finished always are."""


def progress_html(jobs: Sequence[Job], refusals: Sequence[str] = ()) -> str:
    """The jobs, the newest first, under what was refused just now."""
    shown = [job for job in jobs if not job.finished or job in jobs[-SHOWN:]]
    return render("jobs.html", jobs=shown[::-1], refusals=refusals)
