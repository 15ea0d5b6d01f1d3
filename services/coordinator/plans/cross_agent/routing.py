"""What quality asks for against what engineering's routing does."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from buildplan.v1.plan_pb2 import CrossAgentConflict, Sections
from buildplan.v1.statement_pb2 import Statement
from services.contract.citations import normalise
from services.coordinator.plans.cross_agent.conflict import conflict
from services.coordinator.plans.cross_agent.operations import operations_in, operations_of
from services.coordinator.plans.synthesis.composing import sentence
from services.coordinator.plans.wording import significant_words

_PLACED = 0.5  # share of a hold point's words that one step must have
_COMMON = 64  # a word that more steps have tells none of them apart
_SAYS_NOTHING = frozenset(
    ["hold", "witness", "point", "customer", "inspection", "inspect", "release", "approval", "after", "step"]
)
_NOT_WANTED = re.compile(
    r"\b(?:no|not|without)\b[^.;]{0,40}(?:passivat|pickl)|(?:passivat|pickl)\w*[^.;]{0,30}\bnot\b", re.IGNORECASE
)
_SECTIONS = ("quality_plan", "engineering_instructions")


class _Routing:
    """The routing's steps, found by operation, by cited sentence and by words."""

    def __init__(self, sections: Sections) -> None:
        steps = [step.statement for step in sections.engineering_instructions.quality_routing]
        self.operations = operations_of(step.text for step in steps)
        self._sentences = {place for step in steps for place in _places(step)}
        self._steps_with: dict[str, list[int]] = defaultdict(list)
        for number, step in enumerate(steps):
            for word in significant_words(step.text):
                self._steps_with[word].append(number)

    def places(self, statement: Statement) -> bool:
        """True when a step does the work, cites the same sentence, or has half of the statement's words."""
        if operations_in(statement.text) & self.operations or not self._sentences.isdisjoint(_places(statement)):
            return True
        words = significant_words(statement.text) - _SAYS_NOTHING
        telling = [self._steps_with.get(word, []) for word in words if len(self._steps_with.get(word, ())) <= _COMMON]
        shared = Counter(number for steps in telling for number in steps)
        return bool(words) and max(shared.values(), default=0) >= _PLACED * len(telling)


def routing_conflicts(sections: Sections) -> Iterator[CrossAgentConflict]:
    """Hold points, required tests and passivation that no step of the routing carries out."""
    routing = _Routing(sections)
    quality = sections.quality_plan
    yield from _unplaced([point.statement for point in quality.hold_points], routing)
    yield from _untested(quality.required_tests, routing)
    yield from _unpassivated(quality.passivation, routing)


def _unplaced(points: Sequence[Statement], routing: _Routing) -> Iterator[CrossAgentConflict]:
    for point in points:
        if not routing.places(point):
            text = f'No step of the quality routing places the hold or witness point "{sentence(point.text)}".'
            yield conflict(text, _SECTIONS, [point])


def _untested(tests: Sequence[Statement], routing: _Routing) -> Iterator[CrossAgentConflict]:
    """Tests of a known method only: of others nobody can say that the routing lacks them."""
    missing: dict[str, list[Statement]] = defaultdict(list)
    for test in tests:
        methods = operations_in(test.text) - {"passivation"}
        if methods and not methods & routing.operations:
            missing[min(methods)].append(test)
    for method, statements in missing.items():
        text = f"Quality requires {method}, and no step of the quality routing carries it out."
        yield conflict(text, _SECTIONS, statements)


def _unpassivated(lines: Sequence[Statement], routing: _Routing) -> Iterator[CrossAgentConflict]:
    wanted = [line for line in lines if "passivation" in operations_in(line.text) and not _NOT_WANTED.search(line.text)]
    if wanted and "passivation" not in routing.operations:
        text = "Quality plans passivation or pickling, and no step of the quality routing carries it out."
        yield conflict(text, _SECTIONS, wanted)


def _places(statement: Statement) -> list[tuple[str, int, str]]:
    return [(each.document, each.page, normalise(each.quote)) for each in statement.citations]
