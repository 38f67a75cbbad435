"""A sound configuration to spoil, and how to see what was found."""

import re
from collections.abc import Callable, Mapping

import pytest

from bot.config.problems import ConfigError, Problem
from bot.config.settings import Settings

SOUND = """
[slack]
home_team = "T0HOME"
channel = "C0FINETUNE"
[[connections]]
name = "prod-swc"
endpoint = "https://res.openai.azure.com/"
"""
SECRETS = {
    "TUNESMITH_SLACK_BOT_TOKEN": "xoxb-bot-secret",
    "TUNESMITH_SLACK_APP_TOKEN": "xapp-app-secret",
    "TUNESMITH_CONNECTION_PROD_SWC_KEY": "azure-secret",
}

Loader = Callable[..., Settings]


def problems(
    given: Loader, text: str, env: Mapping[str, str] = SECRETS, mounts: str = ""
) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        given(text, env, mounts)
    return caught.value.problems


def found(given: Loader, text: str, env: Mapping[str, str] = SECRETS) -> set[tuple[str, str]]:
    """Problems as (where without the folder, code)."""
    return {(re.sub(r"^.*/", "", one.where), one.code) for one in problems(given, text, env)}
