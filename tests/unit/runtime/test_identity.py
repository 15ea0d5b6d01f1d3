"""Who calls: fixed tokens from the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.runtime.errors import Unauthenticated
from services.runtime.identity import Principal, bearer_token, read_identities
from services.runtime.settings import Environment, SettingError

ADA, BOB = "ada-0123456789abcdef==", "bob-0123456789abcdef"
ENTRIES = f"{ADA}=acme/ada,{BOB}=globex/bob@globex.example"


async def test_without_a_setting_nobody_is_asked() -> None:
    assert read_identities(Environment({})) is None


async def test_a_token_names_its_tenant_and_subject() -> None:
    identities = read_identities(Environment({"BUILDPLAN_TOKENS": ENTRIES}))
    assert identities is not None
    assert await identities.identify(ADA) == Principal(subject="ada", tenant="acme")
    assert await identities.identify(BOB) == Principal(subject="bob@globex.example", tenant="globex")


@pytest.mark.parametrize("token", ["", ADA[:-1], ADA + "x", ADA.upper(), "ada", "ü" * 20])
async def test_any_other_token_is_refused_and_not_repeated(token: str) -> None:
    identities = read_identities(Environment({"BUILDPLAN_TOKENS": ENTRIES}))
    assert identities is not None
    with pytest.raises(Unauthenticated) as caught:
        await identities.identify(token)
    assert caught.value.reason == "TOKEN_REJECTED"
    assert not token or token not in caught.value.message


async def test_tokens_may_stand_in_a_file_of_lines(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(f"# the ERP\n{ADA}=acme/erp\n\n  {BOB}=globex/bob  \n")
    identities = read_identities(Environment({"BUILDPLAN_TOKENS_FILE": str(file)}))
    assert identities is not None
    assert await identities.identify(ADA) == Principal("erp", "acme")
    assert await identities.identify(BOB) == Principal("bob", "globex")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"BUILDPLAN_TOKENS": f"{ADA}"}, "entry 1"),
        ({"BUILDPLAN_TOKENS": f"{ADA}=acme/ada,{BOB}=globex"}, "entry 2: a subject takes"),
        ({"BUILDPLAN_TOKENS": f"{ADA}=/ada"}, "entry 1: a tenant takes"),
        ({"BUILDPLAN_TOKENS": f"{ADA}=ac me/ada"}, "entry 1: a tenant takes"),
        ({"BUILDPLAN_TOKENS": f"{ADA}=acme/ada,{ADA}=globex/bob"}, "entry 2: .* each token once"),
        ({"BUILDPLAN_TOKENS": "short=acme/ada"}, "at least 16 characters"),
        ({"BUILDPLAN_TOKENS": "# nothing"}, "no entry"),
        ({"BUILDPLAN_TOKENS": ENTRIES, "BUILDPLAN_TOKENS_FILE": "tokens"}, "both set"),
        ({"BUILDPLAN_TOKENS_FILE": "/nowhere/tokens"}, "BUILDPLAN_TOKENS_FILE .* cannot be read: No such file"),
        ({"BUILDPLAN_TOKENS_FILE": "/dev/null"}, "empty file"),
        ({"BUILDPLAN_TOKENS": ENTRIES, "BUILDPLAN_JWT_ISSUER": "https://id.example"}, "both set"),
    ],
)
def test_bad_settings_stop_the_service_and_tell_no_token(values: dict[str, str], message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        read_identities(Environment(values))
    assert ADA not in str(caught.value)
    assert BOB not in str(caught.value)


@pytest.mark.parametrize("header", [f"Bearer {ADA}", f"bearer   {ADA} "])
def test_the_token_of_a_header(header: str) -> None:
    assert bearer_token(header) == ADA


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", ADA, f"Basic {ADA}"])
def test_a_header_without_a_token_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        bearer_token(header)
    assert caught.value.reason == "TOKEN_MISSING"
    assert ADA not in caught.value.message
