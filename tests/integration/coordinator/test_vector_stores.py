"""A session's vector store over real HTTP: made before a run, kept in step with its papers, gone with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from buildplan.v1.document_pb2 import Document, DocumentKind
from buildplan.v1.document_service_pb2 import DeleteDocumentRequest, ListDocumentsRequest, UpdateDocumentRequest
from buildplan.v1.run_pb2 import Run
from buildplan.v1.session_pb2 import Finding, Session
from buildplan.v1.session_service_pb2 import (
    DeleteSessionRequest,
    GetSessionRequest,
    UpdateSessionRequest,
    ValidateSessionRequest,
)
from services.contract.digests import text_digest
from services.contract.statements import lines
from services.coordinator.settings import CoordinatorSettings, VectorStoreSettings
from services.runtime.settings import Environment, SettingError
from tests.fakes.model import answer_to
from tests.fakes.openai_server import Provider, openai_server
from tests.integration.coordinator.house import House, model_specialists, open_house, refused
from tests.unit.openai.wire import CANARY, empty_answer, reply

PATIENCE = 2.0
HIDDEN = "Zinc is forbidden anywhere near the vessel."
FILLER = [" ".join(f"{text_digest([str(number), str(word)])[:7]}" for word in range(9)) for number in range(900)]


@pytest.fixture
def server() -> Iterator[tuple[str, Provider]]:
    with openai_server() as running:
        yield running


@pytest.fixture
def provider(server: tuple[str, Provider]) -> Provider:
    return server[1]


@pytest.fixture
async def kept(tmp_path: Path, server: tuple[str, Provider]) -> AsyncIterator[House]:
    settings = VectorStoreSettings(CANARY, server[0], patience=PATIENCE)
    async with (
        model_specialists(server[0], max_input_tokens=20_000) as specialists,
        open_house(tmp_path, specialists, vector_store=settings) as house,
    ):
        yield house


async def store_of(house: House, session: str) -> str:
    answer = await house.sessions.GetSession(GetSessionRequest(name=session))
    return answer.session.vector_store_id


async def finding(house: House, session: str) -> Finding:
    result = (await house.sessions.ValidateSession(ValidateSessionRequest(name=session))).result
    return next(found for found in result.findings if found.code.startswith("VECTOR_STORE"))


async def documents(house: House, session: str) -> list[Document]:
    return list((await house.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents)


async def in_step(house: House, session: str, provider: Provider) -> None:
    """Returns when the store holds a file for each document of the session and nothing else."""
    wanted = sorted(f"{document.name.rpartition('/')[2]}.txt" for document in await documents(house, session))
    async with asyncio.timeout(5):
        while sorted(provider.texts()) != wanted or len(provider.files) != len(wanted):
            await asyncio.sleep(0.01)


async def delete(house: House, session: str) -> None:
    await house.sessions.DeleteSession(DeleteSessionRequest(name=session), timeout=10)


async def test_a_store_is_made_on_demand_kept_in_step_and_deleted_with_the_session(
    kept: House, provider: Provider
) -> None:
    session = await kept.session_with_papers()
    assert await store_of(kept, session) == ""
    assert "A run puts the papers into a vector store" in (await finding(kept, session)).message
    assert provider.stores == {}
    assert (await kept.run(session)).state == Run.STATE_SUCCEEDED
    store = await store_of(kept, session)
    assert list(provider.stores) == [store]
    assert provider.stores[store].metadata == {"session": session.removeprefix("sessions/")}
    await in_step(kept, session, provider)
    assert any("Passivate per ASTM A967, Nitric 2." in text for text in provider.texts().values())
    assert store in (await finding(kept, session)).message
    assert all(agent.from_checkpoint for agent in (await kept.run(session)).agents)
    assert provider.calls.count("POST files") == 2

    for name in ("notes.md", "more notes.md"):
        await kept.upload(session, name, f"# {name}\n\nThe frame is painted grey.\n".encode())
    await in_step(kept, session, provider)
    first = (await documents(kept, session))[0]
    first.kind = DocumentKind.DOCUMENT_KIND_EMAIL
    await kept.documents.UpdateDocument(UpdateDocumentRequest(document=first, update_mask=FieldMask(paths=["kind"])))
    await kept.documents.DeleteDocument(DeleteDocumentRequest(name=(await documents(kept, session))[1].name))
    await in_step(kept, session, provider)
    assert provider.calls.count("POST files") == 4
    assert kept.rows(session)["attempts"] == 4
    await delete(kept, session)
    assert provider.stores == {}
    assert provider.files == {}
    assert not any(kept.rows(session).values())


async def test_what_the_store_finds_is_cited_on_its_page(kept: House, provider: Provider) -> None:
    """No word of the line stands in the agents' questions: our own search does not find it."""
    provider.synonyms = {"passivation": "zinc"}
    provider.reply = lambda body: answer_to(_only(HIDDEN, body))
    session = await kept.session()
    paper = [*FILLER[:700], HIDDEN, *FILLER[700:]]
    await kept.upload(session, "specification.txt", "\n\n".join(paper).encode())
    run = await kept.run(session, agents=["qma"])
    assert run.state == Run.STATE_SUCCEEDED, run
    assert provider.calls.count("POST vector_stores/*/search") == 1
    plan = await kept.plan(session)
    cited = [citation for line in lines(plan.sections) for citation in line.statement.citations]
    assert {(citation.quote, citation.document) for citation in cited} == {
        (HIDDEN, (await documents(kept, session))[0].name)
    }
    assert all(line.statement.verified for line in lines(plan.sections))

    provider.failing["vector_stores/*/search"] = 500
    provider.reply = lambda _: reply(empty_answer("qma"))
    again = await kept.run(session, agents=["qma"], ignore_checkpoints=True)
    assert again.state == Run.STATE_SUCCEEDED
    assert HIDDEN not in json.dumps(provider.bodies[-1])


