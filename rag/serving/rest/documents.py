"""Routes that list, read, add and remove documents, and tell how the index comes along."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, HTTPException, Query, Response, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from rag.answer.serialise import SourceJson
from rag.index.ingest import IndexJobs
from rag.loading import Limits
from rag.loading.pages import render_page
from rag.schema import Source
from rag.serving.base import Answerer
from rag.serving.calls import (
    DocumentList,
    DocumentPart,
    ListArguments,
    PartArguments,
    ReadArguments,
    list_documents,
    read_document,
)
from rag.serving.guard import Guard

MOST_FILES = 100
"""Files in one upload."""
LOOK_EVERY_SECONDS = 0.2
"""How often a job is looked at for what it has done."""

_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}
_EVENTS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}


class JobJson(BaseModel):
    """A piece of work on the index, as it stands; the attributes of ``rag.index.ingest.jobs.Job``."""

    id: int
    what: str
    state: str
    file: str
    done: int
    total: int
    summary: str
    problems: tuple[str, ...]


def documents_router(assistant: Answerer, jobs: IndexJobs, limits: Limits, guard: Guard) -> APIRouter:
    """The routes; what changes documents is done by a job, whose state is returned and can be looked at."""
    router = APIRouter(tags=["Documents"])
    may_read, may_write = [Depends(guard.needs("read"))], [Depends(guard.needs("write"))]

    def known(document_id: str) -> Source:
        found = next((source for source in assistant.sources() if source.id == document_id), None)
        if found is None:
            raise HTTPException(404, "There is no such document (any more).")
        return found

    def job(job_id: int) -> JobJson:
        found = next((one for one in jobs.snapshot() if one.id == job_id), None)
        if found is None:
            raise HTTPException(404, "There is no such job (any more).")
        return JobJson(**asdict(found))

    @router.get("/documents", dependencies=may_read)
    def documents(given: Annotated[ListArguments, Query()]) -> DocumentList:
        """The documents, in the order of their names."""
        return list_documents(assistant, given)

    @router.post("/documents", dependencies=may_write, status_code=202)
    def upload(files: list[UploadFile]) -> JobJson:
        """Keeps files beside the index and indexes them; a name that is taken is numbered."""
        if len(files) > MOST_FILES:
            raise HTTPException(413, f"{len(files)} files; up to {MOST_FILES} go into one upload.")
        with TemporaryDirectory() as folder:
            placed = []
            for number, file in enumerate(files):
                path = Path(folder) / str(number)
                with path.open("wb") as target:
                    shutil.copyfileobj(file.file, target)
                placed.append((file.filename or "", path))
            return job(jobs.upload(placed))

    @router.get("/documents/{document_id}", dependencies=may_read)
    def document(document_id: str) -> SourceJson:
        """What is known of a document."""
        return SourceJson.model_validate(known(document_id))

    @router.get("/documents/{document_id}/text", dependencies=may_read)
    def text(document_id: str, given: Annotated[PartArguments, Query()]) -> DocumentPart:
        """A part of its text as it is stored, which citations count the characters of."""
        known(document_id)
        return read_document(assistant, ReadArguments(document_id=document_id, **given.model_dump()))

    @router.get("/documents/{document_id}/pages/{page}", dependencies=may_read, response_class=Response, responses=_PNG)
    def picture(document_id: str, page: int) -> Response:
        """A page of a PDF file or a picture as it looks now, as PNG."""
        drawn = render_page(Path(known(document_id).path), page, limits=limits)
        return Response(drawn.png, media_type="image/png")

    @router.delete("/documents/{document_id}", dependencies=may_write, status_code=202)
    def remove(document_id: str) -> JobJson:
        """Takes a document out of the index; its file stays, but for a copy that was uploaded."""
        return job(jobs.remove([known(document_id).path]))

    @router.post("/refresh", dependencies=may_write, status_code=202)
    def refresh() -> JobJson:
        """Looks at all files that were indexed, and indexes what changed."""
        return job(jobs.refresh())

    @router.get("/jobs", dependencies=may_read)
    def all_jobs() -> list[JobJson]:
        """The jobs that are not finished and the last that are, oldest first."""
        return [JobJson(**asdict(one)) for one in jobs.snapshot()]

    @router.get("/jobs/{job_id}", dependencies=may_read)
    def one_job(job_id: int) -> JobJson:
        """How far a job is."""
        return job(job_id)

    @router.delete("/jobs/{job_id}", dependencies=may_write)
    def cancel(job_id: int) -> JobJson:
        """Stops a job after the file at hand; what it has done stays."""
        job(job_id)
        jobs.cancel(job_id)
        return job(job_id)

    @router.get("/jobs/{job_id}/events", dependencies=may_read, response_class=StreamingResponse, responses=_EVENTS)
    async def events(job_id: int) -> StreamingResponse:
        """How a job comes along, as server-sent events: its state each time that it changes, until it is finished."""
        job(job_id)

        async def changes() -> AsyncIterator[str]:
            told = ""
            while True:
                now = job(job_id)
                said = now.model_dump_json()
                if said != told:
                    yield f"event: job\ndata: {said}\n\n"
                    told = said
                if now.state in ("done", "failed", "cancelled"):
                    return
                await anyio.sleep(LOOK_EVERY_SECONDS)

        return StreamingResponse(changes(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return router
