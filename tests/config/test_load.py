"""`load`: what a sound configuration gives, and that every mistake is named at once."""

import re
from pathlib import Path

import pytest

from bot.config.load import load, locate
from bot.config.problems import ConfigError
from tests.config.sample import SECRETS, SOUND, Loader, found, problems


def test_a_sound_file_with_secrets_from_the_environment(given: Loader) -> None:
    settings = given(SOUND)
    assert settings.slack.bot_token.get_secret_value() == "xoxb-bot-secret"
    assert settings.slack.mode == "socket"
    assert settings.slack.api_base == "https://slack.com/api/"
    connection = settings.connection("prod-swc")
    assert connection.endpoint == "https://res.openai.azure.com"
    assert connection.key is not None
    assert connection.key.get_secret_value() == "azure-secret"
    assert settings.roles.trainers.everyone
    assert settings.roles.admins.nobody
    with pytest.raises(KeyError):
        settings.connection("other")


def test_the_example_file_is_sound() -> None:
    example = Path(__file__).parents[2] / "tunesmith.example.toml"
    assert load(example, SECRETS, mounts=str).connection("prod-swc").region == "swedencentral"


def test_what_the_example_shows_as_default_is_the_default(given: Loader) -> None:
    text = (Path(__file__).parents[2] / "tunesmith.example.toml").read_text(encoding="utf-8")
    shown = re.compile(
        r"^# (?=[a-z_]+ = )(?!proxy|no_proxy|ca_bundle|approvers|break_glass|freeze_file|training_above|monthly_cap"
        r"|port )",
        re.MULTILINE,
    )
    head, connections = text.split("[[connections]]", 1)
    # a table that is an example as a whole shows no defaults
    head = "\n\n".join(part for part in head.split("\n\n") if "\n# [[" not in f"\n{part}")
    uncommented, count = shown.subn("", head)
    assert count >= 20
    assert given(uncommented + "[[connections]]" + connections) == given(text)


def test_no_secret_in_repr_dump_or_error(given: Loader) -> None:
    settings = given(SOUND + '[network]\nproxy = "http://user:proxy-secret@proxy:8080"\n')
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "secret" not in re.sub(r"client_secret|signing_secret", "", text)
    assert set(settings.secrets) == {*SECRETS.values(), "http://user:proxy-secret@proxy:8080"}

    broken = {
        **SECRETS,
        "TUNESMITH_SLACK_BOT_TOKEN": "xoxp-user-secret",
        "TUNESMITH_CONNECTION_PROD_SWC_KEY": "a secret",
    }
    for one in problems(given, SOUND, broken):
        assert "secret" not in str(one.params)
        assert one.code in {"wrong_token", "bad_secret"}


