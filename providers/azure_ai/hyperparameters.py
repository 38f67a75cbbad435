"""Hyperparameters: what the wizard of the documents shows, and what the wire takes (contract 2).

The wire knows absolute values as texts: `num_train_epochs`, `per_device_train_batch_size`, `learning_rate`. The wizard
for Llama offers a multiplier of the learning rate and a batch size of -1; both are worked out here.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from providers.azure_ai.facts import FactRow
from providers.base import HyperParam, Number, Value

EPOCHS: Final = "num_train_epochs"
BATCH: Final = "per_device_train_batch_size"
RATE: Final = "learning_rate"
MULTIPLIER: Final = "learning_rate_multiplier"
AUTO: Final = -1
BATCH_SHARE: Final = 0.002
BATCH_MOST: Final = 256

_EPOCHS: Final = HyperParam(
    name=EPOCHS,
    label="Epochs",
    kind="int",
    minimum=1,
    maximum=10,
    auto=None,
    default=1,
    means="epochs",
    hint="How often the whole training file is read. Loss is measured once per epoch.",
)
_BATCH: Final = HyperParam(
    name=BATCH,
    label="Batch size",
    kind="int",
    minimum=1,
    maximum=BATCH_MOST,
    auto=AUTO,
    default=1,
    hint="Examples per step; Azure's newer form goes to 32 only. -1: 0.2 % of the examples.",
)
_MULTIPLIER: Final = HyperParam(
    name=MULTIPLIER,
    label="Learning-rate multiplier",
    kind="float",
    minimum=0.0,
    maximum=5.0,
    auto=None,
    default=None,
    advised=(0.02, 2.0),
    hint="Times the model's learning rate; Microsoft advises to try 0.5 to 2.",
)


def described(row: FactRow) -> tuple[HyperParam, ...]:
    """The hyperparameters of a model: Llama's wizard has the multiplier, Phi's the rate itself."""
    rate = _MULTIPLIER if row.marketplace else _rate(row)
    return (_EPOCHS, _BATCH, rate)


def _rate(row: FactRow) -> HyperParam:
    bounds = (
        f"{row.learning_rate_minimum:g} to {row.learning_rate_maximum:g} (model card). "
        if row.learning_rate_minimum is not None and row.learning_rate_maximum is not None
        else ""
    )
    return HyperParam(
        name=RATE,
        label="Learning rate",
        kind="float",
        minimum=row.learning_rate_minimum or 0.0,
        maximum=row.learning_rate_maximum,
        auto=None,
        default=None,
        advised=(float(f"{row.learning_rate / 10:g}"), float(f"{row.learning_rate * 10:g}")),
        hint=f"{bounds}Usual for this model: {text(row.learning_rate)}.",
    )


def batch_size(examples: int) -> int:
    """What -1 means: 0.2 % of the training examples, at least 1 and at most 256."""
    return max(1, min(BATCH_MOST, round(examples * BATCH_SHARE)))


def wants_examples(chosen: Mapping[str, Value]) -> bool:
    """Whether the number of examples is needed to say what was chosen on the wire."""
    return chosen.get(BATCH) == AUTO


def to_wire(chosen: Mapping[str, Value], *, rate: float, examples: int | None) -> dict[str, str]:
    """What was chosen, as the service's texts.

    Args:
        chosen: by our names; others are handed on as they are.
        rate: the model's own learning rate, which a multiplier multiplies.
        examples: how many there are in the training data; None = not known: a batch size of -1 is left to the service.
    """
    sent: dict[str, str] = {}
    for name, value in chosen.items():
        if name == MULTIPLIER:
            sent[RATE] = text(float(value) * rate)
        elif name == BATCH and value == AUTO:
            if examples is not None:
                sent[BATCH] = str(batch_size(examples))
        elif name in {EPOCHS, BATCH}:
            sent[name] = str(int(value))
        else:
            sent[name] = text(value)
    return sent


def text(value: Value) -> str:
    """A number as people write it (`0.00002`): a form with an exponent may not be read everywhere."""
    if isinstance(value, float):
        digits = format(Decimal(f"{value:.12g}"), "f")
        return digits if "." in digits else f"{digits}.0"
    return str(value)


def from_wire(sent: object) -> dict[str, Value]:
    """The service's texts as numbers where they are some."""
    found: dict[str, Value] = {}
    for name, value in sent.items() if isinstance(sent, Mapping) else ():
        if isinstance(value, str) and value:
            found[str(name)] = number(value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[str(name)] = value
    return found


def number(value: str) -> Number | str:
    """A text as a number where it is a finite one."""
    for read in (int, float):
        try:
            made = read(value)
        except (ValueError, OverflowError):
            continue
        if made == made and abs(made) != float("inf"):
            return made
    return value
