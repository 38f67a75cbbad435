"""Databricks Foundation Model Fine-tuning, Unity Catalog and Model Serving (contracts/databricks.md)."""
