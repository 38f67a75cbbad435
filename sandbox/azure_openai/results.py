"""A job's results.csv (contract 4)."""

import base64
from collections.abc import Iterable
from typing import Final

from sandbox.azure_openai.jobs import metrics
from sandbox.training.trainer import Step

COLUMNS: Final = (
    "step",
    "train_loss",
    "train_mean_token_accuracy",
    "valid_loss",
    "valid_mean_token_accuracy",
    "full_valid_loss",
    "full_valid_mean_token_accuracy",
)


def results_csv(steps: Iterable[Step], *, columns: str, bom: bool, as_base64: bool) -> bytes:
    """One row per step; cells of what was not measured are empty.

    `columns` is `valid` for the service's header, `validation` for the article's spelling of one column.
    """
    header = list(COLUMNS)
    if columns == "validation":
        header[4] = "validation_mean_token_accuracy"
    rows = [",".join(header)]
    for step in steps:
        values = metrics(step)
        rows.append(",".join(str(values.get(name, "")) for name in COLUMNS))
    content = ("\n".join(rows) + "\n").encode("utf-8-sig" if bom else "utf-8")
    return base64.b64encode(content) if as_base64 else content
