"""What a connection can do, as data: capabilities, hyperparameters, models. The surface offers nothing else.

All values are frozen; times are aware UTC.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Number = int | float
Value = int | float | str
"""What a hyperparameter can be set to."""
ModelKind = Literal["base", "tuned", "checkpoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuffixRule:
    """What the service accepts as the readable end of a model's name.

    Attributes:
        pattern: regular expression of the allowed characters, anchored.
        maximum: characters above which the service refuses.
        advised: characters above which some of its tools refuse.
    """

    pattern: str
    maximum: int
    advised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NameRule:
    """What the service accepts as a name: `pattern` (anchored) and how many characters."""

    pattern: str
    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Documented quotas of one resource; None where the service documents none."""

    file_bytes: int | None = None
    files: int | None = None
    files_total_bytes: int | None = None
    jobs_kept: int | None = None
    jobs_running: int | None = None
    jobs_queued: int | None = None
    deployments: int | None = None
    job_tokens: int | None = None
    min_examples: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingType:
    """One way to train that a person can choose: `id` for the wire, `label` and `hint` for the modal."""

    id: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What this connection can do; the surface offers nothing else.

    Attributes:
        deployment_name: what names deployments may have; None = not documented.
        safety_line: a line of a job's log that holds these words tells that the trained model passed the service's
            safety evaluation; "" = the service says nothing of that kind.
        training: False where nothing can be trained (any more); `notice` is the code of why, for words
            (`training_removed`). What was trained there is still shown, served and cleaned up.
        resubmit: a creation may be repeated with the same `JobSpec.key` without making a second job.
        sparse_points: few measurements are normal (one per epoch), and the chart says so.
        copies: a model that was trained here can be deployed at another connection of the same service.
        timed_methods: methods of training that are billed by the hour: the tokens of the data tell nothing of the cost.
        deploys_once: a model has one deployment at most: of this connection, and where `copies` of all that it reaches.
        holds_back: without validation data the service holds back a share of the training data itself.
        split_validation: the share of the training data that the bot may hold back as validation data is offered.
    """

    pause: bool
    cancel: bool
    seed: bool
    validation: bool
    suffix: SuffixRule | None
    byte_order_mark: bool
    live_points: bool
    training_types: tuple[TrainingType, ...]
    methods: tuple[str, ...]
    limits: Limits
    deployment_name: NameRule | None = None
    safety_line: str = ""
    training: bool = True
    notice: str = ""
    resubmit: bool = False
    sparse_points: bool = False
    split_validation: bool = False
    holds_back: bool = False
    copies: bool = False
    deploys_once: bool = False
    timed_methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the values that a hyperparameter can have."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What an amount can be given in: `sign` after the number (`ep`), `word` for people, and the most of it."""

    sign: str
    word: str
    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HyperParam:
    """One hyperparameter as the service describes it.

    Attributes:
        name: the service's own name (`n_epochs`).
        label: short name for a field.
        kind: whole number, decimal number, one line of text, several lines, or one of `options`.
        minimum, maximum: bounds that the service refuses beyond; None = none documented.
        auto: the value that means "the service decides" (-1), None when there is none.
        default: what is sent when nobody chooses; None = nothing is sent.
        hint: one sentence for the field, with the advised range and its source.
        methods: of training that take it; empty = all of the model.
        means: `epochs` = how often the data is gone through; `duration` = that or another measure as text (`3ep`,
            `100ba`, `1000000tok`).
        pattern: what a text must look like as a whole, "" = anything. longest: most characters of a text.
        required: it has no default, and nothing is trained without it.
        advised: the lowest and the highest of what is usual; beyond it people are warned. None = nobody says.
        units: of a text that is an amount, so that a slip can be told; at least 1 of each.
    """

    name: str
    label: str
    kind: Literal["int", "float", "text", "lines", "choice"]
    minimum: Number | None
    maximum: Number | None
    auto: Number | None
    default: Value | None
    hint: str
    methods: tuple[str, ...] = ()
    means: Literal["", "epochs", "duration"] = ""
    pattern: str = ""
    longest: int = 2000
    options: tuple[Option, ...] = ()
    required: bool = False
    advised: tuple[Number, Number] | None = None
    units: tuple[Unit, ...] = ()


SubscriptionState = Literal["", "subscribed", "coming", "suspended", "unsubscribed", "failed", "absent"]
"""`coming`: being bought. `suspended`: it could not be billed. `failed`: it is there and gives no access."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Something that can be trained further.

    Attributes:
        id: the name to send.
        short: a name that fits a select option and is readable (75 characters at most).
        base: the base model's id; for a base model its own id.
        lifecycle: the service's own word (`generally-available`).
        training_ends, inference_ends: retirement in its two phases; None = not announced.
        training_types: ids of `TrainingType` that this model is known to take; empty = not known.
        job_id: the service's job that made it, for tuned models and checkpoints.
        replacement: the base model to take instead of a retired one, "" = none is named.
        deployable: False = it can be trained further and not deployed.
        subscribed: it is sold by a subscription that has to be there before it is trained (a marketplace).
        subscription: how that subscription stood when the catalogue was read, "" = not known.
        dates_source: who says when it retires ("the service", or the document and the day it was checked).
        regions: where it is trained, as people call them, where that is not everywhere and is known.
        licence: the line that has to be shown before it is trained, "" = none is asked for.
    """

    id: str
    kind: ModelKind
    short: str
    base: str
    lifecycle: str
    trainable: bool
    created_at: datetime | None = None
    training_ends: datetime | None = None
    inference_ends: datetime | None = None
    methods: tuple[str, ...] = ("supervised",)
    training_types: tuple[str, ...] = ()
    hyperparameters: tuple[HyperParam, ...] = ()
    job_id: str | None = None
    context_tokens: int | None = None
    replacement: str = ""
    dates_source: str = ""
    regions: tuple[str, ...] = ()
    licence: str = ""
    deployable: bool = True
    subscribed: bool = False
    subscription: SubscriptionState = ""

    def parameters(self, method: str) -> tuple[HyperParam, ...]:
        """The hyperparameters of one method."""
        return tuple(one for one in self.hyperparameters if not one.methods or method in one.methods)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is trained: so many `epochs`, or so many `tokens` in all; neither = the service decides.

    `measured` False: it is given in batches, and how many tokens those hold is not known.
    """

    epochs: int | None = None
    tokens: int | None = None
    measured: bool = True


def extent(described: tuple[HyperParam, ...], chosen: Mapping[str, Value]) -> Extent:
    """How much a training goes through, by what is chosen or sent anyway."""
    for one in described:
        value = chosen.get(one.name, one.default)
        if value is None or (one.auto is not None and value == one.auto):
            continue
        if one.means == "epochs" and isinstance(value, int | float) and value >= 1:
            return Extent(epochs=int(value))
        if one.means == "duration":
            found = re.fullmatch(r"([0-9]+)(ep|tok)", str(value).replace("_", ""), re.ASCII)
            if found is None:
                return Extent(measured=False)
            return Extent(epochs=int(found[1])) if found[2] == "ep" else Extent(tokens=int(found[1]))
    return Extent()


def epochs(described: tuple[HyperParam, ...], chosen: Mapping[str, Value]) -> int | None:
    """How often the training goes through its data; None when the service decides or it is measured otherwise."""
    return extent(described, chosen).epochs
