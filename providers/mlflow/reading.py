"""Answers of a tracking server, read leniently: what has the wrong type counts as absent.

Numbers come as numbers, as texts (int64 in protocol buffers' JSON) or as `NaN` and `Infinity`; those are no
measurements and are left out.
"""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from providers.clock import from_unix
from providers.mlflow.values import Artifact, Metric, Run

YEAR_9999: Final = 253_370_764_800


class UnreadableAnswerError(ValueError):
    """A successful answer that is not what this operation answers."""


def read_object(content: bytes) -> dict[str, Any]:
    """A JSON object; an empty body is an empty one. Raises UnreadableAnswerError."""
    if not content.strip():
        return {}
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableAnswerError("json") from error
    if not isinstance(value, dict):
        raise UnreadableAnswerError("object")
    return value


def number(value: object) -> float | None:
    """A finite number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def moment(value: object) -> datetime | None:
    """Aware UTC of unix milliseconds; None for what no calendar has, 0 included (a null in disguise)."""
    milliseconds = number(value)
    if milliseconds is None or not 0 < milliseconds / 1000 < YEAR_9999:
        return None
    return from_unix(milliseconds / 1000)


def text(value: object) -> str:
    """A text, "" for anything else."""
    return value if isinstance(value, str) else ""


def rows(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; absent means none."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def read_metric(row: Mapping[str, Any]) -> Metric | None:
    """A measurement; None when its value or step is none."""
    value, step = number(row.get("value")), number(row.get("step", 0))
    if value is None or step is None:
        return None
    return Metric(value=value, step=int(step), timestamp=moment(row.get("timestamp")))


def read_run(row: Mapping[str, Any]) -> Run:
    """A run as `runs/get` and `runs/search` tell it. Raises UnreadableAnswerError without an id."""
    info, data = _mapping(row.get("info")), _mapping(row.get("data"))
    run_id = text(info.get("run_id")) or text(info.get("run_uuid"))
    if not run_id:
        raise UnreadableAnswerError("run")
    latest: dict[str, Metric] = {}
    for one in rows(data.get("metrics")):
        key, metric = text(one.get("key")), read_metric(one)
        if key and metric is not None:
            latest[key] = metric
    return Run(
        id=run_id,
        name=text(info.get("run_name")),
        experiment_id=text(info.get("experiment_id")),
        status=text(info.get("status")),
        metrics=latest,
        params=_pairs(data.get("params")),
        tags=_pairs(data.get("tags")),
        artifact_uri=text(info.get("artifact_uri")),
        started_at=moment(info.get("start_time")),
        ended_at=moment(info.get("end_time")),
    )


def read_artifact(row: Mapping[str, Any]) -> Artifact | None:
    """A file or folder; None without a path."""
    path = text(row.get("path"))
    size = number(row.get("file_size"))
    if not path:
        return None
    return Artifact(
        path=path, is_dir=row.get("is_dir") is True, bytes=int(size) if size is not None else None
    )


def _pairs(value: object) -> dict[str, str]:
    return {text(one.get("key")): text(one.get("value")) for one in rows(value) if text(one.get("key"))}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
