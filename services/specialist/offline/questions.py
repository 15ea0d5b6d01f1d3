"""What an agent looks for; what no paper says becomes an open question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from buildplan.v1.plan_pb2 import OpenQuestion
from services.specialist.offline.reading import Finding, inferred


@dataclass(frozen=True)
class LookedFor:
    """One thing that a plan needs.

    It is found when a finding in one of `targets` matches `pattern` (any finding there, without a pattern). `when`
    limits the question to jobs whose findings match it: nobody asks for passivation of aluminium.
    """

    question: str
    ask: str
    targets: tuple[str, ...]
    pattern: re.Pattern[str] | None = None
    when: re.Pattern[str] | None = None
    blocking: bool = False
    working_assumption: str = ""

    def asked(self, findings: Iterable[Finding]) -> OpenQuestion | None:
        """The open question, or None when the papers answer it or the job does not raise it."""
        reason = None
        for finding in findings:
            if finding.target in self.targets and (self.pattern is None or self.pattern.search(finding.text)):
                return None
            if reason is None and self.when is not None and self.when.search(finding.text):
                reason = finding
        if self.when is not None and reason is None:
            return None
        return OpenQuestion(
            statement=inferred(self.question, reason.citations[:1] if reason else (), 0.8),
            ask=self.ask,
            blocking=self.blocking,
            working_assumption=self.working_assumption,
        )
