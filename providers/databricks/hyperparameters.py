"""What a run can be told, described for a modal (contract 1, table of create())."""

from dataclasses import replace
from typing import Final

from providers.base import HyperParam
from providers.describing import Unit

DURATION: Final = (
    r"^((1_?000|[1-9][0-9]{0,2})ep"
    r"|(1000000|1_000_000|[1-9][0-9]{0,5}|[1-9][0-9]{0,2}_[0-9]{3})ba"
    r"|(1000000000000|1_000_000_000_000|[1-9][0-9]{0,11}|[1-9][0-9]{0,2}(_[0-9]{3}){1,3})tok)$"
)
"""Up to 1,000 epochs, a million batches, 10^12 tokens: no bound is documented, and more than that is a slip of the
hand. Underscores stand between thousands."""
DEFAULT_DURATION: Final = "1ep"
DEFAULT_LEARNING_RATE: Final = 5e-7
WEIGHTS_NAME: Final = "custom_weights_path"
SMALLEST_CONTEXT: Final = 128
"""No minimum is documented; what is shorter than this cuts nearly every example off."""

_DURATION: Final = HyperParam(
    name="training_duration",
    label="Duration",
    kind="text",
    minimum=None,
    maximum=None,
    auto=None,
    default=DEFAULT_DURATION,
    means="duration",
    pattern=DURATION,
    longest=30,
    hint="Epochs, batches or tokens: 3ep, 100ba, 5000000tok. Databricks advises 1 to 4 epochs to begin with.",
    units=(
        Unit(sign="ep", word="epochs", maximum=1000),
        Unit(sign="ba", word="batches", maximum=10**6),
        Unit(sign="tok", word="tokens", maximum=10**12),
    ),
)
_LEARNING_RATE: Final = HyperParam(
    name="learning_rate",
    label="Learning rate",
    kind="float",
    minimum=1e-9,  # the service wants more than 0; what is smaller teaches nothing
    maximum=None,
    auto=None,
    default=DEFAULT_LEARNING_RATE,
    advised=(5e-9, 5e-5),
    hint="Databricks' default is 0.0000005 (5e-7). Lower it when a run ends with a loss spike.",
)
_CONTEXT: Final = HyperParam(
    name="context_length",
    label="Context length",
    kind="int",
    minimum=SMALLEST_CONTEXT,
    maximum=None,
    auto=None,
    default=None,
    hint="Tokens of an example; longer ones are cut off. Empty: the model's own.",
)
_WEIGHTS: Final = HyperParam(
    name=WEIGHTS_NAME,
    label="Custom weights",
    kind="text",
    minimum=None,
    maximum=None,
    auto=None,
    default=None,
    pattern=r"^dbfs:/databricks/mlflow-tracking/[0-9]+/[0-9a-z]+/artifacts(/.*)?$",
    longest=500,
    hint="Checkpoint in MLflow of an earlier run of the same model, to go on from: dbfs:/databricks/mlflow-tracking/…",
)
_PROMPTS: Final = HyperParam(
    name="eval_prompts",
    label="Evaluation prompts",
    kind="lines",
    minimum=None,
    maximum=None,
    auto=None,
    default=None,
    methods=("supervised", "instruction"),
    longest=3000,
    hint="One prompt a line. The model answers them at each checkpoint; the answers are in MLflow.",
)


def hyperparameters(context_tokens: int | None) -> tuple[HyperParam, ...]:
    """The hyperparameters of a model whose context has so many tokens (None = not known)."""
    context = _CONTEXT
    if context_tokens is not None:
        hint = f"Tokens of an example, at most {context_tokens}; longer ones are cut off. Empty: the model's own."
        context = replace(_CONTEXT, maximum=context_tokens, hint=hint)
    return (_DURATION, _LEARNING_RATE, context, _WEIGHTS, _PROMPTS)


def prompts_of(lines: str) -> list[str]:
    """The prompts of a field of several lines, blank lines left out."""
    return [line.strip() for line in lines.splitlines() if line.strip()]