def _only(text: str, body: dict[str, Any]) -> dict[str, Any]:
    """The request as if it held no other passage than the one with the text."""
    found = [line for message in body["input"] for line in message["content"][0]["text"].splitlines() if text in line]
    return {**body, "input": [{"content": [{"text": "\n".join(found)}]}]}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("vector_stores", 500, "the vector store's provider failed"),
        ("vector_stores", 401, "the provider refused the vector store (HTTP 401); check the key"),
        ("files", 429, "the vector store's provider refuses for now"),
        ("vector_stores/*/files", 503, "the vector store's provider failed"),
    ],
)
async def test_a_provider_that_fails_stops_nobody_and_preflight_says_so(
    kept: House, provider: Provider, path: str, status: int, words: str
) -> None:
    provider.failing[path] = status
    session = await kept.session_with_papers()
    assert (await kept.run(session)).state == Run.STATE_SUCCEEDED
    said = await finding(kept, session)
    assert (said.code, said.severity) == ("VECTOR_STORE_FAILED", Finding.SEVERITY_WARNING)
    assert words in said.message
    assert CANARY not in said.message
    provider.failing.clear()
    await kept.run(session)
    assert (await finding(kept, session)).code == "VECTOR_STORE"
    await in_step(kept, session, provider)
    assert len(provider.stores) == 1


async def test_a_paper_that_cannot_be_indexed_is_named_and_leaves_nothing_behind(
    kept: House, provider: Provider
) -> None:
    session = await kept.session_with_papers()
    provider.refuses = f"{(await documents(kept, session))[0].name.rpartition('/')[2]}.txt"
    assert (await kept.run(session)).state == Run.STATE_SUCCEEDED
    assert provider.refuses in (await finding(kept, session)).message
    assert provider.refuses not in {name for name, _ in provider.files.values()}


async def test_a_provider_that_hangs_holds_up_no_run(kept: House, provider: Provider) -> None:
    provider.hanging.add("vector_stores")
    session = await kept.session_with_papers()
    async with asyncio.timeout(10):
        assert (await kept.run(session)).state == Run.STATE_SUCCEEDED
    assert "its provider has not finished within 2 s" in (await finding(kept, session)).message
    provider.hanging.clear()
    provider.release.set()
    async with asyncio.timeout(5):
        while (await finding(kept, session)).code != "VECTOR_STORE":
            await asyncio.sleep(0.05)
    await in_step(kept, session, provider)


async def test_a_session_whose_store_cannot_be_deleted_stays_and_says_how_to_go_on(
    kept: House, provider: Provider
) -> None:
    session = await kept.session_with_papers()
    await kept.run(session)
    store = await store_of(kept, session)
    provider.failing["vector_stores/*"] = 500
    with refused(grpc.StatusCode.UNAVAILABLE, "VECTOR_STORE_NOT_DELETED") as seen:
        await delete(kept, session)
    assert store in seen.value.message
    assert "delete the session again, or empty its vector_store_id" in seen.value.message
    assert await store_of(kept, session) == store
    provider.failing.clear()
    await delete(kept, session)
    assert provider.stores == {}


async def test_a_store_that_is_gone_is_made_anew(kept: House, provider: Provider) -> None:
    session = await kept.session_with_papers()
    await kept.run(session)
    gone = await store_of(kept, session)
    provider.stores.clear()
    provider.files.clear()
    assert (await kept.run(session)).state == Run.STATE_SUCCEEDED
    assert await store_of(kept, session) != gone
    await in_step(kept, session, provider)


async def test_somebody_elses_store_is_left_alone(kept: House, provider: Provider) -> None:
    session = await kept.session_with_papers()
    _, made = provider.answer("POST", "vector_stores", {"name": "theirs"})
    _, file = provider.answer("POST", "files", ("theirs.txt", "x"))
    provider.answer("POST", f"vector_stores/{made['id']}/files", {"file_id": file["id"], "attributes": {}})
    request = UpdateSessionRequest(
        session=Session(name=session, vector_store_id=made["id"]), update_mask=FieldMask(paths=["vector_store_id"])
    )
    await kept.sessions.UpdateSession(request)
    await kept.run(session)
    await delete(kept, session)
    assert list(provider.texts()) == ["theirs.txt"]


def test_the_setting_needs_a_key_and_hides_it() -> None:
    assert CoordinatorSettings.read(Environment({})).vector_store is None
    with pytest.raises(SettingError, match="OPENAI_API_KEY is not set"):
        CoordinatorSettings.read(Environment({"BUILDPLAN_VECTOR_STORE": "openai"}))
    read = CoordinatorSettings.read(Environment({"BUILDPLAN_VECTOR_STORE": "openai", "OPENAI_API_KEY": "sk-canary"}))
    assert read.vector_store is not None
    assert "sk-canary" not in repr(read)
