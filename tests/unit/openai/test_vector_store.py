"""Vector stores: hits become our passages; files are kept in step with documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from buildplan.v1.document_pb2 import Document, Page
from services.coordinator.vector_store.index import IndexedFile, VectorStoreIndex
from services.coordinator.vector_store.openai_stores import OpenAIVectorStores
from services.runtime.errors import FailedPrecondition, NotFound
from services.specialist.openai.vector_store import Mapper
from tests.unit.openai.papers import DRAWING, LINES, ORDER, pack
from tests.unit.openai.test_prompt import FILLER, records, texts
from tests.unit.openai.wire import CANARY, engine, good_answer, reply, run

HIDDEN = "Zinc is forbidden anywhere near the vessel."


def hit(text: str, **more: Any) -> dict[str, Any]:
    return {
        "file_id": "file-1",
        "filename": "x.txt",
        "score": 0.9,
        "attributes": {},
        "content": [{"type": "text", "text": text}],
        **more,
    }


def test_hits_become_passages_by_document_and_text() -> None:
    context = pack()
    mapper = Mapper(context, list(context.passages))
    chunk = f"…\n{LINES[DRAWING][2]}\n{LINES[DRAWING][3]}"
    assert mapper.map([hit(chunk, attributes={"document": "d1"})]) == [[2, 3]]
    assert mapper.map([hit(chunk, filename="d1.pdf", attributes=None)]) == [[2, 3]]
    assert mapper.map([hit(chunk, attributes={"document": "d2"})]) == []
    assert mapper.map([hit(chunk, attributes={"document": "of-another-session"}, filename="d1.pdf")]) == []
    assert mapper.map([hit("Something nobody wrote.", attributes={"document": "d1"})]) == []


class Wire:
    """Answers searches and questions; a search that fails does so with `status`."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.bodies: list[dict[str, Any]] = []
        self.searched: list[dict[str, Any]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if request.url.path.endswith("/vector_stores/vs_1/search"):
            self.searched.append(body)
            page = {"object": "page", "data": [hit(HIDDEN, attributes={"document": "d2"})], "has_more": False}
            return httpx2.Response(self.status, json=page if self.status == 200 else {"error": {"message": "no"}})
        self.bodies.append(body)
        return httpx2.Response(200, json=reply(good_answer()))


async def test_a_large_session_is_searched_there_and_cited_here() -> None:
    context = pack((*FILLER, HIDDEN))
    context.vector_store_id = "vs_1"
    wire = Wire()
    await run(engine(wire, max_input_tokens=30_000), context)
    assert len(wire.searched) == 1
    found = {one["text"]: one for one in records(texts(wire.bodies[0])[2])}
    assert found[HIDDEN]["document"] == "d2"
    assert found[HIDDEN]["passage_id"] == f"d2-p2-{len(FILLER) + 1}"


async def test_a_store_that_does_not_answer_costs_no_proposal_and_is_said() -> None:
    context = pack((*FILLER, HIDDEN))
    context.vector_store_id = "vs_1"
    outcome = await run(engine(Wire(500), max_input_tokens=30_000), context)
    assert outcome.patch is not None
    assert "the vector store did not answer; passages come from our own search alone" in outcome.messages


async def test_a_small_session_is_not_searched() -> None:
    context = pack()
    context.vector_store_id = "vs_1"
    wire = Wire()
    await run(engine(wire), context)
    assert wire.searched == []


@dataclass
class FakeStores:
    """The provider's side in memory."""

    stores: dict[str, dict[str, tuple[str, bytes, dict[str, str]]]] = field(default_factory=dict)
    made: int = 0
    uploads: int = 0

    async def create(self, name: str, session: str) -> str:
        self.made += 1
        self.stores[f"vs_{self.made}"] = {}
        return f"vs_{self.made}"

    async def files(self, store: str) -> Sequence[IndexedFile]:
        if store not in self.stores:
            raise NotFound(store)
        return [IndexedFile(name, attributes) for name, (_, _, attributes) in self.stores[store].items()]

    async def add(self, store: str, file_name: str, content: bytes, attributes: Mapping[str, str]) -> None:
        self.uploads += 1
        self.stores[store][f"file-{self.uploads}"] = (file_name, content, dict(attributes))

    async def remove(self, store: str, file_id: str) -> None:
        self.stores[store].pop(file_id, None)

    async def delete(self, store: str) -> None:
        self.stores.pop(store, None)


def papers(*texts_: tuple[str, str]) -> tuple[list[Document], list[Page]]:
    documents = [Document(name=name) for name, _ in texts_]
    return documents, [Page(document=name, number=1, text=text) for name, text in texts_]


async def test_files_follow_the_documents_and_nothing_is_uploaded_twice() -> None:
    stores = FakeStores()
    index = VectorStoreIndex(stores)
    step = await index.sync("", "sessions/tank", *papers((DRAWING, "one"), (ORDER, "two")))
    assert (step.store, step.added, step.removed) == ("vs_1", 2, 0)
    again = await index.sync(step.store, "sessions/tank", *papers((DRAWING, "one"), (ORDER, "two")))
    assert (again.added, again.removed) == (0, 0)
    changed = await index.sync(step.store, "sessions/tank", *papers((DRAWING, "one, revised")))
    assert (changed.added, changed.removed) == (1, 2)
    assert [content for _, content, _ in stores.stores["vs_1"].values()] == [b"one, revised"]
    assert stores.uploads == 3


async def test_a_store_that_is_gone_is_made_anew_and_deleting_is_safe_to_repeat() -> None:
    stores = FakeStores()
    index = VectorStoreIndex(stores)
    step = await index.sync("vs_gone", "sessions/tank", *papers((DRAWING, "one")))
    assert step.store == "vs_1"
    await index.delete(step.store)
    await index.delete(step.store)
    await index.delete("")
    assert stores.stores == {}


class StoresWire:
    """OpenAI's files and vector stores, as far as they are used, in memory behind real requests."""

    def __init__(self, file_status: str = "completed") -> None:
        self.calls: list[str] = []
        self.files: dict[str, dict[str, Any]] = {}
        self.uploaded: set[str] = set()
        self.file_status = file_status

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/v1/")
        self.calls.append(f"{request.method} {path}")
        last = path.rpartition("/")[2]
        if path == "vector_stores/vs_gone/files":
            return httpx2.Response(404, json={"error": {"message": "no such store"}})
        if request.method == "DELETE":
            if path.startswith("files/"):
                self.uploaded.discard(last)
            else:
                self.files.pop(last, None)
            return httpx2.Response(200, json={"id": last, "object": "deleted", "deleted": True})
        if path == "files":
            self.uploaded.add("file-1")
            return httpx2.Response(200, json={"id": "file-1", "object": "file", "purpose": "assistants"})
        if path.endswith("/files") and request.method == "POST":
            body = json.loads(request.content)
            self.files[body["file_id"]] = body["attributes"]
        if path.endswith("/files") and request.method == "GET":
            data = [self._file(name) for name in self.files]
            return httpx2.Response(200, json={"object": "list", "data": data, "has_more": False})
        return httpx2.Response(200, json=self._file("file-1") if "files" in path else {"id": "vs_1"})

    def _file(self, name: str) -> dict[str, Any]:
        return {
            "id": name,
            "object": "vector_store.file",
            "status": self.file_status,
            "attributes": self.files.get(name),
        }


def openai_stores(wire: StoresWire) -> OpenAIVectorStores:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(wire))
    return OpenAIVectorStores(CANARY, "http://model.test/v1", http_client=client)


async def test_the_provider_s_side_uploads_lists_and_deletes() -> None:
    wire = StoresWire()
    stores = openai_stores(wire)
    index = VectorStoreIndex(stores)
    step = await index.sync("vs_gone", "sessions/tank", *papers((DRAWING, "one")))
    assert (step.store, step.added) == ("vs_1", 1)
    assert wire.files["file-1"]["document"] == "d1"
    assert (await index.sync("vs_1", "sessions/tank", *papers((DRAWING, "one")))).added == 0
    await stores.remove("vs_1", "file-1")
    assert wire.files == {}
    assert wire.uploaded == set()
    assert CANARY not in f"{stores!r} {vars(stores)}"


async def test_a_file_that_cannot_be_indexed_leaves_nothing_behind() -> None:
    wire = StoresWire("failed")
    with pytest.raises(FailedPrecondition, match=r"could not index d1\.txt"):
        await VectorStoreIndex(openai_stores(wire)).sync("vs_1", "sessions/tank", *papers((DRAWING, "one")))
    assert wire.files == {}
    assert wire.uploaded == set()
