"""The forms in which a plan leaves the system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from buildplan.v1.plan_pb2 import Plan
from buildplan.v1.plan_service_pb2 import ExportFormat
from services.contract.names import last_id

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Export:
    """A rendered plan."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class _Form:
    """How a form is named and made. Its module is imported when it is asked for: Office formats cost 30 MB."""

    suffix: str
    media_type: str
    module: str
    function: str


_FORMS = {
    ExportFormat.EXPORT_FORMAT_MARKDOWN: _Form(".md", "text/markdown; charset=utf-8", "markdown", "to_markdown"),
    ExportFormat.EXPORT_FORMAT_JSON: _Form(".json", "application/json", "proto_json", "to_json"),
    ExportFormat.EXPORT_FORMAT_DOCX: _Form(".docx", f"{_OFFICE}.wordprocessingml.document", "word", "to_docx"),
    ExportFormat.EXPORT_FORMAT_XLSX: _Form(".xlsx", f"{_OFFICE}.spreadsheetml.sheet", "workbook", "to_xlsx"),
}
FORMATS = tuple(_FORMS)


def export(plan: Plan, form: ExportFormat.ValueType) -> Export:
    """The plan as a file in one of FORMATS; raises KeyError for another."""
    wanted = _FORMS[form]
    render: Callable[[Plan], str | bytes] = getattr(import_module(f"{__package__}.{wanted.module}"), wanted.function)
    content = render(plan)
    data = content.encode() if isinstance(content, str) else content
    return Export(f"plan-{last_id(plan.name)}{wanted.suffix}", wanted.media_type, data)
