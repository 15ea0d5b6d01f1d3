"""A reply becomes a patch whose citations were checked, or a problem that the model can be shown."""

from __future__ import annotations

import json
from dataclasses import dataclass

from buildplan.v1.plan_pb2 import Patch
from buildplan.v1.statement_pb2 import Statement
from services.contract.model_output import ContractViolation, parse_patch
from services.contract.statements import lines
from services.runtime.errors import FailedPrecondition
from services.specialist.openai import failures
from services.specialist.openai.citing import Pages, Unfound, settle_citations
from services.specialist.openai.reply import Reply

_EMPTY = "(the model left this line empty)"
_DOUBTFUL = 0.3


class Unusable(Exception):
    """The reply holds no patch; show the model this text once, then give up."""


@dataclass(frozen=True)
class Answer:
    """A patch that keeps the schema.

    `problems` are its lines that break another rule, `unfound` its quotes that were not found; `citations` counts all.
    """

    patch: Patch
    lines: int
    citations: int
    problems: tuple[str, ...]
    unfound: tuple[Unfound, ...]

    @property
    def flaws(self) -> tuple[str, ...]:
        """Everything that a repair should mend."""
        return (*self.problems, *map(str, self.unfound))


def read_answer(agent: str, reply: Reply, pages: Pages) -> Answer:
    """Raises Unusable for a broken reply and FailedPrecondition for one that the model declined to give."""
    _declined(reply)
    patch = _parsed(agent, _whole_text(reply))
    problems = tuple(_rule_breaks(patch))
    citations, unfound = settle_citations(patch, pages)
    return Answer(patch, len(lines(patch)), citations, problems, tuple(unfound))


def mark(patch: Patch) -> None:
    """Makes lines that break a rule keep it, in the open: they stay, as doubtful conclusions without proof."""
    for line in lines(patch):
        statement = line.statement
        if not statement.text.strip():
            statement.text = _EMPTY
            statement.confidence = 0.0
        if statement.basis == Statement.BASIS_STATED and not statement.citations:
            statement.basis = Statement.BASIS_INFERRED
            statement.confidence = min(statement.confidence, _DOUBTFUL)
        statement.confidence = min(1.0, max(0.0, statement.confidence))


def _declined(reply: Reply) -> None:
    if reply.incomplete == "content_filter":
        raise FailedPrecondition(
            failures.CONTENT_FILTERED,
            "the provider's content filter stopped the answer; look what in the papers may have caused it, take that "
            "document out or use the engine offline",
        )
    if reply.refusal and not reply.text:
        said = " ".join(reply.refusal.split())[:200]
        raise FailedPrecondition(
            failures.MODEL_REFUSED,
            f'the model refused the work: "{said}"; choose another OPENAI_MODEL, or use the engine offline',
        )


def _whole_text(reply: Reply) -> str:
    if reply.status == "malformed":
        raise Unusable("the body of your reply was no reply of the Responses API")
    if reply.incomplete == "max_output_tokens":
        raise Unusable("your answer was cut off because it was too long; write fewer and shorter lines")
    if reply.status != "completed":
        raise Unusable(f'your reply ended early with the status "{reply.status[:40]} {reply.incomplete[:40]}"')
    if not reply.text.strip():
        raise Unusable("your reply holds no text")
    return reply.text


def _parsed(agent: str, text: str) -> Patch:
    try:
        return parse_patch(agent, json.loads(text))
    except ContractViolation as error:
        raise Unusable(f"the JSON breaks the schema at {error}") from error
    except json.JSONDecodeError as error:
        raise Unusable(f"the text is no JSON: {error.msg} at character {error.pos}") from error
    except RecursionError:
        raise Unusable("the JSON is nested too deeply") from None
    except ValueError as error:
        raise Unusable(f"the JSON holds a value that cannot be read: {str(error)[:200]}") from error


def _rule_breaks(patch: Patch) -> list[str]:
    found = []
    for line in lines(patch):
        path = line.path.removeprefix("sections.")
        if not line.statement.text.strip():
            found.append(f"{path}: a line has no text")
        if line.statement.basis == Statement.BASIS_STATED and not line.statement.citations:
            found.append(f'{path}: "{line.statement.text[:80]}" is BASIS_STATED and cites nothing')
    return found
