"""The OpenAI engine: papers in, one answer, at most one repair, a patch out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from buildplan.v1.agent_pb2 import Usage
from buildplan.v1.context_pb2 import ContextPack
from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.specialist_service_pb2 import Progress
from services.runtime.errors import Aborted, DomainError
from services.runtime.logs import get_logger
from services.runtime.settings import Environment, SettingError
from services.specialist.offline.reader import read_whole
from services.specialist.openai.answer import Answer, Unusable, mark, read_answer
from services.specialist.openai.calls import Calls, Teller, Timing
from services.specialist.openai.citing import Pages
from services.specialist.openai.document_block import readable
from services.specialist.openai.failures import CallFailed
from services.specialist.openai.instructions import Instructions, read_instructions
from services.specialist.openai.prices import at_most
from services.specialist.openai.prompt import Prompt, assemble, request
from services.specialist.openai.provider import Provider
from services.specialist.openai.repair import better, repair_messages
from services.specialist.openai.reply import Reply
from services.specialist.openai.settings import OpenAISettings
from services.specialist.openai.vector_store import search
from services.specialist.profile import Conclude, Profile

_log = get_logger()
BAD_ANSWER = "BAD_ANSWER"


class OpenAIEngine:
    """One agent's model, and what code computes on its answer. Tests replace `provider` and `timing`."""

    name = "openai"
    metered = True

    def __init__(
        self,
        instructions: Instructions,
        settings: OpenAISettings,
        compute: Conclude | None = None,
        provider: Provider | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.model = settings.model
        self.prompt_digest = instructions.digest(settings.effort, settings.max_input_tokens, settings.max_output_tokens)
        self._instructions = instructions
        self._settings = settings
        self._compute = compute
        timing = timing or Timing()
        self._provider = provider or Provider(settings, now=timing.now)
        self._calls = Calls(self._provider, settings, timing)

    async def estimate(self, context: ContextPack) -> Usage:
        """What one attempt may take at most; asks nobody."""
        prompt = await asyncio.to_thread(assemble, context, self._instructions, self._settings)
        usage = Usage(input_tokens=prompt.tokens, output_tokens=self._settings.max_output_tokens)
        return at_most(usage, self._settings.price)

    async def close(self) -> None:
        """Closes the provider's connections."""
        await self._provider.close()

    async def propose(self, context: ContextPack) -> AsyncIterator[Progress | Patch]:
        """Progress with attempts, waits and usage, then the patch. Closing it closes the HTTP request at once."""
        told: asyncio.Queue[Progress | None] = asyncio.Queue()
        teller = Teller(told.put_nowait, self._settings.price)
        work = asyncio.create_task(self._work(context, teller))
        work.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while (progress := await told.get()) is not None:
                yield progress
            yield await work
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError, DomainError):
                await work

    async def _work(self, context: ContextPack, teller: Teller) -> Patch:
        teller.say("choosing passages", 2)
        prompt = await self._prompt(context, teller)
        pages = await asyncio.to_thread(Pages, context)
        body = request(prompt, self._instructions, self._settings)
        reply = await self._calls.ask(body, f"asking {self.model}; {_sent(prompt)}", teller)
        teller.say("checking the answer", 70)
        first, flaws = await self._read(reply, pages)
        if flaws or first is None:
            answer = await self._repaired(prompt, pages, reply, first, flaws, teller)
        else:
            answer = first
        mark(answer.patch)
        await self._computed(context, answer.patch)
        self._report(answer, teller)
        return answer.patch

    async def _prompt(self, context: ContextPack, teller: Teller) -> Prompt:
        prompt = await asyncio.to_thread(assemble, context, self._instructions, self._settings)
        if prompt.whole or not context.vector_store_id:
            return prompt
        passages = await asyncio.to_thread(readable, context)
        try:
            found = await search(self._provider, context, passages, self._instructions.questions)
        except CallFailed as failed:
            _log.warning("vector store not searched", reason=failed.reason, detail=failed.detail)
            teller.say("the vector store did not answer; passages come from our own search alone", 4)
            return prompt
        return await asyncio.to_thread(assemble, context, self._instructions, self._settings, [found])

    async def _read(self, reply: Reply, pages: Pages) -> tuple[Answer | None, tuple[str, ...]]:
        """The answer, if there is one, and what is wrong with it."""
        try:
            answer = await asyncio.to_thread(read_answer, self._instructions.agent, reply, pages)
        except Unusable as problem:
            return None, (str(problem),)
        return answer, answer.flaws

    async def _repaired(
        self,
        prompt: Prompt,
        pages: Pages,
        reply: Reply,
        first: Answer | None,
        flaws: tuple[str, ...],
        teller: Teller,
    ) -> Answer:
        """The better of the first answer and the model's correction of it; there is one correction, no more."""
        _log.info("answer sent back", flaws=len(flaws), first=flaws[0][:200])
        why = f"{len(flaws)} of its lines or quotes failed the check" if first else flaws[0][:120]
        body = request(prompt, self._instructions, self._settings, repair_messages(reply, flaws))
        try:
            second = await self._calls.ask(body, f"asking {self.model} to correct its answer: {why}", teller)
            teller.say("checking the corrected answer", 90)
            answer, problems = await self._read(second, pages)
        except DomainError as error:
            if first is None:
                raise
            _log.warning("correction failed", reason=error.reason)
            return first
        if answer is not None:
            return answer if first is None else better(first, answer)
        if first is not None:
            return first
        raise Aborted(BAD_ANSWER, self._gave_up(problems[0], teller))

    async def _computed(self, context: ContextPack, patch: Patch) -> None:
        """Adds what code computes from the papers whoever reads them."""
        if self._compute is not None:
            self._compute(await asyncio.to_thread(read_whole, context), patch)

    def _gave_up(self, problem: str, teller: Teller) -> str:
        return (
            f"the answer of {self.model} cannot be used, nor can its correction: {problem[:300]} "
            f"({teller.usage.output_tokens} tokens received); retry, raise OPENAI_MAX_OUTPUT_TOKENS, or choose a model "
            "that keeps strict JSON schemas"
        )

    def _report(self, answer: Answer, teller: Teller) -> None:
        checked = f"{answer.lines} lines, {answer.citations} quotes checked"
        marked = len(answer.unfound)
        _log.info("answer", lines=answer.lines, citations=answer.citations, unfound=marked, usage=str(teller.usage))
        teller.say(f"{checked}, {marked} not found on their page and marked" if marked else checked, 98)


def _sent(prompt: Prompt) -> str:
    if prompt.whole:
        return f"all {prompt.total} passages sent"
    return f"{prompt.sent} of {prompt.total} passages fit the token budget"


def open_ai_engine(profile: Profile, environment: Environment) -> OpenAIEngine:
    """The engine of a profile by the process's settings; raises SettingError."""
    if profile.prompt is None:
        raise SettingError(f'"{profile.agent}" has no prompt and so no engine "openai"; set BUILDPLAN_ENGINE=offline')
    instructions = read_instructions(profile.agent, profile.prompt)
    return OpenAIEngine(instructions, OpenAISettings.read(environment, profile.agent), profile.compute)
