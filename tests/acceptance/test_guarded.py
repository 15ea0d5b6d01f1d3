"""The whole system behind mutual TLS and tokens, as its operator sets it up."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from tests.acceptance.command import SAMPLES, buildplan, json_lines, serving

TOKEN, OTHER = "acme-0123456789abcdef", "globex-0123456789abcdef"


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(tmp_path / "ca")
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "pair")
    (tmp_path / "tokens").write_text(f"# tests\n{TOKEN}=acme/ada\n{OTHER}=globex/bob\n")
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    pair = str(tmp_path / "pair")
    return {
        "BUILDPLAN_TLS_CERT": pair,
        "BUILDPLAN_TLS_KEY": pair,
        "BUILDPLAN_TLS_CA": str(tmp_path / "ca"),
        "BUILDPLAN_TOKENS_FILE": str(tmp_path / "tokens"),
        "BUILDPLAN_TOKEN_FILE": str(tmp_path / "token"),
    }


@pytest.mark.timeout(180)
def test_a_session_is_made_run_and_audited_by_who_may(settings: dict[str, str], tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--engine", "offline", **settings) as (_, target):

        def call(*arguments: str, **changed: str) -> tuple[int, str, str]:
            process = buildplan(*arguments, cwd=None, **{**settings, **changed, "BUILDPLAN_TARGET": target})
            return process.returncode, process.stdout, process.stderr

        paper = str(SAMPLES / "PO_4500781234.pdf")
        job = ("--project", "P", "--customer", "C", "--family", "F")
        for arguments in (("sessions", "create", *job), ("upload", paper), ("run",)):
            code, _, complaint = call(*arguments)
            assert code == 0, complaint

        code, shown, _ = call("audit", "--json")
        methods = {record["method"].rpartition("/")[2]: record for record in json_lines(shown)}
        assert code == 0
        assert {"CreateSession", "UploadDocument", "StartRun"} <= methods.keys()
        assert {(record["tenant"], record["subject"]) for record in methods.values()} == {("acme", "ada")}

        assert call("--token", OTHER, "sessions") == (0, "there is no session yet\n", "")
        code, _, complaint = call("sessions", BUILDPLAN_TOKEN_FILE="")
        assert (code, "authorization: Bearer" in complaint) == (1, True)
        code, _, complaint = call("sessions", BUILDPLAN_TLS_CERT="", BUILDPLAN_TLS_KEY="", BUILDPLAN_TLS_CA="")
        assert (code, "do not take each other's certificates" in complaint) == (1, True)
        code, _, complaint = call("sessions", BUILDPLAN_TLS_KEY="")
        assert (code, "belong together" in complaint) == (2, True)
    logs = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert TOKEN.encode() not in logs
    assert OTHER.encode() not in logs
