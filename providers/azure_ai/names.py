"""Names of models: of the registries, of the workspace, and short for people (contract 2, 4)."""

import re
from dataclasses import dataclass
from typing import Final

SHORT: Final = 75
"""Characters of a Slack select option."""
_REGISTRY: Final = re.compile(
    r"azureml://registries/(?P<registry>[^/]+)/models/(?P<name>[^/]+)(?:/(?:versions|labels)/(?P<version>[^/]+))?",
    re.IGNORECASE,
)
_WORKSPACE: Final = re.compile(
    r"(?:azureml://locations/[^/]+/workspaces/[^/]+|(?:azureml:/)?/subscriptions/.+/workspaces/[^/]+)"
    r"/models/(?P<name>[^/]+)/versions/(?P<version>[^/]+)",
    re.IGNORECASE,
)
_PLAIN: Final = re.compile(r"(?:azureml:)?(?P<name>[A-Za-z0-9][\w.-]*)[:/](?P<version>[\w.-]+)")
_NOT_ALLOWED: Final = re.compile(r"[^a-zA-Z0-9-]+")


@dataclass(frozen=True, slots=True)
class BaseName:
    """A model of a registry; `version` is None where the name has none."""

    registry: str
    name: str
    version: str | None = None

    @property
    def id(self) -> str:
        """The id without a version: what models are called here, and what endpoints and subscriptions want."""
        return f"azureml://registries/{self.registry}/models/{self.name}"

    def versioned(self, version: str) -> str:
        """The id that a training wants (contract 2)."""
        return f"{self.id}/versions/{version}"


@dataclass(frozen=True, slots=True)
class OwnName:
    """A version of a model of the workspace."""

    name: str
    version: str


def read_base(text: str) -> BaseName | None:
    """The parts of a registry's model; None for anything else."""
    found = _REGISTRY.fullmatch(text.strip())
    return BaseName(found["registry"], found["name"], found["version"]) if found else None


def read_own(text: str) -> OwnName | None:
    """The parts of a workspace's model: its id, `name/version`, or `azureml:name:version`; None for anything else."""
    if read_base(text) is not None:
        return None
    found = _WORKSPACE.fullmatch(text.strip()) or _PLAIN.fullmatch(text.strip())
    return OwnName(found["name"], found["version"]) if found else None


def without_version(text: str) -> str:
    """A registry's model without its version; anything else as it is."""
    found = read_base(text)
    return found.id if found else text


def short_name(text: str) -> str:
    """What people call it, at most 75 characters: `Phi-4`, or the workspace's model with its version behind."""
    base, own = read_base(text), read_own(text)
    if base is not None:
        name = base.name
    elif own is not None:
        name = own.name if own.version == "1" else f"{own.name} v{own.version}"
    else:
        name = text
    return name if len(name) <= SHORT else name[: SHORT - 1] + "…"


def asset_name(text: str) -> str:
    """A text as the name of an asset: what the registration puts `-` for is replaced beforehand (contract 2)."""
    return _NOT_ALLOWED.sub("-", text).strip("-")
