"""How a job is trained: its method with what that takes, and the steps that a method measures in its own way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sandbox.training.trainer import Step

MethodName = Literal["supervised", "dpo", "reinforcement"]
METHODS: Final[tuple[MethodName, ...]] = ("supervised", "dpo", "reinforcement")
FORMS: Final[Mapping[MethodName, str]] = {
    "supervised": "chat",
    "dpo": "preference",
    "reinforcement": "prompt",
}
"""Which form of lines each method reads (contract 1.3)."""
DEFAULT_BETA: Final = 0.1


@dataclass(frozen=True, slots=True)
class Method:
    """A valid method. `sent` is what the request said, None where it said nothing.

    Attributes:
        beta: of preference training. grader: of reinforcement, as it was sent.
        eval_interval: steps between evaluations, 0 = at the end of each epoch. eval_samples: prompts of one.
    """

    type: MethodName = "supervised"
    sent: dict[str, Any] | None = None
    beta: float = DEFAULT_BETA
    grader: dict[str, Any] | None = None
    eval_interval: int = 0
    eval_samples: int = 4

    @property
    def form(self) -> str:
        """The form of the lines that it reads."""
        return FORMS[self.type]


@dataclass(frozen=True, slots=True)
class PreferenceStep(Step):
    """A step of preference training: the losses of the preferred outputs, and `values` beside them."""

    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RewardStep(Step):
    """A step of reinforcement: only its `values` are told, under the service's names (contract 4)."""

    values: Mapping[str, float] = field(default_factory=dict)
