"""What Databricks says of itself to the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from providers.databricks.settings import OPTIONS, DatabricksSettings
from providers.service import Service, Surroundings, checked, wrong_by

if TYPE_CHECKING:
    from providers.base import Provider


def _open(name: str, settings: Mapping[str, Any], around: Surroundings) -> "Provider":
    from providers.databricks.provider import DatabricksProvider

    return DatabricksProvider.open(name, checked(DatabricksSettings, name, settings), around)


SERVICE: Final = Service(
    kind="databricks",
    label="Databricks",
    auths=("key", "oauth", "entra"),
    open=_open,
    wrong=wrong_by(DatabricksSettings),
    keys=OPTIONS,
    hosts=lambda _settings: True,
    reading_costs=lambda settings: bool(settings.get("warehouse_id")),
    monitor="Databricks' usage table",
)
