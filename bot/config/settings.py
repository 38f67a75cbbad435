"""The configuration's shape: one class per table of `tunesmith.toml`. docs/setup.md explains every key."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from bot.config.approvals import ApprovalsSettings, HostingPrice, Role, WatchSettings, choose_hosting
from bot.config.base import Section
from bot.config.connections import Connection, Price, choose_price
from bot.config.fields import (
    AllowedTeamId,
    ApiBase,
    AppName,
    AppToken,
    BotToken,
    ChannelId,
    CommandName,
    ExistingFile,
    HostPattern,
    ProxyAddress,
    Secret,
    TeamId,
    Text,
)
from bot.config.storage import StorageSettings

Port = Annotated[int, Field(ge=0, le=65_535)]
Seconds = Annotated[int, Field(ge=1)]


class SlackSettings(Section):
    """`[slack]`: the app, its workspace and where it talks; `http_port` 0 takes any free port."""

    bot_token: BotToken
    app_token: AppToken | None = None
    signing_secret: Secret | None = None
    mode: Literal["socket", "http"] = "socket"
    http_host: Text = "127.0.0.1"
    http_port: Port = 3000
    command: CommandName = "/finetune"
    home_team: TeamId
    allowed_teams: tuple[AllowedTeamId, ...] = ()
    channel: ChannelId
    approvals_channel: ChannelId | None = None
    api_base: ApiBase = "https://slack.com/api/"
    file_hosts: tuple[HostPattern, ...] = ("files.slack.com", "files.slack-gov.com")
    response_hosts: tuple[HostPattern, ...] = ("hooks.slack.com", "hooks.slack-gov.com")
    app_name: AppName = "Tunesmith"


class StoreSettings(Section):
    """`[store]`: the SQLite file. `url` is kept for PostgreSQL, which this version refuses."""

    path: Path = Path("var/tunesmith.db")
    url: SecretStr | None = None


class FilesSettings(Section):
    """`[files]`: where attached files wait, and for how many hours.

    A file that its service has processed is deleted at once. What was refused, or failed at the service, stays for
    `retention_hours` for its report and for another try; with 0 for the hour until files are looked through.
    """

    staging: Path = Path("var/staging")
    retention_hours: Annotated[int, Field(ge=0)] = 24


class RolesSettings(Section):
    """`[roles]`: who may train, who decides about costs, who administers."""

    trainers: Role = Role(everyone=True)
    admins: Role = Role()
    approvers: Role = Role()
    guests: bool = False


class NetworkSettings(Section):
    """`[network]`: for every client alike. The proxy is a secret because it may hold a password."""

    proxy: ProxyAddress | None = None
    no_proxy: tuple[Text, ...] = ()
    ca_bundle: ExistingFile | None = None


class LogSettings(Section):
    """`[log]`: how much is logged, and whether as JSON lines (`json` in the file)."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    json_lines: bool = Field(default=False, alias="json")


class HealthSettings(Section):
    """`[health]`: where `/healthz`, `/readyz` and `/metrics` answer.

    Without a port nothing listens in Socket Mode; in HTTP mode the address that Slack calls answers them, and with one
    `/metrics` is told there alone. Port 0 takes any free one.
    """

    host: Text = "127.0.0.1"
    port: Port | None = None


class LimitsSettings(Section):
    """`[limits]`: how often the services are asked, when waiting is worth a word, how large a file may be.

    Attributes:
        upload_parts_above: bytes; larger files are sent in parts where the service takes them, because large forms
            were seen to fail above 150 MB and cannot be gone on with (contracts/azure_openai.md 1.3).
        upload_part_bytes: bytes of a part; the service takes 64 MB at most.
    """

    poll_near_seconds: Seconds = 30
    poll_far_seconds: Seconds = 300
    pending_alert_hours: Annotated[float, Field(gt=0)] = 4
    intake_max_bytes: Annotated[int, Field(ge=1)] = 536_870_912
    upload_parts_above: Annotated[int, Field(ge=0)] = 104_857_600
    upload_part_bytes: Annotated[int, Field(ge=65_536, le=64_000_000)] = 33_554_432


class Settings(Section):
    """The whole configuration, checked."""

    slack: SlackSettings
    store: StoreSettings = StoreSettings()
    files: FilesSettings = FilesSettings()
    roles: RolesSettings = RolesSettings()
    network: NetworkSettings = NetworkSettings()
    log: LogSettings = LogSettings()
    health: HealthSettings = HealthSettings()
    limits: LimitsSettings = LimitsSettings()
    approvals: ApprovalsSettings = ApprovalsSettings()
    watch: WatchSettings = WatchSettings()
    connections: tuple[Connection, ...]
    prices: tuple[Price, ...] = ()
    hosting: tuple[HostingPrice, ...] = ()
    storage: tuple[StorageSettings, ...] = ()

    def connection(self, name: str) -> Connection:
        """The connection of this name; `KeyError` when there is none."""
        for one in self.connections:
            if one.name == name:
                return one
        raise KeyError(name)

    def price_for(self, connection: str, model: str, training_type: str | None) -> Price | None:
        """The most exact price for training base model `model`, None when the configuration has none."""
        return choose_price(self.prices, self.connection(connection), model, training_type)

    def hosting_for(self, connection: str, model: str, sku: str) -> HostingPrice | None:
        """The most exact price for hosting base model `model`, None when the configuration has none."""
        return choose_hosting(self.hosting, connection, model, sku)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secret values, for the redaction of logs. Never show them."""
        slack = (self.slack.bot_token, self.slack.app_token, self.slack.signing_secret)
        others = (self.network.proxy, self.store.url, *(s for one in self.connections for s in one.secrets))
        return tuple(one.get_secret_value() for one in (*slack, *others) if one is not None)
