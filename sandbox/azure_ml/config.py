"""The connections to this stand-in, as the bot's configuration has them."""

from sandbox.azure_ml.catalogue import sold_in
from sandbox.azure_ml.options import MlOptions, WorkspaceFacts

_REGIONS = {"westus3": "West US 3", "eastus2": "East US 2"}


def connections(url: str) -> str:
    """The TOML text for a sandbox at `url`: one connection for each workspace."""
    return "\n".join(_connection(url, facts) for facts in MlOptions().workspaces)


def _connection(url: str, facts: WorkspaceFacts) -> str:
    # Where a model is sold, nobody has bought it yet: the first training asks for that.
    market = "true" if sold_in(facts.location) else "false"
    return f"""[[connections]]
name = "{facts.name}"
provider = "azure_ai_studio"
endpoint = "{url}/ml/arm"
region = "{_REGIONS.get(facts.location, facts.location)}"
auth = "entra"
credential = "managed_identity"
resource_id = "{facts.id}"

[connections.options]
api = "{url}/ml/api/{facts.location}"
storage_endpoint = "{url}/blob/{{account}}"
key_vault = "{url}/ml/vault/{facts.key_vault}"
allow_marketplace = {market}
"""
