"""Errors as problem details (RFC 9457): one shape for all that goes wrong below ``/v1``."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from rag.errors import ConversationError, DocquoteError, LibraryError, LoadError, ScopeError

MEDIA_TYPE = "application/problem+json"

_STATUS: tuple[tuple[type[DocquoteError], int], ...] = (
    (ConversationError, 404),
    (ScopeError, 422),
    (LoadError, 422),
    (LibraryError, 503),
    (DocquoteError, 400),
)


class Wrong(BaseModel):
    """What is wrong with one part of a request: ``where`` as "body.question"."""

    where: str
    message: str


class Problem(BaseModel):
    """What went wrong, in words for people; ``errors`` part by part where a request is not as it should be."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Wrong] | None = None


def problem(
    status: int, detail: str, errors: list[Wrong] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    """A problem as a response."""
    told = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=errors)
    return JSONResponse(told.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def add_problems(app: FastAPI) -> None:
    """Makes a problem of every error that a route or the framework raises, unless a route has its own way."""

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [Wrong(where=".".join(map(str, one["loc"])), message=one["msg"]) for one in error.errors()]
        return problem(422, "; ".join(f"{one.where}: {one.message}" for one in wrong), wrong)

    @app.exception_handler(DocquoteError)
    def ours(_: Request, error: DocquoteError) -> JSONResponse:
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        return problem(status, error.reason if isinstance(error, LoadError) else str(error))

    @app.exception_handler(Exception)
    def fault(_: Request, error: Exception) -> JSONResponse:
        # whoever serves is the last stop: the framework logs it and stays alive
        return problem(500, f"Something went wrong ({type(error).__name__}).")