def test_every_mistake_is_named_at_once(given: Loader) -> None:
    text = """
    [slack]
    bot_token = "xoxp-1"
    chanel = "C0FINETUNE"
    mode = "http"
    home_team = "acme"
    http_port = "x"
    command = "finetune"
    approvals_channel = "#ml-approvals"
    [store]
    url = "postgresql://u:p@h/db"
    [roles]
    trainers = { everyone = "maybe", users = ["U0OK", "rin"] }
    [log]
    jsn = true
    [limits]
    poll_near_seconds = 600
    intake_max_bytes = 0
    [[connections]]
    name = "prod-swc"
    endpoint = "http://res.openai.azure.com"
    endpont = 1
    [[connections]]
    endpoint = "https://res.openai.azure.com/openai/deployments/x"
    auth = "entra"
    credential = "client_secret"
    [[prices]]
    model = "gpt*"
    training_per_million = -1
    connection = "nope"
    as_of = "soon"
    """
    env = {"TUNESMITH_LOG_LEVEL": "loud", "TUNESMITH_SLACK_BOT_TOKN": "x"}
    assert found(given, text, env) == {
        ("TUNESMITH_SLACK_BOT_TOKN", "unknown_variable"),
        ("TUNESMITH_LOG_LEVEL", "not_one_of"),
        ("tunesmith.toml: slack.bot_token", "wrong_token"),
        ("tunesmith.toml: slack.chanel", "unknown_key"),
        ("tunesmith.toml: slack.channel", "missing"),
        ("tunesmith.toml: slack.home_team", "bad_team"),
        ("tunesmith.toml: slack.http_port", "wrong_type"),
        ("tunesmith.toml: slack.command", "bad_command"),
        ("tunesmith.toml: slack.approvals_channel", "bad_channel"),
        ("tunesmith.toml: slack.signing_secret", "needed_for_http"),
        ("tunesmith.toml: store.url", "postgresql_later"),
        ("tunesmith.toml: roles.trainers.everyone", "wrong_type"),
        ("tunesmith.toml: roles.trainers.users[2]", "bad_user"),
        ("tunesmith.toml: log.jsn", "unknown_key"),
        ("tunesmith.toml: limits.poll_near_seconds", "near_above_far"),
        ("tunesmith.toml: limits.intake_max_bytes", "out_of_range"),
        ("tunesmith.toml: connections.prod-swc.endpoint", "not_https"),
        ("tunesmith.toml: connections.prod-swc.endpont", "unknown_key"),
        ("tunesmith.toml: connections.prod-swc.key", "needed_for_key"),
        ("tunesmith.toml: connections[2].name", "missing"),
        ("tunesmith.toml: connections[2].endpoint", "endpoint_too_long"),
        ("tunesmith.toml: connections[2].client_id", "needed_for_client_secret"),
        ("tunesmith.toml: connections[2].tenant_id", "needed_for_client_secret"),
        ("tunesmith.toml: connections[2].client_secret", "needed_for_client_secret"),
        ("tunesmith.toml: prices[1].training_per_million", "bad_price"),
        ("tunesmith.toml: prices[1].source", "missing"),
        ("tunesmith.toml: prices[1].as_of", "wrong_type"),
        ("tunesmith.toml: prices[1].connection", "unknown_connection"),
    }


def test_an_empty_file_names_each_missing_value_and_its_variable(given: Loader) -> None:
    by_place = {one.where.rsplit(": ")[-1]: one for one in problems(given, "", {})}
    assert set(by_place) == {
        "slack.bot_token",
        "slack.app_token",
        "slack.home_team",
        "slack.channel",
        "connections",
    }
    assert by_place["slack.bot_token"].params["variable"] == "TUNESMITH_SLACK_BOT_TOKEN"
    assert by_place["slack.app_token"].params["variable"] == "TUNESMITH_SLACK_APP_TOKEN"
    assert by_place["connections"].code == "no_connection"


@pytest.mark.parametrize(
    ("extra", "place", "nearest"),
    [
        ("[slak]", "slak", "slack"),
        ("[log]\nlevl = 'info'", "log.levl", "level"),
        ("[roles]\nadmins = {user = []}", "roles.admins.user", "users"),
        ("[[prices]]\nmodel_name = 'x'", "prices[1].model_name", "model"),
        ("zzzzzz = 1", "zzzzzz", ""),
    ],
)
def test_an_unknown_key_comes_with_the_nearest_known_one(
    given: Loader, extra: str, place: str, nearest: str
) -> None:
    unknown = [one for one in problems(given, extra + "\n" + SOUND) if one.code == "unknown_key"]
    assert [(one.where.rsplit(": ")[-1], one.params["nearest"]) for one in unknown] == [(place, nearest)]


@pytest.mark.parametrize(
    ("text", "code"),
    [("a = \nb = 1", "bad_toml"), ("a = 1\na = 2\n[t]", "bad_toml")],
)
def test_what_is_not_toml(given: Loader, text: str, code: str) -> None:
    (only,) = problems(given, text)
    assert only.code == code
    assert "line" in only.params["detail"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"a = '\xe9'")
    for path, code in ((tmp_path / "none.toml", "no_file"), (tmp_path, "unreadable"), (latin, "not_utf8")):
        with pytest.raises(ConfigError) as caught:
            load(path, {}, mounts=str)
        assert [(one.where, one.code) for one in caught.value.problems] == [(str(path), code)]


def test_a_byte_order_mark_is_no_mistake(given: Loader) -> None:
    assert given("\ufeff" + SOUND).slack.home_team == "T0HOME"


def test_which_file() -> None:
    assert locate("a.toml", {"TUNESMITH_CONFIG": "b.toml"}) == Path("a.toml")
    assert locate(None, {"TUNESMITH_CONFIG": "b.toml"}) == Path("b.toml")
    assert locate(None, {}) == Path("tunesmith.toml")
