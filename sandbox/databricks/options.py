"""How the stand-in is set up: who may come in, what the workspace holds from the start."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAT: Final = "dapi0sandbox0databricks0token0000"
CLIENT_ID: Final = "5d000000-0000-4000-8000-00000000dbb1"
CLIENT_SECRET: Final = "dose0sandbox0client0secret"  # noqa: S105 - good for nothing but this sandbox
USER: Final = "finetune.bot@example.com"
WORKSPACE_ID: Final = 7405600000000001
CATALOG: Final = "main"
SCHEMA: Final = "main.finetuning"
VOLUME: Final = "main.finetuning.data"
VOLUME_PATH: Final = "/Volumes/main/finetuning/data"
WAREHOUSE: Final = "a1b2c3d4e5f60708"


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be trained (contract 7); `chunk` is its step of tokens per second when served."""

    name: str
    display_name: str
    max_context_length: int
    chunk: int
    system_role: bool = True


_LONG: Final = 131_072
_MID: Final = 32_768
MODELS: Final = (
    Model("databricks/dbrx-base", "DBRX Base", _MID, 600),
    Model("databricks/dbrx-instruct", "DBRX Instruct", _MID, 600),
    Model("meta-llama/Llama-3.2-1B", "Llama 3.2 1B", _LONG, 11_200),
    Model("meta-llama/Llama-3.2-1B-Instruct", "Llama 3.2 1B Instruct", _LONG, 11_200),
    Model("meta-llama/Llama-3.2-3B", "Llama 3.2 3B", _LONG, 10_000),
    Model("meta-llama/Llama-3.2-3B-Instruct", "Llama 3.2 3B Instruct", _LONG, 10_000),
    Model("meta-llama/Meta-Llama-3.1-405B", "Llama 3.1 405B", _LONG, 850),
    Model("meta-llama/Meta-Llama-3.1-405B-Instruct", "Llama 3.1 405B Instruct", _LONG, 850),
    Model("meta-llama/Meta-Llama-3.1-70B", "Llama 3.1 70B", _LONG, 3_500),
    Model("meta-llama/Meta-Llama-3.1-70B-Instruct", "Llama 3.1 70B Instruct", _LONG, 3_500),
    Model("meta-llama/Meta-Llama-3.1-8B", "Llama 3.1 8B", _LONG, 9_500),
    Model("meta-llama/Meta-Llama-3.1-8B-Instruct", "Llama 3.1 8B Instruct", _LONG, 9_500),
    Model("mistralai/Mistral-7B-v0.1", "Mistral 7B v0.1", _MID, 970, system_role=False),
    Model("mistralai/Mistral-7B-Instruct-v0.2", "Mistral 7B Instruct v0.2", _MID, 970, system_role=False),
    Model("mistralai/Mixtral-8x7B-v0.1", "Mixtral 8x7B v0.1", _MID, 2_000, system_role=False),
)


@dataclass(frozen=True, slots=True)
class DatabricksOptions:
    """Fixed for the life of the stand-in.

    `directory` keeps the bodies of files (a temporary folder when None); `random_seed` makes ids repeatable;
    `token_seconds` is the life of an OAuth token; `samples` puts a small training file into the volume.
    """

    pat: str = PAT
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    user: str = USER
    token_seconds: int = 3600
    directory: Path | None = None
    random_seed: int | None = None
    models: tuple[Model, ...] = MODELS
    runs_at_once: int = 4
    minimum_batch: int = 8
    speed: float = 1.0

    def model(self, name: str) -> Model | None:
        """The model of this name, if it can be trained."""
        return next((model for model in self.models if model.name == name), None)
