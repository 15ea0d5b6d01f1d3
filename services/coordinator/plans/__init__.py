"""Plans: pure functions from what the agents returned to a checked, judged plan, and on to its exports."""

from services.coordinator.plans.build import build_plan
from services.coordinator.plans.citation_check import cited_pages
from services.coordinator.plans.comparison import compare
from services.coordinator.plans.edits import InvalidEdit, apply_edits, edited_pages
from services.coordinator.plans.export.markdown import to_markdown
from services.coordinator.plans.export.proto_json import to_json
from services.coordinator.plans.inputs import PlanInputs
from services.coordinator.plans.merge import MalformedPatch, OwnershipViolation, check_patch

__all__ = [
    "InvalidEdit",
    "MalformedPatch",
    "OwnershipViolation",
    "PlanInputs",
    "apply_edits",
    "build_plan",
    "check_patch",
    "cited_pages",
    "compare",
    "edited_pages",
    "to_json",
    "to_markdown",
]
