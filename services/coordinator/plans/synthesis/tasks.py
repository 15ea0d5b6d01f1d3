"""Tasks: what the agents ask for and what the open questions ask for, none of them twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from buildplan.v1.plan_pb2 import OpenQuestion, Task
from buildplan.v1.statement_pb2 import Citation
from services.contract.citations import normalise
from services.coordinator.plans.citation_check import COORDINATOR
from services.coordinator.plans.synthesis.composing import conclude, sentence
from services.coordinator.plans.wording import fingerprint, says_the_same

Place = tuple[str, int, str]
_TASKS_PER_PLACE = 20
_OWNERS = {
    "customer": "project manager",
    "supplier": "purchasing manager",
    "engineering": "engineering manager",
    "quality": "quality manager",
    "purchasing": "purchasing manager",
    "scheduling": "scheduler",
}


def tasks(given: Iterable[Task], questions: Sequence[OpenQuestion]) -> list[Task]:
    """The agents' tasks first, then one for each blocking question and one for the rest of each role's questions."""
    own = list(_with_fingerprints(given))
    unasked = _without_task(questions, own)
    listed: dict[str, Task] = {}
    for task in [*own, *_of_blocking(unasked), *_of_others(unasked)]:
        same = listed.setdefault(task.fingerprint, task)
        same.owner_hint = same.owner_hint or task.owner_hint
        same.due = min(filter(None, (same.due, task.due)), default="")
    return list(listed.values())


def _with_fingerprints(given: Iterable[Task]) -> Iterator[Task]:
    for task in given:
        task.fingerprint = fingerprint(task.statement.text)
        yield task


def _without_task(questions: Sequence[OpenQuestion], own: Sequence[Task]) -> list[OpenQuestion]:
    """The questions that no agent's task already carries: one on the same place that asks the same."""
    texts: dict[Place, list[str]] = defaultdict(list)
    for task in own:
        for citation in task.statement.citations[:1]:
            texts[_place(citation)].append(task.statement.text)
    return [
        question
        for question in questions
        if not any(
            says_the_same(question.statement.text, text)
            for citation in question.statement.citations[:1]
            for text in texts[_place(citation)][:_TASKS_PER_PLACE]
        )
    ]


def _place(citation: Citation) -> Place:
    return citation.document, citation.page, normalise(citation.quote)


def _of_blocking(questions: Sequence[OpenQuestion]) -> Iterator[Task]:
    for question in questions:
        if question.blocking:
            text = f"Get an answer from {question.ask or 'the customer'} before work starts: {question.statement.text}"
            yield _ask(text, fingerprint(f"answer {question.statement.text}"), [question])


def _of_others(questions: Sequence[OpenQuestion]) -> Iterator[Task]:
    roles: dict[str, list[OpenQuestion]] = {}
    for question in questions:
        if not question.blocking:
            roles.setdefault(question.ask, []).append(question)
    for role, asked in roles.items():
        count = f"{len(asked)} open questions" if len(asked) > 1 else "the open question"
        text = f'Clear up {count} to {role or "the customer"}, beginning with: "{sentence(asked[0].statement.text)}"'
        yield _ask(text, fingerprint(f"clear up questions to {role}"), asked)


def _ask(text: str, mark: str, questions: Sequence[OpenQuestion]) -> Task:
    statement = conclude(text, (question.statement for question in questions))
    owner = _OWNERS.get(questions[0].ask, "project manager")
    return Task(statement=statement, owner_hint=owner, fingerprint=mark, source=COORDINATOR)
