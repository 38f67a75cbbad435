"""The published specification of v1, and where the live service is known to differ from it, with the source."""

from typing import Final

from tests.deviations import Deviation
from tests.openapi import Spec, load_spec
from tests.specs import specs_root

_JOB: Final = r"(data/\d+)?"
_AT: Final = r"(data/\d+/)?"

V1_DEVIATIONS: Final = (
    Deviation(
        "training-type-answer", _JOB, "unevaluatedProperties", "trainingType",
        "jobs carry trainingType, which no OpenAPI file names (contracts/azure_openai.md 1.4, 1.5: observed)",
    ),
    Deviation(
        "training-type-request", "request", "unevaluatedProperties", "trainingType",
        "global-only models need trainingType in the request, which no OpenAPI file names (1.4)",
    ),
    Deviation(
        "pending", rf"{_AT}status", "enum", "pending",
        "the live service says pending where the specification has OpenAI's words (1.5: litellm#24687, observed)",
    ),
    Deviation(
        "null-organization", rf"{_AT}organization_id", "type", "None",
        "told as null (1.5: litellm#24687)",
    ),
    Deviation(
        "null-results", rf"{_AT}result_files", "type", "None",
        "told as null before the end (1.5: litellm#24687)",
    ),
    Deviation(
        "checkpoint-rewards", r"data/\d+/metrics", "unevaluatedProperties", "train_reward_accuracy,train_reward_margin",
        "the checkpoint's measures are listed for supervised training only; what others tell is not published (4)",
    ),
    Deviation(
        "l2-multiplier", r"(request/|data/\d+/)?method/dpo/hyperparameters", "unevaluatedProperties", "l2_multiplier",
        "Microsoft's fine-tuning skill names it for DPO (microsoft/azure-skills), the specification does not",
    ),
)  # fmt: skip


def v1_spec() -> Spec:
    """The specification that was saved."""
    return load_spec(specs_root() / "azure_openai" / "v1" / "AIFoundryOpenAIV1.json", "v1")
