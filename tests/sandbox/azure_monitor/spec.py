"""The published specification of the metrics API, laid out as in the repository that it was published in."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.openapi import Spec, load_spec
from tests.specs import specs_root

PATH = "/{resourceUri}/providers/Microsoft.Insights/metrics"
# Version 1 of the common types is not among the saved files: the error is flat (contracts/azure_openai.md 3.3).
_ERROR = {
    "definitions": {
        "ErrorResponse": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "target": {"type": "string"},
                "details": {"type": "array", "items": {"$ref": "#/definitions/ErrorResponse"}},
                "additionalInfo": {"type": "array", "items": {"type": "object"}},
            },
        }
    }
}


def metrics_spec(folder: Path) -> Spec:
    """Lay the files out under `folder` and load the specification. Skips where the published files are absent."""
    saved = specs_root() / "azure_openai"
    here = folder / "specification" / "monitor" / "resource-manager" / "Microsoft.Insights" / "stable"
    shared = folder / "specification" / "monitor" / "common-types" / "v2"
    common = folder / "specification" / "common-types" / "resource-management"
    for part in (here / "2024-02-01", shared, common / "v1", common / "v2"):
        part.mkdir(parents=True)
    types = "commonMonitoringTypes.json"
    shutil.copy(saved / "monitor" / "common-types" / "v2" / types, shared / types)
    shutil.copy(
        saved / "common-types" / "resource-management" / "v2" / "types.json", common / "v2" / "types.json"
    )
    (common / "v1" / "types.json").write_text(json.dumps(_ERROR))
    source = saved / "monitor" / "2024-02-01" / "metrics_API.json"
    document = json.loads(source.read_text(encoding="utf-8-sig"))
    target = here / "2024-02-01" / source.name
    operation = document["paths"][PATH]["get"]
    operation["parameters"] = [_inlined(target, document, one) for one in operation["parameters"]]
    target.write_text(json.dumps(document))
    return load_spec(target, "metrics 2024-02-01")


def _inlined(home: Path, document: Any, parameter: Any) -> Any:
    """A parameter itself, where it stands in another file."""
    file, _, pointer = parameter["$ref"].partition("#/")
    found = json.loads((home.parent / file).read_text(encoding="utf-8-sig")) if file else document
    for part in pointer.split("/"):
        found = found[part]
    return found
