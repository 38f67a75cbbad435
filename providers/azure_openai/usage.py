"""Who was called: Azure Monitor's hourly counts of all deployments of an account (contract 3.3, 3.4).

Only calls that were answered with 2xx count: whether refused ones keep a deployment alive is not documented, and
leaving them out warns earlier (3.2). The split by status costs no further request. A metric or account that has no
such split counts all calls.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import Field

from providers.azure_openai.arm_wire import At, Items, Loose, read
from providers.azure_openai.management import ArmClient
from providers.azure_openai.wire import Text
from providers.clock import Clock
from providers.errors import Refused, ServiceAnswer
from providers.hosting import Usage, Use

BUCKET: Final = timedelta(hours=1)
DAY: Final = timedelta(hours=24)
RETENTION: Final = timedelta(days=92)
"""Monitor keeps 93 days (3.3); a start before that is refused or cut off."""
TOP: Final = 500
"""Series asked for. The default of 10 drops the others silently; 42 deployments with ten statuses each fit."""
ASK_AGAIN: Final = timedelta(hours=24)
"""How long an account without any of these metrics is believed to have none."""
_DEPLOYMENT: Final = "ModelDeploymentName"
_STATUS: Final = "StatusCode"


@dataclass(frozen=True, slots=True)
class Way:
    """A metric to ask for, and whether it is split by HTTP status."""

    metric: str
    by_status: bool

    @property
    def filter(self) -> str:
        """The `$filter` that splits it."""
        return f"{_DEPLOYMENT} eq '*'" + (f" and {_STATUS} eq '*'" if self.by_status else "")


# Tried in this order; the first that the account has is kept.
WAYS: Final = (
    Way("AzureOpenAIRequests", by_status=True),
    Way("AzureOpenAIRequests", by_status=False),
    Way("ModelRequests", by_status=False),
)


class _Point(Loose):
    at: At = Field(None, alias="timeStamp")
    total: float | None = None


class _Metric(Loose):
    timeseries: Items = Field(default_factory=list)
    error: Text = Field(None, alias="errorCode")
    message: Text = Field(None, alias="errorMessage")


class UseByName(Mapping[str, Use]):
    """Uses by deployment name. Looked up in any case, as ARM compares names; told as Monitor spells them."""

    def __init__(self, uses: Mapping[str, Use]) -> None:
        self._uses = {name.lower(): (name, use) for name, use in uses.items()}

    def __getitem__(self, name: str) -> Use:
        return self._uses[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._uses.values())

    def __len__(self) -> int:
        return len(self._uses)

    def __repr__(self) -> str:
        return f"UseByName({dict(self.items())!r})"


class UsageReader:
    """Asks Monitor; remembers which metric the account has."""

    def __init__(self, arm: ArmClient, clock: Clock) -> None:
        self._arm = arm
        self._clock = clock
        self._way = 0
        self._none_since: datetime | None = None

    async def read(self, since: datetime) -> Usage:
        """Calls from the hour of `since` until now: one request, once more when the account lacks the metric.

        Raises:
            Refused: `usage_unreadable` when Monitor answers, and not with complete counts.
        """
        now = self._clock.now().astimezone(UTC)
        start = max(min(_hour(since), _hour(now)), _hour(now - RETENTION))
        if self._none_since is not None and now - self._none_since < ASK_AGAIN:
            return Usage(since=start, bucket=BUCKET, read_at=now, uses={}, known=False)
        if self._none_since is not None:
            self._way, self._none_since = 0, None
        while self._way < len(WAYS):
            way = WAYS[self._way]
            try:
                answer = await self._ask(way, start, now)
            except Refused as error:
                if error.code != "metric_unknown":
                    raise
                self._way += 1
                continue
            return Usage(
                since=start, bucket=BUCKET, read_at=now, uses=count(answer, now, by_status=way.by_status)
            )
        self._none_since = now
        return Usage(since=start, bucket=BUCKET, read_at=now, uses={}, known=False)

    async def _ask(self, way: Way, start: datetime, end: datetime) -> Any:
        # Buckets are aligned to the start of the timespan, so it must be a full hour. The end stands outside of it.
        end += timedelta(seconds=1)
        params = {
            "metricnames": way.metric,
            "metricnamespace": "Microsoft.CognitiveServices/accounts",
            "timespan": f"{_stamp(start)}/{_stamp(end)}",
            "interval": "PT1H",
            "aggregation": "Total",
            "$filter": way.filter,
            "top": str(TOP),
        }
        path = f"{self._arm.resource.path}/providers/Microsoft.Insights/metrics"
        return await self._arm.get("metrics", "metrics.read", path, params)


def count(answer: Any, now: datetime, *, by_status: bool) -> UseByName:
    """Uses by deployment out of an answer; deployments without a call are absent. Pure.

    Raises:
        Refused: `usage_unreadable` with `reason`: `error` (the metric's own error inside 200), `truncated` (as many
            series as were asked for: some may be missing), `shape`.
    """
    metrics = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(metrics, list) or len(metrics) != 1:
        raise Refused("usage_unreadable", {"reason": "shape"})
    metric = read(_Metric, metrics[0])
    if (metric.error or "Success").lower() != "success":
        seen = ServiceAnswer(status=200, code=metric.error or "", message=metric.message or "")
        raise Refused("usage_unreadable", {"reason": "error"}, seen)
    if len(metric.timeseries) >= TOP:
        raise Refused("usage_unreadable", {"reason": "truncated"})
    names: dict[str, str] = {}
    buckets: dict[str, dict[datetime, int]] = {}
    for series in metric.timeseries:
        dimensions = _dimensions(series)
        name = dimensions.get(_DEPLOYMENT.lower(), "")
        if not name or (by_status and not _answered(dimensions.get(_STATUS.lower(), ""))):
            continue
        mine = buckets.setdefault(names.setdefault(name.lower(), name), {})
        for at, calls in _points(series):
            mine[at] = mine.get(at, 0) + calls
    uses = {name: _use(mine, now) for name, mine in buckets.items()}
    return UseByName({name: use for name, use in uses.items() if use.calls})


def _use(buckets: Mapping[datetime, int], now: datetime) -> Use:
    """The day is the last 24 full buckets and the one that is not full yet."""
    day = _hour(now) - DAY
    return Use(
        last=max((at for at, calls in buckets.items() if calls), default=None),
        calls=sum(buckets.values()),
        last_day=sum(calls for at, calls in buckets.items() if at >= day),
    )


def _dimensions(series: Any) -> dict[str, str]:
    """Names come back in lower case whatever was asked for; a value that is no text is none."""
    listed = series.get("metadatavalues") if isinstance(series, Mapping) else None
    found: dict[str, str] = {}
    for item in listed if isinstance(listed, list) else []:
        name = item.get("name") if isinstance(item, Mapping) else None
        key = name.get("value") if isinstance(name, Mapping) else name
        value = item.get("value") if isinstance(item, Mapping) else None
        if isinstance(key, str) and isinstance(value, str):
            found[key.lower()] = value
    return found


def _points(series: Any) -> Iterable[tuple[datetime, int]]:
    """Buckets with calls; a point without a total is one without calls."""
    data = series.get("data") if isinstance(series, Mapping) else None
    for item in data if isinstance(data, list) else []:
        total = item.get("total") if isinstance(item, Mapping) else None
        if isinstance(total, bool) or not isinstance(total, int | float) or not total > 0:
            continue
        at = read(_Point, {"timeStamp": item.get("timeStamp")}).at
        if at is not None and total < _MOST_CALLS:
            yield at, max(1, round(total))


_MOST_CALLS: Final = 1e15


def _answered(status: str) -> bool:
    """Whether a call with this status reached the model; a service that leaves the status out means all."""
    return not status or status.startswith("2")


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
