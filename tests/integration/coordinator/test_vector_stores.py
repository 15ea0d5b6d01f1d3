"""A session's vector store: made before a run, in step with its documents, gone with it; never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from buildplan.v1.document_service_pb2 import DeleteDocumentRequest, ListDocumentsRequest
from buildplan.v1.run_pb2 import Run
from buildplan.v1.session_pb2 import Finding, Session
from buildplan.v1.session_service_pb2 import (
    DeleteSessionRequest,
    GetSessionRequest,
    UpdateSessionRequest,
    ValidateSessionRequest,
)
from services.coordinator.settings import CoordinatorSettings, VectorStoreSettings
from services.runtime.errors import NotFound, Unavailable
from services.runtime.settings import Environment, SettingError
from tests.fakes.process import AGENTS
from tests.fakes.specialist import FakeSpecialist
from tests.integration.coordinator.house import House, open_house
from tests.unit.openai.test_vector_store import FakeStores

SETTINGS = VectorStoreSettings("sk-canary", "http://127.0.0.1:9/v1")


class Stores(FakeStores):
    """The fake provider, which knows whom it made a store for, and may be down."""

    def __init__(self) -> None:
        super().__init__()
        self.owners: dict[str, str] = {}
        self.deleted: list[str] = []
        self.down = False

    async def create(self, name: str, session: str) -> str:
        if self.down:
            raise Unavailable("PROVIDER_ERROR", "the vector store's provider failed; retry later")
        store = await super().create(name, session)
        self.owners[store] = session
        return store

    async def owner(self, store: str) -> str:
        if store not in self.owners:
            raise NotFound(store)
        return self.owners[store]

    async def delete(self, store: str) -> None:
        self.deleted.append(store)
        await super().delete(store)

    async def close(self) -> None:
        return None

    async def count(self, store: str) -> int:
        return len(await self.files(store))


@pytest.fixture
def stores(monkeypatch: pytest.MonkeyPatch) -> Stores:
    made = Stores()
    monkeypatch.setattr("services.coordinator.wiring.OpenAIVectorStores", lambda *_: made)
    return made


@pytest.fixture
async def kept(tmp_path: Path, stores: Stores) -> AsyncIterator[House]:
    fakes = [await FakeSpecialist(agent).start() for agent in AGENTS]
    addresses = {fake.agent: fake.address for fake in fakes}
    try:
        async with open_house(tmp_path, addresses, vector_store=SETTINGS) as house:
            yield house
    finally:
        for fake in fakes:
            await fake.stop()


async def store_of(house: House, session: str) -> str:
    answer = await house.sessions.GetSession(GetSessionRequest(name=session))
    return answer.session.vector_store_id


async def finding(house: House, session: str) -> Finding:
    result = (await house.sessions.ValidateSession(ValidateSessionRequest(name=session))).result
    return next(found for found in result.findings if found.code.startswith("VECTOR_STORE"))


async def until_count(stores: Stores, store: str, files: int) -> None:
    async with asyncio.timeout(5):
        while await stores.count(store) != files:
            await asyncio.sleep(0.01)


async def test_a_store_is_made_on_demand_kept_in_step_and_deleted_with_the_session(kept: House, stores: Stores) -> None:
    session = await kept.session_with_papers()
    assert await store_of(kept, session) == ""
    assert "A run puts the papers into a vector store" in (await finding(kept, session)).message
    assert (await kept.run(session)).state == Run.STATE_SUCCEEDED
    store = await store_of(kept, session)
    assert await stores.count(store) == 2
    assert store in (await finding(kept, session)).message
    (again,) = {(await kept.run(session)).agents[0].from_checkpoint}
    assert again

    await kept.upload(session, "notes.md", b"# Meeting notes\n\nThe frame is painted grey.\n")
    await until_count(stores, store, 3)
    listed = (await kept.documents.ListDocuments(ListDocumentsRequest(parent=session))).documents
    await kept.documents.DeleteDocument(DeleteDocumentRequest(name=listed[0].name))
    await until_count(stores, store, 2)
    await kept.sessions.DeleteSession(DeleteSessionRequest(name=session))
    assert stores.deleted == [store]


async def test_a_provider_that_is_down_stops_nobody_and_preflight_says_so(kept: House, stores: Stores) -> None:
    stores.down = True
    session = await kept.session_with_papers()
    assert (await kept.run(session)).state == Run.STATE_SUCCEEDED
    said = await finding(kept, session)
    assert (said.code, said.severity) == ("VECTOR_STORE_FAILED", Finding.SEVERITY_WARNING)
    assert "the vector store's provider failed" in said.message
    stores.down = False
    await kept.run(session, ignore_checkpoints=True)
    assert (await finding(kept, session)).code == "VECTOR_STORE"


async def test_somebody_elses_store_is_left_alone(kept: House, stores: Stores) -> None:
    session = await kept.session_with_papers()
    foreign = await stores.create("theirs", "")
    await stores.add(foreign, "theirs.txt", b"x", {})
    request = UpdateSessionRequest(
        session=Session(name=session, vector_store_id=foreign), update_mask=FieldMask(paths=["vector_store_id"])
    )
    await kept.sessions.UpdateSession(request)
    await kept.run(session)
    assert await stores.count(foreign) == 1
    await kept.sessions.DeleteSession(DeleteSessionRequest(name=session))
    assert stores.deleted == []


def test_the_setting_needs_a_key_and_hides_it() -> None:
    assert CoordinatorSettings.read(Environment({})).vector_store is None
    with pytest.raises(SettingError, match="OPENAI_API_KEY is not set"):
        CoordinatorSettings.read(Environment({"BUILDPLAN_VECTOR_STORE": "openai"}))
    read = CoordinatorSettings.read(Environment({"BUILDPLAN_VECTOR_STORE": "openai", "OPENAI_API_KEY": "sk-canary"}))
    assert read.vector_store is not None
    assert "sk-canary" not in repr(read)
