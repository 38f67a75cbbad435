"""What a failed job means, in words of no particular service."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FailureKind = Literal[
    "data_refused",
    "model_refused",
    "data_invalid",
    "preprocessing",
    "file_not_ready",
    "file_not_imported",
    "training_type",
    "model_not_trainable",
    "method_required",
    "capacity",
    "quota",
    "payment_needed",
    "system_error",
    "unknown",
]
"""What went wrong.

    data_refused         the responsible-AI check refused the training data, before training
    model_refused        the safety evaluation refused the trained model, after training
    data_invalid         the service's check of the lines failed
    preprocessing        the service failed while it prepared the data
    file_not_ready       the job was sent before the file was taken in
    file_not_imported    the service could not take the file in
    training_type        the model is not trained with this training type (often: none was sent)
    model_not_trainable  the model cannot be fine-tuned here, or no longer
    method_required      the model is trained with another method
    capacity             the service had no room for the job
    quota                a limit of the resource
    payment_needed       whoever pays for the service cannot be billed for this
    system_error         the service's own fault
    unknown              none of these: the service's words are all there is
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A failure sorted out.

    Attributes:
        kind: a `FailureKind`.
        categories: of the responsible-AI check, normalised: `hate_fairness`, `self_harm`, `sexual`, `violence`,
            or whatever else the service named, in its order.
        charged: whether the service's documentation says that this costs money; None when it does not say.
        text: the service's own words, unchanged.
        params: what the words name: `model`, `training_type`, `method`.
    """

    kind: FailureKind
    categories: tuple[str, ...] = ()
    charged: bool | None = None
    text: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
