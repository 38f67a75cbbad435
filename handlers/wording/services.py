"""What people call the services."""

from providers.errors import Refused
from providers.registry import service as described


def service_name(kind: str) -> str:
    """The service's short name (`Azure`, `Databricks`); what is configured no longer stays as it is."""
    try:
        return described(kind).short
    except Refused:
        return kind.replace("_", " ")
