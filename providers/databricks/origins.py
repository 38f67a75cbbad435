"""Where registered versions come from: the base model and the run that made them.

The service's list of runs tells it; for what is not in it (made by somebody else, or the service is gone), the MLflow
run's parameters do, where they name a model that we know.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from providers.databricks.catalogue import Origin
from providers.databricks.registry import Version
from providers.databricks.runs import tracked
from providers.databricks.together import together
from providers.errors import NotFound, Unauthorised
from providers.mlflow.client import MlflowClient
from providers.mlflow.reading import text
from providers.mlflow.values import Run

LOOKED_UP: Final = 20
"""MLflow runs that one look reads; what they tell is kept, so the next look reads others."""


class Origins:
    """Remembers what each MLflow run was for."""

    def __init__(self, mlflow: MlflowClient) -> None:
        self._mlflow = mlflow
        self._known: dict[str, Origin] = {}

    def note(self, runs: Iterable[Mapping[str, Any]]) -> None:
        """Take in runs as the service lists them."""
        for row in runs:
            run_id, details = tracked(row).run_id, row.get("details")
            if run_id and isinstance(details, Mapping):
                self._known[run_id] = Origin(base=text(details.get("model")), run=text(row.get("name")))

    async def of(self, versions: Sequence[Version], bases: Iterable[str]) -> Mapping[str, Origin]:
        """Origin by the version's id; what nobody tells is absent."""
        known = {base.lower(): base for base in bases}
        missing = list(dict.fromkeys(one.run_id for one in versions if one.run_id not in self._known))

        async def look(run_id: str) -> None:
            try:
                run = await self._mlflow.run(run_id)
            except (NotFound, Unauthorised):
                self._known[run_id] = Origin()
                return
            self._known[run_id] = Origin(base=base_in(run, known), run=run.name)

        await together(look, [one for one in missing if one][:LOOKED_UP])
        return {one.id: self._known[one.run_id] for one in versions if one.run_id in self._known}


def base_in(run: Run, known: Mapping[str, str]) -> str:
    """The base model that a run's parameters name: a value that is the id of a model that we know; "" = none."""
    named = [run.params[key] for key in ("model",) if key in run.params]
    for value in (*named, *run.params.values()):
        found = known.get(value.strip().lower())
        if found:
            return found
    return ""
