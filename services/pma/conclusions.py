"""What purchasing concludes: requests for quotation and tasks, each resting on what the papers say."""

from __future__ import annotations

import re

from buildplan.v1.plan_pb2 import Patch, Task
from buildplan.v1.statement_pb2 import Citation
from services.pma.rules.long_lead import LONG_LEAD_DAYS
from services.specialist.offline.items import item_key
from services.specialist.offline.reading import Reading, inferred

_OUTSIDE = (
    ("passivation", ("quality_plan.passivation",), re.compile(r"\bpassivat|\bpickl", re.IGNORECASE)),
    (
        "heat treatment",
        ("engineering_instructions.exceptional_steps",),
        re.compile(r"\bheat[- ]treat|\banneal|\bstress[- ]reli", re.IGNORECASE),
    ),
    (
        "plating and coating",
        ("engineering_instructions.exceptional_steps",),
        re.compile(r"\bplat(?:ed|ing)\b|\banodi|\bpowder[- ]coat|\bgalvani", re.IGNORECASE),
    ),
    (
        "non-destructive testing",
        ("quality_plan.required_tests",),
        re.compile(r"\bpenetrant|\bradiograph|\bultrason|\bmagnetic particle", re.IGNORECASE),
    ),
    ("material", ("purchasing.materials",), None),
)
_CITED = 3


def derive(reading: Reading, patch: Patch) -> None:
    """Adds requests for quotation per special process and long-lead item, and the tasks of buying."""
    _quotations(reading, patch)
    _same_names(patch)
    _long_lead(patch)
    _certificates(patch)


def _quotations(reading: Reading, patch: Patch) -> None:
    for name, targets, pattern in _OUTSIDE:
        places = _places(reading, targets, pattern)
        if places:
            patch.sections.purchasing.rfqs.append(
                inferred(f"Request quotations for {name} to the requirements of the papers.", places, 0.7)
            )


def _places(reading: Reading, targets: tuple[str, ...], pattern: re.Pattern[str] | None) -> list[Citation]:
    found = (finding for finding in reading.of(*targets) if pattern is None or pattern.search(finding.text))
    return [finding.citations[0] for finding, _ in zip(found, range(_CITED), strict=False)]


def _same_names(patch: Patch) -> None:
    """What several papers say of one item stands under the name that came first."""
    names: dict[frozenset[str], str] = {}
    for line in patch.sections.purchasing.long_lead_items:
        line.item = names.setdefault(item_key(line.item), line.item)


def _long_lead(patch: Patch) -> None:
    named: set[str] = set()
    for item in patch.sections.purchasing.long_lead_items:
        key = item.item.casefold()
        if item.lead_time_days < LONG_LEAD_DAYS or key in named:
            continue
        named.add(key)
        name = item.item or "the long-lead item"
        cited = list(item.statement.citations)
        patch.sections.purchasing.rfqs.append(
            inferred(
                f"Request a binding delivery date and an expedited price for {name} ({item.lead_time_days} days).",
                cited,
            )
        )
        text = f"Place the order for {name}: lead time {item.lead_time_days} calendar days."
        patch.tasks.append(Task(statement=inferred(text, cited), owner_hint="purchasing"))


def _certificates(patch: Patch) -> None:
    certificates = patch.sections.purchasing.material_certificates
    if certificates:
        cited = [line.citations[0] for line in certificates[:_CITED]]
        text = "Write the certificate and traceability requirements into every material order."
        patch.tasks.append(Task(statement=inferred(text, cited), owner_hint="purchasing"))
