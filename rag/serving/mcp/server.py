"""The server of the Model Context Protocol: docquote's tools, and its documents as resources, over any transport."""

from __future__ import annotations

import logging
from typing import Any

import anyio
from anyio import to_thread
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
    ToolAnnotations,
)
from mcp_types import Tool as ListedTool
from pydantic import ValidationError

import rag
from rag.answer.phrases import day
from rag.errors import DocquoteError
from rag.schema import Source
from rag.serving.base import Answerer
from rag.serving.mcp.tools import TOOLS, Tool
from rag.serving.uris import DOCUMENT, document_uri

INSTRUCTIONS = (
    "The user's own documents. Ask a whole question with `ask`: the answer is quotes to the letter, each with its "
    "document and where in it it stands, or that the documents do not hold it. Give the user these words rather than "
    "words of your own, and name the document. `search` finds passages and answers nothing; `list_documents` and "
    "`read_document` tell what there is to read. Offsets count characters of a document's text from 0, and an end is "
    "exclusive."
)
RESOURCES_LISTED = 500
"""Resources on one page of the list."""

_READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_TEXT = "text/plain"

log = logging.getLogger(__name__)

Context = ServerRequestContext[Any]


def mcp_server(assistant: Answerer) -> Server[Any]:
    """The server over an assistant, which threads may share; it runs once a transport is given to it."""
    handlers = _Handlers(assistant)
    return Server(
        "docquote",
        version=rag.__version__,
        title="docquote",
        description="Answers questions over a person's own documents in the documents' own words.",
        instructions=INSTRUCTIONS,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
    )


def serve_stdio(assistant: Answerer) -> None:
    """Serves whoever started this process, over its standard input and output, until the input ends.

    Meanwhile whatever else is printed goes to standard error.
    """

    async def serve() -> None:
        server = mcp_server(assistant)
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(serve)


class _Handlers:
    def __init__(self, assistant: Answerer) -> None:
        self._assistant = assistant
        self._tools = {tool.name: tool for tool in TOOLS}

    async def list_tools(self, _: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_listed(tool) for tool in self._tools.values()])

    async def call_tool(self, _: Context, params: CallToolRequestParams) -> CallToolResult:
        """What cannot be done is a result that says so, which a model can read and mend."""
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"there is no tool {params.name!r}")
        try:
            given = tool.arguments.model_validate(params.arguments or {})
            result = await to_thread.run_sync(tool.call, self._assistant, given)
        except ValidationError as error:
            return _failed("\n".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
        except DocquoteError as error:
            return _failed(str(error))
        except Exception as error:  # whoever serves is the last stop: say it, log it, stay alive
            log.exception("the tool %r failed", params.name)
            return _failed(f"Something went wrong ({type(error).__name__}).")
        text = TextContent(type="text", text=result.model_dump_json())
        return CallToolResult(content=[text], structured_content=result.model_dump(mode="json"))

    async def list_resources(self, _: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        """A page of the documents; the cursor is the name of the last one of the page before."""
        after = params.cursor if params is not None else None
        sources = await to_thread.run_sync(self._assistant.sources)
        left = sorted((one for one in sources if after is None or one.name > after), key=lambda source: source.name)
        page = left[:RESOURCES_LISTED]
        return ListResourcesResult(
            resources=[_resource(source) for source in page],
            next_cursor=page[-1].name if len(page) < len(left) else None,
        )

    async def list_templates(self, _: Context, params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        template = ResourceTemplate(
            uri_template=DOCUMENT,
            name="document",
            title="A document",
            description="The text of a document by its id, as it is stored and cited.",
            mime_type=_TEXT,
        )
        return ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(self, _: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        """The whole text of a document."""
        unknown = MCPError(INVALID_PARAMS, f"there is no resource {params.uri}", {"uri": params.uri})
        prefix = document_uri("")
        if not params.uri.startswith(prefix):
            raise unknown
        document_id = params.uri.removeprefix(prefix).partition("#")[0]
        if all(source.id != document_id for source in await to_thread.run_sync(self._assistant.sources)):
            raise unknown
        try:
            document = await to_thread.run_sync(self._assistant.document, document_id)
        except DocquoteError as error:
            raise MCPError(INTERNAL_ERROR, str(error), {"uri": params.uri}) from error
        contents = TextResourceContents(uri=params.uri, mime_type=_TEXT, text=document.text)
        return ReadResourceResult(contents=[contents])


def _listed(tool: Tool) -> ListedTool:
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.result.model_json_schema(mode="serialization"),
        annotations=_READ_ONLY,
    )


def _resource(source: Source) -> Resource:
    said = [source.name, source.author, day(source.date) if source.date else ""]
    return Resource(
        uri=document_uri(source.id),
        name=source.name,
        title=source.title,
        description=" · ".join(filter(None, said)),
        mime_type=_TEXT,
    )


def _failed(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)
