"""Which calls a caller's rates are for: costly methods have one each, apart from that of all the others."""

from __future__ import annotations

from dataclasses import dataclass

from services.runtime.identity import Principal
from services.runtime.rates import Rates

# Those that put agents or the reader to work, or a whole plan or file together.
COSTLY = frozenset(
    {
        "/buildplan.v1.DocumentService/DownloadDocument",
        "/buildplan.v1.DocumentService/LocateQuote",
        "/buildplan.v1.DocumentService/RenderPage",
        "/buildplan.v1.DocumentService/UploadDocument",
        "/buildplan.v1.PlanService/ComparePlans",
        "/buildplan.v1.PlanService/EditPlan",
        "/buildplan.v1.PlanService/ExportPlan",
        "/buildplan.v1.PlanService/GetDraft",
        "/buildplan.v1.RunService/ResumeRun",
        "/buildplan.v1.RunService/RetryAgent",
        "/buildplan.v1.RunService/StartRun",
        "/buildplan.v1.SessionService/ValidateSession",
    }
)


@dataclass(frozen=True)
class CallRates:
    """`costly` holds for each costly method alone, `calls` for all other methods together."""

    calls: Rates
    costly: Rates

    def take(self, who: Principal, method: str) -> None:
        """One call of `method` ("/package.Service/Method"); raises ResourceExhausted with the time until the next."""
        if method in COSTLY:
            self.costly.take((who, method), f"calls of {method.rpartition('/')[2]}")
        else:
            self.calls.take(who)
