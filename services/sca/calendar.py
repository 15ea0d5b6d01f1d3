"""Working days: which days are worked, and how many lie between two dates."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta

from buildplan.v1.session_pb2 import WorkCalendar

_WEEK = 7


class Calendar:
    """Monday to Friday without holidays, unless the session's calendar says otherwise.

    A calendar that leaves no day to work on cannot be counted with and raises ValueError.
    """

    def __init__(self, calendar: WorkCalendar | None = None) -> None:
        weekdays = frozenset(calendar.working_weekdays if calendar else ()) or frozenset(range(1, 6))
        self._weekdays = frozenset(day for day in weekdays if 1 <= day <= _WEEK)
        if not self._weekdays:
            raise ValueError("the calendar has no working day from 1 (Monday) to 7 (Sunday)")
        written = calendar.holidays if calendar else ()
        days = {date.fromisoformat(text) for text in written}
        self._holidays = sorted(day for day in days if day.isoweekday() in self._weekdays)
        self._off = frozenset(self._holidays)

    def works(self, day: date) -> bool:
        """True when work is done on the day."""
        return day.isoweekday() in self._weekdays and day not in self._off

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` lies before `start`."""
        return self._count(end) - self._count(start)

    def at_or_before(self, day: date) -> date:
        """The day itself when it is worked, else the last working day before it."""
        while not self.works(day):
            day -= timedelta(days=1)
        return day

    def back(self, day: date, working_days: int) -> date:
        """The working day that lies `working_days` working days before the last working day up to `day`."""
        day = self.at_or_before(day)
        for _ in range(working_days):
            day = self.at_or_before(day - timedelta(days=1))
        return day

    def _count(self, day: date) -> int:
        """Working days from the beginning of the calendar up to and with `day`."""
        weeks, rest = divmod(day.toordinal(), _WEEK)
        worked = weeks * len(self._weekdays) + sum(1 for weekday in self._weekdays if weekday <= rest)
        return worked - bisect_right(self._holidays, day)
