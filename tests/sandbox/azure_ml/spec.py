"""The derived specifications of Azure ML, made into what `tests.openapi` reads.

They say in `x-subtypes` which definitions a discriminator leads to, and flatten a property of a property into a name
with a dot (README of specs/azure_ml). Kinds that were left out of them stay open.
"""

import json
from pathlib import Path
from typing import Any

from tests.openapi import Spec, load_spec
from tests.specs import specs_root

WORKSPACE = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.MachineLearningServices/workspaces/{workspaceName}"
)


def arm_spec(folder: Path, version: str = "2024-10-01-preview") -> Spec:
    """Resource Manager in one api-version; `folder` is where the made specification is written."""
    return _load(folder, f"azureml_subset_{version}")


def region_spec(folder: Path) -> Spec:
    """Run history v1.0 and metric v2.0."""
    return _load(folder, "azureml_runhistory_metric_subset")


def _load(folder: Path, name: str) -> Spec:
    source = specs_root() / "azure_ml" / "derived" / f"{name}.json"
    document = json.loads(source.read_text(encoding="utf-8-sig"))
    definitions = document["definitions"]
    for definition in list(definitions.values()):
        _unflatten(definition)
    for definition in definitions.values():
        _discriminate(definition, definitions)
    made = folder / f"{name}.json"
    made.write_text(json.dumps(document))
    return load_spec(made, name)


def _unflatten(definition: dict[str, Any]) -> None:
    properties = definition.get("properties", {})
    for name in [one for one in properties if "." in one]:
        outer, _, inner = name.partition(".")
        below = properties.setdefault(outer, {"type": "object", "properties": {}})
        below["properties"][inner] = properties.pop(name)


def _discriminate(definition: dict[str, Any], definitions: dict[str, Any]) -> None:
    subtypes = definition.get("x-subtypes")
    if not subtypes:
        return
    known = {value: f"#/definitions/{name}" for value, name in subtypes.items() if name in definitions}
    name = definition["discriminator"]
    definition.clear()
    definition["discriminator"] = {"propertyName": name, "mapping": known}
    definition["oneOf"] = [{"$ref": reference} for reference in known.values()]
