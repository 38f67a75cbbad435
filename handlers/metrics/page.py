"""The page that Prometheus reads."""

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric

from bot.health.numbers import Numbers
from handlers.metrics import gauges
from handlers.metrics.meter import Meter

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4


class _All:
    """Several sources as one collector."""

    def __init__(self, *sources: Iterable[Metric]) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        """All families, source by source."""
        for source in self._sources:
            yield from source


def page(meter: Meter, numbers: Numbers | None, ages: Mapping[str, float], *, connected: bool) -> bytes:
    """The text format 0.0.4. `numbers` None = the store did not tell them: the rest is told all the same."""
    stored = gauges.of_store(numbers) if numbers is not None else iter(())
    program = gauges.of_program(ages, connected=connected, readable=numbers is not None)
    return generate_latest(_All(meter.collect(), program, stored))
