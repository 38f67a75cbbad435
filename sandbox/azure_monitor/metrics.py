"""The metrics that the account has, with their dimensions (contract 3.4), and the calls they are made of."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.azure_control.deployments import CallRecord, Deployment
from sandbox.azure_control.market import arm_name

NAMESPACE: Final = "Microsoft.CognitiveServices/accounts"
TOTAL: Final = "total"
AGGREGATIONS: Final = (TOTAL, "average", "minimum", "maximum", "count")
_ANSWERED: Final = range(200, 300)

_HTTP: Final = (
    "ApiName", "OperationName", "Region", "StreamType", "ModelDeploymentName", "ModelName", "ModelVersion",
    "StatusCode", "IsSpillover",
)  # fmt: skip
_USAGE: Final = ("ApiName", "ModelDeploymentName", "FeatureName", "UsageChannel", "Region", "ModelVersion")
_MODELS: Final = ("ApiName", "Region", "ModelDeploymentName", "ModelName", "ModelVersion")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: `value` is what a call adds to its total, None where the call is no sample of it."""

    name: str
    display: str
    description: str
    dimensions: tuple[str, ...]
    value: Callable[[CallRecord], float | None]
    aggregations: tuple[str, ...] = (TOTAL,)

    def has(self, dimension: str) -> bool:
        """Whether it can be split by a dimension, given in lower case."""
        return dimension in {name.lower() for name in self.dimensions}


@dataclass(frozen=True, slots=True)
class Sample:
    """A call with its dimensions, under their names in lower case."""

    call: CallRecord
    dimensions: Mapping[str, str]


def samples(deployments: Iterable[Deployment], region: str) -> Iterator[Sample]:
    """The calls of these deployments."""
    for deployment in deployments:
        model = arm_name(deployment.base)
        common = {
            "apiname": "Azure OpenAI",
            "operationname": "ChatCompletions_Create",
            "region": region,
            "streamtype": "Non-Streaming",
            "modeldeploymentname": deployment.name,
            "modelname": model.name,
            "modelversion": model.version,
            "isspillover": "False",
            "featurename": "",
            "usagechannel": "",
        }
        for call in deployment.calls:
            yield Sample(call, {**common, "statuscode": str(call.status)})


def _each(_call: CallRecord) -> float | None:
    return 1.0


def _answered(count: Callable[[CallRecord], int]) -> Callable[[CallRecord], float | None]:
    return lambda call: float(count(call)) if call.status in _ANSWERED else None


_prompt: Final = _answered(lambda call: call.prompt_tokens)
_generated: Final = _answered(lambda call: call.generated_tokens)
_both: Final = _answered(lambda call: call.prompt_tokens + call.generated_tokens)

METRICS: Final = {
    metric.name.lower(): metric
    for metric in (
        Metric("AzureOpenAIRequests", "Azure OpenAI Requests", "Calls over a period of time", _HTTP, _each),
        Metric("ProcessedPromptTokens", "Processed Prompt Tokens", "Tokens read", _USAGE, _prompt),
        Metric("GeneratedTokens", "Generated Completion Tokens", "Tokens written", _USAGE, _generated),
        Metric("TokenTransaction", "Processed Inference Tokens", "Tokens read and written", _USAGE, _both),
        Metric("ModelRequests", "Model Requests", "Calls to models", _MODELS, _each),
        Metric("InputTokens", "Input Tokens", "Tokens read", _MODELS, _prompt),
        Metric("OutputTokens", "Output Tokens", "Tokens written", _MODELS, _generated),
        Metric("TotalTokens", "Total Tokens", "Tokens read and written", _MODELS, _both),
    )
}
