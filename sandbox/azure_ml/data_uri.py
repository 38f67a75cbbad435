"""Addresses of data: a path in a datastore, or a version of a data asset (contract 2 and 5)."""

import re
from typing import Final, NamedTuple

from sandbox.azure_ml.options import WorkspaceFacts
from sandbox.azure_ml.workspace import Datastore, Workspace

_SHORT: Final = re.compile(r"azureml://datastores/(?P<store>[^/]+)/paths/(?P<path>.+)")
_LONG: Final = re.compile(
    r"azureml://subscriptions/(?P<sub>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"(?:/providers/Microsoft\.MachineLearningServices)?/workspaces/(?P<ws>[^/]+)"
    r"/datastores/(?P<store>[^/]+)/paths/(?P<path>.+)",
    re.IGNORECASE,
)
_ASSET: Final = re.compile(
    r"(?P<workspace>/subscriptions/.+)/data/(?P<name>[^/]+)/versions/(?P<version>[^/]+)"
)


class Stored(NamedTuple):
    """Where the bytes are."""

    store: Datastore
    path: str


class UnresolvedError(Exception):
    """The address leads nowhere; the argument is the sentence."""


def resolve(workspace: Workspace, uri: str) -> Stored:
    """The place of a file. Raises UnresolvedError."""
    asset = _ASSET.fullmatch(uri)
    if asset is not None:
        version = workspace.data.get((asset.group("name"), asset.group("version")))
        if asset.group("workspace").lower() != workspace.facts.id.lower() or version is None:
            msg = f"Data asset '{uri}' was not found in the workspace."
            raise UnresolvedError(msg)
        return resolve(workspace, str(version.properties["dataUri"]))
    found = _SHORT.fullmatch(uri) or _LONG.fullmatch(uri)
    if found is None:
        msg = f"'{uri}' is neither a path of a datastore nor the id of a data asset."
        raise UnresolvedError(msg)
    if "sub" in found.groupdict() and not _is_here(workspace.facts, found):
        msg = f"'{uri}' is in another workspace."
        raise UnresolvedError(msg)
    store = workspace.datastores.get(found.group("store"))
    if store is None:
        msg = f"Could not find datastore '{found.group('store')}' in the workspace."
        raise UnresolvedError(msg)
    return Stored(store, found.group("path"))


def _is_here(facts: WorkspaceFacts, found: re.Match[str]) -> bool:
    named = (found.group("sub"), found.group("group"), found.group("ws"))
    here = (facts.subscription_id, facts.resource_group, facts.name)
    return [one.lower() for one in named] == [one.lower() for one in here]
