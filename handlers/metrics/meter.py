"""What is counted while the program runs, in a registry of its own.

Labels take their values from the configuration and from names in the code: nothing that people or services write ever
becomes one.
"""

import platform
from collections.abc import Iterable
from importlib.metadata import version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector
from prometheus_client.metrics_core import Metric

REQUEST_SECONDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 300.0)
SLACK_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
ACK_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
"""Slack hangs up after the last of them."""
LAG_SECONDS: Final = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0)
PAYLOADS: Final = frozenset({"slash_commands", "interactive", "events_api"})


class Requests:
    """Counts the requests of one connection (`providers.observing.Observer`)."""

    def __init__(self, connection: str, total: Counter, seconds: Histogram) -> None:
        self._connection, self._total, self._seconds = connection, total, seconds

    def answered(self, operation: str, outcome: str, seconds: float) -> None:
        """One request is over; counted under the operation's group (`jobs` of `jobs.create`)."""
        group = operation.partition(".")[0]
        self._total.labels(self._connection, group, outcome).inc()
        self._seconds.labels(self._connection, group).observe(seconds)


class Meter:
    """Counts and measures; `collect` gives what was seen so far."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        build = Info("tunesmith_build", "Version of the program and of Python.", registry=self._registry)
        build.info({"version": version("tunesmith"), "python": platform.python_version()})
        self._requests = Counter(
            "tunesmith_provider_requests",
            "Requests sent to services, repeated ones included.",
            ("connection", "operation", "outcome"),
            registry=self._registry,
        )
        self._request_seconds = Histogram(
            "tunesmith_provider_request_seconds",
            "Seconds from the first byte sent to a service to the head of its answer.",
            ("connection", "operation"),
            buckets=REQUEST_SECONDS,
            registry=self._registry,
        )
        self._calls = Counter(
            "tunesmith_slack_calls",
            "Calls of Slack's Web API.",
            ("method", "outcome"),
            registry=self._registry,
        )
        self._call_seconds = Histogram(
            "tunesmith_slack_call_seconds",
            "Seconds that calls of Slack's Web API took.",
            buckets=SLACK_SECONDS,
            registry=self._registry,
        )
        self._acks = Histogram(
            "tunesmith_ack_seconds",
            "Seconds from a payload of Slack's to its ack.",
            ("payload",),
            buckets=ACK_SECONDS,
            registry=self._registry,
        )
        self._lag = Histogram(
            "tunesmith_event_loop_lag_seconds",
            "Seconds by which the event loop woke up late, looked at twice a second.",
            buckets=LAG_SECONDS,
            registry=self._registry,
        )

    def requests(self, connection: str) -> Requests:
        """Who counts the requests of a connection."""
        return Requests(connection, self._requests, self._request_seconds)

    def called(self, method: str, outcome: str, seconds: float) -> None:
        """A call of Slack's Web API is over (`handlers.slack.observing.CallObserver`)."""
        self._calls.labels(method, outcome).inc()
        self._call_seconds.observe(seconds)

    def acked(self, payload: str, seconds: float) -> None:
        """A payload of Slack's was answered (`handlers.slack.observing.AckObserver`)."""
        self._acks.labels(payload if payload in PAYLOADS else "other").observe(seconds)

    def lagged(self, seconds: float) -> None:
        """The event loop woke up late by this."""
        self._lag.observe(seconds)

    def collect(self) -> Iterable[Metric]:
        """Everything that was counted; without the moments at which each series began, which nobody asks for."""
        for metric in self._registry.collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric
