"""What is being added to the library, file by file, as HTML. Pure and escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.index.ingest.jobs import Job

SHOWN = 4
"""The last jobs are shown; those that are not finished always are."""


def progress_html(jobs: Sequence[Job], refusals: Sequence[str] = ()) -> str:
    """The jobs, the newest first, under what was refused just now."""
    shown = [job for job in jobs if not job.finished or job in jobs[-SHOWN:]]
    refused = "".join(f'<p class="dq-warning" role="alert">{escape(refusal)}</p>' for refusal in refusals)
    rows = "".join(_row(job) for job in reversed(shown))
    return refused + (
        f'<ul class="dq-jobs" aria-label="Work on the library" aria-live="polite">{rows}</ul>' if rows else ""
    )


def _row(job: Job) -> str:
    problems = "".join(f'<li class="dq-warning">{escape(problem)}</li>' for problem in job.problems)
    listed = f"<ul>{problems}</ul>" if problems else ""
    return f'<li data-state="{job.state}"><b>{escape(job.what)}</b>{_state(job)}{listed}</li>'


def _state(job: Job) -> str:
    if job.finished:
        return f"<p>{escape(job.summary)}</p>"
    cancel = f'<button type="button" class="dq-link" data-cancel="{job.id}">Cancel</button>'
    if not job.total:
        return f"<p>{'Waiting' if job.state == 'waiting' else 'Looking for files'}… {cancel}</p>"
    label = escape(f"{job.what}: {job.done} of {job.total} files")
    at = f" · {escape(job.file)}" if job.file else ""
    return (
        f'<progress max="{job.total}" value="{job.done}" aria-label="{label}"></progress>'
        f"<p>{job.done:,} of {job.total:,} files{at} {cancel}</p>"
    )
