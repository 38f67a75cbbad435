"""The hyperparameters of the three methods, described for a modal (contract 1.4, v1 specification)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from providers.azure_openai.surface import DPO, REINFORCEMENT, SUPERVISED
from providers.base import HyperParam, Option, Value

AUTO: Final = -1
"""Ours for "the service decides": what the dated surface takes as it is, and v1 as `auto`."""
GRADER: Final = "grader"
RESPONSE_FORMAT: Final = "response_format"
OBJECTS: Final = (GRADER, RESPONSE_FORMAT)
"""What is given as the text of a JSON object, and stands beside the hyperparameters in the method."""
LONGEST_GRADER: Final = 100_000
"""Characters of a grader; the service documents no limit, and what is longer than a field comes as a file."""
LONGEST: Final = 3000
"""Characters that a field of several lines takes in Slack."""

SHARED: Final = (
    HyperParam(
        name="n_epochs",
        label="Epochs",
        kind="int",
        minimum=1,
        maximum=None,
        auto=AUTO,
        default=AUTO,
        means="epochs",
        hint="How often the whole training file is read; the most follows from the tokens in it. -1: the service "
        "decides from the number of examples.",
    ),
    HyperParam(
        name="batch_size",
        label="Batch size",
        kind="int",
        minimum=1,
        maximum=256,
        auto=AUTO,
        default=AUTO,
        hint="Examples per step. -1: 0.2 % of the examples. Larger batches suit larger files.",
    ),
    HyperParam(
        name="learning_rate_multiplier",
        label="Learning-rate multiplier",
        kind="float",
        minimum=0.0001,  # the service wants more than 0; what is smaller teaches nothing
        maximum=None,
        auto=None,
        default=None,
        advised=(0.01, 5),  # 0.02 to 0.2 in newer documents, 0.5 to 2 in older ones
        hint="Microsoft advises 0.02 to 0.2, smaller against overfitting.",
    ),
)

# The specification of v1 names `beta` and no bounds; `l2_multiplier` and both defaults of 0.1 are what Microsoft's
# fine-tuning skill for agents tells (microsoft/azure-skills), and neither is sent unless somebody sets it.
_PREFERENCE: Final = (
    HyperParam(
        name="beta",
        label="Beta",
        kind="float",
        minimum=0,
        maximum=None,
        auto=AUTO,
        default=None,
        hint="How strongly the model is held to what it was. Microsoft names 0.1 as the usual value.",
        methods=(DPO,),
    ),
    HyperParam(
        name="l2_multiplier",
        label="L2 multiplier",
        kind="float",
        minimum=0,
        maximum=None,
        auto=None,
        default=None,
        hint="Regularisation against drifting away from the base model. Microsoft names 0.1 as the usual value.",
        methods=(DPO,),
    ),
)

_REINFORCEMENT: Final = (
    HyperParam(
        name=GRADER,
        label="Grader (JSON)",
        kind="lines",
        minimum=None,
        maximum=None,
        auto=None,
        default=None,
        hint="Scores each answer: string_check, text_similarity, score_model, python, endpoint, or several as multi.",
        methods=(REINFORCEMENT,),
        longest=LONGEST_GRADER,
        required=True,
    ),
    HyperParam(
        name=RESPONSE_FORMAT,
        label="Response format (JSON)",
        kind="lines",
        minimum=None,
        maximum=None,
        auto=None,
        default=None,
        hint="A JSON schema that answers have to follow, so that a grader can read their fields.",
        methods=(REINFORCEMENT,),
        longest=LONGEST,
    ),
    HyperParam(
        name="reasoning_effort",
        label="Reasoning effort",
        kind="choice",
        minimum=None,
        maximum=None,
        auto=None,
        default=None,
        hint="How long the model reasons while it is trained.",
        methods=(REINFORCEMENT,),
        options=tuple(
            Option(value=value, label=value.capitalize()) for value in ("default", "low", "medium", "high")
        ),
    ),
    HyperParam(
        name="compute_multiplier",
        label="Compute multiplier",
        kind="float",
        minimum=0.0001,
        maximum=None,
        auto=AUTO,
        default=None,
        hint="How much is tried out in training. The training is billed by the hour, so more costs more.",
        methods=(REINFORCEMENT,),
    ),
    HyperParam(
        name="eval_interval",
        label="Steps between evaluations",
        kind="int",
        minimum=1,
        maximum=None,
        auto=AUTO,
        default=None,
        hint="After how many steps the validation data is evaluated. -1: the service decides.",
        methods=(REINFORCEMENT,),
    ),
    HyperParam(
        name="eval_samples",
        label="Answers per evaluation",
        kind="int",
        minimum=1,
        maximum=None,
        auto=AUTO,
        default=None,
        hint="How many answers are generated for an evaluation. -1: the service decides.",
        methods=(REINFORCEMENT,),
    ),
)

_BY_METHOD: Final[Mapping[str, tuple[HyperParam, ...]]] = {
    SUPERVISED: SHARED,
    DPO: (*SHARED, *_PREFERENCE),
    REINFORCEMENT: (*SHARED, *_REINFORCEMENT),
}
_KINDS: Final = {one.name: one for named in _BY_METHOD.values() for one in named}


def of_methods(methods: Iterable[str]) -> tuple[HyperParam, ...]:
    """What a model that is trained by these methods takes, each named once; nothing for methods that nobody knows."""
    found = (one for method in methods for one in _BY_METHOD.get(method, ()))
    return tuple(dict.fromkeys(found))


def sent(name: str, value: Value, *, auto_word: bool) -> Value:
    """A value as the service takes it: whole numbers whole, and `auto` for -1 where it has that word."""
    known = _KINDS.get(name)
    if isinstance(value, str) or known is None:
        return value
    if auto_word and known.auto is not None and value == known.auto:
        return "auto"
    return int(value) if known.kind == "int" else value


def read(name: str, value: Any) -> Value | None:
    """A value that the service tells, as it would be given; None for what is none."""
    if value == "auto":
        return AUTO
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    known = _KINDS.get(name)
    return value if isinstance(value, str) and known is not None and known.kind == "choice" else None
