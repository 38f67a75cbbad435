"""Where data of ours stands: addresses of files in a datastore, and versions of data assets (contract 2, 5)."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from providers.azure_ai.names import asset_name

FOLDER: Final = "LocalUpload/tunesmith"
"""All of ours is below it: nothing else of the datastore is listed or deleted."""
VERSION: Final = "1"
"""A data asset's version cannot be changed; its name is the file's, which is used once."""
_PATH: Final = re.compile(
    r"azureml://(?:subscriptions/[^/]+/resource[gG]roups/[^/]+/workspaces/[^/]+/)?datastores/(?P<store>[^/]+)"
    r"/paths/(?P<path>.+)"
)
_ASSET: Final = re.compile(
    r"(?:azureml:)?/?subscriptions/.+/workspaces/[^/]+/data/(?P<name>[^/]+)/versions/(?P<version>[^/]+)"
    r"|azureml:(?P<short>[^:/]+):(?P<number>[^:/]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DataPath:
    """A file in a datastore; `path` is the blob's name in its container."""

    store: str
    path: str

    @property
    def uri(self) -> str:
        """As a training's input takes it."""
        return f"azureml://datastores/{self.store}/paths/{self.path}"

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def ours(self) -> bool:
        """Whether it stands where only this program puts files."""
        return self.path.startswith(f"{FOLDER}/") and ".." not in self.path.split("/")


@dataclass(frozen=True, slots=True)
class DataAsset:
    """A version of a data asset."""

    name: str
    version: str


def path_for(store: str, name: str) -> DataPath:
    """Where a file of this name goes: the same place every time, so that sending it twice leaves one file."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "data"
    return DataPath(store, f"{FOLDER}/{safe}")


def asset_for(name: str) -> DataAsset:
    """What the data asset of a file is called: at most 255 characters of the service's alphabet."""
    return DataAsset(asset_name(name)[:255] or "data", VERSION)


def read_path(text: str) -> DataPath | None:
    """An address in a datastore; None for anything else."""
    found = _PATH.fullmatch(text)
    return DataPath(found["store"], unquote(found["path"])) if found else None


def read_asset(text: str) -> DataAsset | None:
    """A data asset's version by its ARM id or its short form; None for anything else."""
    found = _ASSET.fullmatch(text)
    if found is None:
        return None
    return DataAsset(found["name"] or found["short"], found["version"] or found["number"])
