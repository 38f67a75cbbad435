"""The environment: single values, secrets from files, and names that are nearly right."""

from pathlib import Path

import pytest

from bot.config.load import load
from bot.config.problems import ConfigError, Problem
from bot.config.settings import Settings
from tests.config.sample import SECRETS, SOUND


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tunesmith.toml"
    path.write_text(SOUND, encoding="utf-8")
    return path


def settings(file: Path, **env: str) -> Settings:
    return load(file, {**SECRETS, **env}, mounts=str)


def refused(file: Path, env: dict[str, str]) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(file, env, mounts=str)
    return caught.value.problems


def test_a_variable_goes_before_the_file(file: Path) -> None:
    got = settings(
        file,
        TUNESMITH_SLACK_CHANNEL="C0OTHER",
        TUNESMITH_SLACK_HTTP_PORT="8080",
        TUNESMITH_SLACK_FILE_HOSTS="127.0.0.1:8000, files.slack.com",
        TUNESMITH_LOG_JSON="true",
        TUNESMITH_STORE_PATH="/data/t.db",
        TUNESMITH_CONNECTION_PROD_SWC_REGION="swedencentral",
    )
    assert got.slack.channel == "C0OTHER"
    assert got.slack.http_port == 8080
    assert got.slack.file_hosts == ("127.0.0.1:8000", "files.slack.com")
    assert got.log.json_lines
    assert got.store.path == Path("/data/t.db")
    assert got.connection("prod-swc").region == "swedencentral"


def test_an_empty_variable_counts_as_not_set(file: Path) -> None:
    assert (
        settings(file, TUNESMITH_SLACK_CHANNEL="", TUNESMITH_SLACK_BOT_TOKEN_FILE="").slack.channel
        == "C0FINETUNE"
    )


def test_every_secret_can_come_from_a_file(file: Path, tmp_path: Path) -> None:
    files = {}
    for name, value in SECRETS.items():
        path = tmp_path / name.lower()
        path.write_text(value + "\n", encoding="utf-8")
        files[f"{name}_FILE"] = str(path)
    got = load(file, files, mounts=str)
    assert set(got.secrets) == set(SECRETS.values())


def test_a_secret_set_twice_is_refused(file: Path) -> None:
    (only,) = refused(file, {**SECRETS, "TUNESMITH_SLACK_BOT_TOKEN_FILE": "/run/secrets/bot"})
    assert (only.where, only.code) == ("TUNESMITH_SLACK_BOT_TOKEN_FILE", "set_twice")


def test_a_secret_file_that_is_missing_or_empty(file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n", encoding="utf-8")
    env = {k: v for k, v in SECRETS.items() if "SLACK" not in k}
    env |= {
        "TUNESMITH_SLACK_BOT_TOKEN_FILE": str(empty),
        "TUNESMITH_SLACK_APP_TOKEN_FILE": f"{tmp_path}/none",
    }
    codes = {one.where: one.code for one in refused(file, env)}
    assert codes["TUNESMITH_SLACK_BOT_TOKEN_FILE"] == "empty_file"
    assert codes["TUNESMITH_SLACK_APP_TOKEN_FILE"] == "unreadable"


def test_a_secret_put_where_a_file_name_belongs_is_not_repeated(file: Path) -> None:
    env = {**SECRETS, "TUNESMITH_SLACK_SIGNING_SECRET_FILE": "0123456789abcdef"}
    (only,) = refused(file, env)
    assert only.code == "unreadable"
    assert "0123456789abcdef" not in str(only)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TUNESMITH_SLACK_BOT_TOKN", "TUNESMITH_SLACK_BOT_TOKEN"),
        ("TUNESMITH_CONNECTION_PROD_SCW_KEY", "TUNESMITH_CONNECTION_PROD_SWC_KEY"),
        ("TUNESMITH_SLACK_CHANNEL_FILE", "TUNESMITH_SLACK_CHANNEL"),
        ("TUNESMITH_SLAK_BOT_TOKEN", "TUNESMITH_SLACK_BOT_TOKEN"),
        ("TUNESMITH_CONECTION_PROD_SWC_KEY", "TUNESMITH_CONNECTION_PROD_SWC_KEY"),
        ("TUNESMITH_SLAK_BOT_TOKEN_FILE", "TUNESMITH_SLACK_BOT_TOKEN_FILE"),
        ("TUNESMITH_HELTH_PORT", "TUNESMITH_HEALTH_PORT"),
        ("TUNESMITH_WEATHER", ""),
    ],
)
def test_an_unknown_variable_of_ours(file: Path, name: str, nearest: str) -> None:
    (only,) = refused(file, {**SECRETS, name: "x"})
    assert (only.where, only.code, only.params["nearest"]) == (name, "unknown_variable", nearest)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERVICE_HOST", "10.0.0.1"),
        ("SERVICE_PORT", "3000"),
        ("SERVICE_PORT_HTTP", "3000"),
        ("PORT", "tcp://10.0.0.1:3000"),
        ("PORT_3000_TCP", "tcp://10.0.0.1:3000"),
        ("PORT_3000_TCP_PROTO", "tcp"),
        ("PORT_3000_TCP_PORT", "3000"),
        ("PORT_3000_TCP_ADDR", "10.0.0.1"),
        ("METRICS_PORT", "udp://10.0.0.1:3000"),
        ("METRICS_SERVICE_PORT", "3000"),
        ("METRICS_PORT_3000_UDP_ADDR", "10.0.0.1"),
    ],
)
def test_what_kubernetes_sets_for_a_service_is_left_alone(file: Path, name: str, value: str) -> None:
    settings(file, **{f"TUNESMITH_{name}": value})


def test_what_others_set_is_left_alone(file: Path) -> None:
    settings(file, TUNESMITH_CONFIG="elsewhere.toml", PATH="/bin", TUNESMITHS="7", MY_TUNESMITH_X="y")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("TUNESMITH_CONNECTION_PROD_SWC_OPTIONS_VOLUME", "connections.prod-swc.options.volume"),
        ("TUNESMITH_CONNECTION_PROD_SWC_OPTIONS", "connections.prod-swc.options"),
        ("TUNESMITH_CONNECTION_PROD_SWC_API_VERSIONS", "connections.prod-swc.api_versions"),
        ("TUNESMITH_ROLES_ADMINS", "roles.admins"),
        ("TUNESMITH_ROLES_ADMINS_USERS", "roles.admins"),
        ("TUNESMITH_APPROVALS_AUTO", "approvals.auto"),
        ("TUNESMITH_PRICES", "prices"),
        ("TUNESMITH_HOSTING_1_PER_HOUR", "hosting"),
    ],
)
def test_what_stands_in_the_file_alone_is_no_misspelt_variable(file: Path, name: str, table: str) -> None:
    (only,) = refused(file, {**SECRETS, name: "x"})
    assert (only.where, only.code, only.params["table"]) == (name, "file_only", table)


def test_a_mistake_in_a_variable_names_the_variable(file: Path) -> None:
    (only,) = refused(file, {**SECRETS, "TUNESMITH_SLACK_CHANNEL": "#fine-tuning"})
    assert (only.where, only.code) == ("TUNESMITH_SLACK_CHANNEL", "bad_channel")
