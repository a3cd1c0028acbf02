"""The doors for programs: REST below /v1, in the test's process over a real index."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from embeddings import Embedder
from rag.assistant import Assistant
from rag.history import Conversations, FeedbackStore
from rag.index import open_index
from rag.index.ingest import IndexJobs, limits_from, update_index
from rag.sample import documents_folder
from rag.serving.app import Served, build_server
from rag.serving.binding import LOOPBACK
from rag.serving.chats import Chats
from rag.serving.guard import Guard
from rag.serving.keys import SCOPES, Keys, KeyScope
from rag.serving.requests import MAX_BODY_BYTES
from rag.settings import Settings

QUESTION = "How many members were present at the annual general meeting of the garden association?"
PLUM = "# The plum orchard\n\nThe orchard in Elmsworth was planted with forty-one plum trees in 1987.\n"
OPENAPI = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


class Door:
    """An application over an index of its own."""

    def __init__(self, folder: Path, keys: Keys | None = None) -> None:
        self.assistant = Assistant.open(folder, Settings(reader_model="bundled-small"))
        self.kept, self.feedback = Conversations(folder), FeedbackStore(folder)
        self.jobs = IndexJobs(self.assistant.index, self.assistant.embedder, self.assistant.settings)
        chats, limits = Chats(self.assistant, self.kept, self.feedback), limits_from(self.assistant.settings)
        served = Served(chats, self.assistant.index, self.jobs, limits, keys, LOOPBACK, lambda: True)
        self.app: FastAPI = build_server(served)

    def close(self) -> None:
        for part in (self.jobs, self.feedback, self.kept, self.assistant):
            part.close()


@pytest.fixture(scope="module")
def index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve")
    with documents_folder() as documents:
        shutil.copytree(documents, folder / "documents")
    opened = open_index(folder / "index", embedder, Settings(), create=True)
    update_index(opened, embedder, [folder / "documents"], Settings())
    opened.close()
    return folder / "index"


@pytest.fixture(scope="module")
def door(index: Path) -> Iterator[Door]:
    made = Door(index)
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(door: Door) -> Iterator[TestClient]:
    with TestClient(door.app, base_url="http://127.0.0.1", raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "keys.jsonl")


@pytest.fixture
def locked(index: Path, keys: Keys) -> Iterator[TestClient]:
    made = Door(index, keys)
    with TestClient(made.app, base_url="http://127.0.0.1", raise_server_exceptions=False) as opened:
        yield opened
    made.close()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def finished(client: TestClient, job: dict[str, Any]) -> dict[str, Any]:
    """The job's last state, by the events that tell it."""
    with client.stream("GET", f"/v1/jobs/{job['id']}/events") as events:
        said = [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data: ")]
    assert said[-1]["state"] == "done", said
    return dict(said[-1])


def test_a_quote_stands_where_its_offsets_say(client: TestClient) -> None:
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()["answer"]
    assert answer["outcome"] == "found" and answer["citations"]
    for citation in answer["citations"]:
        part = {"offset": citation["start"], "limit": citation["end"] - citation["start"]}
        text = client.get(f"/v1/documents/{citation['document_id']}/text", params=part).json()
        assert text["text"] == citation["quote"] and text["end"] == citation["end"]


def test_what_is_not_there_is_not_found(client: TestClient) -> None:
    asked = client.post("/v1/ask", json={"question": "What is the melting point of tungsten?"}).json()
    assert asked["answer"]["outcome"] == "not found" and asked["kept"] is None


def test_a_kept_conversation_goes_on_is_rated_and_goes(client: TestClient) -> None:
    first = client.post("/v1/ask", json={"question": QUESTION, "keep": True}).json()["kept"]
    again = client.post("/v1/ask", json={"question": "Who is the treasurer?", "conversation": first["conversation"]})
    assert again.json()["kept"] == {"conversation": first["conversation"], "position": 1}
    listed = client.get("/v1/conversations").json()
    assert [one["id"] for one in listed["conversations"]] == [first["conversation"]] and listed["next_offset"] is None
    where = f"/v1/conversations/{first['conversation']}"
    assert client.put(f"{where}/answers/0/rating", json={"rating": "up"}).status_code == 204
    assert client.put(f"{where}/answers/9/rating", json={"rating": "up"}).status_code == 404
    exchanges = client.get(where).json()["exchanges"]
    assert [one["question"] for one in exchanges] == [QUESTION, "Who is the treasurer?"]
    both = {"question": "Who?", "conversation": first["conversation"], "history": [{"question": QUESTION}]}
    assert client.post("/v1/ask", json=both).status_code == 422
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404 and client.delete(where).status_code == 404


def test_a_search_goes_on_from_page_to_page(client: TestClient) -> None:
    def found(**given: Any) -> dict[str, Any]:
        return dict(client.post("/v1/search", json={"query": "members of the association", **given}).json())

    whole = [one["chunk"]["id"] for one in found(limit=100)["passages"]]
    assert len(set(whole)) == len(whole) > 20
    paged: list[int] = []
    offset: int | None = 0
    while offset is not None:
        page = found(limit=7, offset=offset)
        paged += [one["chunk"]["id"] for one in page["passages"]]
        offset = page["next_offset"]
    assert paged == whole
    assert found(mode="lexical")["passages"][0]["scores"]["lexical"] > 0
    assert found(mode="dense")["passages"][0]["scores"]["lexical"] is None


def test_documents_are_listed_in_pages(client: TestClient) -> None:
    first = client.get("/v1/documents", params={"limit": 2}).json()
    rest = client.get("/v1/documents", params={"offset": first["next_offset"]}).json()
    names = [one["name"] for one in first["documents"] + rest["documents"]]
    assert len(names) == first["total"] and names == sorted(names)
    one = first["documents"][0]
    assert client.get(f"/v1/documents/{one['id']}").json() == one


def test_a_file_is_uploaded_asked_about_and_removed(client: TestClient) -> None:
    question = {"question": "How many plum trees were planted in Elmsworth?"}
    job = client.post("/v1/documents", files=[("files", ("plums.md", PLUM.encode()))])
    assert job.status_code == 202
    assert finished(client, job.json())["summary"].startswith("1 added")
    answer = client.post("/v1/ask", json=question).json()["answer"]
    assert "forty-one plum trees" in answer["citations"][0]["quote"]
    removed = client.delete(f"/v1/documents/{answer['citations'][0]['document_id']}")
    assert finished(client, removed.json())["summary"] == "1 removed"
    gone = client.post("/v1/ask", json=question).json()["answer"]
    assert "plum" not in json.dumps([gone["citations"], gone["nearest"]])
    assert client.delete(f"/v1/documents/{answer['citations'][0]['document_id']}").status_code == 404
    assert finished(client, client.post("/v1/refresh").json())["state"] == "done"
    assert {one["state"] for one in client.get("/v1/jobs").json()} == {"done"}
    assert client.delete(f"/v1/jobs/{job.json()['id']}").json()["state"] == "done"


def test_a_file_that_cannot_be_read_is_named(client: TestClient) -> None:
    refused = client.post("/v1/documents", files=[("files", ("tool.exe", b"MZ"))])
    assert refused.status_code == 422 and "/" not in refused.json()["detail"].split(": ")[0]
    many = [("files", (f"{number}.txt", b"x")) for number in range(101)]
    assert client.post("/v1/documents", files=many).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/documents/nothing", 404),
        ("GET", "/v1/documents/nothing/text", 404),
        ("GET", "/v1/documents/nothing/pages/1", 404),
        ("GET", "/v1/jobs/999", 404),
        ("GET", "/v1/jobs/999/events", 404),
        ("GET", "/v1/jobs/word", 422),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/ask", 405),
        ("GET", "/mcp", 405),
        ("POST", "/v1/ask", 422),
    ],
)
def test_what_goes_wrong_is_a_problem(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    told = answer.json()
    assert answer.status_code == told["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["title"] and told["detail"] and told["type"] == "about:blank"


def test_each_wrong_part_of_a_request_is_named(client: TestClient) -> None:
    told = client.post("/v1/ask", json={"question": "", "colour": "red"}).json()
    assert {one["where"] for one in told["errors"]} == {"body.question", "body.colour"}
    unknown = client.post("/v1/ask", json={"question": QUESTION, "documents": ["nothing.md"]})
    assert unknown.status_code == 422 and "nothing.md" in unknown.json()["detail"]
    assert client.post("/v1/ask", json={"question": "x" * 1001}).status_code == 422


def test_a_page_without_picture_says_so(client: TestClient) -> None:
    document = client.get("/v1/documents").json()["documents"][0]
    refused = client.get(f"/v1/documents/{document['id']}/pages/1")
    assert refused.status_code == 422 and document["path"] not in refused.text


ROUTES: list[tuple[str, str, KeyScope]] = [
    ("POST", "/v1/ask", "ask"),
    ("GET", "/v1/conversations", "ask"),
    ("GET", "/v1/conversations/none", "ask"),
    ("DELETE", "/v1/conversations/none", "ask"),
    ("PUT", "/v1/conversations/none/answers/0/rating", "ask"),
    ("POST", "/v1/search", "read"),
    ("GET", "/v1/documents", "read"),
    ("GET", "/v1/documents/none", "read"),
    ("GET", "/v1/documents/none/text", "read"),
    ("GET", "/v1/documents/none/pages/1", "read"),
    ("GET", "/v1/jobs", "read"),
    ("GET", "/v1/jobs/1", "read"),
    ("GET", "/v1/jobs/1/events", "read"),
    ("POST", "/v1/documents", "write"),
    ("DELETE", "/v1/documents/none", "write"),
    ("POST", "/v1/refresh", "write"),
    ("DELETE", "/v1/jobs/1", "write"),
    ("GET", "/v1/metrics", "admin"),
    ("GET", "/v1/models", "ask"),
    ("POST", "/v1/chat/completions", "ask"),
]


def test_every_route_asks_for_its_scope(locked: TestClient, keys: Keys) -> None:
    told = locked.app.openapi()["paths"]  # type: ignore[attr-defined]
    known = {(method.upper(), path) for path, methods in told.items() for method in methods}
    listed = {(method, path) for method, path, _ in ROUTES}
    free = {("GET", "/v1/health"), ("GET", "/v1/ready"), ("GET", "/v1/models/{model}")}
    assert len(known) == len(listed | free), "a route is missing in ROUTES"
    made = {scope: keys.add(scope, (scope,)) for scope in SCOPES}
    for method, path, needed in ROUTES:
        assert locked.request(method, path).status_code == 401, path
        assert locked.request(method, path, headers=bearer("dq_wrong")).status_code == 401, path
        for scope, key in made.items():
            status = locked.request(method, path, headers=bearer(key)).status_code
            assert (status != 403) == (scope in (needed, "admin")) and status not in (401, 500), (path, scope)
    assert locked.get("/v1/health").status_code == locked.get("/v1/ready").status_code == 200


def test_a_revoked_key_is_worth_nothing_at_once(locked: TestClient, keys: Keys) -> None:
    key = keys.add("laptop", ("read",))
    assert locked.get("/v1/documents", headers=bearer(key)).status_code == 200
    assert keys.all()[0].last_used
    assert keys.revoke("laptop") and not keys.revoke("laptop")
    assert locked.get("/v1/documents", headers=bearer(key)).status_code == 401


def test_conversations_belong_to_their_key(locked: TestClient, keys: Keys) -> None:
    ada, tom = (bearer(keys.add(name, ("ask",))) for name in ("ada", "tom"))
    kept = locked.post("/v1/ask", json={"question": QUESTION, "keep": True}, headers=ada).json()["kept"]
    where = f"/v1/conversations/{kept['conversation']}"
    assert locked.get(where, headers=ada).status_code == 200
    assert locked.get(where, headers=tom).status_code == locked.delete(where, headers=tom).status_code == 404
    assert locked.get("/v1/conversations", headers=tom).json()["total"] == 0


def test_a_key_that_asks_too_often_waits(keys: Keys) -> None:
    guard, key = Guard(keys, requests_a_minute=3), keys.add("eager", ("ask",))
    for _ in range(3):
        guard.check(f"Bearer {key}", "ask")
    with pytest.raises(Exception, match="429") as refused:
        guard.check(f"Bearer {key}", "ask")
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 60  # type: ignore[attr-defined]
    assert guard.check(f"Bearer {keys.add('other', ('ask',))}", "ask").owner == "key other"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "rebound.example"}, 421),
        ({"Host": "localhost:7860"}, 200),
    ],
)
def test_pages_from_elsewhere_cannot_ask(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/v1/search", json={"query": "members"}, headers=headers).status_code == status


def test_what_is_too_large_is_refused_whether_it_says_so_or_not(client: TestClient) -> None:
    large = b" " * (MAX_BODY_BYTES + 1)
    assert client.post("/v1/ask", content=large).status_code == 413
    assert client.post("/v1/ask", content=iter([large])).status_code == 413


def test_an_answer_says_its_number_and_is_no_page(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "rag.serving.access"):
        given = client.post("/v1/search", json={"query": "members"}, headers={"X-Request-ID": "run-7"})
        made = client.get("/v1/health", headers={"X-Request-ID": "a b" * 40})
    assert given.headers["x-request-id"] == "run-7" and len(made.headers["x-request-id"]) == 16
    assert given.headers["x-content-type-options"] == "nosniff" and given.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in given.headers["content-security-policy"]
    assert "POST /v1/search 200" in caplog.text and "run-7" in caplog.text and "members" not in caplog.text


def test_metrics_count_what_was_asked(client: TestClient) -> None:
    def value(name: str) -> float:
        lines = client.get("/v1/metrics").text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(name)), 0.0)

    found, documents = 'docquote_answers_total{outcome="found"}', client.get("/v1/documents").json()["total"]
    before = value(found)
    client.post("/v1/ask", json={"question": QUESTION})
    assert value(found) == before + 1 and value("docquote_documents") == documents
    assert value('docquote_requests_total{method="POST",route="/v1/ask",status="200"}') >= 1


def test_the_openapi_document_is_that_of_the_application(client: TestClient) -> None:
    """Made by hand: ``curl localhost:7860/v1/openapi.json | python -m json.tool --no-ensure-ascii``."""
    assert client.get("/v1/openapi.json").json() == json.loads(OPENAPI.read_text(encoding="utf-8"))


def test_whatever_is_sent_nothing_breaks(door: Door) -> None:
    host = {"Host": "127.0.0.1"}
    described = schemathesis.openapi.from_asgi("/v1/openapi.json", door.app, headers=host)
    operations = [one.ok() for one in described.get_all_operations()]
    assert len(operations) == len(ROUTES) + 3
    for operation in operations:

        @settings(max_examples=8, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy())
        def answered(case: schemathesis.Case) -> None:
            answer = case.call(headers=host)
            assert answer.status_code != 500, (case, answer.text)

        answered()
