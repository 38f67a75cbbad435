"""What is looked up at the moment of a scrape, as Prometheus' families."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from bot.health.numbers import Numbers

Rows = Iterable[tuple[tuple[str, ...], float]]


def of_program(ages: Mapping[str, float], *, connected: bool, readable: bool) -> Iterator[Metric]:
    """How the program goes; `readable`: the store told its numbers in time, without which there are none of them."""
    yield _single("tunesmith_slack_connected", "1 while Slack reaches the program.", float(connected))
    yield _single(
        "tunesmith_store_readable",
        "0 where the store's numbers are missing from this scrape.",
        float(readable),
    )
    yield _by("tunesmith_loop_age_seconds", "Seconds since a loop last came round.", ("loop",), _keyed(ages))


def of_store(numbers: Numbers) -> Iterator[Metric]:
    """The store's numbers."""
    where = ("connection", "state")
    yield _by("tunesmith_jobs", "Training jobs.", where, numbers.jobs.items())
    yield _by("tunesmith_deployments", "Deployments.", where, numbers.deployments.items())
    yield _by(
        "tunesmith_requests_open",
        "Requests that wait for people.",
        ("kind", "state"),
        numbers.requests.items(),
    )
    yield _by("tunesmith_files_checking", "Files under check.", ("state",), _keyed(numbers.files))
    yield _by("tunesmith_uploads_open", "Files on their way to a service.", where, numbers.copies.items())
    yield _by(
        "tunesmith_tasks", "Tasks that are open or set aside.", ("lane", "state"), numbers.tasks.items()
    )
    counts = {lane: one.count for lane, one in numbers.due.items()}
    oldest = {lane: one.oldest for lane, one in numbers.due.items()}
    yield _by("tunesmith_tasks_due", "Tasks that should run by now.", ("lane",), _keyed(counts))
    yield _by(
        "tunesmith_task_oldest_due_seconds",
        "Seconds since the oldest task that should run by now was due, 0 without one.",
        ("lane",),
        _keyed(oldest),
    )
    yield _by(
        "tunesmith_outbox_messages", "Messages not sent or given up.", ("state",), _keyed(numbers.messages)
    )
    yield _single(
        "tunesmith_outbox_oldest_seconds", "Age of the oldest unsent message, 0 without one.", numbers.unsent
    )
    yield _by(
        "tunesmith_leases", "Tasks and messages that are being worked on.", ("of",), _keyed(numbers.leases)
    )
    yield _by(
        "tunesmith_poll_age_seconds",
        "Seconds since a connection's jobs could last be listed.",
        ("connection",),
        _keyed(numbers.polled),
    )
    yield _by(
        "tunesmith_look_age_seconds",
        "Seconds since a connection's deployments could last be listed.",
        ("connection",),
        _keyed(numbers.looked),
    )


def _keyed(values: Mapping[str, float]) -> Rows:
    return [((name,), value) for name, value in values.items()]


def _single(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _by(name: str, told: str, labels: Iterable[str], rows: Rows) -> Metric:
    family = GaugeMetricFamily(name, told, labels=tuple(labels))
    for key, value in rows:
        family.add_metric(key, value)
    return family
