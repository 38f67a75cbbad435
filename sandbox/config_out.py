"""The configuration that lets the bot talk to the sandbox."""

from pathlib import Path
from urllib.parse import urlsplit

from sandbox.azure_openai import AzureOptions
from sandbox.slack import ids


def bot_config(url: str, state_dir: Path) -> str:
    """The text of a `tunesmith.toml` for a bot whose Slack and Azure are the sandbox at `url`."""
    host = urlsplit(url).netloc
    return f"""# Written by the sandbox at each start: stand-ins for secrets, good for nothing but this sandbox.
[slack]
bot_token = "{ids.BOT_TOKEN}"
app_token = "{ids.APP_TOKEN}"
signing_secret = "{ids.SIGNING_SECRET}"
home_team = "{ids.TEAM}"
channel = "C0FINETUNE"
approvals_channel = "C0APPROVAL"
api_base = "{url}/slack/api/"
file_hosts = ["{host}"]
response_hosts = ["{host}"]

[store]
path = {_quoted(state_dir / "tunesmith.db")}

[files]
staging = {_quoted(state_dir / "staging")}

[roles]
trainers = {{ everyone = true }}
admins = {{ users = ["U0APPROVE1"] }}
approvers = {{ groups = ["S0MLLEADS"] }}

[limits]
poll_near_seconds = 2
poll_far_seconds = 10

[[connections]]
name = "prod-swc"
provider = "azure_openai"
endpoint = "{url}/azure/prod-swc"
region = "Sweden Central"
auth = "key"
key = "sandbox-azure-key"

[[connections]]
name = "dev-eus2"
provider = "azure_openai"
endpoint = "{url}/azure/dev-eus2"
region = "East US 2"
auth = "entra"
credential = "managed_identity"

# Prices that the sandbox makes up, so that there is something to see: they say so themselves.
[[prices]]
model = "gpt-4.1-nano*"
training_per_million = 1.5
source = "sandbox price list, invented"
as_of = 2026-11-22

[[prices]]
model = "gpt-4.1-mini*"
training_per_million = 5.0
source = "sandbox price list, invented"
as_of = 2026-11-22

[[prices]]
model = "gpt-4*"
training_per_million = 25.0
source = "sandbox price list, invented"
as_of = 2026-11-22
"""


def identity_environment(url: str) -> dict[str, str]:
    """What an App Service would set for its programs, so that a managed identity is found on loopback."""
    return {
        "IDENTITY_ENDPOINT": f"{url}/azure/identity/token",
        "IDENTITY_HEADER": AzureOptions().identity_header,
    }


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
