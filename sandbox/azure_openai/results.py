"""A job's results.csv (contract 4)."""

import base64
from collections.abc import Iterable, Mapping
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
# Nobody has shown the columns of preference training (contract 4): its rewards are told under names of the sandbox.
_COLUMNS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "supervised": COLUMNS,
    "dpo": (
        *COLUMNS, "train_reward_margin", "train_reward_accuracy", "valid_reward_margin", "valid_reward_accuracy",
    ),
    "reinforcement": (
        "step", "train_mean_reward", "valid_mean_reward", "full_valid_mean_reward", "completion_tokens_mean",
        "reasoning_tokens_mean", "mean_unresponsive_rewards", "train_sample_parse_error_count",
        "train_other_error_count",
    ),
}  # fmt: skip


def results_csv(steps: Iterable[Step], *, method: str, columns: str, bom: bool, as_base64: bool) -> bytes:
    """One row per step of a training by `method`; cells of what was not measured are empty.

    `columns` is `valid` for the service's header, `validation` for the article's spelling of one column.
    """
    names = _COLUMNS_OF[method]
    header = list(names)
    if columns == "validation" and method != "reinforcement":
        header[4] = "validation_mean_token_accuracy"
    rows = [",".join(header)]
    for step in steps:
        values = metrics(step)
        rows.append(",".join(str(values.get(name, "")) for name in names))
    content = ("\n".join(rows) + "\n").encode("utf-8-sig" if bom else "utf-8")
    return base64.b64encode(content) if as_base64 else content
