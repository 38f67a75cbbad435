"""What can be told of an order before anything is asked: paths, endings, lengths (contract 1, "create() argument").

Pure. Every function answers with a requirement that is not met, or with what is still to be looked at.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from providers.base import JobSpec
from providers.databricks.queries import data_path
from providers.databricks.rights import Securable
from providers.databricks.settings import DatabricksSettings
from providers.describing import Model
from providers.requirements import Requirement

SCHEME: Final = "dbfs:"
LINES: Final = ".jsonl"
TEXT: Final = ".txt"
PRETRAINING: Final = "pretraining"
_WEIGHTS: Final = re.compile(
    r"dbfs:/databricks/mlflow-tracking/[0-9]+/(?P<run>[0-9a-z]+)/artifacts(?:/(?P<path>.*))?"
)
_FILES_OF_WEIGHTS: Final = (".symlink", ".pt")
_SHARD: Final = ".distcp"


@dataclass(frozen=True, slots=True)
class Privilege:
    """A privilege that a training needs; `id` is the requirement's."""

    id: str
    privilege: str
    on: Securable


@dataclass(frozen=True, slots=True)
class Weights:
    """Where a checkpoint stands: the run that made it and the path below its artifacts."""

    run: str
    path: str

    @property
    def is_file(self) -> bool:
        """Whether the path names a file of a checkpoint rather than a folder of its shards."""
        return self.path.endswith(_FILES_OF_WEIGHTS)

    @property
    def folder(self) -> str:
        """The folder to list."""
        return self.path.rpartition("/")[0] if self.is_file else self.path

    def is_there(self, paths: Sequence[str]) -> bool:
        """Whether a list of that folder shows a Composer checkpoint."""
        if self.is_file:
            return self.path in paths
        return any(path.endswith((_SHARD, *_FILES_OF_WEIGHTS)) for path in paths)


def volume_of(settings: DatabricksSettings) -> Securable:
    """The volume that training data goes to, without the folders below it."""
    return Securable("volume", ".".join(settings.volume.split("/")[2:5]))


def privileges(settings: DatabricksSettings) -> tuple[Privilege, ...]:
    """What every training needs: its data in the volume, its model in the schema, and the way to both; each once."""
    volume, schema = volume_of(settings), settings.register_to
    schemas = dict.fromkeys((volume.name.rpartition(".")[0], schema))
    catalogs = dict.fromkeys(one.partition(".")[0] for one in schemas)
    return (
        *(Privilege("use_catalog", "USE CATALOG", Securable("catalog", one)) for one in catalogs),
        *(Privilege("use_schema", "USE SCHEMA", Securable("schema", one)) for one in schemas),
        Privilege("volume_read", "READ VOLUME", volume),
        Privilege("volume_write", "WRITE VOLUME", volume),
        Privilege("create_model", "CREATE MODEL", Securable("schema", schema)),
    )


def checked_data(spec: JobSpec) -> Iterator[Requirement]:
    """Whether the data, files of ours in the volume, has the form that the method reads (contract 6)."""
    for name in (spec.training_file, spec.validation_file):
        if name is None:
            continue
        wanted = TEXT if spec.method == PRETRAINING else LINES
        # Pretraining names a folder, whose files are looked at later.
        fits = name.endswith(wanted) or (spec.method == PRETRAINING and not name.endswith(LINES))
        params = {"method": spec.method, "wanted": wanted}
        yield Requirement(
            id="data_form", state="met" if fits else "blocked", what=_short(name), params=params
        )


def in_volumes(spec: JobSpec) -> Iterator[str]:
    """The paths in the volume, as the training reads them: a file each, or a folder for pretraining."""
    for name in (spec.training_file, spec.validation_file):
        if name is not None:
            yield data_path(name, spec.method).removeprefix(SCHEME)


def checked_length(spec: JobSpec, models: Sequence[Model]) -> Requirement | None:
    """Whether the context length is one that the model has; None where none was chosen or the model's is not known."""
    chosen = spec.hyperparameters.get("context_length")
    model = next((one for one in models if one.id == spec.model), None)
    base = next((one for one in models if model is not None and one.id == model.base), model)
    most = base.context_tokens if base is not None else None
    if most is None or isinstance(chosen, str) or chosen is None:
        return None
    fits = 0 < chosen <= most
    params: dict[str, str | int | float] = {"chosen": int(chosen), "maximum": most, "model": spec.model}
    return Requirement(
        id="context_length", state="met" if fits else "blocked", what=str(int(chosen)), params=params
    )


def weights_of(spec: JobSpec) -> Weights | Requirement | None:
    """Where the weights to begin with stand; a requirement that is not met for a path of another shape."""
    given = str(spec.hyperparameters.get("custom_weights_path") or "").strip()
    if not given:
        return None
    found = _WEIGHTS.fullmatch(given)
    if found is None or ".." in given.split("/"):
        return Requirement(id="custom_weights_form", state="blocked", what=_short(given))
    return Weights(found["run"], (found["path"] or "").strip("/"))


def _short(path: str) -> str:
    """A path as people are told it."""
    return path if len(path) <= 200 else "…" + path[-199:]
