"""manifest.yml is what the program prints, what Slack accepts, and what the code uses: no more, no less."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.manifest.render import manifest, needed_scopes
from handlers.surface import SURFACE
from tests.specs import specs_root

ROOT = Path(__file__).parents[2]
# the fields of each slash command, shortcut and so on that Slack shows have limits that its schema knows;
# scopes and events it does not check (contracts/slack.md section 5)
SCOPES = {
    *("commands", "chat:write", "files:read", "files:write", "im:write", "im:history", "app_mentions:read"),
    *("channels:read", "channels:history", "groups:read", "groups:history", "users:read", "usergroups:read"),
}
EVENTS = {"app_home_opened", "app_mention", "message.im", "message.channels", "message.groups"}


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return parsed


def test_the_file_is_what_the_program_prints() -> None:
    printed = manifest(command="/finetune", app_name="Tunesmith")
    assert (ROOT / "manifest.yml").read_text(encoding="utf-8") == printed


def test_scopes_and_events_are_those_of_the_model(committed: dict[str, Any]) -> None:
    """No scope is optional or a user's: one installation gives everything or shows what is missing."""
    scopes = committed["oauth_config"]["scopes"]
    assert set(scopes) == {"bot"}
    assert sorted(scopes["bot"]) == sorted(SCOPES)
    events = committed["settings"]["event_subscriptions"]
    assert sorted(events["bot_events"]) == sorted(EVENTS)


def test_how_the_app_is_set_up(committed: dict[str, Any]) -> None:
    assert committed["settings"]["socket_mode_enabled"] is True
    assert committed["settings"]["token_rotation_enabled"] is False
    assert committed["settings"]["interactivity"] == {"is_enabled": True}
    assert committed["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    shortcuts = {(one["type"], one["callback_id"]): one["name"] for one in committed["features"]["shortcuts"]}
    assert shortcuts == {
        ("message", "use_as_training_data"): "Use as training data",
        ("global", "launcher"): "Tunesmith",
    }


def test_it_is_exactly_what_the_code_uses(committed: dict[str, Any]) -> None:
    assert [one["command"] for one in committed["features"]["slash_commands"]] == [SURFACE.command]
    shortcuts = {one["callback_id"]: one["type"] for one in committed["features"]["shortcuts"]}
    assert shortcuts == dict(SURFACE.shortcuts)
    assert set(committed["settings"]["event_subscriptions"]["bot_events"]) == set(SURFACE.events)
    assert set(committed["oauth_config"]["scopes"]["bot"]) == set(SURFACE.scopes)
    assert list(needed_scopes()) == sorted(SURFACE.scopes), "what `tunesmith check` compares with"
    assert all(SURFACE.scopes.values()), "every scope needs its reason"


@pytest.mark.specs
@pytest.mark.parametrize("request_url", [None, "https://bot.example/slack/events"])
@pytest.mark.parametrize(
    ("command", "app_name"),
    [
        ("/finetune", "Tunesmith"),
        ("/" + "a" * 31, "x" * 35),
        ("/ft", 'Quote " and: # odd – 名前'),
    ],
)
def test_slacks_schema_accepts_it(command: str, app_name: str, request_url: str | None) -> None:
    folder = specs_root() / "slack" / "manifest" / "schemas"
    schema = json.loads((folder / "manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    parsed = yaml.safe_load(manifest(command=command, app_name=app_name, request_url=request_url))
    jsonschema.Draft7Validator(schema).validate(parsed)
    assert parsed["display_information"]["name"] == app_name
    assert parsed["features"]["slash_commands"][0]["command"] == command
    assert parsed["settings"]["socket_mode_enabled"] is (request_url is None)


@pytest.mark.specs
def test_slacks_schema_refuses_what_it_should() -> None:
    """The check above can fail."""
    folder = specs_root() / "slack" / "manifest" / "schemas"
    schema = json.loads((folder / "manifest.schema.2.0.0.json").read_text(encoding="utf-8"))
    parsed = yaml.safe_load(manifest(command="/finetune", app_name="x" * 36))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(parsed)


def test_with_an_address_slack_calls_it_for_everything() -> None:
    url = "https://bot.example/slack/events"
    parsed = yaml.safe_load(manifest(command="/ft", app_name="T", request_url=url))
    assert parsed["features"]["slash_commands"][0]["url"] == url
    assert parsed["settings"]["event_subscriptions"]["request_url"] == url
    assert parsed["settings"]["interactivity"]["request_url"] == url
