"""Every room's rows, on both databases."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from buildplan.v1.agent_pb2 import AgentStatus, Attempt, Failure, Usage
from buildplan.v1.conflict_pb2 import DocumentConflict
from buildplan.v1.fact_pb2 import Topic
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.run_pb2 import Checkpoint, Run
from buildplan.v1.session_pb2 import ValidationResult
from services.contract.version import CONTRACT_VERSION
from services.coordinator.store import (
    Store,
    attempts,
    checkpoints,
    conflicts,
    documents,
    events,
    leases,
    plans,
    queue,
    runs,
    sessions,
    validations,
)
from services.coordinator.store.errors import FenceLost
from services.coordinator.store.leases import Kept
from services.coordinator.store.tables import CHECKPOINTS
from services.runtime.errors import AlreadyExists, InvalidArgument, NotFound
from tests.integration.store.conftest import NOW
from tests.integration.store.examples import (
    AGENTS,
    add_document,
    add_run,
    add_session,
    agent_event,
    fact,
    lease_of,
    paper,
    plan,
    run,
    run_event,
)


async def test_session_comes_back_with_what_others_know_of_it(store: Store) -> None:
    await add_session(store)
    await add_document(store, paper("d1"))
    await add_run(store, run())
    await store.write(lambda tx: plans.insert(tx, "s1", plan()))
    session = await store.read(lambda tx: sessions.get(tx, "s1"))
    assert session.metadata.customer == "Acme"
    assert session.create_time.ToDatetime(NOW.tzinfo) == NOW
    assert (session.document_count, session.latest_run, session.latest_revision) == (1, "sessions/s1/runs/r1", 1)


async def test_the_same_request_makes_one_session(store: Store) -> None:
    first = await add_session(store, "sessions/a", "request")
    second = await add_session(store, "sessions/b", "request")
    assert second == first


async def test_sessions_are_paged_newest_first(store: Store) -> None:
    for number in range(5):
        await add_session(store, f"sessions/s{number}", age=number)
    first, token = await store.read(lambda tx: sessions.page(tx, "local", 2, ""))
    second, token = await store.read(lambda tx: sessions.page(tx, "local", 2, token))
    third, end = await store.read(lambda tx: sessions.page(tx, "local", 2, token))
    assert [session.name for session in (*first, *second, *third)] == [f"sessions/s{n}" for n in range(5)]
    assert end == ""
    with pytest.raises(InvalidArgument):
        await store.read(lambda tx: sessions.page(tx, "local", 2, "nonsense"))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", "cba"),
        ("skid", "ca"),
        ("ACME skid", "ca"),
        ("FRAMES acme", "a"),
        ("müller", "b"),
        ("mu\u0308ller", "b"),
        ("STRASSE", "b"),
        ("100%", "b"),
        ("1%0", ""),
        ("a_b", "c"),
        ("a/b \\", "b"),
        ("skidacme", ""),
        ("notes", ""),
        ("a\0b", "cb"),
        ("'; drop", ""),
    ],
)
async def test_sessions_are_found_by_all_words_in_any_case(store: Store, search: str, found: str) -> None:
    await add_session(store, "sessions/a", age=3, family="Frames", notes="notes")
    await add_session(store, "sessions/b", age=2, project_name="100% \0 a/b \\", customer="MÜLLER, Straße 1")
    await add_session(store, "sessions/c", age=1, project_name="Skid a_b")
    first, token = await store.read(lambda tx: sessions.page(tx, "local", 1, "", search))
    rest, end = await store.read(lambda tx: sessions.page(tx, "local", 9, token, search)) if token else ([], "")
    assert [session.name for session in (*first, *rest)] == [f"sessions/{name}" for name in found]
    assert end == ""


async def test_a_session_is_found_by_its_new_name_only(store: Store) -> None:
    session = await add_session(store)
    session.metadata.project_name = "Tank"
    await store.write(lambda tx: sessions.update(tx, session, NOW))
    found = [
        await store.read(partial(sessions.page, owner="local", limit=9, token="", search=word))
        for word in ("skid", "tank")
    ]
    assert [len(page) for page, _ in found] == [0, 1]


async def test_documents_pages_facts_and_content(store: Store) -> None:
    await add_session(store)
    await add_document(store, paper("d2"), pages=12, facts=[fact("f1"), fact("f2")])
    await add_document(store, paper("d1"))
    assert [document.file_name for document in await store.read(lambda tx: documents.list_(tx, "s1"))] == [
        "d2.pdf",
        "d1.pdf",
    ]
    pages = await store.read(lambda tx: documents.pages(tx, "s1"))
    assert [(found.document[-2:], found.number) for found in pages] == [
        *(("d2", number) for number in range(1, 13)),
        ("d1", 1),
        ("d1", 2),
    ]
    assert [found.id for found in await store.read(lambda tx: documents.facts(tx, "s1"))] == ["f1", "f2"]
    assert (await store.read(lambda tx: documents.page(tx, "s1", "d2", 12))).passages[0].text.startswith("Passivate")
    assert await store.read(lambda tx: documents.content(tx, "s1", "d1")) == b"original"
    with pytest.raises(NotFound):
        await store.read(lambda tx: documents.page(tx, "s1", "d2", 13))


async def test_the_facts_of_one_document_are_replaced(store: Store) -> None:
    await add_session(store)
    await add_document(store, paper("d1"), pages=12, facts=[fact("f1"), fact("f2")])
    await add_document(store, paper("d2"), facts=[fact("f3")])
    assert [found.number for found in await store.read(lambda tx: documents.pages_of(tx, "s1", "d1"))] == [
        *range(1, 13)
    ]
    for replacement in ([fact("f4")], []):
        await store.write(lambda tx, new=replacement: documents.replace_facts(tx, paper("d1").name, new))  # type: ignore[misc]
        found = [each.id for each in await store.read(lambda tx: documents.facts(tx, "s1"))]
        assert found == [*(each.id for each in replacement), "f3"]


async def test_a_taken_document_id_is_said_and_changes_nothing(store: Store) -> None:
    await add_session(store)
    await add_document(store, paper("d1"), pages=3)
    with pytest.raises(AlreadyExists):
        await add_document(store, paper("d1"), pages=1)
    assert len(await store.read(lambda tx: documents.pages(tx, "s1"))) == 3


async def test_deleting_a_document_deletes_its_attachments(store: Store) -> None:
    await add_session(store)
    mail = paper("mail")
    inner = paper("inner", parent=mail.name)
    for document in (mail, inner, paper("deepest", parent=inner.name), paper("other")):
        await add_document(store, document)
    await store.write(lambda tx: documents.delete(tx, "s1", "mail"))
    assert await store.read(lambda tx: documents.ids(tx, "s1")) == {"other"}


async def test_validations_are_found_by_their_input(store: Store) -> None:
    await add_session(store)
    for number, digest in enumerate(("old", "new", "new")):
        result = ValidationResult(name=f"sessions/s1/validations/v{number}", input_digest=digest, completeness=number)
        result.create_time.FromDatetime(NOW + timedelta(seconds=number))
        await store.write(partial(validations.insert, session_id="s1", result=result))
    latest = await store.read(lambda tx: validations.latest(tx, "s1", "new"))
    assert latest is not None
    assert latest.completeness == 2
    assert await store.read(lambda tx: validations.latest(tx, "s1", "unknown")) is None


async def test_conflicts_are_replaced_and_one_can_be_put(store: Store) -> None:
    await add_session(store)
    names = [f"sessions/s1/conflicts/c{number}" for number in range(3)]
    made = [DocumentConflict(name=name, topic=Topic.TOPIC_FINISH) for name in names]
    await store.write(lambda tx: conflicts.replace(tx, "s1", made))
    resolved = DocumentConflict(name=names[1], state=DocumentConflict.STATE_RESOLVED_BY_USER, winning_value="2B")
    await store.write(lambda tx: conflicts.put(tx, "s1", resolved))
    assert await store.read(lambda tx: conflicts.list_(tx, "s1")) == [made[0], resolved, made[2]]
    await store.write(lambda tx: conflicts.replace(tx, "s1", made[:1]))
    assert await store.read(lambda tx: conflicts.list_(tx, "s1")) == made[:1]
    with pytest.raises(NotFound):
        await store.write(lambda tx: conflicts.put(tx, "s1", resolved))


async def test_run_starts_with_its_agents_and_is_found_by_its_request(store: Store) -> None:
    await add_session(store)
    await add_run(store, run(), request_id="q1")
    found = await store.read(lambda tx: runs.by_request_id(tx, "s1", "q1"))
    assert found is not None
    assert [status.agent for status in found[0].agents] == list(AGENTS)
    assert found[1] == "parameters"
    assert await store.read(lambda tx: runs.by_request_id(tx, "s1", "q2")) is None
    with pytest.raises(NotFound):
        await store.read(lambda tx: runs.get(tx, "s1", "r2"))


async def test_events_are_numbered_without_gaps_and_applied_to_the_state(store: Store) -> None:
    await add_session(store)
    made = run()
    fence = await add_run(store, made)
    failure = Failure(reason="UNREACHABLE", message="nobody answers", retryable=True)
    batches = [
        [run_event(made, Run.STATE_RUNNING), *(agent_event(agent, AgentStatus.STATE_RUNNING) for agent in AGENTS)],
        [agent_event("qma", AgentStatus.STATE_RUNNING, message="a"), agent_event("qma", AgentStatus.STATE_COMPLETE)],
        [agent_event("pma", AgentStatus.STATE_ERROR, failure=failure, attempt=3)],
        [run_event(made, Run.STATE_PARTIAL, failure)],
    ]
    recorded = []
    for batch in batches:
        recorded += await store.write(partial(runs.record, session_id="s1", run_id="r1", fence=fence, events=batch))
    assert [event.sequence for event in recorded] == list(range(1, 10))
    assert await store.read(lambda tx: events.after(tx, "s1", "r1", 0, 100)) == recorded
    assert await store.read(lambda tx: events.after(tx, "s1", "r1", 4, 3)) == recorded[4:7]
    stored = await store.read(lambda tx: runs.get(tx, "s1", "r1"))
    assert (stored.state, stored.last_sequence, stored.failure) == (Run.STATE_PARTIAL, 9, failure)
    assert [status.state for status in stored.agents] == [
        AgentStatus.STATE_COMPLETE,
        AgentStatus.STATE_ERROR,
        AgentStatus.STATE_RUNNING,
        AgentStatus.STATE_RUNNING,
    ]
    assert stored.agents[1].failure == failure


async def test_a_stale_fence_changes_nothing(store: Store) -> None:
    await add_session(store)
    old = await add_run(store, run())
    new = await store.write(lambda tx: runs.reopen(tx, "s1", "r1", lease_of("other")))
    with pytest.raises(FenceLost):
        await store.write(lambda tx: runs.record(tx, "s1", "r1", old, [agent_event("qma", AgentStatus.STATE_ERROR)]))
    stored = await store.read(lambda tx: runs.get(tx, "s1", "r1"))
    assert (stored.last_sequence, stored.agents[0].state) == (0, AgentStatus.STATE_IDLE)
    event = agent_event("qma", AgentStatus.STATE_RUNNING)
    recorded = await store.write(lambda tx: runs.record(tx, "s1", "r1", new, [event]))
    assert recorded[0].sequence == 1


async def test_a_session_has_one_run_in_flight(store: Store) -> None:
    await add_session(store)
    first = run("first")
    fence = await add_run(store, first)
    with pytest.raises(IntegrityError):
        await add_run(store, run("second"))
    await store.write(lambda tx: runs.record(tx, "s1", "first", fence, [run_event(first, Run.STATE_SUCCEEDED)]))
    await add_run(store, run("second"))
    with pytest.raises(IntegrityError):
        await store.write(lambda tx: runs.record(tx, "s1", "first", fence, [run_event(first, Run.STATE_PENDING)]))


async def test_only_runs_in_flight_are_claimed_and_released_ones_at_once(store: Store) -> None:
    await add_session(store)
    ended, left = run("ended"), run("left")
    fence = await add_run(store, ended, owner="dead")
    await store.write(lambda tx: runs.record(tx, "s1", "ended", fence, [run_event(ended, Run.STATE_SUCCEEDED)]))
    await add_run(store, left, owner="dead")
    await store.write(lambda tx: leases.release(tx, "dead"))
    [claimed] = await store.write(lambda tx: queue.claim(tx, lease_of("me"), 10))
    assert (claimed.run.name, claimed.fence) == (left.name, 2)
    assert await store.write(lambda tx: queue.claim(tx, lease_of("me"), 10)) == []
    assert (await store.read(lambda tx: runs.in_flight(tx, "s1"))) is not None


async def test_renewal_tells_which_leases_are_lost(store: Store) -> None:
    for session in ("kept", "lost"):
        await add_session(store, f"sessions/{session}")
    kept = await add_run(store, run(session="kept"))
    lost = await add_run(store, run(session="lost"))
    await store.write(lambda tx: runs.reopen(tx, "lost", "r1", lease_of("other")))
    fences = {"sessions/kept/runs/r1": kept, "sessions/lost/runs/r1": lost}
    renewed = await store.write(lambda tx: leases.renew(tx, fences, lease_of("me")))
    assert renewed == Kept(lost=("sessions/lost/runs/r1",))


def result(agent: str, digest: str, seconds: int, version: str = CONTRACT_VERSION) -> Checkpoint:
    made = Checkpoint(agent=agent, input_digest=digest, contract_version=version, engine="offline 1")
    made.create_time.FromDatetime(NOW + timedelta(seconds=seconds))
    return made


def patch(line: str) -> Patch:
    made = Patch()
    made.sections.quality_plan.passivation.add().text = line
    return made


async def test_checkpoints_are_found_by_input_across_the_sessions_runs(store: Store) -> None:
    await add_session(store)
    await add_run(store, run("r1", state=Run.STATE_SUCCEEDED))
    await add_run(store, run("r2"))
    await store.write(lambda tx: checkpoints.put(tx, "s1", "r1", result("qma", "a", 1), patch("old")))
    await store.write(lambda tx: checkpoints.put(tx, "s1", "r2", result("qma", "a", 2), patch("new")))
    await store.write(lambda tx: checkpoints.put(tx, "s1", "r2", result("qma", "a", 3), patch("newest")))
    await store.write(lambda tx: checkpoints.put(tx, "s1", "r1", result("pma", "a", 1, "another.v9"), patch("?")))
    found = await store.read(lambda tx: checkpoints.find(tx, "s1", "qma", "a"))
    assert found is not None
    assert found[1] == patch("newest")
    assert await store.read(lambda tx: checkpoints.find(tx, "s1", "qma", "b")) is None
    assert await store.read(lambda tx: checkpoints.find(tx, "s1", "pma", "a")) is None
    stored_at = {agent: result(agent, "a", at).create_time.ToMicroseconds() for agent, at in (("qma", 3), ("pma", 1))}
    assert await store.read(lambda tx: checkpoints.newest(tx, "s1")) == stored_at
    stored = await store.read(lambda tx: checkpoints.results(tx, "s1", "r2"))
    assert {agent: kept for agent, (_, kept) in stored.items()} == {"qma": patch("newest")}
    assert len(await store.read(lambda tx: checkpoints.of_run(tx, "s1", "r1"))) == 2


async def test_attempts_are_numbered_by_agent_and_can_be_summed_in_sql(store: Store) -> None:
    await add_session(store)
    await add_run(store, run("r1", state=Run.STATE_SUCCEEDED))
    await add_run(store, run("r2"))
    for number, (agent, in_run) in enumerate([("qma", "r1"), ("pma", "r1"), ("qma", "r1"), ("qma", "r2")]):
        made = Attempt(agent=agent, agent_attempt=1, attempt=1, outcome="COMPLETED", usage=Usage(cost_usd=0.25))
        made.start_time.FromMicroseconds(number)
        await store.write(lambda tx, made=made, in_run=in_run: attempts.put(tx, "s1", in_run, made))  # type: ignore[misc]
    kept = await store.read(lambda tx: attempts.of_run(tx, "s1", "r1"))
    assert [(one.agent, one.number) for one in kept] == [("qma", 1), ("pma", 1), ("qma", 2)]
    assert kept[2].usage.cost_usd == 0.25
    spent = "SELECT SUM(cost_usd) FROM attempts WHERE run_id = 'r1'"
    assert await store.read(lambda tx: tx.execute(text(spent)).scalar()) == 0.75


async def test_an_attempt_that_has_ended_stands_in_place_of_its_beginning_and_one_left_is_cut_off(store: Store) -> None:
    await add_session(store)
    await add_run(store, run("r1"))
    begun, ended, left = (Attempt(agent=agent, attempt=1) for agent in ("qma", "qma", "pma"))
    ended.outcome, ended.usage.cost_usd = "COMPLETED", 0.25
    for one in (begun, left, ended):
        await store.write(lambda tx, one=one: attempts.put(tx, "s1", "r1", one))  # type: ignore[misc]
    assert await store.write(lambda tx: attempts.cut_off(tx, "s1", "r1", NOW)) == {"pma"}
    assert await store.write(lambda tx: attempts.cut_off(tx, "s1", "r1", NOW)) == set()
    kept = await store.read(lambda tx: attempts.of_run(tx, "s1", "r1"))
    assert [(one.agent, one.number, one.outcome) for one in kept] == [("pma", 1, "CANCELLED"), ("qma", 1, "COMPLETED")]
    assert not kept[0].HasField("usage")
    costs = await store.read(
        lambda tx: tx.execute(text("SELECT cost_usd FROM attempts ORDER BY agent")).scalars().all()
    )
    assert costs == [None, 0.25]


async def test_a_checkpoint_that_cannot_be_read_is_none(store: Store) -> None:
    await add_session(store)
    await add_run(store, run())
    await store.write(lambda tx: checkpoints.put(tx, "s1", "r1", result("qma", "a", 1), patch("x")))
    await store.write(lambda tx: tx.execute(update(CHECKPOINTS).values(patch=b"\xff")))
    assert await store.read(lambda tx: checkpoints.find(tx, "s1", "qma", "a")) is None
    assert await store.read(lambda tx: checkpoints.results(tx, "s1", "r1")) == {}


async def test_revisions_count_from_one_and_keep_their_tasks(store: Store) -> None:
    await add_session(store)
    first = await store.write(lambda tx: plans.insert(tx, "s1", plan(80.0)))
    second = await store.write(lambda tx: plans.insert(tx, "s1", plan(90.0)))
    assert (first.revision, second.revision, second.name) == (1, 2, "sessions/s1/plans/2")
    assert first.etag != second.etag
    assert await store.read(lambda tx: plans.get(tx, "s1", None)) == second
    assert await store.read(lambda tx: plans.get(tx, "s1", 1)) == first
    assert [found.score for found in await store.read(lambda tx: plans.list_(tx, "s1"))] == [90.0, 80.0]
    with pytest.raises(NotFound):
        await store.read(lambda tx: plans.get(tx, "s1", 3))
    assert await store.read(lambda tx: tx.scalar(text("SELECT count(*) FROM tasks"))) == 2


async def test_edits_are_those_of_the_newest_revision_of_an_edited_plan(store: Store) -> None:
    await add_session(store)
    first, edited = plan(), plan()
    first.edits.add().edit.statement_id = "nobody edited this plan"
    edited.reason = "edit"
    edited.edits.add().edit.statement_id = "line"
    await store.write(lambda tx: plans.insert(tx, "s1", first))
    assert await store.read(lambda tx: plans.edits(tx, "s1")) == []
    await store.write(lambda tx: plans.insert(tx, "s1", edited))
    assert await store.read(lambda tx: plans.edits(tx, "s1")) == list(edited.edits)
    edited.reason = "retry qma"
    edited.edits.add().edit.statement_id = "another"
    await store.write(lambda tx: plans.insert(tx, "s1", edited))
    assert await store.read(lambda tx: plans.edits(tx, "s1")) == list(edited.edits)
