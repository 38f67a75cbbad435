"""The hyperparameters of supervised fine-tuning, described for a modal (contract 1.4)."""

from typing import Final

from providers.base import HyperParam

SUPERVISED: Final = (
    HyperParam(
        name="n_epochs",
        label="Epochs",
        kind="int",
        minimum=1,
        maximum=None,
        auto=-1,
        default=-1,
        means="epochs",
        hint="How often the whole training file is read. -1: the service decides from the number of examples.",
    ),
    HyperParam(
        name="batch_size",
        label="Batch size",
        kind="int",
        minimum=1,
        maximum=256,
        auto=-1,
        default=-1,
        hint="Examples per step, at most 256. -1: 0.2 % of the examples. Larger batches suit larger files.",
    ),
    HyperParam(
        name="learning_rate_multiplier",
        label="Learning-rate multiplier",
        kind="float",
        minimum=0.0001,  # the service wants more than 0; what is smaller teaches nothing
        maximum=None,
        auto=None,
        default=None,
        hint="Microsoft advises 0.02 to 0.2, smaller against overfitting.",
    ),
)
