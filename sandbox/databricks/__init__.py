"""A stand-in for a Databricks workspace: fine-tuning runs, volumes, Unity Catalog, MLflow, serving, SQL."""

from sandbox.databricks.options import DatabricksOptions
from sandbox.databricks.service import DatabricksService, install
from sandbox.databricks.switches import Switches, UnknownSwitchError

__all__ = ["DatabricksOptions", "DatabricksService", "Switches", "UnknownSwitchError", "install"]
