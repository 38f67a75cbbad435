"""The stand-in grants what the app's manifest asks for, no more and no less."""

from pathlib import Path
from typing import Any

import yaml

from sandbox.slack.options import SlackOptions

MANIFEST = Path(__file__).resolve().parents[3] / "manifest.yml"


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())
    return loaded


def test_scopes_and_events() -> None:
    options = SlackOptions()
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == options.scopes
    assert set(manifest()["settings"]["event_subscriptions"]["bot_events"]) == options.events


def test_commands() -> None:
    asked = [
        (item["command"], item["description"], item["usage_hint"])
        for item in manifest()["features"]["slash_commands"]
    ]
    assert asked == [(item.command, item.description, item.usage_hint) for item in SlackOptions().commands]


def test_shortcuts() -> None:
    asked = [
        (item["name"], item["callback_id"], item["type"], item["description"])
        for item in manifest()["features"]["shortcuts"]
    ]
    shortcuts = SlackOptions().shortcuts
    assert asked == [(item.name, item.callback_id, item.type, item.description) for item in shortcuts]
