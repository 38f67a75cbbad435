"""Measurements of a run out of MLflow (contract 4), live and at the end.

The keys are those of the training stack that the product is made of; the label of an evaluation may be another than
`eval` where there are several, so the prefix decides.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from providers.base import Point, Split
from providers.mlflow.client import MlflowClient
from providers.mlflow.values import Metric

LOSS: Final = "loss/train/total"
_TRAIN: Final = "metrics/train/"
_EVAL: Final = "metrics/"
_HOUSEKEEPING: Final = (
    "lr-",
    "time/",
    "throughput/",
    "trainer/",
    "memory/",
    "optimizer/",
    "system/",
    "gradient",
)
_METRICS: Final[Mapping[str, str]] = MappingProxyType(
    {"LanguageCrossEntropy": "loss", "TokenAccuracy": "token_accuracy", "LanguagePerplexity": "perplexity"}
)
LIVE: Final = frozenset({"loss", "token_accuracy"})
"""What a running job is asked for; the rest comes at the end."""


def series_of(key: str) -> tuple[str, Split] | None:
    """Metric and split of a key; None for housekeeping and for what is no curve of a training.

    The cross entropy of the training data is the training loss under another name and is left out.
    """
    if key == LOSS:
        return "loss", "train"
    if key.startswith(_HOUSEKEEPING):
        return None
    if key.startswith(_TRAIN):
        metric = _METRICS.get(key.removeprefix(_TRAIN), key)
        return None if metric == "loss" else (metric, "train")
    if key.startswith(_EVAL) and key.count("/") >= 2:
        return _METRICS.get(key.rpartition("/")[2], key), "valid"
    return None


def points_of(key: str, metrics: Sequence[Metric]) -> tuple[Point, ...]:
    """The measurements of one key."""
    found = series_of(key)
    if found is None:
        return ()
    metric, split = found
    return tuple(Point(metric=metric, split=split, step=one.step, value=one.value) for one in metrics)


async def all_points(mlflow: MlflowClient, run_id: str) -> AsyncIterator[Point]:
    """Every measurement of a run, key by key and page by page."""
    run = await mlflow.run(run_id)
    for key in sorted(run.metrics):
        if series_of(key) is None:
            continue
        async for page in mlflow.history_pages(run_id, key):
            for point in points_of(key, page):
                yield point


async def new_points(
    mlflow: MlflowClient, run_id: str, seen: Mapping[str, int]
) -> tuple[dict[str, int], list[tuple[str, Metric]]]:
    """Measurements after the steps of `seen` (key -> last step), and the steps seen now.

    A key is read only where its newest measurement says that there is something new.
    """
    run = await mlflow.run(run_id)
    fresh: list[tuple[str, Metric]] = []
    now = dict(seen)
    for key, newest in sorted(run.metrics.items()):
        found = series_of(key)
        if found is None or found[0] not in LIVE or newest.step <= seen.get(key, -1):
            continue
        known = seen.get(key, -1)
        later = [one for one in await mlflow.history(run_id, key) if one.step > known]
        if later:
            fresh.extend((key, one) for one in later)
            now[key] = max(one.step for one in later)
    return now, fresh
