"""Facts about datasets."""

from datetime import datetime
from typing import Literal

from bot.facts.jobs import Facts, Money

DatasetState = Literal["received", "checking", "refused", "ready", "unreadable"]
CopyState = Literal["waiting", "uploading", "processing", "processed", "failed", "uncertain"]


class FindingLine(Facts):
    """One finding: `rule` and `params` are turned into words by `handlers/wording/findings.py`."""

    rule: str
    severity: Literal["error", "warning", "hint"]
    line: int | None
    path: str
    params: dict[str, str | int] = {}


class CopyFacts(Facts):
    """The dataset at one connection: `sent` of `bytes` uploaded; `detail` is the service's reason for `failed`."""

    connection: str
    state: CopyState
    sent: int = 0
    bytes: int = 0
    detail: str = ""
    code: str = ""


class DatasetFacts(Facts):
    """A dataset as any surface shows it.

    Attributes:
        problem: why it could not be read at all (a code of `bot.errors`), empty otherwise;
            `problem_params` its numbers.
        totals: how often each rule fired (findings show the first 20 of each).
        pair: the dataset that came in the same message and is probably the other half;
            `role` which half this is.
        cost: of training on it for `cost_epochs` epochs, None without a price.
        same_as: an earlier dataset with the same bytes.
    """

    id: str
    name: str
    owner: str
    state: DatasetState
    bytes: int | None
    examples: int | None = None
    turns: dict[str, int] = {}
    tokens: int | None = None
    tokens_exact: bool = False
    seconds: float | None = None
    errors: int = 0
    warnings: int = 0
    hints: int = 0
    findings: tuple[FindingLine, ...] = ()
    totals: dict[str, int] = {}
    copies: tuple[CopyFacts, ...] = ()
    role: Literal["training", "validation"] = "training"
    pair: str | None = None
    pair_name: str | None = None
    cost: Money | None = None
    cost_epochs: int = 3
    cost_model: str = ""
    problem: str = ""
    problem_params: dict[str, str | int] = {}
    same_as: str | None = None
    created_at: datetime
