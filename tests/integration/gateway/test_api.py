"""Everything that gRPC has, over HTTP."""

from __future__ import annotations

import asyncio
import hashlib
from urllib.parse import unquote

import pytest

from tests.integration.coordinator.house import MAX_UPLOAD_BYTES
from tests.integration.coordinator.papers import DRAWING, ORDER, email
from tests.integration.gateway.web import Web
from tests.unit.reader.conftest import pdf

pytestmark = pytest.mark.asyncio(loop_scope="package")
_METADATA = {"project_name": "Skid frame", "customer": "Acme", "family": "Frames"}


async def new_session(web: Web, **metadata: str) -> str:
    answer = await web.http.post("/sessions", json={"metadata": {**_METADATA, **metadata}})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/{answer.json()['name']}"
    return str(answer.headers["location"])


async def upload(web: Web, session: str, *files: tuple[str, bytes], **fields: str) -> list[dict[str, str]]:
    answer = await web.http.post(f"{session}/documents", files=[("files", file) for file in files], data=fields)
    assert answer.status_code == 201, answer.text
    documents: list[dict[str, str]] = answer.json()["documents"]
    return documents


async def test_a_session_is_made_once_for_a_key_and_found_changed_and_deleted(web: Web) -> None:
    key = {"idempotency-key": "once"}
    first = await web.http.post("/sessions", json={"metadata": {"project_name": "Quaint"}}, headers=key)
    again = await web.http.post("/sessions", json={"metadata": {"project_name": "Quaint"}}, headers=key)
    assert first.json()["name"] == again.json()["name"]
    session = first.headers["location"]
    found = (await web.http.get("/sessions", params={"query": "quaint"})).json()["sessions"]
    assert [one["name"] for one in found] == [session[1:]]
    changed = await web.http.patch(session, json={"metadata": {"customer": "Acme", "projectName": None}})
    assert changed.json()["metadata"] == {"customer": "Acme"}
    assert (await web.http.get(session)).json() == changed.json()
    assert (await web.http.delete(session)).status_code == 204
    await web.problem(await web.http.get(session), 404, "NOT_FOUND")


async def test_pages_of_sessions(web: Web) -> None:
    made = {(await new_session(web, family="paging"))[1:] for _ in range(3)}
    first = (await web.http.get("/sessions", params={"query": "paging", "page_size": 2})).json()
    token = first["next_page_token"]
    second = await web.http.get("/sessions", params={"query": "paging", "page_size": 2, "page_token": token})
    assert {one["name"] for one in first["sessions"] + second.json()["sessions"]} == made


async def test_files_become_documents_and_an_email_brings_its_attachments(web: Web) -> None:
    session = await new_session(web)
    documents = await upload(web, session, ("drawing.md", DRAWING), ("../../mail.eml", email()))
    assert [one["file_name"] for one in documents] == ["drawing.md", "mail.eml", "po.md"]
    listed = (await web.http.get(f"{session}/documents")).json()["documents"]
    assert listed == documents
    assert (await web.http.get(f"/{documents[0]['name']}")).json() == documents[0]


async def test_a_large_file_for_nobody_is_not_found_however_soon_the_coordinator_says_so(web: Web) -> None:
    large = {"files": ("large.txt", b"x" * 3_000_000)}
    answers = await asyncio.gather(*(web.http.post("/sessions/nobody/documents", files=large) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {404}


async def test_the_fields_of_a_form_are_about_the_next_file(web: Web) -> None:
    session = await new_session(web)
    fields = {"kind": "DOCUMENT_KIND_QUOTE", "sha256": hashlib.sha256(ORDER).hexdigest()}
    (document,) = await upload(web, session, ("po.md", ORDER), **fields)
    assert document["kind"] == "DOCUMENT_KIND_QUOTE"
    wrong = {"sha256": "0" * 64}
    answer = await web.http.post(f"{session}/documents", files=[("files", ("po.md", ORDER))], data=wrong)
    await web.problem(answer, 400, "INVALID_ARGUMENT")


async def test_a_refused_file_leaves_those_before_it(web: Web) -> None:
    session = await new_session(web)
    files = [("files", ("a.md", DRAWING)), ("files", ("b.txt", b"x" * (MAX_UPLOAD_BYTES + 1)))]
    problem = await web.problem(await web.http.post(f"{session}/documents", files=files), 413, "FILE_TOO_LARGE")
    listed = (await web.http.get(f"{session}/documents")).json()["documents"]
    assert problem["stored"] == [one["name"] for one in listed]
    assert [one["file_name"] for one in listed] == ["a.md"]


async def test_a_document_is_corrected_read_and_deleted(web: Web) -> None:
    session = await new_session(web)
    (document,) = await upload(web, session, ("note.md", DRAWING))
    url = f"/{document['name']}"
    changed = await web.http.patch(url, json={"kind": "DOCUMENT_KIND_DRAWING", "revision": "C", "precedence": 3})
    assert {"kind_corrected": True, "revision": "C", "precedence": 3}.items() <= changed.json().items()
    await web.problem(await web.http.patch(url, json={"size_bytes": "7"}), 400, "INVALID_ARGUMENT")
    page = (await web.http.get(f"{url}/pages/1")).json()
    assert "316L" in page["text"]
    assert page["passages"]
    await web.problem(await web.http.get(f"{url}/pages/99"), 404, "NOT_FOUND")
    await web.problem(await web.http.get(f"{url}/pages/0"), 422, "INVALID_PARAMETER")
    assert (await web.http.delete(url)).status_code == 204
    await web.problem(await web.http.get(url), 404, "NOT_FOUND")


async def test_an_original_is_never_active(web: Web) -> None:
    session = await new_session(web)
    content = b"<script>alert(1)</script>" * 100_000
    (document,) = await upload(web, session, ('we"ird\u2028 näme.html', content))
    answer = await web.http.get(f"/{document['name']}/content")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    plain, _, exact = answer.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="we_22ird n_me.html"'
    assert unquote(exact) == document["file_name"]
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["cache-control"] == "private, no-store"
    await web.problem(await web.http.get(f"{session}/documents/none/content"), 404, "NOT_FOUND")


async def test_a_picture_is_asked_for_before_each_use_and_sent_once(web: Web) -> None:
    session = await new_session(web)
    (document,) = await upload(web, session, ("drawing.pdf", pdf(["All welds shall be inspected."])))
    url = f"/{document['name']}/pages/1/picture"
    picture = await web.http.get(url, params={"width": 200})
    assert (picture.status_code, picture.headers["cache-control"]) == (200, "private, no-cache")
    known = {"if-none-match": picture.headers["etag"]}
    again = await web.http.get(url, params={"width": 200}, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "private, no-cache"
    larger = await web.http.get(url, params={"width": 300}, headers=known)
    assert larger.status_code == 200
    assert larger.content != picture.content
    assert (await web.http.delete(f"/{document['name']}")).status_code == 204
    await web.problem(await web.http.get(url, params={"width": 200}, headers=known), 404, "NOT_FOUND")


async def test_the_way_from_papers_to_a_plan(web: Web) -> None:
    session = await new_session(web)
    empty = (await web.http.post(f"{session}/validations")).json()
    assert "ready" not in empty
    refused = await web.http.post("/agents/run", json={"parent": session[1:]})
    problem = await web.problem(refused, 409, "PREFLIGHT_FAILED")
    assert [one["code"] for one in problem["violations"]] == ["NO_FILES"]
    await upload(web, session, ("drawing.md", DRAWING))
    await upload(web, session, ("po.md", ORDER))
    tie = next(
        one
        for one in (await web.http.get(f"{session}/conflicts")).json()["conflicts"]
        if one["topic"] == "TOPIC_PASSIVATION"
    )
    choice = {"value": tie["sides"][0]["fact"]["value"], "note": "Asked the buyer"}
    resolved = (await web.http.put(f"/{tie['name']}/resolution", json=choice)).json()
    assert resolved["state"] == "STATE_RESOLVED_BY_USER"
    assert (await web.http.post(f"{session}/validations")).json()["ready"] is True

    key = {"idempotency-key": "kick-off"}
    started = await web.http.post("/agents/run", json={"parent": session[1:]}, headers=key)
    assert started.status_code == 202, started.text
    url = started.headers["location"]
    assert url == f"/{started.json()['run']['name']}"
    again = await web.http.post("/agents/run", json={"parent": session[1:]}, headers=key)
    assert again.headers["location"] == url
    await web.house.finish(url[1:])
    run = (await web.http.get(url)).json()
    assert run["state"] == "STATE_SUCCEEDED"
    assert [one["name"] for one in (await web.http.get(f"{session}/runs")).json()["runs"]] == [url[1:]]
    checkpoints = (await web.http.get(f"{url}/checkpoints")).json()["checkpoints"]
    assert {one["agent"] for one in checkpoints} == {"qma", "pma", "sca", "ema"}
    assert (await web.http.get(f"{url}/attempts")).json() == {}
    await web.problem(await web.http.post("/agents/resume", json={"name": url[1:]}), 409, "NOTHING_MISSING")
    retried = await web.http.post("/agents/qma/retry", json={"name": url[1:]})
    assert retried.status_code == 202
    await web.house.finish(url[1:])
    cancelled = await web.http.post("/agents/cancel", json={"name": url[1:]})
    assert cancelled.json()["state"] == "STATE_SUCCEEDED"
    await web.problem(await web.http.post("/agents/zza/retry", json={"name": url[1:]}), 400, "INVALID_ARGUMENT")
    await read_and_edit(web, session)


async def read_and_edit(web: Web, session: str) -> None:
    latest = f"{session}/plans/latest"
    plan = await web.http.get(latest)
    etag = plan.headers["etag"]
    assert etag == f'"{plan.json()["etag"]}"'
    unchanged = await web.http.get(latest, headers={"if-none-match": f'"other", W/{etag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    line = plan.json()["sections"]["quality_plan"]["passivation"][0]
    edits = {"edits": [{"statement_id": line["id"], "text": "Passivate as agreed with the buyer."}]}
    await web.problem(await web.http.post(f"{latest}/edits", json=edits), 428, "ETAG_MISSING")
    stale = await web.http.post(f"{latest}/edits", json=edits, headers={"if-match": '"stale"'})
    await web.problem(stale, 412, "STALE_ETAG")
    edited = await web.http.post(f"{latest}/edits", json=edits, headers={"if-match": etag})
    assert edited.status_code == 201, edited.text
    assert edited.headers["etag"] != etag
    assert edited.headers["location"] == f"/{edited.json()['name']}"
    revisions = (await web.http.get(f"{session}/plans")).json()["revisions"]
    assert [one["revision"] for one in revisions] == [3, 2, 1]
    exported = await web.http.get(f"{latest}/export", params={"format": "markdown"})
    assert exported.text.startswith("# Strategic Build Plan")
    assert 'filename="plan-3.md"' in exported.headers["content-disposition"]
    assert exported.headers["cache-control"] == "private, no-store"
    as_json = await web.http.get(f"{session}/plans/1/export", params={"format": "json"})
    assert as_json.json()["revision"] == 1
    await web.problem(await web.http.get(f"{session}/plans/99"), 404, "NOT_FOUND")
