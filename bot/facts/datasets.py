"""Facts about datasets."""

from datetime import datetime
from typing import Literal

from bot.facts.jobs import Facts, Money

DatasetState = Literal["received", "checking", "refused", "ready", "unreadable"]
HowMade = Literal["repaired", "without", "copied", "held"]
CopyState = Literal["waiting", "uploading", "processing", "processed", "failed", "uncertain"]


class FindingLine(Facts):
    """One finding: `rule` and `params` are turned into words by `handlers/wording/findings.py`.

    `repair` is the kind of repair that mends it (`bot.datasets.repair.kinds`), empty when only a person can.
    """

    rule: str
    severity: Literal["error", "warning", "hint"]
    line: int | None
    path: str
    params: dict[str, str | int] = {}
    repair: str = ""


class CopyFacts(Facts):
    """The dataset at one connection: `sent` of `bytes` uploaded.

    `detail` is the service's reason for `failed`, `code` with `params` ours.

    `reused_from` is the dataset (`D57`) with the same bytes whose file is used there: nothing was sent.
    """

    connection: str
    state: CopyState
    sent: int = 0
    bytes: int = 0
    detail: str = ""
    code: str = ""
    params: dict[str, str | int | float] = {}
    reused_from: str = ""


class ReadingFacts(Facts):
    """How far the reading of a file is: bytes checked, `of` all by Slack's account (None: it did not say).

    `stalled`: Slack does not give the file for now, and it is tried again.
    """

    bytes: int = 0
    of: int | None = None
    stalled: bool = False


class MadeFrom(Facts):
    """Data that was made here of other data.

    Attributes:
        id: of what (`D57`). how: `repaired`, `without` some of its lines, `copied` for another connection, or one
            side of it after a part was `held` back.
        lines: how many lines were left out. share: per cent that were held back.
        like: the job whose training is to be done again with it (`J142`), None when there is none.
    """

    id: str
    how: HowMade
    lines: int = 0
    share: int = 0
    like: str | None = None


class DatasetFacts(Facts):
    """A dataset as any surface shows it.

    Attributes:
        problem: why it could not be read at all (a code of `bot.errors`), empty otherwise;
            `problem_params` its numbers.
        totals: how often each rule fired (findings show the first 20 of each).
        pair: the dataset that came in the same message and is probably the other half;
            `role` which half this is.
        cost: of training on it for `cost_epochs` epochs, None without a price.
        same_as: an earlier dataset with the same bytes, checked for the same service.
        reading: while it is being checked, how far that is; what was found is then what was found so far.
        profile: what kind of file it was checked as (`bot.datasets.options.PROFILES`), empty before.
        trainable: a training with data of this kind can be ordered from here.
        takers: refused only because the connection does not train with such data: names of those that do.
        connection: what it was checked for. service: the provider of that, empty when the configuration lost it.
        repairable: errors and warnings that a repair mends.
        languages: share of the examples per language in whole per cent, empty = not looked; `systems` different
            system prompts.
        shared: training data: how many examples of its validation data are in it too.
        made_from: data that was made here of other data.
        studying: the second pass (exact tokens, near duplicates, overlap) is still to come.
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
    reading: ReadingFacts | None = None
    profile: str = ""
    trainable: bool = True
    service: str = ""
    connection: str = ""
    takers: tuple[str, ...] | None = None
    repairable: int = 0
    languages: dict[str, int] = {}
    systems: int = 0
    shared: int = 0
    made_from: MadeFrom | None = None
    studying: bool = False
    created_at: datetime
