"""The configuration that lets the bot talk to the sandbox."""

from pathlib import Path
from urllib.parse import urlsplit

from sandbox.azure_blob import ACCOUNT
from sandbox.azure_ml.config import connections as ml_connections
from sandbox.azure_openai import AzureOptions
from sandbox.databricks.config import connections as databricks_connections
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

[approvals]
count = 2
closes_hours = 72
remind_hours = 4
grace_hours = 48
training_above = 20
monthly_cap = 500
keep_above = 0
freeze_file = {_quoted(state_dir / "FREEZE")}
break_glass = {{ users = ["U0APPROVE1"] }}

# Round the clock, so that there is something to see at any hour.
[approvals.working_hours]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
start = "00:00:00"
end = "23:59:59"

[[approvals.rules]]
kind = "keep"
count = 1

[[approvals.auto]]
name = "developer tier is free and gone in a day"
sku = "DeveloperTier"

[watch]
look_minutes = 0.03

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
credential = "managed_identity"
resource_id = "{_account("prod-swc")}"
management = "{url}/arm"

[[connections]]
name = "dev-eus2"
provider = "azure_openai"
endpoint = "{url}/azure/dev-eus2"
region = "East US 2"
auth = "entra"
credential = "managed_identity"
resource_id = "{_account("dev-eus2")}"
management = "{url}/arm"

# The newest surface: the methods are here.
[connections.api_versions]
"*" = "v1"

{ml_connections(url)}
{databricks_connections(url)}
[[storage]]
account = "{ACCOUNT}"
endpoint = "{url}/blob/{ACCOUNT}"
credential = "managed_identity"

# Prices that the sandbox makes up, so that there is something to see: they say so themselves.
{_prices()}

{_hosting()}
"""


PRICES = (("gpt-4.1-nano*", 1.5), ("gpt-4.1-mini*", 5.0), ("gpt-4*", 25.0))
# The other services have no training types: one row each.
OTHER_PRICES = (("azure_ai_studio", 6.0), ("databricks", 9.0))
SHARES = ((None, 1.0), ("Standard", 1.0), ("GlobalStandard", 0.8), ("Datazone", 0.9), ("DeveloperTier", 0.4))


def _prices() -> str:
    """Every model with every training type; the row without a type is for when none is chosen yet."""
    rows = []
    for model, amount in PRICES:
        for kind, share in SHARES:
            row = [
                "[[prices]]",
                f'model = "{model}"',
                *([f'training_type = "{kind}"'] if kind else []),
                f"training_per_million = {amount * share:.2f}",
                'source = "sandbox price list, invented"',
                "as_of = 2026-11-22",
            ]
            rows.append("\n".join(row))
    rows += [
        f'[[prices]]\nmodel = "*"\nprovider = "{provider}"\ntraining_per_million = {amount:.2f}\n'
        'source = "sandbox price list, invented"\nas_of = 2026-11-22'
        for provider, amount in OTHER_PRICES
    ]
    return "\n\n".join(rows)


HOSTING = (
    ("Standard", 1.7),
    ("GlobalStandard", 1.7),
    ("DataZoneStandard", 1.7),
    ("DeveloperTier", 0.0),
    ("Consumption", 0.74),
)
THROUGHPUT = (("ScaleToZero", 2.5), ("AlwaysOn", 2.5))
"""Prices of one step of a small Llama's throughput."""
STEP = 9_500


def _hosting() -> str:
    """An hour of hosting by SKU: of a deployment, or of its throughput."""
    prices = [(sku, f"per_hour = {amount:.2f}") for sku, amount in HOSTING]
    prices += [(sku, f"per_unit_hour = {amount:.2f}\nunit_size = {STEP}") for sku, amount in THROUGHPUT]
    rows = (
        f'[[hosting]]\nmodel = "*"\nsku = "{sku}"\n{price}\n'
        'source = "sandbox price list, invented"\nas_of = 2026-11-22'
        for sku, price in prices
    )
    return "\n\n".join(rows)


def _account(name: str) -> str:
    """The ARM id of an account of the stand-in."""
    found = AzureOptions().accounts[name]
    return (
        f"/subscriptions/{found.subscription_id}/resourceGroups/{found.resource_group}"
        f"/providers/Microsoft.CognitiveServices/accounts/{name}"
    )


def identity_environment(url: str) -> dict[str, str]:
    """What an App Service would set for its programs, so that a managed identity is found on loopback."""
    return {
        "IDENTITY_ENDPOINT": f"{url}/azure/identity/token",
        "IDENTITY_HEADER": AzureOptions().identity_header,
    }


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
