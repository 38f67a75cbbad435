"""What all listeners of modals read from a view."""

from collections.abc import Mapping
from typing import Any

from handlers.views.inputs import Values


def values_of(view: Mapping[str, Any]) -> Values:
    """What stands in its inputs."""
    values = (view.get("state") or {}).get("values")
    return values if isinstance(values, Mapping) else {}


def metadata_of(view: Mapping[str, Any]) -> str:
    """What it carries."""
    return str(view.get("private_metadata") or "")


def block_for(view: Mapping[str, Any], name: str, otherwise: str) -> str:
    """The block that an error belongs to; `otherwise` when its own is not in the view."""
    known = {str(block.get("block_id")) for block in view.get("blocks") or ()}
    return name if name in known else otherwise
