"""The wire: one HTTP call for each `ask`, and every failure of it as a CallFailed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2
import openai

from services.specialist.openai import failures
from services.specialist.openai.failures import CallFailed
from services.specialist.openai.reply import Reply, read_reply
from services.specialist.openai.settings import OpenAISettings

_DETAIL_CHARACTERS = 300
_CONNECT_SECONDS = 10.0


class Provider:
    """A client of one provider. It never repeats a call; the key leaves it in the request's header only."""

    def __init__(
        self,
        settings: OpenAISettings,
        http_client: httpx2.AsyncClient | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._now = now
        self._client = openai.AsyncOpenAI(
            api_key=settings.key.reveal(),
            base_url=settings.base_url,
            max_retries=0,
            timeout=httpx2.Timeout(settings.timeout, connect=min(_CONNECT_SECONDS, settings.timeout)),
            http_client=http_client,
        )

    async def ask(self, body: Mapping[str, Any]) -> Reply:
        """Sends one Responses API request; raises CallFailed. Cancelling it closes the connection."""
        raw = await self._call(self._client.responses.with_raw_response.create(**body))
        reply = read_reply(raw.text)
        if reply.status == "failed":
            raise _failed_inside(reply, self._safe(reply.error[1]))
        return reply

    async def search(self, vector_store: str, queries: Sequence[str], most: int) -> list[dict[str, Any]]:
        """Hits of a vector store, the best first; raises CallFailed."""
        call = self._client.vector_stores.search(vector_store, query=list(queries), max_num_results=most)
        page = await self._call(call)
        return [hit.model_dump() for hit in page.data]

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.close()

    async def _call(self, call: Any) -> Any:
        try:
            async with asyncio.timeout(self._settings.timeout):
                return await call
        except (openai.APITimeoutError, TimeoutError) as error:
            raise CallFailed(failures.PROVIDER_TIMEOUT, f"no answer within {self._settings.timeout:g} s") from error
        except openai.APIConnectionError as error:
            cause = type(error.__cause__ or error).__name__
            raise CallFailed(failures.PROVIDER_UNREACHABLE, f"{cause} at {self._settings.base_url}") from None
        except openai.APIStatusError as error:
            raise self._refused(error) from None
        except (openai.OpenAIError, ValueError) as error:
            raise CallFailed(failures.PROVIDER_ERROR, self._safe(str(error))) from None

    def _refused(self, error: openai.APIStatusError) -> CallFailed:
        reason = failures.reason_of(error.status_code, (error.code or "", error.type or ""))
        asked = failures.retry_after(error.response.headers, self._now())
        said = error.body.get("message") if isinstance(error.body, dict) else None
        return CallFailed(reason, self._safe(str(said or f"HTTP status {error.status_code}")), asked)

    def _safe(self, text: str) -> str:
        """What a provider says, on one short line and without our key: providers quote a key that they refuse."""
        line = " ".join(self._settings.key.redact(text).split()).rstrip(".")
        return line if len(line) <= _DETAIL_CHARACTERS else f"{line[:_DETAIL_CHARACTERS]}…"


def _failed_inside(reply: Reply, detail: str) -> CallFailed:
    """A reply with the status "failed": its error's code stands for an HTTP status."""
    codes = {"rate_limit_exceeded": failures.RATE_LIMITED, "server_error": failures.PROVIDER_ERROR}
    return CallFailed(codes.get(reply.error[0], failures.REQUEST_REFUSED), detail)
