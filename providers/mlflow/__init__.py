"""MLflow's tracking REST API, as far as curves and artifacts need it (contracts/databricks.md section 4)."""
