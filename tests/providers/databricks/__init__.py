"""Databricks behind the provider protocol."""
