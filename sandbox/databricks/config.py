"""The connection of the stand-in, for the configuration that the sandbox writes."""

from sandbox.databricks.options import PAT, SCHEMA, USER, VOLUME_PATH, WAREHOUSE


def connections(url: str) -> str:
    """TOML of a connection to the workspace at the root of `url`."""
    return f"""[[connections]]
name = "dbx-eus"
provider = "databricks"
endpoint = "{url}"
region = "East US"
auth = "key"
key = "{PAT}"

[connections.options]
volume = "{VOLUME_PATH}"
register_to = "{SCHEMA}"
experiment_folder = "/Users/{USER}"
warehouse_id = "{WAREHOUSE}"
"""
