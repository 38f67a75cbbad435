"""What to change in the data after a training failed of it, asked of each service's table.

Codes are unique to a service, so the provider of the job chooses the table; a service without one has no codes.
"""

from collections.abc import Mapping
from typing import Protocol

from handlers.wording.error_tables import azure_ai, databricks
from handlers.wording.said import Params, fill


class _Fix(Protocol):
    def __call__(self, code: str, params: Params, locale: str) -> str: ...


def _azure_ai(code: str, params: Params, locale: str) -> str:
    return fill(azure_ai.fix(code, locale), params)


_TABLES: Mapping[str, _Fix] = {"azure_ai_studio": _azure_ai, "databricks": databricks.fix}


def fix(provider: str, params: Params, locale: str) -> str:
    """The remedy that `params["fix"]` names at this kind of service; "" when it has none."""
    table = _TABLES.get(provider)
    code = str(params.get("fix", ""))
    return table(code, params, locale) if table is not None and code else ""
