"""OpenAI's responses, files and vector stores on loopback: what is uploaded is kept, cut in chunks and searched."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.model import answer_to
from tests.unit.openai.published import specification, validate

_CHUNK_CHARACTERS = 3200  # about the 800 tokens that OpenAI takes by default, each half of it again in the next
_PAGE = 2
_SCHEMAS = {
    ("POST", "responses"): "CreateResponse",
    ("POST", "vector_stores"): "CreateVectorStoreRequest",
    ("POST", "vector_stores/*/files"): "CreateVectorStoreFileRequest",
    ("POST", "vector_stores/*/search"): "VectorStoreSearchRequest",
}


@dataclass
class Stored:
    """A vector store: attributes by file, and whom it was made for."""

    metadata: dict[str, str]
    files: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Provider:
    """What the provider holds; `calls` are method and path with `*` for ids, `bodies` those of the responses.

    `failing` paths answer with that status; `hanging` ones not at all until `release`. `refuses` names a file that
    cannot be indexed. `synonyms` are words that a search takes for others, as an embedding does. `reply` is the model.
    """

    stores: dict[str, Stored] = field(default_factory=dict)
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    hanging: set[str] = field(default_factory=set)
    refuses: str = ""
    synonyms: dict[str, str] = field(default_factory=dict)
    polled: set[str] = field(default_factory=set)
    release: threading.Event = field(default_factory=threading.Event)
    made: int = 0
    reply: Callable[[dict[str, Any]], dict[str, Any]] = answer_to

    def texts(self) -> dict[str, str]:
        """Text by name of the files that stand in any store."""
        return {name: text for store in self.stores.values() for name, text in map(self.files.__getitem__, store.files)}

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and JSON of one call."""
        parts = path.split("/")
        pattern = "/".join("*" if place % 2 else part for place, part in enumerate(parts[:4]))
        self.calls.append(f"{method} {pattern}")
        if pattern in self.hanging:
            self.release.wait(30)
        if status := self.failing.get(pattern):
            return status, {"error": {"message": "told to", "type": "server_error", "code": None}}
        if schema := _SCHEMAS.get((method, pattern)):
            validate(schema, body)
        if parts[0] == "responses":
            self.bodies.append(body)
            return 200, self.reply(body)
        return self._files(method, parts, body) if parts[0] == "files" else self._stores(method, parts, body)

    def _files(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        if method == "POST":
            name = self._id("file")
            self.files[name] = body
            created = {"id": name, "object": "file", "bytes": len(body[1]), "created_at": 1, "filename": body[0]}
            return 200, {**created, "purpose": "assistants", "status": "processed"}
        return self._deleted(self.files, parts[1])

    def _stores(self, method: str, parts: list[str], body: Any) -> tuple[int, Any]:
        if len(parts) == 1:
            name = self._id("vs")
            self.stores[name] = Stored(body.get("metadata") or {})
            return 200, self._store(name)
        if parts[1] not in self.stores:
            return 404, {"error": {"message": f"No vector store {parts[1]}", "type": "invalid_request_error"}}
        if len(parts) == 2:
            return self._deleted(self.stores, parts[1]) if method == "DELETE" else (200, self._store(parts[1]))
        if parts[2] == "search":
            found = list(self._found(self.stores[parts[1]], body))
            return 200, {"object": "vector_store.search_results.page", "data": found}
        return self._files_of(self.stores[parts[1]], method, parts[3:], body)

    def _files_of(self, store: Stored, method: str, name: list[str], body: Any) -> tuple[int, Any]:
        if name:
            return self._deleted(store.files, name[0]) if method == "DELETE" else (200, self._file(store, name[0]))
        if method == "POST":
            store.files[body["file_id"]] = body["attributes"]
            return 200, self._file(store, body["file_id"])
        return 200, self._page(store, body)

    def _page(self, store: Stored, query: dict[str, str]) -> dict[str, Any]:
        """Two files at a time, so that whoever lists them must go on."""
        names = sorted(store.files)
        start = names.index(query["after"]) + 1 if "after" in query else 0
        data = [self._file(store, name) for name in names[start : start + _PAGE]]
        ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
        return {"object": "list", "data": data, "has_more": start + _PAGE < len(names), **ends}

    def _found(self, store: Stored, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The chunks that share words with any query, the most first."""
        queries = [body["query"]] if isinstance(body["query"], str) else body["query"]
        wanted = {word for query in queries for word in _words(query)}
        wanted |= {other for word, other in self.synonyms.items() if word in wanted}
        hits = [(len(wanted & set(_words(chunk))), file, chunk) for file in store.files for chunk in self._chunks(file)]
        for score, file, chunk in sorted(hits, key=lambda hit: -hit[0])[: body.get("max_num_results", 10)]:
            if score:
                content = [{"type": "text", "text": chunk}]
                named = {"file_id": file, "filename": self.files[file][0], "attributes": store.files[file]}
                yield {**named, "score": score / len(wanted), "content": content}

    def _chunks(self, file: str) -> list[str]:
        text = self.files[file][1]
        return [text[at : at + _CHUNK_CHARACTERS] for at in range(0, len(text), _CHUNK_CHARACTERS // 2)]

    def _file(self, store: Stored, name: str) -> dict[str, Any]:
        """Indexing takes a moment: the first look finds it under way."""
        status = "completed" if name in self.polled else "in_progress"
        status = "failed" if self.refuses and self.files[name][0] == self.refuses else status
        self.polled.add(name)
        kept = {"id": name, "object": "vector_store.file", "created_at": 1, "usage_bytes": 1}
        return {**kept, "status": status, "attributes": store.files[name], "last_error": None}

    def _store(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "vector_store", "metadata": self.stores[name].metadata, "status": "completed"}

    def _deleted(self, kept: dict[str, Any], name: str) -> tuple[int, Any]:
        if kept.pop(name, None) is None:
            return 404, {"error": {"message": f"No {name}", "type": "invalid_request_error", "code": "not_found"}}
        return 200, {"id": name, "object": "deleted", "deleted": True}

    def _id(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}_{self.made:03}"


@contextmanager
def openai_server() -> Iterator[tuple[str, Provider]]:
    """The base URL, and what the provider holds."""
    specification()
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            path, _, query = self.path.removeprefix("/v1/").partition("?")
            length = int(self.headers.get("content-length", 0))
            status, found = provider.answer(self.command, path, self._body(self.rfile.read(length), query))
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.send_header("openai-poll-after-ms", "5")
            self.end_headers()
            self.wfile.write(content)

        def _body(self, content: bytes, query: str) -> Any:
            kind = self.headers.get("content-type", "")
            if kind.startswith("multipart/form-data"):
                whole = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + content)
                file = next(part for part in whole.iter_parts() if part.get_filename())
                return file.get_filename(), file.get_content()
            return json.loads(content) if content else dict(part.split("=") for part in query.split("&") if part)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names are the library's

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", provider
    finally:
        provider.release.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 3]
