"""Prometheus metrics: rooms define theirs beside their code, and they count nothing until a server exposes them.

prometheus_client takes 60 ms and 12 MB to import, so that it is imported where BUILDPLAN_METRICS_PORT is set and
nowhere else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
LIBRARY = "prometheus_client"


class Metric(ABC):
    """A name by Prometheus' rules (its unit at the end, counters end in _total), what it says, and its labels."""

    def __init__(self, name: str, help_text: str, labels: Sequence[str] = ()) -> None:
        self.name = name
        self._help = help_text
        self._labels = tuple(labels)
        self._exposed: Any = None
        _registry.take(self)

    @property
    def counts(self) -> bool:
        """False while nobody can ask for it, so that callers may spare themselves the work."""
        return self._exposed is not None

    def expose(self, library: Any) -> None:
        """From now on it counts."""
        self._exposed = self._make(library)

    def expect(self, *values: str) -> None:
        """Shows 0 under the labels' values: to Prometheus a series that begins with 1 has not grown."""
        if self._exposed is not None:
            self._of(values)

    @abstractmethod
    def _make(self, library: Any) -> Any:
        """The library's own metric."""

    def _of(self, values: Sequence[str]) -> Any:
        return self._exposed.labels(*values) if self._labels else self._exposed


class Counter(Metric):
    """Grows."""

    def add(self, amount: float, *values: str) -> None:
        """Adds `amount` under the labels' values."""
        if self._exposed is not None:
            self._of(values).inc(amount)

    def _make(self, library: Any) -> Any:
        return library.Counter(self.name, self._help, self._labels)


class Histogram(Metric):
    """Durations in seconds."""

    def observe(self, seconds: float, *values: str) -> None:
        """Counts one duration under the labels' values."""
        if self._exposed is not None:
            self._of(values).observe(seconds)

    def _make(self, library: Any) -> Any:
        return library.Histogram(self.name, self._help, self._labels, buckets=_BUCKETS)


class Gauge(Metric):
    """What is so at the moment: read from its source whenever somebody asks."""

    def __init__(self, name: str, help_text: str) -> None:
        self._source: Callable[[], float] = lambda: 0.0
        super().__init__(name, help_text)

    def follow(self, source: Callable[[], float]) -> None:
        """Where the value comes from, from now on."""
        self._source = source

    def _make(self, library: Any) -> Any:
        gauge = library.Gauge(self.name, self._help)
        gauge.set_function(self._read)
        return gauge

    def _read(self) -> float:
        return self._source()


class _Registry:
    """All metrics of this process, and whether they count."""

    def __init__(self) -> None:
        self._metrics: list[Metric] = []
        self._library: Any = None

    def take(self, metric: Metric) -> None:
        self._metrics.append(metric)
        if self._library is not None:
            metric.expose(self._library)

    def begin(self) -> Any:
        self._library = import_module(LIBRARY)
        for metric in self._metrics:
            metric.expose(self._library)
        return self._library


_registry = _Registry()


def begin() -> WSGIApplication:
    """Counts from now on; what whoever asks for the metrics of this process is answered by."""
    application: WSGIApplication = _registry.begin().make_wsgi_app()
    return application
