"""The api-versions of the inference surface: older ones than the authoring surface has, 2023-05-15 above all."""

from typing import Final

from sandbox.azure_openai.versions import VERSIONS, ApiVersion

_INFERENCE_ONLY: Final = (
    "2023-05-15",
    "2024-02-15-preview",
    "2024-03-01-preview",
    "2024-08-01-preview",
    "2024-10-01-preview",
    "2024-12-01-preview",
    "2025-01-01-preview",
    "2025-03-01-preview",
)
CHAT_VERSIONS: Final = {**VERSIONS, **{name: ApiVersion(name) for name in _INFERENCE_ONLY}}
