"""Who is tried: one entry for each service (and surface), with data that it trains on and where its requests go."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.base import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A connection of the sandbox's configuration and what to do at it.

    Attributes:
        connection: its name there. settings: what is different from there.
        service: the panel's name for the service, for faults.
        model: part of the base model's id. method: how it is trained.
        train, valid: sample files; "" = no validation data.
        name: what our file is called there. hyperparameters: so that a training is short.
        create: (method, path) of the request that creates a job, as the panel's faults match it.
        listed: likewise of the one that lists jobs.
        deploys: SKU and capacity to deploy with. make: (method, path) of the request that creates a deployment.
    """

    id: str
    connection: str
    service: str
    model: str
    train: str
    valid: str
    create: tuple[str, str]
    listed: tuple[str, str]
    make: tuple[str, str]
    deploys: tuple[str, int]
    method: str = "supervised"
    name: str = "tunesmith-D1-train.jsonl"
    training_type: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)


_AZURE_JOBS = "re:/fine_tuning/jobs$"
_DEPLOYMENT = "re:/deployments/[^/]+$"
SUBJECTS = (
    Subject(
        id="azure_openai",
        connection="prod-swc",
        service="azure",
        model="gpt-4.1-mini",
        train="tiny_overfit_train.jsonl",
        valid="too_few.jsonl",
        create=("POST", _AZURE_JOBS),
        listed=("GET", _AZURE_JOBS),
        make=("PUT", _DEPLOYMENT),
        deploys=("GlobalStandard", 10),
        training_type="GlobalStandard",
        hyperparameters={"n_epochs": 2, "batch_size": 4},
    ),
    Subject(
        id="azure_openai_v1",
        connection="prod-swc",
        service="azure",
        settings={"api_versions": {"*": "v1"}},
        model="gpt-4.1-mini",
        train="tiny_overfit_train.jsonl",
        valid="too_few.jsonl",
        create=("POST", _AZURE_JOBS),
        listed=("GET", _AZURE_JOBS),
        make=("PUT", _DEPLOYMENT),
        deploys=("GlobalStandard", 10),
        training_type="GlobalStandard",
        hyperparameters={"n_epochs": 2, "batch_size": 4},
    ),
    Subject(
        id="azure_ai_llama",
        connection="llama-wus3",
        service="ml",
        model="Llama-3.3-70B-Instruct",
        train="llama_chat_train.jsonl",
        valid="",
        create=("PUT", "re:/jobs/[^/]+$"),
        listed=("GET", "re:/jobs$"),
        make=("PUT", "re:/serverlessEndpoints/[^/]+$"),
        deploys=("Consumption", 1),
        hyperparameters={"num_train_epochs": 2},
    ),
    Subject(
        id="azure_ai_phi",
        connection="phi-eus2",
        service="ml",
        model="Phi-4-mini",
        train="phi_chat_train.jsonl",
        valid="phi_chat_train.jsonl",
        create=("PUT", "re:/jobs/[^/]+$"),
        listed=("GET", "re:/jobs$"),
        make=("PUT", "re:/serverlessEndpoints/[^/]+$"),
        deploys=("Consumption", 1),
        hyperparameters={"num_train_epochs": 2},
    ),
    Subject(
        id="databricks_chat",
        connection="dbx-eus",
        service="databricks",
        model="Llama-3.1-8B-Instruct",
        train="databricks_chat_train.jsonl",
        valid="databricks_chat_valid.jsonl",
        create=("POST", "/genai-mapi/graphql"),
        listed=("POST", "/genai-mapi/graphql"),
        make=("POST", "re:/serving-endpoints$"),
        deploys=("ScaleToZero", 0),
        hyperparameters={"training_duration": "2ep"},
    ),
    Subject(
        id="databricks_instruction",
        connection="dbx-eus",
        service="databricks",
        model="Llama-3.1-8B-Instruct",
        method="instruction",
        train="databricks_instruction_train.jsonl",
        valid="",
        create=("POST", "/genai-mapi/graphql"),
        listed=("POST", "/genai-mapi/graphql"),
        make=("POST", "re:/serving-endpoints$"),
        deploys=("AlwaysOn", 0),
        hyperparameters={"training_duration": "2ep"},
    ),
    Subject(
        id="databricks_pretraining",
        connection="dbx-eus",
        service="databricks",
        model="Llama-3.1-8B",
        method="pretraining",
        train="databricks_handbook.txt",
        valid="",
        name="tunesmith-D1-handbook.txt",
        create=("POST", "/genai-mapi/graphql"),
        listed=("POST", "/genai-mapi/graphql"),
        make=("POST", "re:/serving-endpoints$"),
        deploys=("ScaleToZero", 0),
        hyperparameters={"training_duration": "1ep"},
    ),
)
