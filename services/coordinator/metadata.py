"""What a planner may say about a job, and how a request may be called."""

from __future__ import annotations

from buildplan.v1.session_pb2 import SessionMetadata
from services.coordinator.documents.correction import check_date
from services.runtime.errors import InvalidArgument

_LONGEST = 200
_LONGEST_NOTES = 20_000


def check_request_id(request_id: str) -> None:
    """Raises InvalidArgument for an identifier that is too long or cannot be printed."""
    if len(request_id) > _LONGEST or not request_id.isprintable():
        raise InvalidArgument("request_id", f"takes at most {_LONGEST} printable characters")


def check_metadata(metadata: SessionMetadata) -> None:
    """Raises InvalidArgument for a text that is too long or a calendar that cannot be."""
    for field in ("project_name", "customer", "family"):
        if len(getattr(metadata, field)) > _LONGEST:
            raise InvalidArgument(f"metadata.{field}", f"takes at most {_LONGEST} characters")
    if len(metadata.notes) > _LONGEST_NOTES:
        raise InvalidArgument("metadata.notes", f"takes at most {_LONGEST_NOTES} characters")
    calendar = metadata.calendar
    if not all(1 <= day <= 7 for day in calendar.working_weekdays):
        raise InvalidArgument("metadata.calendar.working_weekdays", "takes numbers from 1 (Monday) to 7 (Sunday)")
    for day in calendar.holidays:
        check_date("metadata.calendar.holidays", day)
    if calendar.country and not _is_known(calendar.country):
        raise InvalidArgument("metadata.calendar.country", "takes an ISO 3166 country code such as US")


def _is_known(country: str) -> bool:
    from holidays import list_supported_countries

    return country in list_supported_countries(include_aliases=False)
